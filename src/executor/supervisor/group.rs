//! The process group of a script.

use std::fs::{self, File};
use std::io;
use std::os::fd::OwnedFd;

use rustix::process::{Pid, Signal, kill_process_group};

use super::spawning::watch;
use crate::executor::stat::Stat;

/// Asks the whole group to end. Stopped processes are woken, or they would not hear it.
///
/// `leader` must not have been waited for: until then its number cannot become somebody else's.
pub(super) fn terminate(leader: Pid) {
    signal(leader, Signal::TERM);
    signal(leader, Signal::CONT);
}

/// Ends the whole group. As for [`terminate`], its leader must not have been waited for.
pub(super) fn kill(leader: Pid) {
    signal(leader, Signal::KILL);
}

fn signal(leader: Pid, signal: Signal) {
    // The two errors are a group that has just become empty and one of another user (setuid);
    // neither can be helped here.
    let _ = kill_process_group(leader, signal);
}

/// Handles on the living members of a group beside its leader.
pub(super) fn members(leader: Pid) -> io::Result<Vec<OwnedFd>> {
    let mut members = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let Some(pid) = entry?
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<i32>().ok())
        else {
            continue;
        };
        let Some(stat) = Stat::of(pid) else { continue };
        let living = !matches!(stat.state, 'Z' | 'X');
        if pid != leader.as_raw_pid() && stat.group == leader.as_raw_pid() && living {
            members.extend(Pid::from_raw(pid).and_then(|pid| watch(pid).ok()));
        }
    }
    Ok(members)
}

/// The processor time of all the processes that this one has waited for.
#[derive(Debug)]
pub(super) struct Meter {
    stat: File,
    before: (u64, u64),
}

impl Meter {
    pub(super) fn new() -> io::Result<Meter> {
        Ok(Meter {
            stat: File::open("/proc/self/stat")?,
            before: (0, 0),
        })
    }

    /// What has been added since the last call, in milliseconds: own code, and the kernel on its
    /// behalf. Called after each process that is waited for, it is that process's time, with the
    /// children that it waited for itself.
    pub(super) fn added(&mut self) -> (u64, u64) {
        let now = Stat::read(&self.stat).map_or(self.before, |stat| stat.waited_for_ms);
        let before = std::mem::replace(&mut self.before, now);
        (
            now.0.saturating_sub(before.0),
            now.1.saturating_sub(before.1),
        )
    }
}
