//! Secrets in what a script prints become `******` before it reaches the disk.
//!
//! Matched are the bytes of each secret and the forms into which tools commonly bring them
//! (`forms`). Only what may still become a match is held back, so a log that is followed stays
//! live; how the output was cut into reads changes nothing.

use std::path::PathBuf;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::forms::forms;
use crate::graph::{Hidden, MASK, SECRET_LEAST_BYTES, secret_parameter};
use crate::spool::{LogWriter, Logged};

/// The log of an attempt, behind a mask if the attempt has secrets.
#[derive(Debug)]
pub(super) struct MaskedLog {
    log: LogWriter,
    mask: Option<Mask>,
    /// Variables and their values.
    secrets: Vec<(String, Hidden)>,
}

impl MaskedLog {
    /// A log at `path` of at most `cap` bytes, without any of `secrets`.
    pub(super) fn new(path: PathBuf, cap: u64, secrets: Vec<(String, Hidden)>) -> MaskedLog {
        let values: Vec<&str> = secrets.iter().map(|(_, value)| value.text()).collect();
        MaskedLog {
            log: LogWriter::new(path, cap),
            mask: Mask::new(&values),
            secrets,
        }
    }

    /// What finds the secrets that this log hides.
    pub(super) fn searches(&self) -> Vec<(&str, AhoCorasick)> {
        let name = |variable| secret_parameter(variable).unwrap_or(variable);
        let all = self.secrets.iter();
        all.map(|(variable, value)| (name(variable), finder(&forms(value.text()))))
            .collect()
    }

    /// Takes output.
    pub(super) fn write(&mut self, bytes: &[u8]) {
        match &mut self.mask {
            None => self.log.write(bytes),
            Some(mask) => mask.push(bytes, &mut |bytes| self.log.write(bytes)),
        }
    }

    /// Writes what was held back, and ends the log.
    pub(super) fn finish(&mut self) -> Logged {
        if let Some(mask) = &mut self.mask {
            mask.finish(&mut |bytes| self.log.write(bytes));
        }
        self.log.finish()
    }
}

/// Finds secrets in a stream.
#[derive(Debug)]
struct Mask {
    finder: AhoCorasick,
    patterns: Vec<Pattern>,
    /// The end of what has come: the longest that may be the beginning of a match.
    held: Vec<u8>,
    /// So much of it belongs to a match already.
    covered: usize,
    /// The last that was given on is a mask: a match that follows at once is part of it.
    open: bool,
}

/// A text to find, and for each of its beginnings the longest shorter one that it ends with.
#[derive(Debug)]
struct Pattern {
    bytes: Vec<u8>,
    shorter: Vec<u32>,
}

impl Pattern {
    fn new(bytes: Vec<u8>) -> Self {
        let mut shorter = vec![0; bytes.len()];
        let mut pattern = Self {
            bytes,
            shorter: Vec::new(),
        };
        let mut length = 0;
        for at in 1..pattern.bytes.len() {
            pattern.shorter = shorter;
            length = pattern.longer(length, pattern.bytes[at]);
            shorter = pattern.shorter;
            shorter[at] = u32::try_from(length).expect("secrets are short");
        }
        pattern.shorter = shorter;
        pattern
    }

    /// How much of the pattern a text ends with that ended with `length` of it, after one more byte.
    fn longer(&self, mut length: usize, byte: u8) -> usize {
        loop {
            if self.bytes[length] == byte {
                return length + 1;
            }
            let Some(last) = length.checked_sub(1) else {
                return 0;
            };
            length = self.shorter[last] as usize;
        }
    }

    /// The length of the longest beginning of the pattern that `text` ends with, without all of it.
    fn begun(&self, text: &[u8]) -> usize {
        let window = &text[text.len().saturating_sub(self.bytes.len() - 1)..];
        window.iter().fold(0, |length, b| self.longer(length, *b))
    }
}

/// Finds all matches of texts. A table of all transitions would be faster to walk and, for a long
/// secret, take seconds and hundreds of megabytes to build; looking for rare bytes first slows
/// ordinary text down.
fn finder(texts: &[Vec<u8>]) -> AhoCorasick {
    AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .prefilter(false)
        .match_kind(MatchKind::Standard)
        .build(texts)
        .expect("secrets are few and short")
}

impl Mask {
    /// None where there is nothing to find.
    fn new(secrets: &[&str]) -> Option<Self> {
        let mut found: Vec<Vec<u8>> = secrets.iter().flat_map(|s| forms(s)).collect();
        found.sort_unstable();
        found.dedup();
        if found.is_empty() {
            return None;
        }
        Some(Self {
            finder: finder(&found),
            patterns: found.into_iter().map(Pattern::new).collect(),
            held: Vec::new(),
            covered: 0,
            open: false,
        })
    }

    /// Takes output, and gives on what can be told of it.
    fn push(&mut self, bytes: &[u8], out: &mut dyn FnMut(&[u8])) {
        self.held.extend_from_slice(bytes);
        let begun = self.patterns.iter().map(|p| p.begun(&self.held)).max();
        self.give(self.held.len() - begun.unwrap_or_default(), out);
    }

    /// Gives on the rest. A secret that was cut off is masked as far as it came.
    fn finish(&mut self, out: &mut dyn FnMut(&[u8])) {
        if self.held.len() - self.covered >= SECRET_LEAST_BYTES {
            self.covered = self.held.len();
        }
        self.give(self.held.len(), out);
    }

    /// Gives on the first `cut` bytes of what is held.
    fn give(&mut self, cut: usize, out: &mut dyn FnMut(&[u8])) {
        if cut == 0 {
            return;
        }
        let matches = self.finder.find_overlapping_iter(&self.held);
        let mut spans: Vec<(usize, usize)> = matches.map(|m| (m.start(), m.end())).collect();
        spans.sort_unstable();
        let (mut at, mut covered) = (0, 0);
        let before = (self.covered > 0).then_some((0, self.covered));
        for (start, end) in before.into_iter().chain(spans) {
            if start >= cut {
                break;
            }
            if start > at {
                out(&self.held[at..start]);
                self.open = false;
            }
            // One mask for matches that touch or overlap.
            if !self.open {
                out(MASK.as_bytes());
                self.open = true;
            }
            at = at.max(end.min(cut));
            covered = covered.max(end.saturating_sub(cut));
        }
        if at < cut {
            out(&self.held[at..cut]);
            self.open = false;
        }
        self.covered = covered;
        self.held.drain(..cut);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, any, prop};
    use proptest::{prop_assert, prop_assert_eq, proptest};

    use super::Mask;

    /// What becomes of a text that arrives in pieces of these lengths, again and again.
    fn masked(secrets: &[&str], text: &[u8], pieces: &[usize]) -> Vec<u8> {
        let mut mask = Mask::new(secrets).expect("there are secrets");
        let mut out = Vec::new();
        let mut rest = text;
        let mut lengths = pieces.iter().cycle();
        while !rest.is_empty() {
            let length = (*lengths.next().expect("a cycle")).clamp(1, rest.len());
            let (now, later) = rest.split_at(length);
            mask.push(now, &mut |bytes| out.extend_from_slice(bytes));
            rest = later;
        }
        mask.finish(&mut |bytes| out.extend_from_slice(bytes));
        out
    }

    #[test]
    fn texts_are_masked_however_they_are_cut() {
        for (secrets, text, expected) in [
            (&["hunter2"][..], "a hunter2 b", "a ****** b"),
            (&["hunter2"], "hunter2hunter2", "******"),
            (&["hunter2"], "hunterhunter2 hunt", "hunter****** ******"),
            (&["hunter2"], "hunter 2 hun", "hunter 2 hun"),
            // The longer one is found, and what overlaps goes as a whole.
            (&["abcd", "abcdefgh"], "abcdefgh abcdefg", "****** ******"),
            (&["abcdef", "defghi"], "xabcdefghix", "x******x"),
            (&["aaaa"], "aaaaaaaaab", "******b"),
            (&["abababx"], "ababababx", "ab******"),
        ] {
            for piece in 1..=text.len() {
                let found = masked(secrets, text.as_bytes(), &[piece]);
                assert_eq!(String::from_utf8_lossy(&found), expected, "{piece}");
            }
        }
    }

    #[test]
    fn only_the_beginning_of_a_secret_is_held_back() {
        let mut mask = Mask::new(&["hunter2"]).expect("a secret");
        let mut push = |text: &str| {
            let mut out = Vec::new();
            mask.push(text.as_bytes(), &mut |bytes| out.extend_from_slice(bytes));
            String::from_utf8(out).expect("UTF-8")
        };
        assert_eq!(push("50 %"), "50 %");
        assert_eq!(push("\n60 % h"), "\n60 % ");
        assert_eq!(push("u"), "");
        assert_eq!(push("h"), "hu");
        assert_eq!(push("unter2!"), "******!");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn nothing_of_a_secret_is_left_and_cuts_change_nothing(
            secrets in prop::collection::vec("[ab]{4,9}", 1..4),
            text in prop::collection::vec(prop::sample::select(b"abc".to_vec()), 0..200),
            pieces in prop::collection::vec(any::<u8>(), 1..9),
        ) {
            let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
            let pieces: Vec<usize> = pieces.into_iter().map(|n| usize::from(n % 11)).collect();
            let whole = masked(&secrets, &text, &[text.len()]);
            prop_assert_eq!(&masked(&secrets, &text, &pieces), &whole);
            let shown = String::from_utf8_lossy(&whole).into_owned();
            for secret in secrets {
                prop_assert!(!shown.contains(secret), "{} in {}", secret, shown);
            }
        }
    }
}
