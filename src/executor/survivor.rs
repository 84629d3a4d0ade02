//! Finding what still runs of a script that nobody watches any more.
//!
//! Only what is certain counts: a process that carries the attempt's numbers in its environment, and
//! that either was started with the attempt's own script or is in a working directory of this data
//! directory. One that has neither, or whose environment was emptied or belongs to another user, is
//! not found: that nothing is found does not say that nothing runs.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::engine::{AttemptKey, PipelineId, TrackId};
use crate::spool::Spool;

/// The processes of attempts, looked for once, when the first is asked for.
#[derive(Default)]
pub(super) struct Survivors(OnceCell<BTreeMap<AttemptKey, u32>>);

impl Survivors {
    /// A process of the attempt, if one is found: the one with the lowest number.
    pub(super) fn of(&self, spool: &Spool, key: AttemptKey) -> Option<u32> {
        self.0.get_or_init(|| all(spool)).get(&key).copied()
    }
}

fn all(spool: &Spool) -> BTreeMap<AttemptKey, u32> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        if let Some(key) = attempt_of(spool, &entry.path()) {
            let first: &mut u32 = found.entry(key).or_insert(pid);
            *first = pid.min(*first);
        }
    }
    found
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
        let dir = fs::read_link(process.join("cwd"));
        dir.is_ok_and(|dir| dir.starts_with(spool.work(key.pipeline)))
    };
    (started_with() || works_in()).then_some(key)
}

fn words(file: &Path) -> Vec<u8> {
    // It may have ended meanwhile, or be none of ours.
    fs::read(file).unwrap_or_default()
}
