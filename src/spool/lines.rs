//! A log by its lines: any of them is found without reading what is before it, and the memory that this
//! takes has a limit for all logs together.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::following::Following;
use super::marks::{MOST_BYTES, Marks};
use super::view::LogView;
use super::window::Window;

/// What a remembered log costs beside its marks, in bytes.
const OVERHEAD: u64 = 512;

/// How much is read and remembered, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineLimits {
    /// What is remembered of where lines are, of all logs; at least one log is.
    pub index: u64,
    /// What one search looks through, and then to the end of a line.
    pub search: u64,
    /// What is shown of one line.
    pub line: u64,
    /// What is shown of lines at once; at least one line is.
    pub page: u64,
}

/// Reads logs by their lines, and remembers where these are.
#[derive(Debug)]
pub struct LogLines {
    limits: LineLimits,
    known: Mutex<VecDeque<Known>>,
}

/// A log that was read not long ago.
#[derive(Debug)]
struct Known {
    log: PathBuf,
    bytes: u64,
    marks: Arc<Mutex<Marks>>,
}

/// Which lines are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// From this one on; the first is 1.
    From(u64),
    /// The last ones.
    Last,
}

/// One line of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: u64,
    /// How many bytes of the log are before it.
    pub at: u64,
    /// What it says, without its end. What is no UTF-8 is U+FFFD.
    pub text: String,
    /// How many bytes of its end are left out, because it is too long.
    pub cut: u64,
    /// How many bytes of the log are before its end.
    pub end: u64,
}

/// Some lines of a log.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct LinePage {
    /// In their order.
    pub lines: Vec<Line>,
    /// The number of the line to go on with; it may not be there yet.
    pub next: u64,
    /// How many lines the log has now.
    pub total: u64,
    /// How many bytes the log has now.
    pub size: u64,
    /// How many bytes are missing in its middle.
    pub dropped: u64,
    /// The last line of the log has no end yet.
    pub open: bool,
}

/// A log that is looked at, as it is now.
pub(super) struct Seen<'a> {
    pub(super) view: LogView,
    pub(super) marks: MutexGuard<'a, Marks>,
}

impl LogLines {
    /// Remembers nothing yet.
    pub fn new(limits: LineLimits) -> LogLines {
        LogLines {
            limits,
            known: Mutex::default(),
        }
    }

    pub(super) fn limits(&self) -> &LineLimits {
        &self.limits
    }

    /// `n` lines of a log at most. It is empty where there is no log.
    pub fn page(&self, log: &Path, place: Place, n: usize) -> io::Result<LinePage> {
        self.look(log, |seen| {
            let mut page = seen.page()?;
            let first = match place {
                Place::From(line) => line.max(1),
                Place::Last => page.total.saturating_sub(n as u64 - 1).max(1),
            };
            page.next = first;
            let Some(mut at) = seen.marks.start(&seen.view, first)? else {
                return Ok(page);
            };
            let (mut lines, mut bytes) = (VecDeque::new(), 0);
            let mut window = Window::default();
            while lines.len() < n && at < page.size {
                let line = window.line(&seen, page.next, at, self.limits.line)?;
                bytes += line.0.text.len() as u64;
                while bytes > self.limits.page && !lines.is_empty() {
                    if place != Place::Last {
                        page.lines = lines.into();
                        return Ok(page);
                    }
                    bytes -= lines.pop_front().map_or(0, |l: Line| l.text.len() as u64);
                }
                lines.push_back(line.0);
                at = line.1;
                page.next += 1;
            }
            page.lines = lines.into();
            Ok(page)
        })
    }

    /// The bytes of a log right before byte `at`, `most` of them or as many as there are.
    pub fn before(&self, log: &Path, at: u64, most: u64) -> io::Result<Vec<u8>> {
        let (from, mut bytes) = (at.saturating_sub(most), Vec::new());
        LogView::open(log)?.read(from, at - from, &mut bytes)?;
        Ok(bytes)
    }

    /// A reader that begins with the last `n` lines, as they are now, and the number of the first of them.
    pub fn last(&self, log: &Path, n: u64) -> io::Result<(Following, u64)> {
        self.look(log, |seen| {
            let first = seen.marks.lines(&seen.view)?.saturating_sub(n) + 1;
            let at = seen.marks.start(&seen.view, first)?;
            let at = at.unwrap_or_else(|| seen.view.len());
            Ok((Following::at(log.to_owned(), &seen.view, at), first))
        })
    }

    /// Looks at a log with its marks; others who want the same log wait meanwhile.
    pub(super) fn look<T>(
        &self,
        log: &Path,
        read: impl FnOnce(Seen<'_>) -> io::Result<T>,
    ) -> io::Result<T> {
        let marks = self.marks(log);
        let mut held = marks.lock().unwrap_or_else(PoisonError::into_inner);
        let view = LogView::open(log)?;
        held.follow(&view)?;
        let bytes = held.bytes();
        let result = read(Seen { view, marks: held });
        self.remember(log, bytes);
        result
    }

    fn known(&self) -> MutexGuard<'_, VecDeque<Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The marks of a log, which is now the one that was read last.
    fn marks(&self, log: &Path) -> Arc<Mutex<Marks>> {
        let mut known = self.known();
        let at = known.iter().position(|known| known.log == log);
        let found = at.and_then(|at| known.remove(at)).unwrap_or_else(|| Known {
            log: log.to_owned(),
            bytes: 0,
            marks: Arc::default(),
        });
        let marks = Arc::clone(&found.marks);
        known.push_front(found);
        marks
    }

    /// Says what a log costs, and forgets those that were not read for longest.
    fn remember(&self, log: &Path, bytes: u64) {
        let mut known = self.known();
        let of = known.iter_mut().find(|known| known.log == log);
        of.into_iter().for_each(|known| known.bytes = bytes);
        let cost = |known: &Known| known.bytes + known.log.as_os_str().len() as u64 + OVERHEAD;
        let mut total: u64 = known.iter().map(cost).sum();
        while total > self.limits.index.max(MOST_BYTES + OVERHEAD) && known.len() > 1 {
            total -= known.pop_back().as_ref().map_or(0, cost);
        }
    }
}

impl Seen<'_> {
    /// What is so of the log as a whole.
    pub(super) fn page(&self) -> io::Result<LinePage> {
        Ok(LinePage {
            lines: Vec::new(),
            next: 1,
            total: self.marks.lines(&self.view)?,
            size: self.view.len(),
            dropped: self.view.dropped(),
            open: self.marks.is_open(&self.view)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Read;
    use std::path::{Path, PathBuf};

    use super::{Line, LineLimits, LinePage, LogLines, Place};
    use crate::spool::marks::MOST_BYTES;
    use crate::spool::{LogView, LogWriter, Pattern};

    const LIMITS: LineLimits = LineLimits {
        index: 0,
        search: 1 << 30,
        line: 1_000,
        page: 10_000,
    };

    /// What a naive reader finds: number, place, text and what is cut.
    fn naive(all: &[u8], most: usize) -> Vec<Line> {
        let (mut at, mut lines) = (0, Vec::new());
        for (n, whole) in all.split_inclusive(|&b| b == b'\n').enumerate() {
            let text = whole.strip_suffix(b"\n").unwrap_or(whole);
            let shown = &text[..text.len().min(most)];
            lines.push(Line {
                number: n as u64 + 1,
                at,
                text: String::from_utf8_lossy(shown).into_owned(),
                cut: (text.len() - shown.len()) as u64,
                end: at + text.len() as u64,
            });
            at += whole.len() as u64;
        }
        lines
    }

    /// Short and long lines, empty ones, and bytes that are no text.
    fn sample(lines: usize) -> Vec<u8> {
        let mut all = Vec::new();
        for n in 0..lines {
            let long = [900, 1_000, 1_001, 5_000, 200_000][n / 50 % 5];
            let length = if n % 50 == 49 { long } else { n * n % 97 % 41 };
            all.extend(format!("{n}").bytes().cycle().take(length));
            all.extend(if n % 11 == 0 { &b"\xff\r\n"[..] } else { b"\n" });
        }
        all
    }

    fn file(dir: &Path, bytes: &[u8]) -> PathBuf {
        let path = dir.join("log");
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Every page is what a naive reader finds, wherever it begins.
    fn pages_are_right(lines: &LogLines, path: &Path, all: &[u8]) {
        let expected = naive(all, LIMITS.line as usize);
        let total = expected.len() as u64;
        for first in (1..=total + 2).step_by(total as usize / 12 + 1) {
            for n in [1, 5, 300] {
                let page = lines.page(path, Place::From(first), n).unwrap();
                let from = (first as usize - 1).min(expected.len());
                let rest = &expected[from..];
                let shown = page.lines.len();
                assert!(page.lines == rest[..shown], "{first}, {n}: {page:?}");
                assert!(shown > 0 || rest.is_empty());
                let text: usize = page.lines.iter().map(|l| l.text.len()).sum();
                assert!(text as u64 <= LIMITS.page);
                let full = shown == n.min(rest.len());
                let next = rest.get(shown).map_or(0, |l| l.text.len());
                assert!(full || (text + next) as u64 > LIMITS.page, "{first}, {n}");
                assert_eq!(page.next, first + shown as u64);
                assert_eq!((page.total, page.size), (total, all.len() as u64));
                assert_eq!(page.open, !all.is_empty() && !all.ends_with(b"\n"));
            }
        }
        for n in [1, 2, 5, 300] {
            let page = lines.page(path, Place::Last, n).unwrap();
            assert!(page.lines == expected[expected.len() - page.lines.len()..]);
            assert!(!page.lines.is_empty() || expected.is_empty());
            assert_eq!(page.next, total + 1);
        }
    }

    #[test]
    fn every_line_is_found_where_it_is_while_the_log_grows() {
        let dir = tempfile::tempdir().unwrap();
        let lines = LogLines::new(LIMITS);
        let all = sample(2_000);
        for end in [0, 1, 5, 60, 700, 200_000, 200_001, all.len() - 1, all.len()] {
            let path = file(dir.path(), &all[..end]);
            pages_are_right(&lines, &path, &all[..end]);
        }
        // One that is not there any more, and another one in its place.
        for bytes in [&b""[..], b"a\nb\nc"] {
            let path = file(dir.path(), bytes);
            pages_are_right(&lines, &path, bytes);
        }
    }

    #[test]
    fn a_log_that_loses_its_middle_is_read_as_it_is_at_each_moment() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("7/1-1.log");
        let lines = LogLines::new(LIMITS);
        let mut log = LogWriter::new(path.clone(), 300_000);
        let all = sample(9_000);
        let mut dropped = 0;
        for chunk in all.chunks(70_000) {
            log.write(chunk);
            let now = LogView::open(&path).unwrap();
            dropped = now.dropped();
            pages_are_right(&lines, &path, &now.last(u64::MAX).unwrap());
        }
        assert!(dropped > 0, "something is missing");
        log.finish();
        let now = LogView::open(&path).unwrap().last(u64::MAX).unwrap();
        pages_are_right(&lines, &path, &now);
    }

    #[test]
    fn the_last_lines_are_followed_from_where_they_begin() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("7/1-1.log");
        let lines = LogLines::new(LIMITS);
        let mut log = LogWriter::new(path.clone(), 300_000);
        for chunk in sample(9_000).chunks(70_000) {
            log.write(chunk);
            let now = LogView::open(&path).unwrap().last(u64::MAX).unwrap();
            let expected = naive(&now, usize::MAX);
            let total = expected.len();
            // The one that says what is missing, too, and those beside it.
            let says = |line: &Line| line.text.starts_with("[trackyard: ");
            let note = expected.iter().position(says).map_or(0, |at| total - at);
            let some = (0..total + 3).step_by(total / 20 + 1);
            for n in some.chain(note.saturating_sub(2)..note + 2) {
                let n = n as u64;
                let (mut from, first) = lines.last(&path, n).unwrap();
                let mut read = Vec::new();
                from.more().unwrap().bytes.read_to_end(&mut read).unwrap();
                let before = first as usize - 1;
                assert_eq!(total - before, total.min(n as usize));
                let at = expected.get(before).map_or(now.len(), |l| l.at as usize);
                assert!(read == now[at..], "{n}: {} of {}", read.len(), now.len());
            }
        }
    }

    #[test]
    fn so_much_is_remembered_and_no_more() {
        let dir = tempfile::tempdir().unwrap();
        let lines = LogLines::new(LIMITS);
        let names: Vec<PathBuf> = (0..2_000)
            .map(|n| dir.path().join(format!("{n}")))
            .collect();
        for path in &names {
            fs::write(path, "a\nb\n").unwrap();
            assert_eq!(lines.page(path, Place::Last, 1).unwrap().total, 2);
        }
        let known = lines.known();
        let paths: usize = known.iter().map(|k| k.log.as_os_str().len() + 512).sum();
        assert!(known.len() > 1 && paths as u64 <= MOST_BYTES + 512);
        assert_eq!(known[0].log, names[1_999], "the last one read stays");
    }

    /// A log of 2 MiB has 32 marks: two such logs are more than one log's share.
    #[test]
    fn what_is_remembered_is_what_the_setting_says() {
        let dir = tempfile::tempdir().unwrap();
        let known = |index: u64| {
            let lines = LogLines::new(LineLimits { index, ..LIMITS });
            for n in 0..400 {
                let path = dir.path().join(format!("{n}"));
                fs::write(&path, "a\n").unwrap();
                lines.page(&path, Place::Last, 1).unwrap();
            }
            let large = file(dir.path(), &vec![b'\n'; 2 << 20]);
            lines.page(&large, Place::Last, 1).unwrap();
            let known = lines.known();
            (known.len(), known[0].bytes)
        };
        let (few, bytes) = known(0);
        assert!(few < 400 && bytes >= 32 * 8, "{few} {bytes}");
        assert_eq!(known(1 << 20).0, 401);
    }

    #[test]
    fn a_line_is_not_cut_within_a_character() {
        let dir = tempfile::tempdir().unwrap();
        let text = format!("x{}", "é".repeat(1_000));
        let page = LogLines::new(LIMITS).page(&file(dir.path(), text.as_bytes()), Place::Last, 9);
        let line = page.unwrap().lines.remove(0);
        assert_eq!((line.text.len() as u64, line.cut), (999, 1_002));
        assert!(text.starts_with(&line.text));
    }

    fn all_found(lines: &LogLines, path: &Path, n: usize, pattern: &Pattern) -> Vec<Line> {
        let (mut found, mut page) = (Vec::new(), LinePage::default());
        while page.next <= page.total {
            let next = lines.search(path, page.next, n, pattern).unwrap();
            assert!(next.next > page.next && next.lines.len() <= n);
            found.extend(next.lines.iter().cloned());
            page = next;
        }
        found
    }

    #[test]
    fn a_search_finds_what_a_naive_one_finds_in_any_pieces() {
        let dir = tempfile::tempdir().unwrap();
        let all = sample(600);
        let path = file(dir.path(), &all);
        let whole = naive(&all, usize::MAX);
        let shown = naive(&all, LIMITS.line as usize);
        let text = |t: &str| Pattern::text(t, false).unwrap();
        let regex = |t: &str| Pattern::regex(t, false).unwrap();
        let contains: fn(&str) -> bool = |line| line.contains("59");
        let begins: fn(&str) -> bool = |line| line.starts_with("12");
        let empty: fn(&str) -> bool = str::is_empty;
        for (pattern, fits) in [
            (text("59"), contains),
            (regex("^12"), begins),
            (regex("^$"), empty),
        ] {
            let fit = |line: &&Line| fits(&whole[line.number as usize - 1].text);
            let expected: Vec<Line> = shown.iter().filter(fit).cloned().collect();
            assert!(expected.len() > 5);
            for (search, n) in [(1 << 30, 10_000), (1, 3), (70_000, 10)] {
                let lines = LogLines::new(LineLimits { search, ..LIMITS });
                assert!(
                    all_found(&lines, &path, n, &pattern) == expected,
                    "{search}, {n}"
                );
            }
        }
    }

    #[test]
    fn one_search_looks_through_so_many_bytes_and_no_more() {
        let dir = tempfile::tempdir().unwrap();
        let path = file(dir.path(), &b"0123456789abcde\n".repeat(1_000));
        let pattern = Pattern::text("nothing", false).unwrap();
        for (search, next) in [(1, 12), (160, 21), (161, 22), (1 << 30, 1_001)] {
            let lines = LogLines::new(LineLimits { search, ..LIMITS });
            let page = lines.search(&path, 11, 9, &pattern).unwrap();
            assert_eq!((page.next, page.lines.len()), (next, 0), "{search}");
        }
    }

    #[test]
    fn one_search_tells_so_much_and_no_more() {
        let dir = tempfile::tempdir().unwrap();
        let line = format!("{}\n", "x".repeat(999));
        let path = file(dir.path(), line.repeat(30).as_bytes());
        let lines = LogLines::new(LIMITS);
        let page = lines.search(&path, 1, 100, &Pattern::text("x", false).unwrap());
        let page = page.unwrap();
        assert_eq!((page.lines.len(), page.next), (10, 11));
    }

    #[test]
    fn a_text_is_found_anywhere_in_a_line_of_many_pieces() {
        let dir = tempfile::tempdir().unwrap();
        let lines = LogLines::new(LIMITS);
        const PIECE: usize = 1 << 20;
        for at in [PIECE - 3, PIECE, 2 * PIECE - (16 << 10) - 2, 3 * PIECE] {
            let mut long = vec![b'x'; 3 * PIECE + 100];
            long[at..at + 6].copy_from_slice(b"NEEDLE");
            let all = [&b"first\n"[..], &long, b"\nlast needle"].concat();
            let path = file(dir.path(), &all);
            let pattern = Pattern::text("needle", true).unwrap();
            let found = lines.search(&path, 1, 9, &pattern).unwrap().lines;
            let numbers: Vec<_> = found.iter().map(|l| (l.number, l.at, l.cut)).collect();
            let cut = long.len() as u64 - LIMITS.line;
            assert_eq!(
                numbers,
                [(2, 6, cut), (3, long.len() as u64 + 7, 0)],
                "{at}"
            );
            // The beginning of a piece is not the beginning of a line.
            let begins = Pattern::regex("^x*NEEDLE", false).unwrap();
            let found = lines.search(&path, 1, 9, &begins).unwrap().lines;
            assert_eq!(found.len(), usize::from(at < PIECE - 6), "{at}");
        }
    }
}
