//! The process group of a script.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::fd::OwnedFd;

use rustix::process::{Pid, Signal, kill_process_group};

use super::spawning::watch;

/// The kernel counts processor time for `/proc` in hundredths of a second on every Linux.
const MS_PER_TICK: u64 = 10;

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

/// Processor time in milliseconds (own code, kernel) of a process that ended and was not waited
/// for, with the children that it waited for.
pub(super) fn processor_ms(pid: Pid) -> (u64, u64) {
    Stat::of(pid.as_raw_pid()).map_or((0, 0), |stat| (stat.user_ms, stat.system_ms))
}

struct Stat {
    state: char,
    group: i32,
    user_ms: u64,
    system_ms: u64,
}

impl Stat {
    fn of(pid: i32) -> Option<Stat> {
        // The name in brackets may hold anything, also brackets, and bytes that are no text.
        let mut bytes = [0; 1024];
        let n = File::open(format!("/proc/{pid}/stat"))
            .ok()?
            .read(&mut bytes)
            .ok()?;
        let end = bytes[..n].iter().rposition(|&b| b == b')')?;
        let rest = str::from_utf8(&bytes[end + 1..n]).ok()?;
        let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
        let number = |n: usize| fields.get(n)?.parse::<u64>().ok();
        Some(Stat {
            state: fields.first()?.chars().next()?,
            group: fields.get(2)?.parse().ok()?,
            user_ms: (number(11)? + number(13)?) * MS_PER_TICK,
            system_ms: (number(12)? + number(14)?) * MS_PER_TICK,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stat_reads_this_process() {
        let pid = i32::try_from(std::process::id()).unwrap();
        let stat = Stat::of(pid).unwrap();
        assert!(matches!(stat.state, 'R' | 'S'));
        assert_eq!(stat.group, rustix::process::getpgrp().as_raw_pid());
        assert!(Stat::of(i32::MAX).is_none());
    }
}
