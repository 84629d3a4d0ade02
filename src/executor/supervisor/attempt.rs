//! The life of one attempt in the supervisor.
//!
//! ```text
//! Running -- timeout or kill: TERM --> Asked -- grace over: KILL --> Killed
//!    |                                   |                             |
//!    |                  main process ended, group not empty            |
//!    |                                   v                             |
//!    |                               Leftover -- empty, or grace over: KILL
//!    v                                   v                             v
//!    +------- main process ended ------> + <---------------------------+
//!                                        v
//!             Straying (it was stopped: what left its group is asked, and killed after the grace)
//!                                        v
//!             Draining (a background process holds the output: 2 s at most)
//!                                        v
//!             Recording (again and again while the disk is full) --> Over
//! ```
//!
//! What happens to it is taken in here; how it is brought to its end is in `ending`, what it prints
//! in `output`, its exit record in `recording`, what left its group in `straying`.

mod ending;
mod output;
mod recording;
mod stage;
mod straying;

use std::fs::File;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::process::Pid;

use super::group::{self, Meter};
use super::mask::MaskedLog;
use super::spawning::{Spawned, watch};
use crate::engine::{AttemptKey, Time};
use crate::executor::prey::Prey;
use crate::executor::wire::{Launch, Outputs};
use crate::spool::{Cause, ExitRecord, Instance, Spool};

use ending::End;
pub(super) use output::discard;
use stage::Stage;

/// How often a handle is asked for that there was no room for.
const WATCH_AGAIN: Duration = Duration::from_millis(50);

/// What all attempts use.
#[derive(Debug)]
pub(super) struct Tools {
    pub(super) spool: Spool,
    /// Where this supervisor makes what becomes a file of the spool.
    pub(super) own: Instance,
    pub(super) meter: Meter,
    pub(super) buffer: Vec<u8>,
}

/// One attempt from its gate to its exit record.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) key: AttemptKey,
    /// Readable when the script's process has ended.
    pub(super) handle: Option<OwnedFd>,
    /// The script's output, until all who could write it are gone.
    pub(super) output: Option<File>,
    /// Our hold on the other end of the output, until the script's process ends.
    input: Option<OwnedFd>,
    /// The output after its end, for the loop to let go of.
    pub(super) ended_output: Option<File>,
    /// Handles on what is left of the group, while that is awaited.
    pub(super) members: Vec<OwnedFd>,
    /// True while the loop has not yet seen `members`.
    pub(super) new_members: bool,
    /// True while the loop has not yet looked which processes of it there are.
    pub(super) unswept: bool,
    /// Those of them that left its group and are being ended.
    pub(super) prey: Prey,
    /// How many of them could not be ended.
    remains: usize,
    /// The deadline that the loop has noted for it.
    pub(super) noted: Option<Instant>,
    process: Option<Pid>,
    watch_again: Instant,
    log: MaskedLog,
    outputs: Outputs,
    started_at: Time,
    ends_at: Option<Instant>,
    grace: Duration,
    stage: Stage,
    stopping: Option<Cause>,
    end: Option<End>,
    /// Why its exit record could not be written at first.
    pub(super) unwritten: Option<String>,
    /// True while the loop has not yet told that.
    pub(super) new_unwritten: bool,
}

impl Attempt {
    /// An attempt whose script has just been started.
    pub(super) fn started(launch: &Launch, spawned: Spawned, spool: &Spool) -> Attempt {
        let key = AttemptKey::from(launch.key);
        let limit = launch.timeout_ms.map(Duration::from_millis);
        let now = Instant::now();
        Attempt {
            key,
            handle: spawned.handle,
            output: Some(File::from(spawned.output)),
            input: Some(spawned.input),
            ended_output: None,
            members: Vec::new(),
            new_members: false,
            unswept: false,
            prey: Prey::default(),
            remains: 0,
            noted: None,
            process: Some(spawned.pid),
            watch_again: now + WATCH_AGAIN,
            log: MaskedLog::new(spool.log(key), launch.log_cap, launch.secrets()),
            outputs: launch.outputs.clone(),
            started_at: spawned.at,
            // A limit too long for the clock is none.
            ends_at: limit.and_then(|limit| now.checked_add(limit)),
            grace: Duration::from_millis(launch.grace_ms),
            stage: Stage::Running,
            stopping: None,
            end: None,
            unwritten: None,
            new_unwritten: false,
        }
    }

    /// True if nothing is left to do but to forget it.
    pub(super) fn over(&self) -> bool {
        matches!(self.stage, Stage::Over { .. })
    }

    /// The exit record that was written, once it is over.
    pub(super) fn written(self) -> Option<ExitRecord> {
        match self.stage {
            Stage::Over { record } => record.map(|record| *record),
            Stage::Running
            | Stage::Asked { .. }
            | Stage::Killed
            | Stage::Leftover { .. }
            | Stage::Straying { .. }
            | Stage::Draining { .. }
            | Stage::Recording { .. } => None,
        }
    }

    /// When [`Attempt::on_deadline`] is to be called.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let stage = match &self.stage {
            Stage::Running => self.ends_at,
            Stage::Asked { until }
            | Stage::Leftover { until }
            | Stage::Straying { look: until, .. }
            | Stage::Draining { until } => Some(*until).filter(|_| !self.unswept),
            Stage::Recording { again, .. } => Some(*again),
            Stage::Killed | Stage::Over { .. } => None,
        };
        let unwatched = self.process.is_some() && self.handle.is_none();
        let watch = unwatched.then_some(self.watch_again);
        stage.into_iter().chain(watch).min()
    }

    /// Reads what the script has printed.
    pub(super) fn on_output(&mut self, tools: &mut Tools) {
        self.read(1, &mut tools.buffer);
        if self.output.is_none() && matches!(self.stage, Stage::Draining { .. }) {
            self.record(tools);
        }
    }

    /// The script's process has ended.
    pub(super) fn on_exit(&mut self, tools: &mut Tools) {
        match self.stage {
            Stage::Asked { until } => self.wait_for_group(until, tools),
            Stage::Running | Stage::Killed => self.conclude(tools),
            Stage::Leftover { .. }
            | Stage::Straying { .. }
            | Stage::Draining { .. }
            | Stage::Recording { .. }
            | Stage::Over { .. } => {}
        }
    }

    /// A member of the group has ended.
    pub(super) fn on_member(&mut self, tools: &mut Tools) {
        match self.stage {
            Stage::Leftover { until } => self.wait_for_group(until, tools),
            Stage::Straying { .. } => self.stray_ended(),
            Stage::Running
            | Stage::Asked { .. }
            | Stage::Killed
            | Stage::Draining { .. }
            | Stage::Recording { .. }
            | Stage::Over { .. } => {}
        }
    }

    /// A deadline may have come.
    pub(super) fn on_deadline(&mut self, now: Instant, tools: &mut Tools) {
        if let Some(process) = self.process
            && self.handle.is_none()
            && self.watch_again <= now
        {
            self.handle = watch(process).ok();
            self.watch_again = now + WATCH_AGAIN;
        }
        match &self.stage {
            Stage::Running if self.ends_at.is_some_and(|at| at <= now) => {
                self.stop(Cause::TimedOut, self.grace, now);
            }
            Stage::Asked { until } if *until <= now => {
                self.process.into_iter().for_each(group::kill);
                self.stage = Stage::Killed;
            }
            Stage::Leftover { until } if *until <= now => self.conclude(tools),
            Stage::Straying { look, .. } if *look <= now => self.unswept = true,
            Stage::Draining { until } if *until <= now => self.record(tools),
            Stage::Recording { again, .. } if *again <= now => self.write_record(now, tools),
            Stage::Running
            | Stage::Asked { .. }
            | Stage::Killed
            | Stage::Leftover { .. }
            | Stage::Straying { .. }
            | Stage::Draining { .. }
            | Stage::Recording { .. }
            | Stage::Over { .. } => {}
        }
    }
}
