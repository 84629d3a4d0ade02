//! Compressing the log of an attempt that is over, so that at any moment the text is there whole.
//!
//! ```text
//! <data>/logs/<pipeline>/<track>-<attempt>.log         the text; as long as it is there it counts
//! <data>/logs/<pipeline>/<track>-<attempt>.log.zst.tmp remains of a try
//! <data>/logs/<pipeline>/<track>-<attempt>.log.zst     the same text, compressed
//! ```
//!
//! The mark of a log (`marked.rs`) is removed after the plain text has gone: whatever dies before, it is
//! done again, which changes nothing.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{StatVfs, statvfs};

use super::Spool;
use super::compressed::{Compressed, Excerpt, compressed};
use super::frames::{FRAME, FrameWriter, damaged};
use crate::engine::AttemptKey;

/// Room that a disk keeps: results have to be written, and are worth more than a smaller log.
const ROOM: u64 = 64 << 20;

/// What has been done, while a log is compressed. After each of them the process may die.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Some of it was written.
    Begun,
    /// All of it is on the disk, under the name of a try.
    Written,
    /// It has its name, beside the plain text.
    Named,
    /// The plain text has gone.
    Removed,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Nothing is left to do.
    Done,
    /// The caller did not want to go on: it is as it was.
    Left,
    /// The attempt still has other files: they go first.
    NotYet,
}

impl Spool {
    /// Compresses the log of an attempt, and then forgets that it was to be. It may be repeated,
    /// whatever a former process has done of it. `goes_on` is asked before each frame.
    ///
    /// # Errors
    /// `StorageFull`: the disk has too little room for both. The plain text is there then, as it is
    /// after any other error.
    pub fn compress(
        &self,
        key: AttemptKey,
        goes_on: &dyn Fn() -> bool,
        reached: &dyn Fn(Step),
    ) -> io::Result<Compression> {
        if self.has_files(key)? {
            return Ok(Compression::NotYet);
        }
        let log = self.log(key);
        let (name, own) = (compressed(&log), beside(&log));
        let plain = match File::open(&log) {
            Err(why) if why.kind() == ErrorKind::NotFound => {
                gone(fs::remove_file(own))?;
                return self.unmark(key).map(|()| Compression::Done);
            }
            other => other?,
        };
        match write(&plain, &own, goes_on, reached) {
            Ok(true) => {}
            other => {
                gone(fs::remove_file(own))?;
                return other.map(|_| Compression::Left);
            }
        }
        reached(Step::Written);
        fs::rename(own, name)?;
        let dir = File::open(self.logs(key.pipeline))?;
        dir.sync_all()?;
        reached(Step::Named);
        fs::remove_file(log)?;
        // Before the mark goes: a plain text that came back with a dead host would stay for ever.
        dir.sync_all()?;
        reached(Step::Removed);
        self.unmark(key).map(|()| Compression::Done)
    }

    /// Bytes of the log of an attempt as it is on the disk; 0: there is none.
    pub fn log_bytes(&self, key: AttemptKey) -> u64 {
        fs::metadata(self.log(key)).map_or(0, |log| log.len())
    }

    /// Whether the disk takes a text of so many bytes once more, compressed.
    pub fn has_room(&self, len: u64) -> bool {
        statvfs(self.data()).is_ok_and(|disk| fits(free(&disk), len))
    }

    /// Whether an attempt has a log, compressed or not.
    pub fn has_log(&self, key: AttemptKey) -> bool {
        let log = self.log(key);
        log.exists() || compressed(&log).exists()
    }
}

/// Writes a text compressed into a file of its own, and reads it again; false: it was not wanted.
fn write(
    plain: &File,
    own: &Path,
    goes_on: &dyn Fn() -> bool,
    reached: &dyn Fn(Step),
) -> io::Result<bool> {
    let len = plain.metadata()?.len();
    let disk = statvfs(own.parent().unwrap_or(own))?;
    if !fits(free(&disk), len) {
        return Err(ErrorKind::StorageFull.into());
    }
    let mut out = FrameWriter::new(own_file(own)?)?;
    let mut text = Vec::new();
    loop {
        if !goes_on() {
            return Ok(false);
        }
        text.clear();
        if plain.take(FRAME).read_to_end(&mut text)? == 0 {
            break;
        }
        out.frame(&text)?;
        reached(Step::Begun);
    }
    out.finish()?.sync_all()?;
    same(plain, own, goes_on)
}

fn free(disk: &StatVfs) -> u64 {
    disk.f_bavail.saturating_mul(disk.f_frsize)
}

/// Whether a disk with so many free bytes takes a copy of a text.
pub(super) fn fits(free: u64, len: u64) -> bool {
    // It cannot be longer than the text by more than a little.
    free.saturating_sub(ROOM) >= len.saturating_add(len / 64)
}

/// Whether a compressed text can be read again; the plain one goes for it. False: it was not wanted.
fn same(mut plain: &File, own: &Path, goes_on: &dyn Fn() -> bool) -> io::Result<bool> {
    let written = Compressed::open(own)?.ok_or(ErrorKind::NotFound)?;
    let len = plain.metadata()?.len();
    let mut same = written.len() == len;
    let (mut text, mut again) = (Vec::new(), Vec::new());
    let mut written = Excerpt::whole(written);
    plain.rewind()?;
    while same {
        if !goes_on() {
            return Ok(false);
        }
        text.clear();
        again.clear();
        plain.take(FRAME).read_to_end(&mut text)?;
        (&mut written).take(FRAME).read_to_end(&mut again)?;
        if text.is_empty() && again.is_empty() {
            return Ok(true);
        }
        same = text == again;
    }
    Err(damaged("it is not what was written"))
}

/// A file that this user alone can read, empty.
pub(super) fn own_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let options = options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path)
}

/// Where a try is written.
pub(super) fn beside(log: &Path) -> PathBuf {
    let mut path = compressed(log).into_os_string();
    path.push(".tmp");
    PathBuf::from(path)
}

/// What was to be removed is not there.
pub(super) fn gone(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(why) if why.kind() != ErrorKind::NotFound => Err(why),
        _ => Ok(()),
    }
}
