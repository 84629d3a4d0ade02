//! What the executor is asked to run and what it answers.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::Arc;

use crossbeam_channel::Sender;

use super::Verdict;
use crate::engine::{AttemptKey, PipelineId, Remains, TrackId};
use crate::graph::{Hidden, Limits, Param, Rlimits};
use crate::spool::ExitRecord;

/// How scripts are run on this machine.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The data directory.
    pub data: PathBuf,
    /// The `trackyard` binary that becomes the supervisor.
    pub program: PathBuf,
    /// The build of this program: a supervisor of another build gets no new work.
    pub version: String,
    /// Supervisors that get new work. A supervisor starts one script at a time: with a second one
    /// two scripts start at once, and the death of one interrupts only what that one ran.
    pub supervisors: usize,
    /// Threads that read orders, write scripts and clean up.
    pub threads: usize,
    /// How long a script that ran out of time may take after TERM before KILL, in milliseconds.
    pub grace_ms: u64,
    /// The longest log, in bytes.
    pub log_cap: u64,
    /// How much of the end of a log goes with its fact, in bytes.
    pub tail: u64,
    /// `PATH` for scripts that are given none.
    pub path: String,
    /// `HOME` for scripts that are given none.
    pub home: String,
    /// `LANG` for scripts that are given none.
    pub lang: String,
    /// The soft limit of open files for scripts; `None`: as this process has it at the start.
    pub nofile: Option<u64>,
    /// What bounds the outputs of a script.
    pub values: Limits,
    /// How long a supervisor without work and without a server stays, in milliseconds.
    pub idle_ms: u64,
}

/// Names the build that this process runs: two builds may well have the same version, so the file
/// itself is looked at, through a link that stays right when an upgrade has put another in its place.
fn build() -> String {
    let version = env!("CARGO_PKG_VERSION");
    fs::metadata("/proc/self/exe").map_or_else(
        |_| version.to_owned(),
        |file| {
            let (inode, seconds, bytes) = (file.ino(), file.mtime(), file.len());
            format!("{version}+{inode:x}.{seconds:x}.{bytes:x}")
        },
    )
}

impl Settings {
    /// The usual settings for a data directory.
    pub fn new(data: PathBuf, program: PathBuf) -> Settings {
        Settings {
            data,
            program,
            version: build(),
            supervisors: 1,
            threads: 2,
            grace_ms: 10_000,
            log_cap: 64 << 20,
            tail: 64 << 10,
            path: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned(),
            home: "/".to_owned(),
            lang: "C.UTF-8".to_owned(),
            nofile: None,
            values: Limits::default(),
            idle_ms: 10_000,
        }
    }
}

/// Everything needed to run one attempt.
#[derive(Debug, Clone, Default)]
pub struct Order {
    /// The text of the script.
    pub script: String,
    /// The interpreter and its arguments, before the script's file; empty: as its first line says.
    pub argv: Vec<String>,
    /// The environment beside `PATH`, `HOME`, `LANG` and `TRACKYARD_{PIPELINE,TRACK,ATTEMPT}`;
    /// a name given here wins.
    pub env: Vec<(String, String)>,
    /// The variables of `env` that must not be seen in the output.
    pub secrets: Vec<String>,
    /// What else must not be seen there, by variable: secrets of other scripts of its pipeline, which
    /// may have left them in a file.
    pub others: Vec<(String, Hidden)>,
    /// Where it runs; `None`: in the pipeline's private directory.
    pub workdir: Option<PathBuf>,
    /// How long it may run, in milliseconds.
    pub timeout_ms: Option<u64>,
    /// What it may use of the machine.
    pub limits: Rlimits,
    /// What it is to leave for the scripts after it.
    pub outputs: Vec<Param>,
}

/// Why there is no order, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoOrder {
    /// There may be one later.
    Yet(String),
    /// There never will be: the attempt fails.
    Ever(String),
}

/// Reads the order of an attempt; called on a thread of the pool.
pub type Orders = Arc<dyn Fn(AttemptKey) -> Result<Order, NoOrder> + Send + Sync>;

/// What became of an attempt. Each launched or adopted attempt leads to exactly one.
#[derive(Debug, Clone)]
pub enum Fact {
    /// It is over.
    Ended {
        /// The attempt.
        key: AttemptKey,
        /// How it ended.
        record: ExitRecord,
        /// The end of its log.
        tail: Vec<u8>,
    },
    /// It was not started, for a reason that may pass; it may be launched again.
    NotStarted {
        /// The attempt.
        key: AttemptKey,
        /// The reason, for people.
        why: String,
    },
    /// Whether it ended, and how, cannot be known.
    Interrupted {
        /// The attempt.
        key: AttemptKey,
        /// The reason, for people.
        why: String,
        /// What its files say all the same.
        remains: Remains,
    },
}

impl Fact {
    /// The attempt that this is about.
    pub fn key(&self) -> AttemptKey {
        match self {
            Fact::Ended { key, .. }
            | Fact::NotStarted { key, .. }
            | Fact::Interrupted { key, .. } => *key,
        }
    }
}

/// Something that runs attempts: the local supervisor, or a stand-in in tests of the driver.
/// No call blocks, but for `probe` and `survivors`, which look at files and processes.
pub trait Backend: Send + Sync {
    /// Runs an attempt. A fact will follow.
    fn launch(&self, key: AttemptKey);
    /// Ends an attempt: TERM, then KILL after `grace_ms`; KILL at once when that is 0. One that has
    /// not started never will. The attempt's fact follows. An attempt that is over or unknown is
    /// left alone.
    fn kill(&self, key: AttemptKey, grace_ms: u64);
    /// Sees to it that an attempt which was judged `LaunchAgain` never starts. Its fact follows.
    fn cancel(&self, key: AttemptKey);
    /// Judges attempts that a former process ordered, each with the boot it was ordered in.
    /// `LaunchAgain` is for the caller to do, or to cancel; for the other verdicts the fact follows by itself.
    fn probe(&self, ordered: &[(AttemptKey, String)]) -> Vec<(AttemptKey, Verdict)>;
    /// Ends what still runs of a track of which nobody knows how it ended, of this attempt and those
    /// before it: TERM, then KILL after `grace_ms`. No fact follows. What is asked again counts with the
    /// shorter grace.
    fn end_survivors(&self, last: AttemptKey, grace_ms: u64);
    /// The processes that still run of these tracks, each up to this attempt: those that are certain.
    fn survivors(&self, last: &[AttemptKey]) -> BTreeMap<TrackId, Vec<u32>>;
    /// Removes the files of an attempt whose result is committed; its log stays.
    fn clean(&self, key: AttemptKey);
    /// Removes the private working directory of a pipeline that is over if it is empty, and has its large
    /// logs compressed, when there is time.
    fn finish_pipeline(&self, pipeline: PipelineId);
    /// Removes all files of a pipeline of which nothing runs, and then names it on the channel.
    fn remove_pipeline(&self, pipeline: PipelineId, gone: Sender<PipelineId>);
}

/// The interpreter of a script with its arguments: what its first line says, else `/bin/sh -e`.
/// As in the kernel, all after the interpreter's name is one argument.
pub fn interpreter(script: &str) -> Vec<String> {
    let first = script.lines().next().unwrap_or_default();
    let Some(line) = first
        .strip_prefix("#!")
        .map(str::trim)
        .filter(|line| !line.is_empty())
    else {
        return vec!["/bin/sh".to_owned(), "-e".to_owned()];
    };
    match line.split_once([' ', '\t']) {
        None => vec![line.to_owned()],
        Some((program, argument)) => vec![program.to_owned(), argument.trim_start().to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::interpreter;

    #[test]
    fn the_first_line_names_the_interpreter() {
        for (script, want) in [
            ("echo hello\n", vec!["/bin/sh", "-e"]),
            ("", vec!["/bin/sh", "-e"]),
            ("#!\necho", vec!["/bin/sh", "-e"]),
            (" #!/bin/bash\n", vec!["/bin/sh", "-e"]),
            ("#!/bin/bash\necho", vec!["/bin/bash"]),
            ("#!/bin/bash\r\necho", vec!["/bin/bash"]),
            ("#! /bin/bash -eu \necho", vec!["/bin/bash", "-eu"]),
            ("#!/usr/bin/env python3\n", vec!["/usr/bin/env", "python3"]),
            (
                "#!/usr/bin/env\t-S python3  -u",
                vec!["/usr/bin/env", "-S python3  -u"],
            ),
        ] {
            assert_eq!(interpreter(script), want, "{script:?}");
        }
    }
}
