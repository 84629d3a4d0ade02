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
}

impl Following {
    /// Starts at the beginning of the log at `path`.
    pub fn new(path: PathBuf) -> Following {
        Following {
            log: path,
            position: 0,
            head: None,
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
        let len = rest.iter().map(Piece::len).sum();
        Ok(More {
            bytes: stream(rest),
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
