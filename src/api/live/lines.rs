//! A log that is followed, cut into whole lines. Reading waits for files: it belongs on a thread
//! that may wait.

use std::io::{self, Read};
use std::path::PathBuf;

use crate::spool::{Following, More};

/// Bytes of lines that are sent at once at most; a longer line is cut.
const MOST: usize = 16 << 10;

/// The lines of a log as they come.
pub(in crate::api) struct Lines {
    log: Following,
    more: Option<More>,
    /// How much was printed up to the end of what has been read; none: not known here.
    at: Option<u64>,
    /// The beginning of a line that has not come to its end.
    begun: Vec<u8>,
}

/// Lines that have come.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::api) struct Cut {
    pub(in crate::api) bytes: Vec<u8>,
    /// How much was printed up to their end, where that is known.
    pub(in crate::api) to: Option<u64>,
}

impl Lines {
    /// The lines after so many printed bytes of the log at `path`, which keeps `cap` bytes.
    pub(in crate::api) fn after(path: PathBuf, position: u64, cap: u64) -> Self {
        Self {
            log: Following::after(path, position, cap),
            more: None,
            at: Some(position),
            begun: Vec::new(),
        }
    }

    /// The log that is followed.
    pub(in crate::api) fn log(&self) -> &Following {
        &self.log
    }

    /// The next lines, none when no more are there now. `last`: nothing is printed any more, so that
    /// a line without an end is one, too.
    pub(in crate::api) fn next(&mut self, last: bool) -> io::Result<Option<Cut>> {
        let more = match &mut self.more {
            Some(more) => more,
            none => none.insert(self.log.more()?),
        };
        loop {
            let from = self.begun.len();
            self.begun.resize(MOST, 0);
            let read = more.bytes.read(&mut self.begun[from..])?;
            self.begun.truncate(from + read);
            more.len -= read as u64;
            // Counted from the end, which is known: before it some may be missing.
            let known = more.len <= more.solid;
            self.at = known.then(|| self.log.position() - more.len);
            let cut = end_of_lines(&self.begun);
            if read == 0 {
                self.more = None;
                let all = last && !self.begun.is_empty();
                return Ok(all.then(|| self.cut(self.begun.len())));
            }
            if cut > 0 {
                return Ok(Some(self.cut(cut)));
            }
        }
    }

    fn cut(&mut self, cut: usize) -> Cut {
        let rest = self.begun.split_off(cut);
        let bytes = std::mem::replace(&mut self.begun, rest);
        let to = self.at.map(|at| at - self.begun.len() as u64);
        Cut { bytes, to }
    }
}

/// Where the last whole line ends; of a line that is too long, where it can be cut.
fn end_of_lines(bytes: &[u8]) -> usize {
    let whole = bytes
        .iter()
        .rposition(|&b| b == b'\n')
        .map_or(0, |at| at + 1);
    if whole > 0 || bytes.len() < MOST {
        return whole;
    }
    // Not within a character.
    match std::str::from_utf8(bytes) {
        Err(why) if why.error_len().is_none() && why.valid_up_to() > 0 => why.valid_up_to(),
        _ => bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Cut, Lines, MOST};
    use crate::engine::{AttemptKey, PipelineId, TrackId};
    use crate::spool::{LogWriter, Spool};

    const KEY: AttemptKey = AttemptKey {
        pipeline: PipelineId(7),
        track: TrackId(1),
        attempt: 1,
    };

    fn all(lines: &mut Lines, last: bool) -> Vec<Cut> {
        std::iter::from_fn(|| lines.next(last).expect("it is read")).collect()
    }

    fn cut(text: &str, to: u64) -> Cut {
        let bytes = text.as_bytes().to_vec();
        Cut {
            bytes,
            to: Some(to),
        }
    }

    #[test]
    fn lines_are_whole_and_say_where_they_end() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = Spool::open(dir.path()).expect("a spool").log(KEY);
        let mut log = LogWriter::new(path.clone(), 1 << 20);
        let mut lines = Lines::after(path.clone(), 0, 1 << 20);
        assert_eq!(all(&mut lines, false), []);
        log.write(b"one\ntwo\nth");
        assert_eq!(all(&mut lines, false), [cut("one\ntwo\n", 8)]);
        log.write(b"ree\nfour");
        assert_eq!(all(&mut lines, false), [cut("three\n", 14)]);
        assert_eq!(all(&mut lines, true), [cut("four", 18)]);
        assert_eq!(all(&mut lines, true), []);
        let mut again = Lines::after(path, 8, 1 << 20);
        assert_eq!(all(&mut again, true), [cut("three\n", 14), cut("four", 18)]);
    }

    #[test]
    fn a_long_line_is_cut_between_characters() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("log");
        let text = format!("x{}", "é".repeat(MOST));
        fs::write(&path, &text).expect("a file");
        let mut lines = Lines::after(path, 0, 1 << 20);
        let cuts = all(&mut lines, true);
        let parts = cuts
            .iter()
            .map(|c| std::str::from_utf8(&c.bytes).expect("whole characters"));
        assert_eq!(parts.collect::<String>(), text);
        assert_eq!(cuts[0].to, Some(MOST as u64 - 1));
    }

    #[test]
    fn what_is_missing_is_said_and_counted() {
        const CAP: u64 = 100;
        let dir = tempfile::tempdir().expect("a directory");
        let path = Spool::open(dir.path()).expect("a spool").log(KEY);
        let mut log = LogWriter::new(path.clone(), CAP);
        let printed: String = (0..100).map(|n| format!("{n:09}\n")).collect();
        let mut lines = Lines::after(path.clone(), 0, CAP);
        log.write(&printed.as_bytes()[..900]);
        let cuts = all(&mut lines, false);
        let told: Vec<u8> = cuts.into_iter().flat_map(|cut| cut.bytes).collect();
        let told = String::from_utf8(told).expect("text");
        assert!(
            told.contains("800 bytes") && told.ends_with("000000089\n"),
            "{told}"
        );
        log.write(&printed.as_bytes()[900..]);
        assert_eq!(
            all(&mut lines, false).last().and_then(|c| c.to),
            Some(1_000)
        );
        // Another one goes on where this one was, also once the log is joined.
        for joined in [false, true] {
            if joined {
                log.finish();
            }
            let mut other = Lines::after(path.clone(), 990, CAP);
            assert_eq!(
                all(&mut other, false),
                [cut("000000099\n", 1_000)],
                "{joined}"
            );
        }
    }
}
