//! The tail of a log that outgrew half of its cap: a directory of segment files beside the log.
//!
//! ```text
//! 1-1.log                      its first half of the cap: the head
//! 1-1.log.tail/<cap>-<from>    what was printed from byte `from` on; the oldest are removed
//! 1-1.log.tail/joined          exists: the log has all of it, and this directory may go
//! ```
//!
//! The names alone say what is missing between head and tail, so whoever finds these files can read
//! and join them, whatever became of the supervisor that wrote them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::layout::make_dir;
use super::piece::stream;
use super::view::LogView;

const JOINED: &str = "joined";

/// One file of a tail.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Segment {
    /// How much was printed before its first byte.
    pub(super) from: u64,
    /// The cap of the log.
    pub(super) cap: u64,
}

/// What is beside a log.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Tail {
    /// Nothing: the log is whole.
    Absent,
    /// Remains of a tail that the log has.
    Joined,
    /// What follows the head, the oldest first.
    Segments(Vec<Segment>),
}

/// The length of the head of a log with a tail.
pub(super) fn head_of(cap: u64) -> u64 {
    cap - cap / 2
}

/// Looks for the tail of a log.
pub(super) fn find(log: &Path) -> io::Result<Tail> {
    let entries = match fs::read_dir(dir(log)) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Tail::Absent),
        other => other?,
    };
    let mut segments = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        if name == JOINED {
            return Ok(Tail::Joined);
        }
        segments.extend(name.to_str().and_then(Segment::named));
    }
    segments.sort_unstable();
    Ok(Tail::Segments(segments))
}

/// What came of joining a tail to its log.
pub(super) struct Appended {
    /// How many bytes of output the log has now.
    pub(super) kept: u64,
    /// Why that is not all that there was.
    pub(super) result: io::Result<()>,
}

/// Appends the tail to the head: afterwards the log is what readers have seen of both. It may be
/// repeated until [`discard`].
pub(super) fn append(log: &Path, view: LogView) -> Appended {
    let (head, end, note) = (view.head(), view.len(), view.note());
    let copy = || {
        let mut file = create(log)?;
        // What a process appended that did not live to finish it.
        file.set_len(head)?;
        let copied = io::copy(&mut stream(view.part(head, end - head)?), &mut file);
        // A copy that failed has copied something.
        Ok((file.metadata()?.len(), copied))
    };
    let (len, result) = match copy() {
        Ok((len, copied)) => (len, copied.map(drop)),
        Err(e) => (head, Err(e)),
    };
    Appended {
        kept: head + (len - head).saturating_sub(note),
        result,
    }
}

/// Removes a tail that the log has. From the first moment on it counts as gone: what says so is
/// removed last.
pub(super) fn discard(log: &Path) -> io::Result<()> {
    let dir = dir(log);
    let joined = dir.join(JOINED);
    if let Tail::Segments(segments) = find(log)?
        && let Some(newest) = segments.last()
    {
        fs::rename(newest.path(log), &joined)?;
    }
    for entry in fs::read_dir(&dir)? {
        let path = entry?.path();
        if path != joined {
            fs::remove_file(path)?;
        }
    }
    match fs::remove_file(joined) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(e),
        _ => fs::remove_dir(dir),
    }
}

/// Joins what a supervisor left that did not live to do it.
pub(super) fn join(log: &Path) -> io::Result<()> {
    match find(log)? {
        Tail::Absent => Ok(()),
        Tail::Joined => discard(log),
        Tail::Segments(_) => {
            append(log, LogView::open(log)?).result?;
            discard(log)
        }
    }
}

impl Segment {
    fn named(name: &str) -> Option<Segment> {
        let (cap, from) = name.split_once('-')?;
        Some(Segment {
            from: from.parse().ok()?,
            cap: cap.parse().ok()?,
        })
    }

    pub(super) fn path(&self, log: &Path) -> PathBuf {
        dir(log).join(format!("{}-{}", self.cap, self.from))
    }
}

/// Creates a file of a log, or goes on with it, and makes its directories.
pub(super) fn create(path: &Path) -> io::Result<File> {
    let open = || {
        OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(path)
    };
    match (open(), path.parent()) {
        (Err(e), Some(dir)) if e.kind() == ErrorKind::NotFound => {
            make_dir(dir, false)?;
            open()
        }
        (result, _) => result,
    }
}

/// Where the tail of a log is.
pub(super) fn dir(log: &Path) -> PathBuf {
    let mut path = log.as_os_str().to_owned();
    path.push(".tail");
    PathBuf::from(path)
}
