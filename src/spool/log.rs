//! The log of an attempt: everything it printed, or the beginning and the end of it.
//!
//! A log keeps at most its cap. The first half of the cap is the head and goes straight into the
//! log. What follows goes into segment files beside it, the oldest of which are removed, and at
//! the end the last half of the cap is joined to the head. Memory stays flat however much comes.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::layout::make_dir;

/// Into how many segments the tail is cut: on disk it may be longer than it should by one.
const SEGMENTS: u64 = 4;

/// Takes the output of one attempt and keeps what the cap allows.
#[derive(Debug)]
pub struct LogWriter {
    path: PathBuf,
    head: Option<File>,
    head_room: u64,
    tail_cap: u64,
    segments: VecDeque<Segment>,
    next_segment: u64,
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

#[derive(Debug)]
struct Segment {
    path: PathBuf,
    file: File,
    len: u64,
}

impl LogWriter {
    /// A log at `path` of at most `cap` bytes of output. No file is made before there is output.
    pub fn new(path: PathBuf, cap: u64) -> LogWriter {
        LogWriter {
            path,
            head: None,
            head_room: cap - cap / 2,
            tail_cap: cap / 2,
            segments: VecDeque::new(),
            next_segment: 0,
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
        if let Err(e) = self.join() {
            self.problem.get_or_insert_with(|| e.to_string());
        }
        for segment in self.segments.drain(..) {
            // It is joined or reported; a file that cannot be removed does not change that.
            let _ = fs::remove_file(segment.path);
        }
        self.head = None;
        let dropped = self.dropped + self.lost;
        Logged {
            kept: self.kept,
            dropped,
            problem: self.problem.clone(),
        }
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
        self.tail_cap.div_ceil(SEGMENTS)
    }

    fn segment_room(&self) -> u64 {
        let used = self.segments.back().map_or(0, |s| s.len);
        if used < self.segment_size() {
            self.segment_size() - used
        } else {
            self.segment_size()
        }
    }

    fn write_tail(&mut self, bytes: &[u8], written: &mut u64) -> io::Result<()> {
        let size = self.segment_size();
        if self.segments.back().is_none_or(|s| s.len >= size) {
            let mut path = self.path.clone().into_os_string();
            path.push(format!(".tail{}", self.next_segment));
            let path = PathBuf::from(path);
            let file = create(&path)?;
            self.next_segment += 1;
            self.segments.push_back(Segment { path, file, len: 0 });
        }
        let last = self
            .segments
            .back_mut()
            .expect("a segment was just made or has room");
        let result = write_counted(&mut last.file, bytes, written);
        last.len += *written;
        self.drop_old_segments();
        result
    }

    fn drop_old_segments(&mut self) {
        let mut total: u64 = self.segments.iter().map(|s| s.len).sum();
        while let Some(oldest) = self.segments.front() {
            if total - oldest.len < self.tail_cap {
                return;
            }
            total -= oldest.len;
            self.dropped += oldest.len;
            // Its bytes are counted as dropped; a file that cannot be removed only takes space.
            let _ = fs::remove_file(&oldest.path);
            self.segments.pop_front();
        }
    }

    fn join(&mut self) -> io::Result<()> {
        let total: u64 = self.segments.iter().map(|s| s.len).sum();
        let mut skip = total.saturating_sub(self.tail_cap);
        self.dropped += skip;
        if self.dropped > 0
            && let Some(head) = &mut self.head
        {
            writeln!(
                head,
                "\n[trackyard: {} bytes of output are not kept here]",
                self.dropped
            )?;
        }
        let mut joined = 0;
        let result = self.segments.iter().try_for_each(|segment| {
            let head = self.head.as_mut().ok_or(ErrorKind::NotFound)?;
            let from = skip.min(segment.len);
            skip -= from;
            let mut file = File::open(&segment.path)?;
            file.seek(SeekFrom::Start(from))?;
            let before = head.metadata()?.len();
            let result = io::copy(&mut file.take(segment.len - from), head);
            // A copy that failed has copied something.
            joined += head.metadata()?.len() - before;
            result.map(drop)
        });
        self.kept += joined;
        self.lost += total.min(self.tail_cap) - joined;
        result?;
        if self.lost > 0
            && let Some(head) = &mut self.head
        {
            writeln!(
                head,
                "\n[trackyard: {} bytes of output could not be written]",
                self.lost
            )?;
        }
        Ok(())
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

/// Creates a log and, for the first one of a pipeline, its directory.
fn create(path: &Path) -> io::Result<File> {
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
