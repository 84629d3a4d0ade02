//! What happens to a batch once its events are applied: ONE commit, then answers, then effects.

use std::time::Duration;

use crossbeam_channel::bounded;
use tracing::{error, info, warn};

use super::command::{CommandError, Reply, Started};
use super::drive::Drive;
use crate::engine::{Answer, Effect, Outbox};
use crate::failpoint::{Point, reach};

/// The wait before a commit that failed for a passing reason is tried again.
const RETRY_COMMIT: Duration = Duration::from_millis(250);

/// An answer that is given once the batch is committed.
pub(super) enum Answered {
    Start(Reply<Started>, Result<Started, CommandError>),
    Step(Reply<Answer>, Result<Answer, CommandError>),
}

impl Drive {
    /// Commits what has come together, then answers, then performs the effects.
    pub(super) fn flush(&mut self, out: &mut Outbox, answers: &mut Vec<Answered>) {
        let out = std::mem::take(out);
        if !out.attempts.is_empty() {
            reach(Point::ServerOrdering, &"");
        }
        if !out.ends.is_empty() {
            reach(Point::ServerTaking, &"");
        }
        self.commit(&out);
        if !out.ends.is_empty() {
            reach(Point::ServerCommitted, &"");
        }
        answers.drain(..).for_each(Answered::give);
        self.subscribers.tell(&out);
        self.perform(out);
    }

    /// Commits the batch. A passing failure is tried again for as long as it takes; any other ends
    /// the process, because the engine is now ahead of the database.
    fn commit(&mut self, out: &Outbox) {
        if out.is_empty() {
            return;
        }
        let mut told = false;
        loop {
            match self.writer.commit(out) {
                Ok(()) => break,
                Err(why) if why.is_transient() => {
                    if !told {
                        warn!(%why, "a commit failed and is tried again until it succeeds: {why}");
                        told = true;
                    }
                    self.trouble.set(Some(why.to_string()));
                    if why.is_full() && self.ballast.release() {
                        info!("the reserve of the disk was given back");
                        continue;
                    }
                    let (_open, pause) = bounded::<()>(0);
                    let _ = pause.recv_timeout(RETRY_COMMIT);
                }
                Err(why) => {
                    error!(%why, "a commit failed for good, the process ends and recovers at its next start: {why}");
                    std::process::abort();
                }
            }
        }
        if told {
            info!("the commit went through");
            self.trouble.set(None);
            self.ballast.hold();
        }
    }

    fn perform(&mut self, out: Outbox) {
        for effect in out.effects {
            match effect {
                Effect::Launch(key) => {
                    reach(Point::ServerOrdered, &key);
                    self.backend.launch(key);
                }
                Effect::Kill(key) => self.backend.kill(key, self.grace_ms),
                Effect::Clean(key) => self.backend.clean(key),
                Effect::Settled(pipeline) => {
                    self.backend.finish_pipeline(pipeline);
                    let verdict = out.pipelines.get(&pipeline).map(|change| change.to.state);
                    for watch in self.watches.remove(&pipeline).unwrap_or_default() {
                        if let Some(state) = verdict {
                            let _ = watch.try_send(state);
                        }
                    }
                }
            }
        }
    }
}

impl Answered {
    /// Tells the caller; one that has gone away misses nothing that is not in the database.
    fn give(self) {
        match self {
            Self::Start(reply, result) => drop(reply.send(result)),
            Self::Step(reply, result) => drop(reply.send(result)),
        }
    }
}
