//! Which programs write what they are given: in a substitution, or before a reader in a pipeline, a
//! value goes through them.

use super::commands::program;

/// Programs that write their words, or parts of them.
const WORDS: &[&str] = &[
    "echo", "printf", "basename", "dirname", "realpath", "readlink", "expr", "jq", "awk", "gawk",
    "mawk", "yes",
];

/// Programs that write what they read, or parts of it.
const INPUT: &[&str] = &[
    "cat", "tr", "cut", "sed", "sort", "head", "tail", "uniq", "tee", "rev", "tac", "base64",
    "base32", "jq", "awk", "gawk", "mawk", "grep", "egrep", "fgrep", "paste", "fold", "fmt", "nl",
    "xargs", "column", "expand", "unexpand", "iconv", "shuf", "xxd", "gzip", "gunzip", "zcat",
];

/// Whether a command writes its words.
pub(super) fn writes_words(words: &[Vec<u8>], head: usize) -> bool {
    let name = words.get(head).map_or("", |w| program(w));
    WORDS.contains(&name)
}

/// Whether a command writes what it reads.
pub(super) fn writes_input(words: &[Vec<u8>], head: usize) -> bool {
    let name = words.get(head).map_or("", |w| program(w));
    let counts = |w: &Vec<u8>| {
        w.starts_with(b"--count")
            || w.starts_with(b"--quiet")
            || (w.starts_with(b"-") && !w.starts_with(b"--") && w.iter().any(|b| b"cq".contains(b)))
    };
    // `grep -c` writes a number, `grep -q` nothing.
    INPUT.contains(&name) && !(name.ends_with("grep") && words[head + 1..].iter().any(counts))
}
