//! Which program runs a script: its shebang line, else `/bin/sh -e`.

/// Options of `env` whose value is the next word.
const ENV_VALUED: &[&str] = &["-u", "--unset", "-C", "--chdir", "-a", "--argv0"];

/// Options of bash in words, which it takes with one dash, too.
const LONG: &[&str] = &[
    "login",
    "noediting",
    "noprofile",
    "norc",
    "posix",
    "restricted",
    "verbose",
];

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
    env_words(argument).next().unwrap_or("")
}

/// That program and its arguments.
fn env_words(argument: &str) -> impl Iterator<Item = &str> {
    let words = argument
        .strip_prefix("-S")
        .or_else(|| argument.strip_prefix("--split-string="));
    let words = words.unwrap_or(argument).split([' ', '\t']);
    let mut words = words.filter(|w| !w.is_empty()).peekable();
    let mut value = false;
    while let Some(word) = words.peek() {
        // `-u NAME` and the like take the word after them; `-uNAME` has it already.
        let option = word.starts_with('-');
        if !value && !option && !word.contains('=') {
            break;
        }
        value = !value && ENV_VALUED.contains(word);
        words.next();
    }
    words
}

/// Why an option of a shell in the first line makes something else of the script than what is
/// checked and run, if one does.
pub(super) fn unusable_option(interpreter: &Interpreter) -> Option<&'static str> {
    if !interpreter.shell {
        return None;
    }
    let argument = interpreter.argv.get(1).map_or("", String::as_str);
    let mut options: Box<dyn Iterator<Item = &str>> = match interpreter.by_env() {
        Some(_) => Box::new(env_words(argument).skip(1)),
        None => Box::new(argument.split([' ', '\t'])),
    };
    options.find_map(|word| {
        let letters = word.strip_prefix('-').unwrap_or_default();
        let short = !letters.starts_with('-') && !LONG.contains(&letters);
        let has = |some: &[char]| short && letters.contains(some);
        if has(&['i', 'H']) || word == "histexpand" {
            Some("lets the shell expand `!`, which would change values; remove `-i` and `-H`")
        } else if has(&['n', 'D']) || word == "noexec" {
            Some("lets the shell read the script and runs nothing of it; remove `-n`")
        } else if has(&['c']) {
            Some("takes the path of the script for the commands itself; remove `-c`")
        } else if has(&['s']) {
            Some("reads commands from standard input, not from the script; remove `-s`")
        } else {
            None
        }
    })
}

fn is_shell(name: &str) -> bool {
    matches!(name, "sh" | "dash" | "bash")
}

#[cfg(test)]
mod tests {
    use super::{Interpreter, interpreter, shebang, unusable_option};

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
            (
                "#!/usr/bin/env -S -u bash python3",
                &["/usr/bin/env", "-S -u bash python3"],
                false,
            ),
            (
                "#!/usr/bin/env -S -i -C /tmp A=b bash -eu",
                &["/usr/bin/env", "-S -i -C /tmp A=b bash -eu"],
                true,
            ),
            ("#!/usr/bin/perl -i", &["/usr/bin/perl", "-i"], false),
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

    #[test]
    fn options_that_make_a_script_something_else_are_seen() {
        for (script, expected) in [
            ("#!/bin/bash -i", "lets the shell expand `!`"),
            ("#!/bin/bash -eH", "lets the shell expand `!`"),
            ("#!/usr/bin/env -S bash -e -i", "lets the shell expand `!`"),
            (
                "#!/usr/bin/env -S A=b bash -o histexpand",
                "lets the shell expand `!`",
            ),
            ("#!/bin/bash -n", "runs nothing"),
            ("#!/bin/sh -eun", "runs nothing"),
            ("#!/usr/bin/env -S bash -o noexec", "runs nothing"),
            ("#!/bin/bash -c", "commands itself"),
            ("#!/bin/dash -s", "standard input"),
            ("#!/bin/bash -eu", ""),
            ("#!/bin/bash -o pipefail", ""),
            ("#!/bin/bash -norc", ""),
            ("#!/bin/bash -login", ""),
            ("#!/usr/bin/env -S -i bash --posix", ""),
            ("#!/usr/bin/perl -i", ""),
            ("#!/usr/bin/perl -n", ""),
            ("echo -i", ""),
        ] {
            let why = unusable_option(&interpreter(script)).unwrap_or_default();
            assert_eq!(why.is_empty(), expected.is_empty(), "{script}: {why}");
            assert!(why.contains(expected), "{script}: {why}");
        }
    }
}
