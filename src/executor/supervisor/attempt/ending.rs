//! How an attempt is brought to its end: asked, killed, and its process waited for.

use std::time::{Duration, Instant};

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

use super::{Attempt, Stage, Tools};
use crate::clock;
use crate::engine::Time;
use crate::executor::supervisor::group;
use crate::spool::Cause;

/// How long output is awaited that a background process may still write.
const DRAIN: Duration = Duration::from_secs(2);

/// So many times at most one attempt is read in a row before the others have their turn.
const READS: usize = 16;

/// How the script's process ended.
#[derive(Debug)]
pub(super) struct End {
    pub(super) at: Time,
    pub(super) code: Option<i32>,
    pub(super) signal: Option<i32>,
    pub(super) user_ms: u64,
    pub(super) system_ms: u64,
}

impl Attempt {
    /// Asks the script to end, and ends it after `grace`; without a grace at once. One that has ended already keeps its
    /// result; one that was asked before gets the shorter of both graces.
    pub(in crate::executor::supervisor) fn stop(
        &mut self,
        cause: Cause,
        grace: Duration,
        now: Instant,
    ) {
        // A grace too long for the clock is as good as a day.
        let end = now
            .checked_add(grace)
            .unwrap_or(now + Duration::from_secs(24 * 3600));
        match &mut self.stage {
            Stage::Asked { until } | Stage::Leftover { until } => *until = end.min(*until),
            Stage::Straying { until, look, .. } => {
                (*until, *look) = (end.min(*until), end.min(*look));
            }
            Stage::Running => {
                let Some(process) = self.process else { return };
                if has_ended(process) {
                    return;
                }
                self.stopping = Some(cause);
                self.stage = match grace.is_zero() {
                    // Asked first, it could do half of what it does when it is asked.
                    true => {
                        group::kill(process);
                        Stage::Killed
                    }
                    false => {
                        group::terminate(process);
                        Stage::Asked { until: end }
                    }
                };
            }
            Stage::Killed
            | Stage::Draining { .. }
            | Stage::Recording { .. }
            | Stage::Over { .. } => {}
        }
    }

    /// Lets the rest of the group end, too, before it is killed. The main process is not waited
    /// for meanwhile: so the group's number stays ours.
    pub(super) fn wait_for_group(&mut self, until: Instant, tools: &mut Tools) {
        let members = self.process.map(group::members).and_then(Result::ok);
        self.members = members.unwrap_or_default();
        self.new_members = true;
        if self.members.is_empty() {
            return self.conclude(tools);
        }
        self.stage = Stage::Leftover { until };
    }

    /// Takes the end of the main process, and what was printed until then.
    pub(super) fn conclude(&mut self, tools: &mut Tools) {
        let Some(process) = self.process.take() else {
            return;
        };
        let stopped = self.stopping.is_some();
        if stopped {
            group::kill(process);
        }
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG;
        let status = waitid(WaitId::Pid(process), options);
        let (user_ms, system_ms) = tools.meter.added();
        self.handle = None;
        self.members.clear();
        self.input = None;
        self.end = status.ok().flatten().map(|status| End {
            at: Time(clock::now()),
            code: status.exit_status(),
            signal: status.terminating_signal(),
            user_ms,
            system_ms,
        });
        self.read(READS, &mut tools.buffer);
        match stopped {
            true => self.stray(),
            // What a script leaves behind that ends by itself is its own affair.
            false => self.drain(tools),
        }
    }

    /// Takes what is still printed, for a while.
    pub(super) fn drain(&mut self, tools: &mut Tools) {
        if self.output.is_none() {
            return self.record(tools);
        }
        self.stage = Stage::Draining {
            until: Instant::now() + DRAIN,
        };
    }
}

/// True if a process of ours has ended; it is not waited for.
fn has_ended(process: Pid) -> bool {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    !matches!(waitid(WaitId::Pid(process), options), Ok(None))
}
