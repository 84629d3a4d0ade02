//! Shells and other programs that read code, and the options after which they do.

use super::commands::program;

/// Programs that take a script as an argument after `-c`, and from their standard input.
const SHELLS: &[&str] = &[
    "sh", "bash", "rbash", "dash", "ash", "ksh", "mksh", "zsh", "fish", "csh", "tcsh", "su",
    "runuser", "sg",
];

/// One kind of program: its names, letters of short options after which code stands, of those after
/// which a file with code stands, and of those with another value.
pub(super) type Kind = (
    &'static [&'static str],
    &'static [u8],
    &'static [u8],
    &'static [u8],
);

const KINDS: &[Kind] = &[
    (&["python", "pypy"], b"c", b"m", b"WXQ"),
    (&["perl"], b"eE", b"", b"IM"),
    (&["ruby"], b"e", b"", b"IrC"),
    (&["node", "nodejs"], b"ep", b"", b"rC"),
    (&["php"], b"rBRE", b"fF", b"cdz"),
    (&["lua", "Rscript"], b"e", b"", b"l"),
    (AWKS, b"e", b"f", b"vFW"),
    (SEDS, b"e", b"f", b"l"),
    (&["script"], b"c", b"", b"BEIOTmot"),
    (&["ssh", "autossh"], b"o", b"", b"bcDEeFIiJLlmMOPpQRSWw"),
    (&["watch"], b"", b"", b"nq"),
];
const AWKS: &[&str] = &["awk", "gawk", "mawk", "nawk"];
const SEDS: &[&str] = &["sed", "gsed"];

/// Programs that run each line, or all, of their standard input when they are given no command.
const LINES: &[&str] = &["at", "batch", "parallel", "crontab", "tclsh"];

/// A program's name without the version behind it.
fn unversioned(word: &[u8]) -> &str {
    let name = program(word);
    name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.')
        .trim_end_matches('-')
}

/// What kind of program a word names.
pub(super) fn kind(word: &[u8]) -> Option<&'static Kind> {
    let name = unversioned(word);
    KINDS.iter().find(|(names, ..)| names.contains(&name))
}

/// Whether a word names a shell.
pub(super) fn is_shell(word: &[u8]) -> bool {
    SHELLS.contains(&unversioned(word))
}

/// Whether a word names a program that reads code.
pub(super) fn is_interpreter(word: &[u8]) -> bool {
    is_shell(word) || kind(word).is_some() || runs_lines(word)
}

/// Whether a word is a name of the standard input.
pub(super) fn is_input(word: &[u8]) -> bool {
    matches!(
        word,
        b"-" | b"/dev/stdin" | b"/dev/fd/0" | b"/proc/self/fd/0"
    )
}

/// Whether a program takes commands of its own, some of which run others, from its input.
pub(super) fn takes_statements(words: &[Vec<u8>], at: usize) -> bool {
    let rest = &words[at + 1..];
    let has = |option: &[u8]| rest.iter().any(|w| w.starts_with(option));
    match program(&words[at]) {
        "sqlite3" | "ed" | "ex" | "dc" | "bc" | "m4" | "expect" | "gnuplot" | "ftp" | "sftp"
        | "lftp" => true,
        "vi" | "vim" => has(b"-e"),
        "psql" => !has(b"-c") && !has(b"-f"),
        "mysql" | "mariadb" => !has(b"-e"),
        "make" | "gmake" => has(b"-f-") || rest.windows(2).any(|w| w[0] == b"-f" && w[1] == b"-"),
        _ => false,
    }
}

/// The words that such a program takes its commands from.
pub(super) fn statements(words: &[Vec<u8>], at: usize) -> Vec<usize> {
    let rest = || at + 1..words.len();
    let behind = |options: &'static [&'static [u8]]| {
        let given = |i: &usize| options.contains(&words[*i - 1].as_slice());
        rest().filter(given).collect()
    };
    match program(&words[at]) {
        // Behind the name of the database.
        "sqlite3" => {
            let plain = rest().filter(|i| !words[*i].starts_with(b"-"));
            plain.skip(1).collect()
        }
        "psql" => behind(&[b"-c", b"--command"]),
        "mysql" | "mariadb" => behind(&[b"-e", b"--execute"]),
        "make" | "gmake" => rest().filter(|i| words[*i].contains(&b'=')).collect(),
        "vim" | "vi" | "ex" | "gdb" => behind(&[b"-c", b"-ex"]),
        _ => Vec::new(),
    }
}

/// Whether a program runs lines of its input.
pub(super) fn runs_lines(word: &[u8]) -> bool {
    LINES.contains(&program(word))
}
