//! How programs write a text: escapes are read back, so that one search finds every spelling.
//!
//! `%2B`, `%2b` and `+`, `\/` and `/`, `&#39;` and `&#x27;` are the same here, whichever of them a
//! library chooses and whatever it leaves alone.

use super::escapes::{Meaning, Token, WAYS, Way};

/// From so many characters of base64 on a line may go on in the next one. Shorter lines are words.
const LINE_LEAST: usize = 16;

/// A text as it reads, and where each byte of that comes from.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) bytes: Vec<u8>,
    from: Vec<(usize, usize)>,
    /// Where an escape begins that may still go on; else the end of the text.
    pub(super) end: usize,
}

impl Reading {
    fn push(&mut self, meant: &[u8], at: usize, length: usize) {
        self.bytes.extend_from_slice(meant);
        let from = (at, at + length);
        self.from.resize(self.from.len() + meant.len(), from);
    }

    /// Where the `length` bytes at `at` of the reading are in the text.
    pub(super) fn span(&self, at: usize, length: usize) -> (usize, usize) {
        (self.from[at].0, self.from[at + length - 1].1)
    }

    /// The last place up to `cut` that is within no escape.
    pub(super) fn between(&self, cut: usize) -> usize {
        let after = self.from.partition_point(|(start, _)| *start < cut);
        match after.checked_sub(1).map(|last| self.from[last]) {
            Some((start, end)) if end > cut => start,
            _ => cut,
        }
    }

    fn of(text: &[u8], way: Way) -> Self {
        let mut reading = Self {
            end: text.len(),
            ..Self::default()
        };
        let mut at = 0;
        while at < text.len() {
            let token = match text[at] == way.lead() {
                true => way.token(&text[at..]),
                false => Token::Plain,
            };
            let length = match token {
                Token::Plain => {
                    reading.push(&text[at..=at], at, 1);
                    1
                }
                Token::Escape(length, Meaning::Byte(byte)) => {
                    reading.push(&[byte], at, length);
                    length
                }
                Token::Escape(length, Meaning::Char(char)) => {
                    let mut bytes = [0; 4];
                    reading.push(char.encode_utf8(&mut bytes).as_bytes(), at, length);
                    length
                }
                Token::Unfinished => {
                    reading.end = at;
                    break;
                }
            };
            at += length;
        }
        reading
    }

    /// Base64 without its line breaks and the blanks that indent its lines, where `line` characters of a line came before the text; none
    /// if there are no such breaks.
    fn unbroken(text: &[u8], mut line: usize) -> Option<Self> {
        let mut breaks = Vec::new();
        for (at, byte) in text.iter().enumerate() {
            if matches!(byte, b'\r' | b'\n') && line >= LINE_LEAST {
                breaks.push(at);
            }
            line = line_after(line, &[*byte]);
        }
        if breaks.is_empty() {
            return None;
        }
        let mut reading = Self {
            end: text.len(),
            ..Self::default()
        };
        let mut from = 0;
        for at in breaks.into_iter().chain([text.len()]) {
            (from..at).for_each(|at| reading.push(&text[at..=at], at, 1));
            let blank = |b: &&u8| matches!(b, b' ' | b'\t');
            from = at + 1;
            from += text.iter().skip(from).take_while(blank).count();
        }
        Some(reading)
    }
}

/// How many characters of base64 a text ends with, when `line` of them came before it. A line break
/// of Windows is one line break.
pub(super) fn line_after(line: usize, text: &[u8]) -> usize {
    text.iter().fold(line, |line, byte| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' | b'-' | b'_' | b'=' => {
            line.saturating_add(1)
        }
        b'\r' => line,
        _ => 0,
    })
}

/// Whether somebody may write a text in another way than it is.
pub(super) fn is_plain(text: &[u8]) -> bool {
    text.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

/// The readings of a text that differ from the text itself.
pub(super) fn readings(text: &[u8], line: usize, escapes: bool) -> Vec<Reading> {
    let ways = WAYS.iter().filter(|_| escapes);
    let read = ways
        .filter(|way| text.contains(&way.lead()))
        .map(|way| Reading::of(text, *way));
    read.chain(Reading::unbroken(text, line)).collect()
}
