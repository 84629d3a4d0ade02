//! What the words of one command make of it: a shell, a declaration, a reader of code.

use crate::graph::lexer::{Command, Lexed};
use crate::graph::script::base;

/// Commands whose every word is, or may become, code or the name of a variable.
pub(super) const PARSE_AGAIN: &[&[u8]] = &[
    b"eval",
    b"trap",
    b"let",
    b"unset",
    b"read",
    b"alias",
    b"mapfile",
    b"readarray",
    b"getopts",
    b"bind",
    b"complete",
    b"compgen",
    b"enable",
    b"fc",
];

/// Commands that give variables values; their other words are names.
pub(super) const DECLARE: &[&[u8]] = &[b"declare", b"typeset", b"export", b"readonly", b"local"];

/// Programs that take a script as an argument after `-c`, and from their standard input.
const SHELLS: &[&str] = &[
    "sh", "bash", "dash", "ash", "ksh", "mksh", "zsh", "su", "runuser",
];

/// Programs that take code from their standard input but not after `-c` alone.
const READ_CODE: &[&str] = &[
    "ssh", "perl", "ruby", "node", "php", "python", "python2", "python3",
];

/// Variables whose values the shells themselves run or expand.
pub(super) const RUN_BY_SHELL: &[&[u8]] = &[
    b"PS0",
    b"PS1",
    b"PS2",
    b"PS4",
    b"PROMPT_COMMAND",
    b"BASH_ENV",
    b"ENV",
];

/// The first word that is no assignment and no `command` or `builtin` before another.
pub(super) fn head(words: &[Vec<u8>]) -> usize {
    let passed =
        |w: &Vec<u8>| matches!(w.as_slice(), b"command" | b"builtin" | b"exec" | b"coproc");
    let assignments = words.iter().take_while(|w| assignment(w).is_some()).count();
    let mut head = assignments;
    while words
        .get(head)
        .is_some_and(|w| passed(w) || (head > assignments && w.starts_with(b"-")))
    {
        head += 1;
    }
    head
}

/// Whether a command of this name runs the file that it is given.
pub(super) fn is_source(word: &[u8]) -> bool {
    matches!(word, b"." | b"source")
}

/// Whether a word names a program that may read its program from its standard input.
pub(super) fn is_interpreter(word: &[u8]) -> bool {
    let program = program(word);
    SHELLS.contains(&program) || READ_CODE.contains(&program)
}

/// The program that a word names, without its path; nothing when it cannot be read.
pub(super) fn program(word: &[u8]) -> &str {
    std::str::from_utf8(word).map_or("", base)
}

/// Whether a command takes its program from standard input: a shell with nothing to run after it.
pub(super) fn reads_program(command: &Command) -> bool {
    if command.piped_from.is_none() {
        return false;
    }
    if command.words.first().is_some_and(|w| is_source(w)) {
        return true;
    }
    // `ssh` is passed over, so that a shell which it is told to run is found after it.
    let shell = |w: &Vec<u8>| is_interpreter(w) && program(w) != "ssh";
    let Some(at) = command.words.iter().position(shell) else {
        return false;
    };
    let rest = &command.words[at + 1..];
    let from_input = |w: &Vec<u8>| w.starts_with(b"-") || w.starts_with(b"+") || w == b"/dev/stdin";
    script_argument(&command.words).is_none() && rest.first().is_none_or(from_input)
}

/// The word that a shell in this command takes as its script after `-c`.
pub(super) fn script_argument(words: &[Vec<u8>]) -> Option<usize> {
    let shell = words.iter().position(|w| SHELLS.contains(&program(w)))?;
    let user_first = matches!(program(&words[shell]), "su" | "runuser");
    let option = |w: &[u8]| matches!(w, [b'-' | b'+', _, ..]);
    let takes =
        |w: &[u8]| (option(w) && w[1] != b'-' && w.contains(&b'c')) || w.starts_with(b"--command");
    // `-o pipefail` and parts that are not literal may stand before `-c`; a file ends the options.
    let mut before = &b""[..];
    for (at, word) in words.iter().enumerate().skip(shell + 1) {
        if takes(word) {
            if word.contains(&b'=') {
                return Some(at);
            }
            let script = words[at + 1..].iter().position(|w| !option(w)).unwrap_or(0);
            return Some(at + 1 + script);
        }
        let value = matches!(
            before,
            b"-o" | b"+o" | b"-O" | b"+O" | b"--rcfile" | b"--init-file"
        );
        if !option(word) && !value && !word.contains(&0) && !user_first {
            return None;
        }
        before = word;
    }
    None
}

/// Whether any command of the script declares variables that bash evaluates when they are set.
pub(super) fn computes(lexed: &Lexed) -> bool {
    lexed.commands.iter().any(|c| {
        let declares = c.words.iter().position(|w| DECLARE.contains(&w.as_slice()));
        declares.is_some_and(|at| {
            c.words[at..]
                .iter()
                .any(|w| w.starts_with(b"-") && w.iter().any(|b| matches!(b, b'i' | b'n')))
        })
    })
}

/// The name that a word like `NAME=...` or `NAME+=...` gives a value to.
pub(in crate::graph) fn assignment(word: &[u8]) -> Option<&[u8]> {
    let at = word.iter().position(|b| *b == b'=')?;
    let name = word[..at].strip_suffix(b"+").unwrap_or(&word[..at]);
    let name = name.split(|b| *b == b'[').next().unwrap_or(name);
    let valid = name.first().is_some_and(|b| !b.is_ascii_digit())
        && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_');
    valid.then_some(name)
}
