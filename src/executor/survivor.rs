//! Finding what still runs of a script and is not in its process group, or not watched any more.
//!
//! Only what is certain counts: a process that carries the attempt's numbers in its environment, and
//! that either was started with the attempt's own script or is in a working directory of this data
//! directory; and one that carries them, too, and was started by such a process or is in its process
//! group. One that is neither, or whose environment was emptied or belongs to another user, is not
//! found: that nothing is found does not say that nothing runs.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::stat::Stat;
use crate::engine::{AttemptKey, PipelineId, TrackId};
use crate::spool::Spool;

/// What the kernel adds to the name of a directory that was removed.
const REMOVED: &str = " (deleted)";

/// One process, and no other that has its number later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Process {
    pub(super) pid: u32,
    started: u64,
}

/// The processes of attempts, by attempt.
pub(super) type Found = BTreeMap<AttemptKey, BTreeSet<Process>>;

/// The processes of attempts, looked for once, when the first is asked for.
#[derive(Default)]
pub(super) struct Survivors(OnceCell<Found>);

impl Survivors {
    /// A process of the attempt, if one is found: the one with the lowest number.
    pub(super) fn of(&self, spool: &Spool, key: AttemptKey) -> Option<u32> {
        let found = self.0.get_or_init(|| all(spool, &Found::new()));
        found.get(&key)?.first().map(|process| process.pid)
    }
}

/// A process that carries the numbers of an attempt.
pub(super) struct Carrier {
    pub(super) key: AttemptKey,
    pub(super) process: Process,
    parent: i32,
    group: i32,
}

/// Every process that is certain to be of an attempt, but for this one; `known`: those that were found
/// before and are held.
pub(super) fn all(spool: &Spool, known: &Found) -> Found {
    let (mut found, mut groups) = (Found::new(), BTreeSet::new());
    let mut pids = BTreeSet::new();
    let mut doubtful = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let name = entry.file_name();
        let pid = name.to_str().and_then(|name| name.parse().ok());
        let Some(carrier) = pid.and_then(carrier) else {
            continue;
        };
        let held = |all: &BTreeSet<Process>| all.contains(&carrier.process);
        let sure = known.get(&carrier.key).is_some_and(held);
        doubtful.push((sure || is_ours(spool, &carrier), carrier));
    }
    // What such a process started is as certain, and what is in its group.
    while let Some(at) = doubtful.iter().position(|(sure, carrier)| {
        let (key, parent, group) = (carrier.key, carrier.parent, carrier.group);
        *sure || pids.contains(&(key, parent)) || groups.contains(&(key, group))
    }) {
        let (_, carrier) = doubtful.swap_remove(at);
        pids.insert((carrier.key, carrier.process.pid.cast_signed()));
        groups.insert((carrier.key, carrier.group));
        let of = found.entry(carrier.key).or_default();
        of.insert(carrier.process);
    }
    found
}

/// The processes that still run of a track, of this attempt and those before it, without a server.
/// None, where there is no spool.
pub fn survivors(data: &Path, last: AttemptKey) -> Vec<u32> {
    let found = Spool::at(&data.join("spool")).map(|spool| all(&spool, &Found::new()));
    let found = found.unwrap_or_default();
    let of_track = of_track(&found, last);
    of_track.map(|(_, process)| process.pid).collect()
}

/// Those of one track: of its attempts up to this one.
pub(super) fn of_track(
    found: &Found,
    last: AttemptKey,
) -> impl Iterator<Item = (AttemptKey, Process)> {
    let first = AttemptKey { attempt: 0, ..last };
    let of = found.range(first..=last);
    of.flat_map(|(key, all)| all.iter().map(|process| (*key, *process)))
}

/// What a process carries; none when it has ended, is this one, or has no such numbers.
pub(super) fn carrier(pid: i32) -> Option<Carrier> {
    let number = u32::try_from(pid).ok()?;
    let key = attempt_of(pid).filter(|_| number != std::process::id())?;
    let stat = Stat::of(pid)?;
    Some(Carrier {
        key,
        process: Process {
            pid: number,
            started: stat.started,
        },
        parent: stat.parent,
        group: stat.group,
    })
}

/// The attempt whose numbers a process carries.
fn attempt_of(pid: i32) -> Option<AttemptKey> {
    // The environment of one that has ended is empty.
    let environment = words(&format!("/proc/{pid}/environ"));
    let number = |name: &str| {
        let mut entries = environment.split(|&b| b == 0);
        let value = entries.find_map(|entry| entry.strip_prefix(name.as_bytes()))?;
        std::str::from_utf8(value).ok()?.parse::<i64>().ok()
    };
    Some(AttemptKey {
        pipeline: PipelineId(number("TRACKYARD_PIPELINE=")?),
        track: TrackId(number("TRACKYARD_TRACK=")?),
        attempt: number("TRACKYARD_ATTEMPT=")?.try_into().ok()?,
    })
}

/// Whether a process was started with the attempt's own script or works in our directory.
fn is_ours(spool: &Spool, carrier: &Carrier) -> bool {
    let pid = carrier.process.pid;
    let started_with = || {
        let line = words(&format!("/proc/{pid}/cmdline"));
        let script = spool.script(carrier.key);
        let script = script.as_os_str().as_encoded_bytes();
        line.split(|&b| b == 0).any(|word| word == script)
    };
    let works_in = || {
        let work = spool.work(carrier.key.pipeline);
        // It is removed, when it is empty, once its pipeline is over.
        let mut removed = work.clone().into_os_string();
        removed.push(REMOVED);
        let dir = fs::read_link(format!("/proc/{pid}/cwd"));
        dir.is_ok_and(|dir| dir.starts_with(&work) || dir.as_os_str() == removed)
    };
    started_with() || works_in()
}

fn words(file: &str) -> Vec<u8> {
    // It may have ended meanwhile, or be none of ours.
    fs::read(file).unwrap_or_default()
}
