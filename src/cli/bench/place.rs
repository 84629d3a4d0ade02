//! The directory of one call, what a machine must have for it, and whether to go on.

use std::path::{Path, PathBuf};

use crossbeam_channel::Receiver;
use rustix::fs::{statfs, statvfs};
use rustix::process::{Resource, getrlimit};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use tempfile::TempDir;

use super::case::{Case, many};
use crate::cli::error::{CliError, FAILED};
use crate::cli::output::size;
use crate::cli::signals::those;

/// Room that a server needs in any case, and room for each vertex of the usual pipeline.
const LEAST_ROOM: u64 = 64 << 20;
const ROOM_OF_A_VERTEX: u64 = 200 << 10;
/// Processes beside the scripts: server, supervisors, their threads, this one.
const PROCESSES_BESIDE: u64 = 128;
/// The number by which the kernel names a file system in memory.
const TMPFS: u64 = 0x0102_1994;

/// Where a call works, until it ends or is told to.
pub(super) struct Place {
    dir: TempDir,
    signals: Receiver<i32>,
}

impl Place {
    /// A new directory below another one. From now on signals are waited for.
    pub(super) fn make(below: &Path) -> Result<Self, CliError> {
        let signals = those(&[SIGINT, SIGTERM, SIGHUP])?;
        let made = tempfile::Builder::new()
            .prefix("trackyard-bench-")
            .tempdir_in(below);
        let dir = made.map_err(|why| {
            let below = below.display();
            CliError::Failed(format!(
                "a directory cannot be made in `{below}`: {why} (another place is given with `--data DIR`)"
            ))
        })?;
        Ok(Self { dir, signals })
    }

    /// A path in it.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Whether nobody has ended the call.
    pub(super) fn goes_on(&self) -> bool {
        self.signals.is_empty()
    }

    /// The same, as an end of what is under way.
    pub(super) fn go_on(&self) -> Result<(), CliError> {
        match self.goes_on() {
            true => Ok(()),
            false => Err(CliError::Told(FAILED)),
        }
    }

    /// Removes the directory; gives the signal by which the call was ended.
    pub(super) fn leave(self) -> Result<Option<i32>, CliError> {
        let path = self.dir.path().display().to_string();
        let signal = self.signals.try_recv().ok();
        let gone = self.dir.close();
        gone.map_err(|why| CliError::Failed(format!("`{path}` cannot be removed: {why}")))?;
        Ok(signal)
    }
}

/// Refuses what this machine has no room or no processes for, before anything is started.
pub(super) fn able(
    below: &Path,
    cases: &[Case],
    usual: usize,
    slots: usize,
) -> Result<(), CliError> {
    if let Ok(fs) = statvfs(below) {
        let free = fs.f_bavail.saturating_mul(fs.f_frsize);
        room(below, free, usual)?;
    }
    processes(getrlimit(Resource::Nproc).current, cases, usual, slots)
}

/// Whether a directory is in memory, where a commit costs nothing.
pub(super) fn is_memory(below: &Path) -> bool {
    // A number of 32 bits, which some kernels give with a sign.
    statfs(below).is_ok_and(|fs| fs.f_type as u64 & 0xffff_ffff == TMPFS)
}

fn room(below: &Path, free: u64, usual: usize) -> Result<(), CliError> {
    let needed = LEAST_ROOM + ROOM_OF_A_VERTEX.saturating_mul(usual as u64);
    if free >= needed {
        return Ok(());
    }
    let (below, free, needed) = (below.display(), size(free), size(needed));
    Err(CliError::Failed(format!(
        "`{below}` has {free} free and {needed} are needed: make room, or give another place with `--data DIR`"
    )))
}

fn processes(
    most: Option<u64>,
    cases: &[Case],
    usual: usize,
    slots: usize,
) -> Result<(), CliError> {
    let Some(most) = most else {
        return Ok(());
    };
    let scripts = |case: &Case| case.at_once(usual, slots);
    let Some(case) = cases.iter().copied().max_by_key(|case| scripts(case)) else {
        return Ok(());
    };
    // The shell of a script and what it waits for.
    let needed = 2 * scripts(&case) as u64 + PROCESSES_BESIDE;
    if most >= needed {
        return Ok(());
    }
    let (n, word) = (many(scripts(&case)), case.word());
    Err(CliError::Failed(format!(
        "`{word}` runs {n} scripts at once, for which this user needs {needed} processes and may have {most}: \
         raise the limit (`ulimit -u`), give fewer `--slots`, or name the cases to run"
    )))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{processes, room};
    use crate::cli::bench::case::Case;

    #[test]
    fn a_full_disk_is_refused_with_what_is_needed() {
        assert!(room(Path::new("/tmp"), 1 << 30, 1_000).is_ok());
        let why = room(Path::new("/tmp"), 1 << 20, 1_000).unwrap_err();
        let why = why.to_string();
        assert!(why.contains("1.0 MiB free and 259.3 MiB"), "{why}");
    }

    #[test]
    fn more_scripts_than_processes_are_refused() {
        let few = |cases: &[Case], slots| processes(Some(1_000), cases, 1_000, slots);
        assert!(few(&[Case::Commits, Case::Chain], 10_000).is_ok());
        assert!(few(&[Case::Independent], 8).is_ok());
        for (cases, slots, named) in [
            ([Case::Chain, Case::Sleepers], 8, "`sleepers` runs 1,000"),
            (
                [Case::Chain, Case::Independent],
                900,
                "`independent` runs 900",
            ),
        ] {
            let why = few(&cases, slots).unwrap_err().to_string();
            assert!(why.contains(named), "{why}");
        }
        assert!(processes(None, &[Case::Sleepers], 1_000, 8).is_ok());
    }
}
