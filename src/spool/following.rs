//! Reading a log on and on, from its first byte through its growth to its end.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::note::note;
use super::piece::{Piece, stream};
use super::tail::{dir, head_of};
use super::view::LogView;

/// A reader that goes on where it was, through the growth of a log to its end.
#[derive(Debug)]
pub struct Following {
    log: PathBuf,
    /// So much of what was printed has been read or is missing.
    position: u64,
    /// The length of the head, once there was a tail.
    head: Option<u64>,
    /// So many of the bytes after that are passed over: they are of our words on what is missing.
    skip: u64,
}

impl Following {
    /// Starts at the beginning of the log at `path`.
    pub fn new(path: PathBuf) -> Following {
        Following {
            log: path,
            position: 0,
            head: None,
            skip: 0,
        }
    }

    /// Goes on in the log at `path`, which keeps `cap` bytes, after so much of what was printed.
    pub fn after(path: PathBuf, position: u64, cap: u64) -> Following {
        let head = head_of(cap);
        Following {
            position,
            head: (position > head).then_some(head),
            ..Following::new(path)
        }
    }

    /// Goes on in a log that was looked at, at this byte of what was seen.
    pub(super) fn at(path: PathBuf, view: &LogView, at: u64) -> Following {
        let gap = view.head() + view.note();
        let (position, skip) = match view.dropped() {
            0 => (at, 0),
            _ if at < view.head() => (at, 0),
            _ if at < gap => (view.head(), at - view.head()),
            dropped => (at - view.note() + dropped, 0),
        };
        Following {
            position,
            skip,
            head: (view.head() < view.len()).then_some(view.head()),
            ..Following::new(path)
        }
    }

    /// How much of what was printed has been read or is missing.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// The log that is followed.
    pub fn path(&self) -> &Path {
        &self.log
    }

    /// Where what comes is written once the log has its head.
    pub fn tail(&self) -> PathBuf {
        dir(&self.log)
    }

    /// What has come since the last time.
    pub fn more(&mut self) -> io::Result<More> {
        let view = LogView::after(&self.log, self.head)?;
        if view.head() < view.len() {
            self.head = Some(view.head());
        }
        let end = view.kept() + view.dropped();
        let position = std::mem::replace(&mut self.position, end);
        let after_gap = match view.dropped() {
            0 => u64::MAX,
            _ => view.kept() - view.head(),
        };
        let rest = view.rest(position)?;
        let skip = std::mem::take(&mut self.skip);
        let len = rest.iter().map(Piece::len).sum::<u64>() - skip;
        let mut bytes = stream(rest);
        io::copy(&mut bytes.by_ref().take(skip), &mut io::sink())?;
        Ok(More {
            bytes,
            len,
            solid: after_gap.min(len),
        })
    }
}

/// What has come since the last time.
pub struct More {
    /// The bytes, and our words where some are missing.
    pub bytes: Box<dyn Read + Send>,
    /// How many they are.
    pub len: u64,
    /// How many of them, at the end, were printed one after the other.
    pub solid: u64,
}

impl LogView {
    /// What is there after so much of what was printed.
    fn rest(self, position: u64) -> io::Result<Vec<Piece>> {
        let (head, end) = (self.head(), self.head() + self.dropped());
        if self.dropped() == 0 || position <= head {
            self.part(position, u64::MAX)
        } else if position < end {
            let first = head + self.note();
            let mut part = vec![Piece::Note(note(end - position))];
            part.extend(self.part(first, u64::MAX)?);
            Ok(part)
        } else {
            let first = position - self.dropped() + self.note();
            self.part(first, u64::MAX)
        }
    }
}
