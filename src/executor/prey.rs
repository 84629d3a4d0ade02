//! Ending processes that were found: each is held first, and then looked at once more, so that no signal
//! can reach another one that has its number by then.

use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use super::survivor::{Found, Process, carrier};
use crate::engine::AttemptKey;

/// How often it is looked again before what is found is killed, whatever is left of its grace: then it
/// is a tree in which each process that is asked to end starts another one.
pub(super) const GENTLE: u32 = 5;

/// How often it is looked at all for what is left of one track.
pub(super) const ROUNDS: u32 = 20;

/// How long one that was killed may take to go.
pub(super) const KILLED: Duration = Duration::from_secs(1);

/// So many processes are waited for at once. Each takes a file handle.
pub(super) const MOST_HELD: usize = 256;

/// Processes that are being ended. Each is held until it has: one whose parent has ended is as certain
/// as before.
#[derive(Debug, Default)]
pub(super) struct Prey(Vec<(AttemptKey, Process, OwnedFd)>);

impl Prey {
    /// Forgets those that have ended; true: none is left.
    pub(super) fn forget_ended(&mut self) -> bool {
        let lives = |handle: &OwnedFd| {
            let mut fd = [PollFd::new(handle, PollFlags::IN)];
            matches!(poll(&mut fd, Some(&Timespec::default())), Ok(0))
        };
        self.0.retain(|(.., handle)| lives(handle));
        self.0.is_empty()
    }

    /// Adds them to what is known to be certain.
    pub(super) fn tell(&self, known: &mut Found) {
        for (key, process, _) in &self.0 {
            known.entry(*key).or_default().insert(*process);
        }
    }

    /// Each is readable when its process has ended.
    pub(super) fn handles(&self) -> impl Iterator<Item = &OwnedFd> {
        self.0.iter().map(|(.., handle)| handle)
    }

    /// Asks those that are found to end, once, or kills them and those that were found before; at most
    /// `room` are held. Gives those that are not known to have ended, and what went wrong.
    pub(super) fn end(
        &mut self,
        found: impl Iterator<Item = (AttemptKey, Process)>,
        kill: bool,
        room: usize,
    ) -> (Vec<u32>, Option<io::Error>) {
        self.forget_ended();
        let (mut left, mut trouble) = (Vec::new(), None);
        let signals: &[Signal] = match kill {
            true => &[Signal::KILL],
            // One that was stopped would not hear it.
            false => &[Signal::TERM, Signal::CONT],
        };
        if kill {
            let told = self.handles().filter_map(|h| signal(h, signals).err());
            trouble = told.last();
        }
        left.extend(self.0.iter().map(|(_, process, _)| process.pid));
        for (key, process) in found {
            if left.contains(&process.pid) {
                continue;
            }
            match hold(key, process) {
                Ok(None) => continue,
                Ok(Some(handle)) => {
                    trouble = signal(&handle, signals).err().or(trouble);
                    if self.0.len() < room {
                        self.0.push((key, process, handle));
                    }
                }
                Err(why) => trouble = Some(why),
            }
            left.push(process.pid);
        }
        (left, trouble)
    }
}

/// A handle on a process that was found; none when it has ended, or is another one by now.
fn hold(key: AttemptKey, process: Process) -> io::Result<Option<OwnedFd>> {
    let raw = process.pid.cast_signed();
    let Some(pid) = Pid::from_raw(raw) else {
        return Ok(None);
    };
    let handle = match pidfd_open(pid, PidfdFlags::empty()) {
        Ok(handle) => handle,
        Err(Errno::SRCH) => return Ok(None),
        Err(why) => return Err(why.into()),
    };
    // Its number may have become another's since it was found; what the handle means cannot.
    let now = carrier(raw).is_some_and(|now| now.key == key && now.process == process);
    Ok(now.then_some(handle))
}

fn signal(handle: &OwnedFd, signals: &[Signal]) -> io::Result<()> {
    for &signal in signals {
        match pidfd_send_signal(handle, signal) {
            Ok(()) | Err(Errno::SRCH) => {}
            Err(why) => return Err(why.into()),
        }
    }
    Ok(())
}
