//! What `/proc/<pid>/stat` says of a process.

use std::fs::File;
use std::os::unix::fs::FileExt;

/// The kernel counts processor time for `/proc` in hundredths of a second on every Linux.
const MS_PER_TICK: u64 = 10;

/// What is read of it.
#[derive(Debug)]
pub(super) struct Stat {
    pub(super) state: char,
    pub(super) parent: i32,
    pub(super) group: i32,
    /// When it was started: with its number that is one process and no other.
    pub(super) started: u64,
    /// The processor time of those that it has waited for: own code, and the kernel on its behalf.
    pub(super) waited_for_ms: (u64, u64),
}

impl Stat {
    pub(super) fn of(pid: i32) -> Option<Stat> {
        Stat::read(&File::open(format!("/proc/{pid}/stat")).ok()?)
    }

    pub(super) fn read(file: &File) -> Option<Stat> {
        let mut bytes = [0; 1024];
        let n = file.read_at(&mut bytes, 0).ok()?;
        // The name in brackets may hold anything, also brackets, and bytes that are no text.
        let end = bytes[..n].iter().rposition(|&b| b == b')')?;
        let rest = str::from_utf8(&bytes[end + 1..n]).ok()?;
        let mut fields = rest.split_ascii_whitespace();
        let state = fields.next()?.chars().next()?;
        let parent = fields.next()?.parse().ok()?;
        let group = fields.next()?.parse().ok()?;
        let mut numbers = fields.skip(10).map(str::parse::<u64>);
        let mut time = || Some(numbers.next()?.ok()? * MS_PER_TICK);
        let waited_for_ms = (time()?, time()?);
        // After priority, nice, threads and an unused one, of which some may be negative.
        let started = numbers.nth(4)?.ok()?;
        Some(Stat {
            state,
            parent,
            group,
            started,
            waited_for_ms,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Stat;

    #[test]
    fn stat_reads_this_process() {
        let pid = i32::try_from(std::process::id()).unwrap();
        let stat = Stat::of(pid).unwrap();
        assert!(matches!(stat.state, 'R' | 'S'));
        assert_eq!(stat.group, rustix::process::getpgrp().as_raw_pid());
        let parent = rustix::process::getppid().unwrap();
        assert_eq!(stat.parent, parent.as_raw_pid());
        assert!(Stat::of(stat.parent).unwrap().started <= stat.started);
        assert!(Stat::of(i32::MAX).is_none());
        let before = stat.waited_for_ms;
        let busy = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
        assert!(
            std::process::Command::new("/bin/sh")
                .args(["-c", busy])
                .status()
                .unwrap()
                .success()
        );
        let after = Stat::of(pid).unwrap().waited_for_ms;
        assert!(after.0 > before.0 && after.0 - before.0 < 60_000);
    }
}
