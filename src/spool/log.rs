//! The log of an attempt: everything it printed, or the beginning and the end of it.
//!
//! A log keeps at most its cap. The first half of the cap is the head and goes straight into the
//! log. What follows goes into the segments of its tail (`tail`), the oldest of which are removed,
//! and at the end the last half of the cap is joined to the head. Memory stays flat however much
//! comes.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;

use super::note::note;
use super::tail::{Segment, append, create, discard, head_of};
use super::view::LogView;

/// Into how many segments the tail is cut: on disk it may be longer than it should by one.
const SEGMENTS: u64 = 4;

/// Takes the output of one attempt and keeps what the cap allows.
#[derive(Debug)]
pub struct LogWriter {
    path: PathBuf,
    cap: u64,
    head: Option<File>,
    head_room: u64,
    /// The segments with their lengths; the last one is open.
    segments: VecDeque<(Segment, u64)>,
    open: Option<File>,
    kept: u64,
    dropped: u64,
    lost: u64,
    problem: Option<String>,
}

/// What became of the output.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Logged {
    /// Bytes of output that the log keeps.
    pub kept: u64,
    /// Bytes of output that the log does not keep.
    pub dropped: u64,
    /// Why output could not be written, if that happened.
    pub problem: Option<String>,
}

impl LogWriter {
    /// A log at `path` of at most `cap` bytes of output. No file is made before there is output.
    pub fn new(path: PathBuf, cap: u64) -> LogWriter {
        LogWriter {
            path,
            cap,
            head: None,
            head_room: head_of(cap),
            segments: VecDeque::new(),
            open: None,
            kept: 0,
            dropped: 0,
            lost: 0,
            problem: None,
        }
    }

    /// Takes output. What cannot be written (a full disk) is counted and told at the end, so that
    /// the script goes on.
    pub fn write(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let room = if self.head_room > 0 {
                self.head_room
            } else {
                self.segment_room()
            };
            let n = usize::try_from(room).map_or(bytes.len(), |room| room.min(bytes.len()));
            if n == 0 {
                self.dropped += bytes.len() as u64;
                return;
            }
            let (now, rest) = bytes.split_at(n);
            let mut written = 0;
            let result = if self.head_room > 0 {
                self.write_head(now, &mut written)
            } else {
                self.write_tail(now, &mut written)
            };
            if let Err(e) = result {
                self.lost += n as u64 - written;
                self.problem.get_or_insert_with(|| e.to_string());
            }
            bytes = rest;
        }
    }

    /// Joins the tail to the head and tells what is missing in between.
    pub fn finish(&mut self) -> Logged {
        self.open = None;
        if let Err(e) = self.join().and_then(|()| self.say_what_is_missing()) {
            self.problem.get_or_insert_with(|| e.to_string());
        }
        self.head = None;
        Logged {
            kept: self.kept,
            dropped: self.dropped + self.lost,
            problem: self.problem.clone(),
        }
    }

    fn join(&mut self) -> io::Result<()> {
        let Some((newest, len)) = self.segments.back() else {
            return Ok(());
        };
        let total: u64 = self.segments.iter().map(|(_, len)| len).sum();
        let tail = total.min(self.cap / 2);
        self.dropped = newest.from + len - head_of(self.cap) - tail;
        self.kept += tail;
        // A tail that cannot be opened now stays where readers find it, and is joined later.
        let joined = append(&self.path, LogView::open(&self.path)?);
        self.lost += self.kept.saturating_sub(joined.kept);
        self.kept = joined.kept;
        // It is joined or reported; a file that cannot be removed does not change that.
        let _ = discard(&self.path);
        joined.result
    }

    fn say_what_is_missing(&mut self) -> io::Result<()> {
        let Some(head) = &mut self.head else {
            return Ok(());
        };
        if self.dropped > 0 && self.segments.is_empty() {
            head.write_all(&note(self.dropped))?;
        }
        if self.lost > 0 {
            writeln!(
                head,
                "\n[trackyard: {} bytes of output could not be written]",
                self.lost
            )?;
        }
        Ok(())
    }

    fn write_head(&mut self, bytes: &[u8], written: &mut u64) -> io::Result<()> {
        let file = match self.head.take() {
            Some(file) => file,
            None => create(&self.path)?,
        };
        let result = write_counted(self.head.insert(file), bytes, written);
        self.head_room -= *written;
        self.kept += *written;
        result
    }

    fn segment_size(&self) -> u64 {
        (self.cap / 2).div_ceil(SEGMENTS)
    }

    fn segment_room(&self) -> u64 {
        let used = self.segments.back().map_or(0, |(_, len)| *len);
        if used < self.segment_size() {
            self.segment_size() - used
        } else {
            self.segment_size()
        }
    }

    fn write_tail(&mut self, bytes: &[u8], written: &mut u64) -> io::Result<()> {
        let size = self.segment_size();
        if self.segments.back().is_none_or(|(_, len)| *len >= size) {
            let head = head_of(self.cap);
            let from = self.segments.back().map_or(head, |(s, len)| s.from + len);
            let segment = Segment {
                from,
                cap: self.cap,
            };
            self.open = Some(create(&segment.path(&self.path))?);
            self.segments.push_back((segment, 0));
        }
        let file = self.open.as_mut().expect("the last segment is open");
        let result = write_counted(file, bytes, written);
        if let Some((_, len)) = self.segments.back_mut() {
            *len += *written;
        }
        self.drop_old_segments();
        result
    }

    fn drop_old_segments(&mut self) {
        let mut total: u64 = self.segments.iter().map(|(_, len)| len).sum();
        while let Some((oldest, len)) = self.segments.front() {
            if total - len < self.cap / 2 {
                return;
            }
            total -= len;
            // Readers see by the names that it counts no more; its file only takes space.
            let _ = fs::remove_file(oldest.path(&self.path));
            self.segments.pop_front();
        }
    }
}

/// Writes what finds room, and counts it.
fn write_counted(file: &mut File, mut bytes: &[u8], written: &mut u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match file.write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(n) => {
                *written += n as u64;
                bytes = &bytes[n..];
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{LogWriter, Logged};

    fn log_of(cap: u64, chunks: &[&[u8]]) -> (Logged, Vec<u8>, usize) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("7/1-1.log");
        let mut log = LogWriter::new(path.clone(), cap);
        for chunk in chunks {
            log.write(chunk);
        }
        let logged = log.finish();
        let files = fs::read_dir(dir.path().join("7")).map_or(0, Iterator::count);
        (logged, fs::read(path).unwrap_or_default(), files)
    }

    #[test]
    fn no_output_makes_no_file() {
        assert_eq!(log_of(100, &[]), (Logged::default(), Vec::new(), 0));
    }

    #[test]
    fn what_fits_is_kept_byte_for_byte() {
        for cap in [10, 11, 12, 100] {
            let (logged, bytes, files) = log_of(cap, &[b"ab\xff\0", b"cd", b"\n123"]);
            assert_eq!(bytes, b"ab\xff\0cd\n123");
            assert_eq!((logged.kept, logged.dropped, files), (10, 0, 1));
        }
    }

    #[test]
    fn of_too_much_the_beginning_and_the_end_are_kept() {
        let all: Vec<u8> = (0..100_000_u32)
            .flat_map(|n| format!("{n:07}\n").into_bytes())
            .collect();
        for (cap, step) in [
            (1000_usize, 7),
            (1001, 4096),
            (50_000, 1),
            (700_001, 65_536),
        ] {
            let chunks: Vec<&[u8]> = all.chunks(step).collect();
            let (logged, bytes, files) = log_of(cap as u64, &chunks);
            let dropped = all.len() - cap;
            let marker = format!("\n[trackyard: {dropped} bytes of output are not kept here]\n");
            let mut want = all[..cap - cap / 2].to_vec();
            want.extend(marker.as_bytes());
            want.extend(&all[all.len() - cap / 2..]);
            assert!(bytes == want, "cap {cap}, step {step}");
            assert_eq!((logged.kept, logged.dropped), (cap as u64, dropped as u64));
            assert_eq!(files, 1, "segments are removed");
        }
    }

    #[test]
    fn the_smallest_caps_work() {
        let (logged, bytes, _) = log_of(0, &[b"abc"]);
        assert_eq!((logged.kept, logged.dropped, bytes.len()), (0, 3, 0));
        let (logged, bytes, _) = log_of(1, &[b"abc"]);
        assert_eq!((logged.kept, logged.dropped), (1, 2));
        assert!(bytes.starts_with(b"a\n[trackyard: 2 bytes"));
    }

    #[test]
    fn output_that_cannot_be_written_is_counted() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = LogWriter::new(dir.path().join("missing/7/1-1.log"), 100);
        log.write(b"hello");
        let logged = log.finish();
        assert_eq!((logged.kept, logged.dropped), (0, 5));
        assert!(logged.problem.unwrap().contains("No such file"));
    }
}
