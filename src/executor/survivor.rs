//! Finding what still runs of a script that nobody watches any more.
//!
//! Only what is certain counts: a process that carries the attempt's numbers in its environment, and
//! that either was started with the attempt's own script or is in a working directory of this data
//! directory. One that has neither, or whose environment was emptied or belongs to another user, is
//! not found: that nothing is found does not say that nothing runs.

use std::fs;
use std::path::Path;

use crate::engine::AttemptKey;
use crate::spool::Spool;

/// A process of the attempt, if one is found: the one with the lowest number.
pub(super) fn survivor(spool: &Spool, key: AttemptKey) -> Option<u32> {
    let marks = [
        format!("TRACKYARD_PIPELINE={}", key.pipeline),
        format!("TRACKYARD_TRACK={}", key.track),
        format!("TRACKYARD_ATTEMPT={}", key.attempt),
    ];
    let (script, work) = (spool.script(key), spool.work(key.pipeline));
    let of_it = |process: &Path| {
        // The environment of one that has ended is empty.
        let environment = words(&process.join("environ"));
        let has = |mark: &String| environment.split(|&b| b == 0).any(|e| e == mark.as_bytes());
        let started_with = || {
            let line = words(&process.join("cmdline"));
            let script = script.as_os_str().as_encoded_bytes();
            line.split(|&b| b == 0).any(|word| word == script)
        };
        let works_in = || {
            let dir = fs::read_link(process.join("cwd"));
            dir.is_ok_and(|dir| dir.starts_with(&work))
        };
        marks.iter().all(has) && (started_with() || works_in())
    };
    let processes = fs::read_dir("/proc").ok()?.flatten().filter_map(|entry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        of_it(&entry.path()).then_some(pid)
    });
    processes.min()
}

fn words(file: &Path) -> Vec<u8> {
    // It may have ended meanwhile, or be none of ours.
    fs::read(file).unwrap_or_default()
}
