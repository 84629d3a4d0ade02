//! What facts about the machine mean for a server: disk, limits, interpreters, address. Nothing is
//! read here.

use super::checks::{Finding, bad, notice, ok};
use crate::cli::output::size;

/// Room that a database and a reserve need in any case.
const LEAST_ROOM: u64 = 64 << 20;
/// Processes beside the scripts: supervisors, shells that check, threads of the server.
const PROCESSES_BESIDE: u64 = 64;
/// Processes that an ordinary script has at the same time.
const PROCESSES_OF_A_SCRIPT: u64 = 8;
/// Logs that are followed at the same time on an ordinary day.
const FEWEST_FOLLOWED: u64 = 16;

/// The free room, and what the scripts that run at once may print by the settings.
pub(super) fn room(free: u64, slots: u32, log_cap: u64) -> Finding {
    const NAME: &str = "disk";
    let most = log_cap.saturating_mul(slots.into());
    let says = format!("{} free", size(free));
    if free < LEAST_ROOM {
        return bad(NAME, says, "make room: results could not be written");
    }
    if free < most {
        let says = format!(
            "{says}, and the logs of {slots} scripts may take {}",
            size(most)
        );
        return notice(NAME, says, "make room, or lower `log_cap_bytes`");
    }
    ok(NAME, says)
}

/// The kind of the file system, by the number that the kernel gives it.
pub(super) fn file_system(magic: u64) -> Finding {
    const NAME: &str = "file-system";
    let remote = match magic {
        0x6969 => Some("NFS"),
        0xff53_4d42 | 0xfe53_4d42 => Some("a Windows share"),
        0x0102_1997 => Some("9p"),
        _ => None,
    };
    match (remote, magic) {
        (Some(kind), _) => notice(
            NAME,
            format!(
                "the data directory is on {kind}: locks and the database's memory need a disk of this machine"
            ),
            "give a data directory on a local disk",
        ),
        (None, 0x0102_1994) => notice(
            NAME,
            "the data directory is in memory (tmpfs): it is lost when the machine is restarted",
            "give a data directory on a disk, unless that is meant",
        ),
        (None, 0x6573_5546) => notice(
            NAME,
            "the data directory is on a file system of a program (FUSE): it may be remote, and slow",
            "give a data directory on a local disk",
        ),
        (None, _) => ok(NAME, "of this machine"),
    }
}

/// Owner and mode of the data directory.
pub(super) fn directory(owner: u32, us: u32, mode: u32) -> Finding {
    const NAME: &str = "data";
    if owner != us {
        return bad(
            NAME,
            format!("the data directory belongs to user {owner}, and this is user {us}"),
            "call as that user, or give the directory away with `chown -R`",
        );
    }
    if mode & 0o022 != 0 {
        return bad(
            NAME,
            format!("others can write into the data directory (mode {mode:o})"),
            "`chmod 700` it",
        );
    }
    if mode & 0o055 != 0 {
        return notice(
            NAME,
            format!(
                "others can list the data directory (mode {mode:o}); the files in it are private"
            ),
            "`chmod 700` it",
        );
    }
    ok(NAME, format!("ours alone (mode {mode:o})"))
}

/// File handles: how many a process may have at most, and how many the settings ask for.
pub(super) fn handles(most: u64, wanted: u64, reserved: u64) -> Finding {
    const NAME: &str = "handles";
    let says = format!("{most} open files");
    let raise = "raise the hard limit (`LimitNOFILE=` of the unit, `ulimit -Hn`)";
    if most < reserved {
        let says = format!("{says}, and the server keeps {reserved} for itself");
        return bad(NAME, says, raise);
    }
    if most < wanted {
        let says = format!("{says}: fewer connections than `max_connections` ({wanted} would do)");
        return notice(NAME, says, raise);
    }
    ok(NAME, says)
}

/// Processes of this user; none: no limit.
pub(super) fn processes(most: Option<u64>, slots: u32) -> Finding {
    const NAME: &str = "processes";
    let Some(most) = most else {
        return ok(NAME, "no limit");
    };
    let needed = u64::from(slots) * PROCESSES_OF_A_SCRIPT + PROCESSES_BESIDE;
    let says = format!("{most} for this user");
    if most < u64::from(slots) {
        let says = format!("{says}, fewer than the {slots} slots");
        return bad(NAME, says, "raise the limit (`LimitNPROC=`, `ulimit -u`)");
    }
    if most < needed {
        let says = format!("{says}; {slots} slots with ordinary scripts need about {needed}");
        return notice(NAME, says, "raise the limit, or give fewer `slots`");
    }
    ok(NAME, says)
}

/// What the kernel gives for following logs; none: it cannot be read.
pub(super) fn following(instances: Option<u64>) -> Finding {
    const NAME: &str = "following";
    match instances {
        None => notice(
            NAME,
            "the limits of inotify cannot be read",
            "is `/proc` mounted?",
        ),
        Some(n) if n < FEWEST_FOLLOWED => notice(
            NAME,
            format!("{n} logs can be followed at the same time"),
            "raise `fs.inotify.max_user_instances`",
        ),
        Some(n) => ok(NAME, format!("{n} logs can be followed at the same time")),
    }
}

/// A directory in which scripts look for programs.
pub(super) struct PathEntry {
    pub(super) dir: String,
    pub(super) there: bool,
    /// Everybody may write into it.
    pub(super) open: bool,
}

/// Where scripts look for programs, and the shells that are found there.
pub(super) fn interpreters(bin_sh: bool, path: &[PathEntry], shells: &[String]) -> Finding {
    const NAME: &str = "programs";
    if !bin_sh {
        return bad(NAME, "`/bin/sh` cannot be run", "install a shell");
    }
    let mend = "mend `script_path`";
    let open: Vec<&str> = path
        .iter()
        .filter(|e| e.open)
        .map(|e| e.dir.as_str())
        .collect();
    if !open.is_empty() {
        let says = format!("everybody may put programs into `{}`", open.join("`, `"));
        return bad(NAME, says, "take that right away, or mend `script_path`");
    }
    if path.iter().all(|entry| !entry.there) {
        return bad(NAME, "no directory of `script_path` is there", mend);
    }
    ok(
        NAME,
        format!("`/bin/sh`, and in `script_path`: {}", shells.join(", ")),
    )
}

/// What the kernel can do that running scripts needs: `(what, whether it does)`.
pub(super) fn kernel(features: &[(&str, bool)]) -> Finding {
    let missing: Vec<&str> = features.iter().filter(|f| !f.1).map(|f| f.0).collect();
    if missing.is_empty() {
        let all: Vec<&str> = features.iter().map(|f| f.0).collect();
        return ok("kernel", all.join(", "));
    }
    let says = format!("it has no {}", missing.join(", no "));
    bad(
        "kernel",
        says,
        "use Linux 5.3 or later, with `/proc`, and let it through the sandbox",
    )
}

/// Who answers at the address of the settings.
pub(super) enum Answers {
    /// Our server, of this version.
    Ours { url: String, version: String },
    /// Our server should, and does not.
    Silent(String),
    /// Somebody works on the data directory and serves nothing.
    Busy(String),
    /// Nobody: it is free.
    Free(String),
    /// Somebody else.
    Taken(String),
}

/// The address, and who works on the data directory.
pub(super) fn server(answers: &Answers, version: &str) -> Finding {
    const NAME: &str = "server";
    match answers {
        Answers::Ours { url, version: v } if v == version => ok(NAME, format!("answers at {url}")),
        Answers::Ours { url, version: v } => notice(
            NAME,
            format!("answers at {url}, with version {v}; this is {version}"),
            "start the server again with this version",
        ),
        Answers::Silent(why) => bad(
            NAME,
            format!("it has the data directory and does not answer ({why})"),
            "look at its log; end it and start it again if it hangs (scripts go on)",
        ),
        Answers::Busy(who) => ok(NAME, format!("none; {who} works here")),
        Answers::Free(address) => ok(NAME, format!("none; {address} is free")),
        Answers::Taken(why) => notice(NAME, format!("none; {why}"), ""),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Answers, PathEntry, directory, file_system, following, handles, interpreters, kernel,
        processes, room, server,
    };
    use crate::cli::keep::checks::Level::{Bad, Notice, Ok};

    #[test]
    fn room_is_what_the_settings_may_take() {
        assert_eq!(room(1 << 30, 8, 64 << 20).level, Ok);
        assert_eq!(room(500 << 20, 8, 64 << 20).level, Notice);
        assert_eq!(room(60 << 20, 1, 1 << 10).level, Bad);
    }

    #[test]
    fn file_systems_that_lose_or_share_are_named() {
        for (magic, level) in [
            (0xef53, Ok),
            (0x6969, Notice),
            (0x0102_1994, Notice),
            (0x6573_5546, Notice),
        ] {
            assert_eq!(file_system(magic).level, level, "{magic:x}");
        }
        assert!(file_system(0x6969).says.contains("NFS"));
    }

    #[test]
    fn a_directory_is_ours_alone() {
        assert_eq!(directory(1, 1, 0o700).level, Ok);
        assert_eq!(directory(1, 1, 0o755).level, Notice);
        assert_eq!(directory(1, 1, 0o770).level, Bad);
        assert_eq!(directory(0, 1, 0o700).level, Bad);
    }

    #[test]
    fn limits_are_held_against_the_settings() {
        assert_eq!(handles(4_096, 2_000, 96).level, Ok);
        assert_eq!(handles(1_024, 2_000, 96).level, Notice);
        assert_eq!(handles(64, 2_000, 96).level, Bad);
        assert_eq!(processes(None, 8).level, Ok);
        assert_eq!(processes(Some(1_000), 8).level, Ok);
        assert_eq!(processes(Some(100), 8).level, Notice);
        assert_eq!(processes(Some(7), 8).level, Bad);
        assert_eq!(following(Some(128)).level, Ok);
        assert_eq!(following(Some(8)).level, Notice);
        assert_eq!(following(None).level, Notice);
    }

    #[test]
    fn programs_are_found_where_nobody_else_puts_them() {
        let entry = |there, open| PathEntry {
            dir: "/bin".to_owned(),
            there,
            open,
        };
        let shells = ["sh".to_owned()];
        assert_eq!(interpreters(true, &[entry(true, false)], &shells).level, Ok);
        assert_eq!(interpreters(true, &[entry(true, true)], &shells).level, Bad);
        assert_eq!(
            interpreters(true, &[entry(false, false)], &shells).level,
            Bad
        );
        assert_eq!(
            interpreters(false, &[entry(true, false)], &shells).level,
            Bad
        );
        assert_eq!(kernel(&[("pidfd", true)]).level, Ok);
        let lacks = kernel(&[("pidfd", false), ("memfd", true)]);
        assert_eq!((lacks.level, lacks.says.as_str()), (Bad, "it has no pidfd"));
    }

    #[test]
    fn who_answers_is_told() {
        let ours = |version: &str| Answers::Ours {
            url: "http://x".to_owned(),
            version: version.to_owned(),
        };
        let text = || "x".to_owned();
        for (answers, level) in [
            (ours("1"), Ok),
            (ours("2"), Notice),
            (Answers::Silent(text()), Bad),
            (Answers::Busy(text()), Ok),
            (Answers::Free(text()), Ok),
            (Answers::Taken(text()), Notice),
        ] {
            assert_eq!(server(&answers, "1").level, level);
        }
    }
}
