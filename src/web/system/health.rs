//! What facts mean for a server, in words. Each judgement takes what was read.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use crate::engine::Census;
use crate::l10n::Words;

/// How long the driver may take to say what it counts.
pub(super) const PATIENCE: Duration = Duration::from_millis(500);
/// With less room on the disk results cannot be written soon.
const LEAST_ROOM: u64 = 64 << 20;
/// So much later than now may an entry of the journal be: clocks are set by small steps.
const AHEAD_MS: i64 = 60_000;
/// Interpreters that definitions often name.
const SHELLS: [&str; 6] = ["sh", "bash", "dash", "zsh", "ksh", "python3"];

/// What was read of the machine and of the driver.
pub(super) struct Machine {
    /// None: the driver does not answer in time.
    pub(super) census: Option<Census>,
    /// Commands that wait for the driver.
    pub(super) waiting: usize,
    /// Streams that are open.
    pub(super) viewers: usize,
    pub(super) trouble: Option<String>,
    pub(super) no_reserve: Option<String>,
    pub(super) draining: bool,
    /// Free bytes where the data directory is; none: the system does not say.
    pub(super) free: Option<u64>,
    /// What the logs of all scripts that may run at once may take.
    pub(super) logs_may_take: u64,
    /// The interpreters that are there.
    pub(super) shells: Vec<&'static str>,
    /// When the newest entry of the journal was written.
    pub(super) newest: Option<i64>,
    pub(super) database: u64,
    pub(super) log: u64,
    pub(super) now: i64,
}

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// As it should be.
    Fine,
    /// It works; somebody should know.
    Notice,
    /// It does not work, or not for long.
    Bad,
}

impl Level {
    /// The colour and the shape.
    pub(super) fn look(self) -> (&'static str, &'static str) {
        match self {
            Self::Fine => ("succeed", "checked"),
            Self::Notice => ("stopped", "problem"),
            Self::Bad => ("failed", "failed"),
        }
    }

    pub(super) fn said(self, t: &Words) -> String {
        match self {
            Self::Fine => t.system_fine(),
            Self::Notice => t.system_notice(),
            Self::Bad => t.system_bad(),
        }
    }
}

/// One judgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) level: Level,
    /// What it is about.
    pub(super) about: String,
    pub(super) says: String,
}

/// All of them, in the order in which they are told.
pub(super) fn findings(machine: &Machine, t: &Words) -> Vec<Finding> {
    use Level::{Bad, Fine, Notice};
    let of = |about: String, (level, says): (Level, String)| Finding { level, about, says };
    let driver = match machine.census.is_some() {
        true => (Fine, t.system_driver_answers()),
        false => (Bad, t.system_driver_silent()),
    };
    let database = match &machine.trouble {
        None => (Fine, t.system_database_fine(size(machine.database))),
        Some(why) => (Bad, t.system_database_bad(why)),
    };
    let disk = match machine.free {
        None => (Notice, t.system_disk_unknown()),
        Some(free) if free < LEAST_ROOM => (Bad, t.system_disk_full(size(free), size(LEAST_ROOM))),
        Some(free) if free < machine.logs_may_take => (
            Notice,
            t.system_disk_tight(size(free), size(machine.logs_may_take)),
        ),
        Some(free) => (Fine, t.system_disk_fine(size(free))),
    };
    let reserve = match &machine.no_reserve {
        None => (Fine, t.system_reserve_fine()),
        Some(why) => (Bad, t.system_reserve_bad(why)),
    };
    let clock = match machine.newest {
        Some(newest) if newest > machine.now + AHEAD_MS => (Bad, t.system_clock_back()),
        _ => (Fine, t.system_clock_fine()),
    };
    let work = match machine.draining {
        true => (Notice, t.system_draining()),
        false => (Fine, t.system_takes_work()),
    };
    let shells = match machine.shells.contains(&"sh") {
        true => (Fine, t.system_shells(named(&machine.shells))),
        false => (Bad, t.system_no_sh()),
    };
    vec![
        of(t.system_driver(), driver),
        of(t.system_database(), database),
        of(t.system_disk(), disk),
        of(t.system_reserve(), reserve),
        of(t.system_clock(), clock),
        of(t.system_work(), work),
        of(t.system_interpreters(), shells),
    ]
}

/// The interpreters that can be run from these directories.
pub(super) fn shells(script_path: &str) -> Vec<&'static str> {
    let runs = |path: &Path| {
        let about = fs::metadata(path);
        about.is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
    };
    let there = |name: &&&str| {
        let mut dirs = script_path.split(':').filter(|dir| !dir.is_empty());
        dirs.any(|dir| runs(&Path::new(dir).join(name)))
    };
    SHELLS.iter().filter(there).copied().collect()
}

/// Bytes for people: `812 B`, `4.0 KiB`.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let (mut whole, mut rest, mut unit) = (bytes, 0, 0);
    while whole >= 1024 && unit + 1 < UNITS.len() {
        (rest, whole, unit) = (whole % 1024, whole / 1024, unit + 1);
    }
    match unit {
        0 => format!("{whole} {}", UNITS[0]),
        unit => format!("{whole}.{} {}", rest * 10 / 1024, UNITS[unit]),
    }
}

/// Names in backticks, which a page shows as code.
fn named<T: std::fmt::Display>(names: &[T]) -> String {
    let named: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    named.join(" ")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::{shells, size};

    #[test]
    fn sizes_are_for_people() {
        for (bytes, told) in [
            (0, "0 B"),
            (1_023, "1023 B"),
            (1_024, "1.0 KiB"),
            (1_536, "1.5 KiB"),
            (67_108_864, "64.0 MiB"),
            (u64::MAX, "16777215.9 TiB"),
        ] {
            assert_eq!(size(bytes), told);
        }
    }

    #[test]
    fn only_what_can_be_run_is_an_interpreter() {
        let own = tempfile::tempdir().expect("a directory");
        for (name, mode) in [("sh", 0o755), ("bash", 0o644), ("cat", 0o755)] {
            let path = own.path().join(name);
            std::fs::write(&path, "").expect("written");
            let mode = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(&path, mode).expect("set");
        }
        let path = own.path().display().to_string();
        assert_eq!(shells(&format!(":/nowhere:{path}")), ["sh"]);
        assert!(shells("").is_empty());
    }
}
