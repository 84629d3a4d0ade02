//! Finding secrets in a text, in every form in which tools commonly write them.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::forms::forms;
use super::readings::{Reading, is_plain, line_after, readings};
use crate::graph::SECRET_LEAST_BYTES;

/// A shorter secret is not looked for within a text that a script leaves for others, because words
/// such as `true` would be refused everywhere: it is refused as the whole of a text.
const WITHIN_LEAST: usize = 8;

/// Finds all of some secrets.
#[derive(Debug)]
pub struct Search {
    finder: AhoCorasick,
    patterns: Vec<Pattern>,
    /// Some form has characters that are written in other ways.
    escapes: bool,
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

/// A stretch of a text that goes on, and how it may be read.
#[derive(Debug)]
pub struct Stretch<'t> {
    text: &'t [u8],
    readings: Vec<Reading>,
}

impl Search {
    /// None where there is nothing to find.
    pub fn new(secrets: &[&str]) -> Option<Self> {
        let mut found: Vec<Vec<u8>> = secrets.iter().flat_map(|s| forms(s)).collect();
        found.sort_unstable();
        found.dedup();
        if found.is_empty() {
            return None;
        }
        // A table of all transitions would be faster to walk and, for a long secret, take seconds
        // and hundreds of megabytes to build; looking for rare bytes first slows ordinary text down.
        let finder = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .prefilter(false)
            .match_kind(MatchKind::Standard)
            .build(&found)
            .expect("secrets are few and short");
        Some(Self {
            finder,
            escapes: !found.iter().all(|form| is_plain(form)),
            patterns: found.into_iter().map(Pattern::new).collect(),
        })
    }

    /// A stretch of a text before which `line` characters stand that may be of base64.
    pub fn stretch<'t>(&self, text: &'t [u8], line: usize) -> Stretch<'t> {
        Stretch {
            text,
            readings: readings(text, line, self.escapes),
        }
    }

    /// Where a secret may have begun whose end is still to come; else the end of the stretch.
    pub fn begun(&self, stretch: &Stretch<'_>) -> usize {
        let begun = |text: &[u8]| {
            let begun = self.patterns.iter().map(|pattern| pattern.begun(text));
            begun.max().unwrap_or_default()
        };
        let mut first = stretch.text.len() - begun(stretch.text);
        for reading in &stretch.readings {
            let length = begun(&reading.bytes);
            if length > 0 {
                let at = reading.bytes.len() - length;
                first = first.min(reading.span(at, length).0);
            }
        }
        first
    }

    /// How much of a stretch is settled, whatever follows: no secret has begun there that may still
    /// end, and no escape.
    pub fn settled(&self, stretch: &Stretch<'_>) -> usize {
        let ends = stretch.readings.iter().map(|reading| reading.end);
        let mut cut = ends.fold(self.begun(stretch), usize::min);
        // The next stretch begins between two escapes of every reading.
        loop {
            let readings = stretch.readings.iter();
            let between = readings.fold(cut, |cut, reading| reading.between(cut));
            if between == cut {
                return cut;
            }
            cut = between;
        }
    }

    /// From where to where there are secrets in a stretch, from the first on.
    pub fn spans(&self, stretch: &Stretch<'_>) -> Vec<(usize, usize)> {
        let matches = self.finder.find_overlapping_iter(stretch.text);
        let mut spans: Vec<(usize, usize)> = matches.map(|m| (m.start(), m.end())).collect();
        for reading in &stretch.readings {
            let matches = self.finder.find_overlapping_iter(&reading.bytes);
            spans.extend(matches.map(|m| reading.span(m.start(), m.len())));
        }
        spans.sort_unstable();
        spans
    }

    /// Its bytes of memory, about.
    pub fn memory(&self) -> usize {
        let patterns = self.patterns.iter().map(|pattern| 5 * pattern.bytes.len());
        self.finder.memory_usage() + patterns.sum::<usize>()
    }

    /// The characters that may be of base64 at the end of what was given on, for the next stretch.
    pub fn line_after(line: usize, text: &[u8]) -> usize {
        line_after(line, text)
    }
}

/// Finds one secret in what is left for others.
#[derive(Debug)]
pub struct Within {
    search: Option<Search>,
    whole: Vec<Vec<u8>>,
}

impl Within {
    /// What finds a secret within texts, or as the whole of one if it is short.
    pub fn new(secret: &str) -> Self {
        let long = secret.trim().len() >= WITHIN_LEAST;
        Self {
            search: long.then(|| Search::new(&[secret])).flatten(),
            whole: match long {
                true => Vec::new(),
                false => forms(secret),
            },
        }
    }

    /// Whether a text holds the secret.
    pub fn held(&self, text: &[u8]) -> bool {
        match &self.search {
            Some(search) => {
                let stretch = search.stretch(text, 0);
                let readings = stretch.readings.iter().map(|reading| &reading.bytes[..]);
                let mut texts = [text].into_iter().chain(readings);
                texts.any(|text| search.finder.is_match(text))
            }
            None => {
                let text = text.trim_ascii();
                text.len() >= SECRET_LEAST_BYTES
                    && self.whole.iter().any(|form| form.trim_ascii() == text)
            }
        }
    }
}
