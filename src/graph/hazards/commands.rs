//! What the words of one command make of it: a shell, a declaration, a reader of code.

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

/// Variables whose values the shells themselves run, expand or compute with.
pub(super) const RUN_BY_SHELL: &[&[u8]] = &[
    b"PS0",
    b"PS1",
    b"PS2",
    b"PS4",
    b"PROMPT_COMMAND",
    b"BASH_ENV",
    b"ENV",
    b"BASH_ALIASES",
    b"RANDOM",
    b"SRANDOM",
    b"SECONDS",
    b"OPTIND",
    b"HISTCMD",
    b"LINENO",
    b"EPOCHSECONDS",
    b"BASHPID",
    b"COMP_CWORD",
];

/// Where a command's name stands: behind assignments, and the same behind `command`, `exec` and
/// words that may turn out to be nothing.
pub(super) fn heads(words: &[Vec<u8>]) -> (usize, usize) {
    let mut head = words.iter().take_while(|w| assignment(w).is_some()).count();
    // `time` is no word; its option is.
    head += usize::from(words.get(head).is_some_and(|w| w == b"-p"));
    let first = head;
    while let Some(word) = words.get(head).map(Vec::as_slice) {
        let next = words.get(head + 1).map_or(&b""[..], Vec::as_slice);
        match word {
            b"command"
                if next.starts_with(b"-") && next.iter().any(|b| matches!(b, b'v' | b'V')) =>
            {
                break;
            }
            b"command" | b"builtin" | b"exec" | b"coproc" => head += 1,
            b"-a" if head > first => head += 2,
            [b'-', ..] if head > first => head += 1,
            b"\0" if runs_words(next) => head += 1,
            _ => break,
        }
    }
    (first, head)
}

/// Whether a command runs its words, so that a variable before it, when empty, changes nothing.
fn runs_words(word: &[u8]) -> bool {
    is_source(word) || matches!(word, b"eval" | b"trap" | b"command" | b"builtin" | b"exec")
}

/// Whether a command of this name runs the file that it is given.
pub(super) fn is_source(word: &[u8]) -> bool {
    matches!(word, b"." | b"source")
}

/// The program that a word names, without its path; nothing when it cannot be read.
pub(super) fn program(word: &[u8]) -> &str {
    std::str::from_utf8(word).map_or("", base)
}

/// Operators of conditions that take what stands on both sides, or behind them, for arithmetic or
/// for a name.
pub(super) fn computes_both(word: &[u8]) -> bool {
    matches!(word, b"-eq" | b"-ne" | b"-lt" | b"-le" | b"-gt" | b"-ge")
}

/// Whether a command gives variables what it reads.
pub(super) fn reads(words: &[Vec<u8>], head: usize) -> bool {
    let reads = |w: &Vec<u8>| matches!(w.as_slice(), b"read" | b"mapfile" | b"readarray");
    words.get(head).is_some_and(reads)
}

/// The names of variables to which `read` and its like give values.
pub(super) fn read_names(words: &[Vec<u8>], head: usize) -> impl Iterator<Item = &[u8]> {
    let named = if reads(words, head) {
        &words[head + 1..]
    } else {
        &[]
    };
    let name = |w: &&Vec<u8>| !w.starts_with(b"-");
    // Without a name these are set.
    let own: &[&[u8]] = match words.get(head).map(Vec::as_slice) {
        Some(b"read") => &[b"REPLY"],
        Some(b"mapfile" | b"readarray") => &[b"MAPFILE"],
        _ => &[],
    };
    let own = own.iter().copied();
    named.iter().filter(name).map(Vec::as_slice).chain(own)
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
