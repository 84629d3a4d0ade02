//! The lines of a log as its bytes come: those that something is in, each as a text or as a JSON object.
//! So much of a line is held as is shown of it.

use memchr::memchr;
use serde_json::json;

use crate::spool::Pattern;

/// Bytes of a long line that are looked through again with what comes next: more than a text has that is
/// looked for.
const OVERLAP: usize = 16 << 10;

/// What is shown of each line.
#[derive(Debug)]
pub(super) struct Shown {
    /// Only lines that this is in.
    pub(super) pattern: Option<Pattern>,
    /// Each as a JSON object.
    pub(super) json: bool,
    /// So many bytes of a line.
    pub(super) line_bytes: usize,
}

impl Shown {
    /// Whether lines are looked at; else all bytes are printed as they are.
    pub(super) fn by_lines(&self) -> bool {
        self.json || self.pattern.is_some()
    }
}

/// A log that is parted into its lines.
#[derive(Debug)]
pub(super) struct Lines {
    attempt: u32,
    /// The number of the present line.
    number: u64,
    /// How many bytes it has by now.
    len: u64,
    /// Its beginning.
    held: Vec<u8>,
    /// The newest bytes that were not found in, of a line that is longer.
    seam: Vec<u8>,
    /// It is in this line.
    found: bool,
}

impl Lines {
    /// Begins with the line of this number.
    pub(super) fn new(attempt: u32, number: u64) -> Self {
        Self {
            attempt,
            number,
            len: 0,
            held: Vec::new(),
            seam: Vec::new(),
            found: false,
        }
    }

    /// More bytes have come; gives what is printed of the lines that they end.
    pub(super) fn more(&mut self, shown: &Shown, mut bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        while let Some(end) = memchr(b'\n', bytes) {
            self.part(shown, &bytes[..end]);
            self.line(shown, &mut out);
            bytes = &bytes[end + 1..];
        }
        self.part(shown, bytes);
        out
    }

    /// No more bytes come: the last line may have no end.
    pub(super) fn end(&mut self, shown: &Shown) -> Vec<u8> {
        let mut out = Vec::new();
        if self.len > 0 {
            self.line(shown, &mut out);
        }
        out
    }

    fn part(&mut self, shown: &Shown, part: &[u8]) {
        self.len += part.len() as u64;
        let room = shown.line_bytes.saturating_sub(self.held.len());
        self.held.extend_from_slice(&part[..room.min(part.len())]);
        if let (Some(pattern), false) = (&shown.pattern, self.found) {
            let first = self.len == self.seam.len() as u64 + part.len() as u64;
            self.seam.extend_from_slice(part);
            // A line that is short is looked at once, when it is whole.
            if self.seam.len() > OVERLAP.max(shown.line_bytes) {
                self.found = pattern.is_in(&self.seam, first);
                let rest = self.seam.len() - OVERLAP;
                self.seam.drain(..rest);
            }
        }
    }

    /// The present line has ended.
    fn line(&mut self, shown: &Shown, out: &mut Vec<u8>) {
        let first = self.len == self.seam.len() as u64;
        let wanted = shown
            .pattern
            .as_ref()
            .is_none_or(|pattern| self.found || pattern.is_in(&self.seam, first));
        let cut = self.len - self.held.len() as u64;
        if wanted && shown.json {
            let line = json!({"n": self.number, "attempt": self.attempt,
                "text": String::from_utf8_lossy(&self.held), "cut": cut});
            out.extend_from_slice(line.to_string().as_bytes());
            out.push(b'\n');
        } else if wanted {
            out.extend_from_slice(&self.held);
            if cut > 0 {
                out.extend_from_slice(format!(" [trackyard: {cut} bytes more]").as_bytes());
            }
            out.push(b'\n');
        }
        *self = Self::new(self.attempt, self.number + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::{Lines, OVERLAP, Shown};
    use crate::spool::Pattern;

    fn shown(pattern: Option<&str>, json: bool, line_bytes: usize) -> Shown {
        let pattern = pattern.map(|text| Pattern::regex(text, false).expect("a pattern"));
        Shown {
            pattern,
            json,
            line_bytes,
        }
    }

    /// What is printed of a log that comes in pieces of one length.
    fn printed(shown: &Shown, log: &[u8], piece: usize) -> String {
        let mut lines = Lines::new(2, 1);
        let mut out: Vec<u8> = Vec::new();
        for piece in log.chunks(piece) {
            out.extend(lines.more(shown, piece));
        }
        out.extend(lines.end(shown));
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn lines_are_the_same_however_their_bytes_come() {
        let log = b"one\n\ntwo two\n\xffthree\nno end";
        for piece in [1, 2, 3, 7, 100] {
            let all = printed(&shown(None, true, 5), log, piece);
            let rows: Vec<serde_json::Value> = all
                .lines()
                .map(|line| serde_json::from_str(line).expect("an object"))
                .collect();
            let texts: Vec<&str> = rows
                .iter()
                .map(|row| row["text"].as_str().unwrap())
                .collect();
            assert_eq!(
                texts,
                ["one", "", "two t", "\u{fffd}thre", "no en"],
                "{piece}"
            );
            assert_eq!(
                rows[2],
                serde_json::json!({"n": 3, "attempt": 2, "text": "two t", "cut": 2})
            );
            let found = printed(&shown(Some("o$|^no"), false, 6), log, piece);
            assert_eq!(
                found, "two tw [trackyard: 1 bytes more]\nno end\n",
                "{piece}"
            );
        }
    }

    #[test]
    fn a_text_is_found_far_in_a_long_line_and_only_its_beginning_is_held() {
        let text = Pattern::text("needle", false).expect("a pattern");
        let shown = Shown {
            pattern: Some(text),
            json: false,
            line_bytes: 4,
        };
        let mut log = b"x".repeat(3 * OVERLAP - 3);
        log.extend(b"needle and more\nabcneedle\nabc\n");
        for piece in [1_000, 4_097, 65_536] {
            let found = printed(&shown, &log, piece);
            let lines: Vec<&str> = found.lines().collect();
            assert_eq!(lines.len(), 2, "{piece}");
            assert!(
                lines[0].starts_with("xxxx [") && lines[1].starts_with("abcn ["),
                "{found}"
            );
        }
    }
}
