//! Reading a log on and on, from its first byte through its growth to its end.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::note::note;
use super::tail::dir;
use super::view::{LogView, Piece, stream};

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

    /// The log that is followed.
    pub fn path(&self) -> &Path {
        &self.log
    }

    /// Where what comes is written once the log has its head.
    pub fn tail(&self) -> PathBuf {
        dir(&self.log)
    }

    /// What has come since the last time.
    pub fn more(&mut self) -> io::Result<impl Read + use<>> {
        let view = LogView::after(&self.log, self.head)?;
        if view.head() < view.len() {
            self.head = Some(view.head());
        }
        let end = view.kept() + view.dropped();
        let position = std::mem::replace(&mut self.position, end);
        Ok(stream(view.rest(position)?))
    }
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
