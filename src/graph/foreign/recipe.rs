//! The recipe of a makefile's rule as one script: each line in a shell of its own, as make runs it.

/// How the lines of recipes are run.
#[derive(Debug, Clone, Default)]
pub(super) struct Shell {
    /// Another shell than `/bin/sh`.
    pub(super) path: Option<String>,
    /// Its options, without `-c`.
    pub(super) flags: Vec<String>,
    /// A recipe is one text, not a line after the other.
    pub(super) one: bool,
}

/// Commands that change the shell that runs them.
const CHANGE: &[&str] = &[
    ".", "alias", "cd", "eval", "exec", "exit", "export", "popd", "pushd", "read", "return", "set",
    "shift", "source", "trap", "ulimit", "umask", "unset",
];

impl Shell {
    /// A script that does what make does with these lines.
    pub(super) fn script(&self, lines: &[String]) -> String {
        let mut script = String::new();
        if let Some(path) = &self.path {
            script.push_str(&format!("#!{path}\n"));
            // Without this a script of `/bin/sh` stops at the first failure by itself.
            script.push_str("set -e\n");
        }
        let flags = self.flags.join(" ");
        if !flags.is_empty() {
            script.push_str(&format!("set {flags}\n"));
        }
        if self.one {
            for line in lines {
                script.push_str(bare(line).0);
                script.push('\n');
            }
            return script;
        }
        // Its own shell ends with what its last command says, whatever came before.
        let goes_on = if self.flags.is_empty() {
            "set +e\n"
        } else {
            ""
        };
        for line in lines {
            let (text, ignored) = bare(line);
            if text.is_empty() {
                continue;
            }
            let line = match (is_simple(text), ignored) {
                (true, false) => text.to_owned(),
                (true, true) => format!("{text} || true"),
                (false, false) if lines.len() == 1 => format!("{goes_on}{text}"),
                (false, false) => format!("(\n{goes_on}{text}\n)"),
                (false, true) => format!("(\n{goes_on}{text}\n) || true"),
            };
            script.push_str(&line);
            script.push('\n');
        }
        script
    }
}

/// A line without the signs before it, and whether its failure is ignored.
fn bare(line: &str) -> (&str, bool) {
    let text = line.trim_start_matches(['@', '-', '+', ' ', '\t']);
    let signs = &line[..line.len() - text.len()];
    (text, signs.contains('-'))
}

/// Whether a line is one command that leaves its shell as it was.
fn is_simple(line: &str) -> bool {
    let first = line.split_whitespace().next().unwrap_or_default();
    let quiet = |c: char| {
        !matches!(
            c,
            ';' | '|' | '&' | '(' | ')' | '\n' | '{' | '}' | '!' | '#'
        )
    };
    line.chars().all(quiet) && !first.contains('=') && !CHANGE.contains(&first)
}

#[cfg(test)]
mod tests {
    use super::Shell;

    fn script(shell: &Shell, lines: &[&str]) -> String {
        let lines: Vec<String> = lines.iter().map(|l| (*l).to_owned()).collect();
        shell.script(&lines)
    }

    #[test]
    fn each_line_has_a_shell_of_its_own() {
        let plain = Shell::default();
        assert_eq!(
            script(&plain, &["@echo a", "-rm x"]),
            "echo a\nrm x || true\n"
        );
        assert_eq!(
            script(&plain, &["cd src && make", "pwd"]),
            "(\nset +e\ncd src && make\n)\npwd\n"
        );
        let bash = Shell {
            path: Some("/bin/bash".to_owned()),
            flags: vec!["-eu".to_owned()],
            one: true,
        };
        assert_eq!(
            script(&bash, &["cd src", "pwd"]),
            "#!/bin/bash\nset -e\nset -eu\ncd src\npwd\n"
        );
    }
}
