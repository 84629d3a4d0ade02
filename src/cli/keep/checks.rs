//! What facts mean for a server. Nothing is read here: each check takes what was read.

use std::path::Path;

use super::backup::amount;
use crate::cli::output::{counted, size};
use crate::clock;
use crate::store::{Look, StoreError};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// As it should be.
    Ok,
    /// It works; somebody should know.
    Notice,
    /// It does not work, or not for long.
    Bad,
}

impl Level {
    /// As it is printed.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Notice => "notice",
            Self::Bad => "bad",
        }
    }
}

/// What came of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    /// Which.
    pub(super) check: &'static str,
    pub(super) level: Level,
    /// What is so, and what that means.
    pub(super) says: String,
    /// What to do about it; empty: nothing.
    pub(super) to_do: String,
}

/// All is well.
pub(super) fn ok(check: &'static str, says: impl Into<String>) -> Finding {
    finding(check, Level::Ok, says, "")
}

/// Somebody should know.
pub(super) fn notice(check: &'static str, says: impl Into<String>, to_do: &str) -> Finding {
    finding(check, Level::Notice, says, to_do)
}

/// It has to be mended.
pub(super) fn bad(check: &'static str, says: impl Into<String>, to_do: &str) -> Finding {
    finding(check, Level::Bad, says, to_do)
}

fn finding(check: &'static str, level: Level, says: impl Into<String>, to_do: &str) -> Finding {
    Finding {
        check,
        level,
        says: says.into(),
        to_do: to_do.to_owned(),
    }
}

/// The file of changes that may not be in the database file yet takes more than this: nobody empties it.
/// It keeps its size when what it has is brought in, so less than that says nothing bad.
const LARGE_LOG: u64 = 256 << 20;
/// So much later than now may an entry of the journal be: clocks are set by small steps.
const AHEAD_MS: i64 = 60_000;

/// The database file: whole, of this version, and its log of changes.
pub(super) fn database(look: Result<&Look, &StoreError>, bytes: u64, log: u64) -> Vec<Finding> {
    const NAME: &str = "database";
    let restore = "restore a backup with `trackyard restore FILE`, and look at the disk";
    let look = match look {
        Ok(look) => look,
        Err(why) => return vec![bad(NAME, format!("it cannot be read ({why})"), restore)],
    };
    if let Some(first) = look.damage.first() {
        return vec![bad(NAME, format!("it is damaged ({first})"), restore)];
    }
    let standing = &look.standing;
    let (schema, pending) = (standing.schema.as_deref(), standing.pending.len());
    let version = match (schema, &standing.newer) {
        (_, Some(newer)) => bad(
            "schema",
            format!("a newer version has changed the database (`{newer}` is not known here)"),
            "use that version, or another data directory",
        ),
        (None, None) => bad("schema", "the database is empty", restore),
        (Some(schema), None) if pending > 0 => notice(
            "schema",
            format!("the database has the form {schema}, {pending} changes behind this version"),
            "`trackyard migrate` or the next `trackyard serve` brings it up to date",
        ),
        (Some(schema), None) => ok("schema", format!("of this version ({schema})")),
    };
    let counts = &look.counts;
    let whole = ok(
        NAME,
        format!(
            "whole: {}, {}, {} of them live",
            size(bytes),
            counted(amount(counts.pipelines), "pipeline"),
            counts.live
        ),
    );
    let log = match log {
        0 => ok("changes", "all are in the database file"),
        1..LARGE_LOG => ok(
            "changes",
            format!(
                "the newest ones are in its log (`trackyard.db-wal`, {}): a copy needs both files, as `trackyard backup` makes one",
                size(log)
            ),
        ),
        log => notice(
            "changes",
            format!(
                "the log of the newest ones (`trackyard.db-wal`) has grown to {}: somebody reads the database without an end, or did",
                size(log)
            ),
            "end what has read the database for long, or start the server again",
        ),
    };
    vec![whole, version, log]
}

/// The clock against what it said before.
pub(super) fn clock_sense(now: i64, newest: Option<i64>) -> Finding {
    const NAME: &str = "clock";
    /// 2020-01-01 and 2100-01-01.
    const YEARS: std::ops::Range<i64> = 1_577_836_800_000..4_102_444_800_000;
    let set = "set the clock, and let something keep it (chrony, systemd-timesyncd)";
    let shown = clock::format_utc(now);
    match newest {
        _ if !YEARS.contains(&now) => bad(NAME, format!("it says {shown}"), set),
        Some(newest) if newest > now + AHEAD_MS => bad(
            NAME,
            format!(
                "it says {shown}, and the newest entry of the journal is of {}: it was set back, so waits and time limits are wrong",
                clock::format_utc(newest)
            ),
            set,
        ),
        Some(_) | None => ok(
            NAME,
            format!("{shown}, not before the newest entry of the journal"),
        ),
    }
}

/// Whether somebody keeps the clock; none: nobody here says so.
pub(super) fn clock_kept(synchronized: Option<bool>) -> Option<Finding> {
    Some(match synchronized? {
        true => ok("clock-kept", "it is synchronized"),
        false => notice(
            "clock-kept",
            "it is not synchronized",
            "see `timedatectl status`",
        ),
    })
}

/// Who may read a file that must be private; none: it is not there.
pub(super) fn private(
    check: &'static str,
    path: &Path,
    mode: Option<u32>,
    absent: Finding,
) -> Finding {
    let path = path.display();
    match mode {
        None => absent,
        Some(mode) if mode & 0o077 != 0 => bad(
            check,
            format!("others can read `{path}` (mode {mode:o})"),
            &match check {
                "token" => format!("`chmod 600 {path}`, then `trackyard token rotate`"),
                _ => {
                    format!("`chmod 600 {path}`, and set new secrets if somebody may have read it")
                }
            },
        ),
        Some(mode) => ok(check, format!("private (mode {mode:o})")),
    }
}

/// Whether what is sealed can be opened.
pub(super) fn key(sealed: bool, wrong: Option<String>) -> Option<Finding> {
    match (sealed, wrong) {
        (_, Some(why)) => Some(bad("secrets", why, "without it no server starts here")),
        (true, None) => Some(ok("secrets", "the key file belongs to this database")),
        (false, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Level, clock_kept, clock_sense, database, key, ok, private};
    use crate::store::{Look, Standing, StoreError};

    const NOW: i64 = 1_763_748_000_000;

    fn whole() -> Look {
        let standing = Standing {
            schema: Some("20261121000900".to_owned()),
            ..Standing::default()
        };
        Look {
            standing,
            ..Look::default()
        }
    }

    fn levels(look: Result<&Look, &StoreError>, log: u64) -> Vec<(&'static str, Level)> {
        let found = database(look, 4_096, log).into_iter();
        found.map(|f| (f.check, f.level)).collect()
    }

    #[test]
    fn a_database_is_whole_and_of_this_version() {
        let fine = [
            ("database", Level::Ok),
            ("schema", Level::Ok),
            ("changes", Level::Ok),
        ];
        assert_eq!(levels(Ok(&whole()), 0), fine);
        let mut behind = whole();
        behind.standing.pending.push("x".to_owned());
        assert_eq!(levels(Ok(&behind), 0)[1], ("schema", Level::Notice));
        let mut newer = whole();
        newer.standing.newer = Some("9".to_owned());
        assert_eq!(levels(Ok(&newer), 0)[1], ("schema", Level::Bad));
        assert_eq!(levels(Ok(&Look::default()), 0)[1], ("schema", Level::Bad));
        let damaged = Look {
            damage: vec!["page 3 is never used".to_owned()],
            ..whole()
        };
        assert_eq!(levels(Ok(&damaged), 0), [("database", Level::Bad)]);
        let why = StoreError::Mismatch("x".to_owned());
        assert_eq!(levels(Err(&why), 0), [("database", Level::Bad)]);
        assert_eq!(levels(Ok(&whole()), 1 << 30)[2], ("changes", Level::Notice));
    }

    #[test]
    fn a_clock_that_was_set_back_is_seen() {
        let level = |now, newest| clock_sense(now, newest).level;
        assert_eq!(level(NOW, None), Level::Ok);
        assert_eq!(level(NOW, Some(NOW + 59_000)), Level::Ok);
        assert_eq!(level(NOW, Some(NOW + 61_000)), Level::Bad);
        assert_eq!(level(0, None), Level::Bad);
        assert_eq!(level(5_000_000_000_000, None), Level::Bad);
        assert_eq!(clock_kept(None), None);
        assert_eq!(
            clock_kept(Some(false)).map(|f| f.level),
            Some(Level::Notice)
        );
        assert_eq!(clock_kept(Some(true)).map(|f| f.level), Some(Level::Ok));
    }

    #[test]
    fn what_must_be_private_is() {
        let level = |mode| private("token", Path::new("t"), mode, ok("token", "none")).level;
        assert_eq!(level(None), Level::Ok);
        assert_eq!(level(Some(0o600)), Level::Ok);
        assert_eq!(level(Some(0o640)), Level::Bad);
        assert_eq!(key(false, None), None);
        assert_eq!(key(true, None).map(|f| f.level), Some(Level::Ok));
        assert_eq!(
            key(true, Some(String::new())).map(|f| f.level),
            Some(Level::Bad)
        );
    }
}
