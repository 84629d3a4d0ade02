//! Names for what has none.

use std::collections::BTreeSet;

use crate::graph::identifiers::is_identifier;
use crate::graph::policy::When;

/// Programs that run another one, which says more.
const WRAPPERS: &[&str] = &[
    "bash",
    "chronic",
    "chrt",
    "command",
    "dash",
    "env",
    "exec",
    "flock",
    "ionice",
    "nice",
    "nohup",
    "perl",
    "php",
    "python",
    "python3",
    "ruby",
    "setsid",
    "sh",
    "sudo",
    "systemd-cat",
    "taskset",
    "time",
    "timeout",
    "zsh",
];
/// The most characters of a name that is made here.
const MOST: usize = 60;
/// The most characters of a name that the other program has given: with a number behind it, it fits.
const MOST_GIVEN: usize = 180;

/// What a command may be called: its program, without directory and ending.
pub(super) fn of_command(command: &str) -> Option<String> {
    // `cd somewhere && program`
    let parts = command.split(['&', ';', '|', '\n', '(', ')', '{', '}']);
    let named = |part: &str| {
        let mut words = part.split_whitespace();
        words.find_map(|word| {
            let word = word.trim_matches(['"', '\'']);
            let base = word.rsplit('/').next().unwrap_or_default();
            let bare = base.split_once('.').map_or(base, |(stem, _)| stem);
            let option = word.starts_with('-') || word.contains(['=', '$', '<', '>', '`', '*']);
            let number = word.starts_with(|c: char| c.is_ascii_digit());
            let lock = word.ends_with(".lock") || word.ends_with(".pid");
            let passed = option || number || lock || WRAPPERS.contains(&bare);
            (!passed && !bare.is_empty()).then(|| plain(bare))
        })
    };
    let idle = [
        "cd", "set", "export", "test", "[", "[[", "sleep", "true", ".",
    ];
    let mut names = parts.filter_map(named);
    names.find(|name| !name.is_empty() && !idle.contains(&name.as_str()))
}

/// Letters, digits, `_`, `-` and `.` of a text, with `-` for anything else.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().take(MOST) {
        let keeps = c.is_alphanumeric() || matches!(c, '_' | '.');
        match keeps {
            true => out.push(c),
            false if out.ends_with('-') => {}
            false => out.push('-'),
        }
    }
    out.trim_matches(['-', '.']).to_owned()
}

/// The names that no vertex may have: those of the scripts after the verdict.
pub(super) fn reserved() -> BTreeSet<String> {
    When::ALL.map(|when| when.word().to_owned()).into()
}

/// Whether a variable of scripts may be called so.
pub(super) fn is_variable(name: &str) -> bool {
    is_identifier(name) && !name.starts_with("TRACKYARD_") && !name.starts_with("TY_")
}

/// A name that a vertex may have, for what the other program calls so.
pub(super) fn vertex(taken: &mut BTreeSet<String>, given: &str) -> String {
    let one = |c: char| if c.is_control() { '-' } else { c };
    let name = given.chars().take(MOST_GIVEN).map(one).collect();
    unique(taken, name)
}

/// The name, with a number behind it where it is taken.
pub(super) fn unique(taken: &mut BTreeSet<String>, name: String) -> String {
    let numbered = |n: usize| match n {
        1 => name.clone(),
        n => format!("{name}-{n}"),
    };
    let free = (1..).map(numbered).find(|name| !taken.contains(name));
    let free = free.unwrap_or_default();
    taken.insert(free.clone());
    free
}

#[cfg(test)]
mod tests {
    use super::{MOST_GIVEN, of_command, plain, reserved, vertex};

    #[test]
    fn a_command_is_called_after_its_program() {
        let cases = [
            ("/usr/local/bin/backup.sh --all >/dev/null", Some("backup")),
            ("cd /srv/app && ./bin/clean-up", Some("clean-up")),
            (
                "LANG=C /usr/bin/flock -n /run/x.lock /opt/sync.py -v",
                Some("sync"),
            ),
            (
                "test -x /usr/sbin/anacron || run-parts /etc/cron.daily",
                Some("run-parts"),
            ),
            ("$HOME/x", None),
            ("", None),
        ];
        for (command, expected) in cases {
            assert_eq!(of_command(command).as_deref(), expected, "{command}");
        }
        assert_eq!(plain("Build & test (all)!"), "Build-test-all");
    }

    #[test]
    fn a_vertex_gets_a_name_that_it_may_have() {
        let mut taken = reserved();
        let long = "x".repeat(300);
        for (given, expected) in [
            ("out/a b", "out/a b"),
            ("a\u{7}b", "a-b"),
            ("a-b", "a-b-2"),
            ("on_exit", "on_exit-2"),
            (long.as_str(), &long[..MOST_GIVEN]),
        ] {
            assert_eq!(vertex(&mut taken, given), expected);
        }
    }
}
