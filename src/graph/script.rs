//! Which program runs a script: its shebang line, else `/bin/sh -e`.

/// The program that a script is given to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpreter {
    /// The program and its arguments; the script's file comes after them.
    pub argv: Vec<String>,
    /// Whether it is a shell (sh, dash, bash) in which placeholders become variables.
    pub shell: bool,
}

impl Interpreter {
    /// The program that `env` looks for in `PATH`, or a path; none when `env` has no part in it.
    pub fn by_env(&self) -> Option<&str> {
        let env = base(&self.argv[0]) == "env";
        env.then(|| by_env(self.argv.get(1).map_or("", String::as_str)))
    }
}

/// The program that runs `script`. A shebang as Linux reads it: the program and at most one
/// argument. Without a usable one: `/bin/sh -e`.
pub fn interpreter(script: &str) -> Interpreter {
    match shebang(script) {
        Some(Ok(interpreter)) => interpreter,
        Some(Err(_)) | None => Interpreter {
            argv: vec!["/bin/sh".to_owned(), "-e".to_owned()],
            shell: true,
        },
    }
}

/// The shebang of `script`: the program, or why it cannot be used. `None` when there is none.
pub(super) fn shebang(script: &str) -> Option<Result<Interpreter, &'static str>> {
    let line = script.strip_prefix("#!")?.split('\n').next().unwrap_or("");
    let blank = |c: char| matches!(c, ' ' | '\t' | '\r');
    let line = line.trim_matches(blank);
    let (program, argument) = line.split_once(blank).unwrap_or((line, ""));
    if program.is_empty() {
        return Some(Err("names no program"));
    }
    if !program.starts_with('/') {
        return Some(Err("names a program without its full path"));
    }
    let argument = argument.trim_matches(blank);
    let mut argv = vec![program.to_owned()];
    if !argument.is_empty() {
        argv.push(argument.to_owned());
    }
    let shell = match base(program) {
        "env" => is_shell(base(by_env(argument))),
        name => is_shell(name),
    };
    Some(Ok(Interpreter { argv, shell }))
}

/// The part of a body before the first line that a shell runs: the shebang line with its line
/// break, or nothing.
pub(super) fn shebang_line(script: &str) -> &str {
    if !script.starts_with("#!") {
        return "";
    }
    &script[..script.find('\n').map_or(script.len(), |at| at + 1)]
}

/// The last part of a path.
pub(super) fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The program that `env ARGUMENT` runs, as far as it can be seen without quotes.
fn by_env(argument: &str) -> &str {
    let words = argument
        .strip_prefix("-S")
        .or_else(|| argument.strip_prefix("--split-string="));
    let mut words = words
        .unwrap_or(argument)
        .split([' ', '\t'])
        .filter(|w| !w.is_empty());
    words
        .find(|w| !w.starts_with('-') && !w.contains('='))
        .unwrap_or("")
}

fn is_shell(name: &str) -> bool {
    matches!(name, "sh" | "dash" | "bash")
}

#[cfg(test)]
mod tests {
    use super::{Interpreter, interpreter, shebang};

    #[test]
    fn reads_the_first_line_as_linux_does() {
        for (script, argv, shell) in [
            ("echo a", &["/bin/sh", "-e"][..], true),
            ("\n#!/bin/bash", &["/bin/sh", "-e"], true),
            ("#!/bin/bash\necho", &["/bin/bash"], true),
            (
                "#!  /bin/bash \t -e -u \necho",
                &["/bin/bash", "-e -u"],
                true,
            ),
            (
                "#!/usr/bin/env -S bash -e\n",
                &["/usr/bin/env", "-S bash -e"],
                true,
            ),
            (
                "#!/usr/bin/env -S A=b python3 -u",
                &["/usr/bin/env", "-S A=b python3 -u"],
                false,
            ),
            (
                "#!/usr/bin/env python3\r\n",
                &["/usr/bin/env", "python3"],
                false,
            ),
            ("#!/usr/bin/env dash", &["/usr/bin/env", "dash"], true),
            ("#!/usr/bin/perl -w", &["/usr/bin/perl", "-w"], false),
            ("#!bash", &["/bin/sh", "-e"], true),
        ] {
            assert_eq!(
                interpreter(script),
                Interpreter {
                    argv: argv.iter().map(|s| (*s).to_owned()).collect(),
                    shell
                }
            );
        }
    }

    #[test]
    fn refuses_a_shebang_without_a_program() {
        for script in ["#!", "#! \n", "#!bash", "#!./x", "#! bin/sh"] {
            assert!(matches!(shebang(script), Some(Err(_))), "{script}");
        }
    }
}
