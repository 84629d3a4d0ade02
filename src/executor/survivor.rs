//! Finding what still runs of a script and is not in its process group, or not watched any more, and
//! signalling it.
//!
//! Only what is certain counts: a process that carries the attempt's numbers in its environment, and
//! that either was started with the attempt's own script or is in a working directory of this data
//! directory. One that has neither, or whose environment was emptied or belongs to another user, is
//! not found: that nothing is found does not say that nothing runs.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use crate::engine::{AttemptKey, PipelineId, TrackId};
use crate::spool::Spool;

/// How often it is looked again before what is found is killed, whatever is left of its grace: then it
/// is a tree in which each process that is asked to end starts another one.
pub(super) const GENTLE: u32 = 5;

/// How often it is looked at all for what is left of one track.
pub(super) const ROUNDS: u32 = 20;

/// How long one that was killed may take to go.
pub(super) const KILLED: Duration = Duration::from_secs(1);

/// So many processes are waited for at once. Each takes a file handle.
pub(super) const MOST_HELD: usize = 256;

/// What the kernel adds to the name of a directory that was removed.
const REMOVED: &str = " (deleted)";

/// The processes of attempts, by attempt.
pub(super) type Found = BTreeMap<AttemptKey, Vec<u32>>;

/// The processes of attempts, looked for once, when the first is asked for.
#[derive(Default)]
pub(super) struct Survivors(OnceCell<Found>);

impl Survivors {
    /// A process of the attempt, if one is found: the one with the lowest number.
    pub(super) fn of(&self, spool: &Spool, key: AttemptKey) -> Option<u32> {
        let found = self.0.get_or_init(|| all(spool));
        found.get(&key)?.iter().copied().min()
    }
}

/// Every process that is certain to be of an attempt, but for this one.
pub(super) fn all(spool: &Spool) -> Found {
    let mut found = Found::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let name = entry.file_name();
        let pid = name.to_str().and_then(|name| name.parse().ok());
        let Some(pid) = pid.filter(|pid| *pid != std::process::id()) else {
            continue;
        };
        if let Some(key) = attempt_of(spool, &entry.path()) {
            found.entry(key).or_default().push(pid);
        }
    }
    found
}

/// The processes that still run of a track, of this attempt and those before it, without a server.
/// None, where there is no spool.
pub fn survivors(data: &Path, last: AttemptKey) -> Vec<u32> {
    let found = Spool::at(&data.join("spool")).map(|spool| all(&spool));
    let found = found.unwrap_or_default();
    of_track(&found, last).map(|(_, pid)| pid).collect()
}

/// Those of one track: of its attempts up to this one.
pub(super) fn of_track(found: &Found, last: AttemptKey) -> impl Iterator<Item = (AttemptKey, u32)> {
    let first = AttemptKey { attempt: 0, ..last };
    let of = found.range(first..=last);
    of.flat_map(|(key, pids)| pids.iter().map(|pid| (*key, *pid)))
}

/// What became of processes that were found.
#[derive(Debug, Default)]
pub(super) struct Signalled {
    /// Those that are not known to have ended.
    pub(super) left: Vec<u32>,
    /// Each is readable when one of them has ended.
    pub(super) handles: Vec<OwnedFd>,
    /// Why one of them could not be signalled.
    pub(super) trouble: Option<io::Error>,
}

/// Asks each of these to end, once, or kills it; at most `room` of them can be waited for.
pub(super) fn end(
    spool: &Spool,
    found: impl Iterator<Item = (AttemptKey, u32)>,
    kill: bool,
    asked: &mut BTreeSet<u32>,
    room: usize,
) -> Signalled {
    let mut done = Signalled::default();
    for (key, pid) in found {
        let signalled = match hold(spool, key, pid) {
            Ok(None) => continue,
            Ok(Some(handle)) => signal(&handle, kill, asked.insert(pid)).map(|()| handle),
            Err(why) => Err(why),
        };
        done.left.push(pid);
        match signalled {
            Ok(handle) if done.handles.len() < room => done.handles.push(handle),
            Ok(_) => {}
            Err(why) => done.trouble = Some(why),
        }
    }
    done
}

/// A handle on a process that was found; none when it has ended, or is another one by now.
fn hold(spool: &Spool, key: AttemptKey, pid: u32) -> io::Result<Option<OwnedFd>> {
    let Some(raw) = i32::try_from(pid).ok().and_then(Pid::from_raw) else {
        return Ok(None);
    };
    let handle = match pidfd_open(raw, PidfdFlags::empty()) {
        Ok(handle) => handle,
        Err(Errno::SRCH) => return Ok(None),
        Err(why) => return Err(why.into()),
    };
    // The number may have become another's since it was found; what the handle means cannot.
    let same = attempt_of(spool, &PathBuf::from(format!("/proc/{pid}"))) == Some(key);
    Ok(same.then_some(handle))
}

fn signal(handle: &OwnedFd, kill: bool, first: bool) -> io::Result<()> {
    let signals: &[Signal] = match (kill, first) {
        (true, _) => &[Signal::KILL],
        // One that was stopped would not hear it.
        (false, true) => &[Signal::TERM, Signal::CONT],
        (false, false) => &[],
    };
    for &signal in signals {
        match pidfd_send_signal(handle, signal) {
            Ok(()) | Err(Errno::SRCH) => {}
            Err(why) => return Err(why.into()),
        }
    }
    Ok(())
}

/// The attempt that a process is of, if that is certain.
fn attempt_of(spool: &Spool, process: &Path) -> Option<AttemptKey> {
    // The environment of one that has ended is empty.
    let environment = words(&process.join("environ"));
    let number = |name: &str| {
        let mut entries = environment.split(|&b| b == 0);
        let value = entries.find_map(|entry| entry.strip_prefix(name.as_bytes()))?;
        std::str::from_utf8(value).ok()?.parse::<i64>().ok()
    };
    let key = AttemptKey {
        pipeline: PipelineId(number("TRACKYARD_PIPELINE=")?),
        track: TrackId(number("TRACKYARD_TRACK=")?),
        attempt: number("TRACKYARD_ATTEMPT=")?.try_into().ok()?,
    };
    let started_with = || {
        let line = words(&process.join("cmdline"));
        let script = spool.script(key);
        let script = script.as_os_str().as_encoded_bytes();
        line.split(|&b| b == 0).any(|word| word == script)
    };
    let works_in = || {
        let work = spool.work(key.pipeline);
        // It is removed, when it is empty, once its pipeline is over.
        let mut removed = work.clone().into_os_string();
        removed.push(REMOVED);
        let dir = fs::read_link(process.join("cwd"));
        dir.is_ok_and(|dir| dir.starts_with(&work) || dir.as_os_str() == removed)
    };
    (started_with() || works_in()).then_some(key)
}

fn words(file: &Path) -> Vec<u8> {
    // It may have ended meanwhile, or be none of ours.
    fs::read(file).unwrap_or_default()
}
