//! What happens to a batch once its events are applied: ONE commit, then answers, then effects.

use std::mem;
use std::time::{Duration, Instant};

use crossbeam_channel::RecvTimeoutError;
use tracing::{error, info, warn};

use super::command::{CommandError, Reply, Started};
use super::drive::Drive;
use super::news;
use crate::engine::{Effect, Outbox};
use crate::failpoint::{Point, reach};
use crate::store::{StoreError, Writer};

/// The wait before a commit that failed for a passing reason is tried again.
const RETRY_COMMIT: Duration = Duration::from_millis(250);

/// An answer that is given once the batch is committed.
pub(super) enum Answered {
    Start(Reply<Started>, Result<Started, CommandError>),
    Act(Reply<()>, Result<(), CommandError>),
}

impl Drive {
    /// Commits what has come together, then answers, then performs the effects. False: the driver
    /// was to stop while the database could not be written, and nothing of it has happened.
    pub(super) fn flush(&mut self, out: &mut Outbox, answers: &mut Vec<Answered>) -> bool {
        let mut out = std::mem::take(out);
        if self.given_up {
            return false;
        }
        if !out.attempts.is_empty() {
            reach(Point::ServerOrdering, &"");
        }
        if !out.ends.is_empty() {
            reach(Point::ServerTaking, &"");
        }
        if !out.is_empty() || self.writer.notes_next(None) {
            let began = Instant::now();
            if !self.write(&out, answers, |writer| writer.commit(&out)) {
                return false;
            }
            self.meter.committed(&out, began.elapsed());
        }
        if !out.ends.is_empty() {
            reach(Point::ServerCommitted, &"");
        }
        answers.drain(..).for_each(Answered::give);
        self.ring.tell(news::of_commit(&out));
        let removals = std::mem::take(&mut out.removals);
        self.removals.begin(removals, self.backend.as_ref());
        self.perform(out);
        true
    }

    /// Writes. A passing failure is tried again for as long as it takes, and whoever asks for
    /// something is told so meanwhile; any other ends the process, because the engine is now ahead
    /// of the database. False: the driver is to stop, and nothing was written.
    pub(super) fn write(
        &mut self,
        out: &Outbox,
        answers: &mut Vec<Answered>,
        attempt: impl Fn(&mut Writer) -> Result<(), StoreError>,
    ) -> bool {
        let mut told = false;
        loop {
            match attempt(&mut self.writer) {
                Ok(()) => break,
                Err(why) if why.is_transient() => {
                    let said = why.to_string();
                    self.meter.measures.commit_retried();
                    if !told {
                        warn!(%why, "the database cannot be written, which is tried until it can: {why}");
                        told = true;
                    }
                    self.trouble.set(Some(said.clone()));
                    if why.is_full() && self.ballast.release() {
                        info!("the reserve of the disk was given back");
                        continue;
                    }
                    answers.drain(..).for_each(|answer| answer.put_off(&said));
                    // They were on their way when nobody knew.
                    while let Ok(command) = self.commands.try_recv() {
                        self.refuse(command, &said, out);
                    }
                    if self.stop.recv_timeout(RETRY_COMMIT) == Err(RecvTimeoutError::Disconnected) {
                        warn!(
                            "this server ends before the database can be written again: what was not committed is found by the next one"
                        );
                        self.given_up = true;
                        return false;
                    }
                }
                Err(why) => {
                    error!(%why, "a commit failed for good, the process ends and recovers at its next start: {why}");
                    std::process::abort();
                }
            }
        }
        if told {
            info!("the database can be written again");
            self.trouble.set(None);
        }
        true
    }

    fn perform(&mut self, mut out: Outbox) {
        // What is to run comes before what is to be tidied up: somebody waits for it.
        let (launches, others): (Vec<_>, Vec<_>) = mem::take(&mut out.effects)
            .into_iter()
            .partition(|effect| matches!(effect, Effect::Launch(_)));
        for effect in launches.into_iter().chain(others) {
            match effect {
                Effect::Launch(key) => {
                    reach(Point::ServerOrdered, &key);
                    self.backend.launch(key);
                }
                Effect::Kill { key, now } => {
                    self.backend.kill(key, if now { 0 } else { self.grace_ms });
                }
                Effect::EndSurvivors { key, now } => {
                    let grace_ms = if now { 0 } else { self.grace_ms };
                    self.backend.end_survivors(key, grace_ms);
                }
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

/// Answers what was written at once.
pub(super) fn answer<T>(reply: &Reply<T>, result: Result<T, StoreError>) {
    // A caller that has gone away misses nothing.
    let _ = reply.send(result.map_err(|why| match why {
        why if why.is_transient() => CommandError::Unwritable(why.to_string()),
        why => why.into(),
    }));
}

impl Answered {
    /// Tells the caller; one that has gone away misses nothing that is not in the database.
    fn give(self) {
        match self {
            Self::Start(reply, result) => drop(reply.send(result)),
            Self::Act(reply, result) => drop(reply.send(result)),
        }
    }

    /// Tells the caller that the database was lost meanwhile. A refusal stands.
    fn put_off(self, why: &str) {
        let why = CommandError::PutOff(why.to_owned());
        match self {
            Self::Start(reply, result) => drop(reply.send(result.and(Err(why)))),
            Self::Act(reply, result) => drop(reply.send(result.and(Err(why)))),
        }
    }
}
