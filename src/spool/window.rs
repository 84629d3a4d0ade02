//! One line of a log after the other.

use std::io;
use std::ops::Range;

use memchr::memchr;

use super::lines::{Line, Seen};

/// Bytes that are read at once.
const WINDOW: u64 = 64 << 10;

/// The part of a log that was read last.
#[derive(Default)]
pub(super) struct Window {
    at: u64,
    bytes: Vec<u8>,
}

impl Window {
    /// What is here of what follows byte `at`.
    fn from(&self, at: u64) -> &[u8] {
        let skip = at
            .checked_sub(self.at)
            .and_then(|n| usize::try_from(n).ok());
        skip.and_then(|skip| self.bytes.get(skip..))
            .unwrap_or_default()
    }

    /// Line `number`, which begins at byte `at`, and where the next one begins.
    pub(super) fn line(
        &mut self,
        seen: &Seen<'_>,
        number: u64,
        at: u64,
        most: u64,
    ) -> io::Result<(Line, u64)> {
        let view = &seen.view;
        let mut found = memchr(b'\n', self.from(at));
        if found.is_none() {
            view.read(at, WINDOW.max(most), &mut self.bytes)?;
            self.at = at;
            found = memchr(b'\n', &self.bytes);
        }
        let (end, next) = match found {
            Some(len) => (at + len as u64, at + len as u64 + 1),
            // Longer than what was read, or the last one.
            None => match seen.marks.start(view, number + 1)? {
                // An index that lies must not make a line end before it begins.
                Some(next) => (next.max(at + 1) - 1, next.max(at + 1)),
                None => (view.len(), view.len()),
            },
        };
        Ok((line(self.from(at), number, at..end, most), next))
    }
}

/// A line of which the beginning is here, `most` bytes of it or all.
pub(super) fn line(bytes: &[u8], number: u64, of: Range<u64>, most: u64) -> Line {
    let len = of.end - of.start;
    let mut shown = &bytes[..bytes.len().min(len.min(most) as usize)];
    if (shown.len() as u64) < len
        && let Err(why) = std::str::from_utf8(shown)
        && why.error_len().is_none()
    {
        // Not within a character.
        shown = &shown[..why.valid_up_to()];
    }
    Line {
        number,
        at: of.start,
        text: String::from_utf8_lossy(shown).into_owned(),
        cut: len - shown.len() as u64,
        end: of.end,
    }
}
