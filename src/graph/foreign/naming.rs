//! Names for what has none.

use std::collections::BTreeSet;

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
    use super::{of_command, plain};

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
}
