//! What the programs of one command make of its words and its input.

use super::commands::program;
use super::programs::runs_within;

/// What the programs of one command do with its words and its input.
#[derive(Debug, Default)]
pub(super) struct Runs {
    /// The words that are code.
    pub(super) code: Vec<usize>,
    /// Of those, the ones that a shell is given.
    pub(super) scripts: Vec<usize>,
    /// The words that name files with code.
    pub(super) files: Vec<usize>,
    /// Code comes from the standard input.
    pub(super) reads: bool,
    /// Commands of a program's own come from the standard input.
    pub(super) statements: bool,
    /// The words that hold such commands.
    pub(super) stated: Vec<usize>,
    /// What the author can do instead of writing a value into code.
    pub(super) instead: &'static str,
}

impl Runs {
    /// A shell runs the word at `at`.
    pub(super) fn give(&mut self, at: usize) {
        self.code.push(at);
        self.scripts.push(at);
    }

    /// The program at `next` is given what `xargs`, at `at`, reads, and has no other input.
    pub(super) fn input_as_words(
        &mut self,
        words: &[Vec<u8>],
        at: usize,
        next: usize,
        deep: usize,
    ) {
        let options = &words[at + 1..next.min(words.len())];
        let mut mark = Vec::new();
        for (i, word) in options.iter().enumerate() {
            if let Some(rest) = word.strip_prefix(b"-I") {
                let apart = options.get(i + 1).map_or(&b""[..], Vec::as_slice);
                mark = if rest.is_empty() { apart } else { rest }.to_vec();
            } else if word.starts_with(b"-i") || word.starts_with(b"--replace") {
                mark = b"{}".to_vec();
            }
        }
        let mut inner = runs_within(words, next, deep + 1);
        let is_marked = |w: &Vec<u8>| {
            !mark.is_empty() && w.windows(mark.len()).any(|part| part == mark.as_slice())
        };
        let marked = inner
            .code
            .iter()
            .any(|i| words.get(*i).is_none_or(is_marked));
        let remote = words.get(next).is_some_and(|w| program(w) == "ssh") && mark.is_empty();
        inner.reads = marked || remote || self.reads;
        inner.statements = false;
        *self = inner;
    }
}
