//! Where the lines of one log are: how many lines end before each mark, at one mark for so many bytes.
//! So any line is found by reading no more than what is between two marks, however long lines are.

use std::io;

use memchr::memchr_iter;

use super::view::LogView;

/// Bytes between two marks, until there are too many marks.
const STEP: u64 = 64 << 10;
/// Marks of one log: with more of them, every second one goes.
const MOST_MARKS: usize = 16 << 10;
/// Bytes that the marks of one log take at most.
pub(super) const MOST_BYTES: u64 = (MOST_MARKS * size_of::<u64>()) as u64;

/// The marks of a log, as far as it has been looked at.
#[derive(Debug)]
pub(super) struct Marks {
    step: u64,
    most: usize,
    /// How many lines end before byte `i * step`.
    before: Vec<u64>,
    /// So many bytes have been looked at.
    read: u64,
    /// So many lines end in them.
    ends: u64,
    /// Up to here the log stays as it was when it was looked at last.
    stays: u64,
    dropped: u64,
}

impl Default for Marks {
    fn default() -> Self {
        Marks::new(STEP, MOST_MARKS)
    }
}

impl Marks {
    fn new(step: u64, most: usize) -> Marks {
        Marks {
            step,
            most,
            before: vec![0],
            read: 0,
            ends: 0,
            stays: 0,
            dropped: 0,
        }
    }

    /// Bytes of memory.
    pub(super) fn bytes(&self) -> u64 {
        (self.before.capacity() * size_of::<u64>()) as u64
    }

    /// Looks at what has come since the last time. Of a log whose middle is missing, what follows the
    /// gap moves as it grows, and is looked at again.
    pub(super) fn follow(&mut self, view: &LogView) -> io::Result<()> {
        if view.dropped() != self.dropped || view.len() < self.read {
            self.cut(self.stays.min(view.len()));
        }
        (self.stays, self.dropped) = (view.head(), view.dropped());
        let mut block = Vec::new();
        while self.read < view.len() {
            let mark = (self.read / self.step + 1) * self.step;
            let want = (mark - self.read).min(STEP).min(view.len() - self.read);
            if let Some(ends) = view.ends(self.read, want) {
                self.ends += ends;
                self.read += want;
            } else {
                view.read(self.read, want, &mut block)?;
                if block.is_empty() {
                    break;
                }
                self.ends += memchr_iter(b'\n', &block).count() as u64;
                self.read += block.len() as u64;
            }
            if self.read.is_multiple_of(self.step) {
                self.mark();
            }
        }
        Ok(())
    }

    fn mark(&mut self) {
        self.before.push(self.ends);
        if self.before.len() > self.most {
            let mut nth = 0;
            self.before.retain(|_| {
                nth += 1;
                nth % 2 == 1
            });
            self.step *= 2;
        }
    }

    /// Forgets what is after byte `at`.
    fn cut(&mut self, at: u64) {
        let last = (at.min(self.read) / self.step) as usize;
        self.before.truncate(last + 1);
        self.read = last as u64 * self.step;
        self.ends = self.before[last];
    }

    /// How many lines there are, one without an end too.
    pub(super) fn lines(&self, view: &LogView) -> io::Result<u64> {
        Ok(self.ends + u64::from(self.is_open(view)?))
    }

    /// Whether the last line has no end.
    pub(super) fn is_open(&self, view: &LogView) -> io::Result<bool> {
        let mut last = Vec::new();
        view.read(self.read.saturating_sub(1), 1, &mut last)?;
        Ok(last.first().is_some_and(|&byte| byte != b'\n'))
    }

    /// Where line `number` begins, from 1; none: that many lines have not ended before it.
    pub(super) fn start(&self, view: &LogView, number: u64) -> io::Result<Option<u64>> {
        let ended = number.saturating_sub(1);
        if ended == 0 {
            return Ok(Some(0));
        }
        if ended > self.ends {
            return Ok(None);
        }
        let mark = self.before.partition_point(|before| *before < ended) - 1;
        let (mut at, mut left) = (mark as u64 * self.step, ended - self.before[mark]);
        let mut block = Vec::new();
        while at < self.read {
            view.read(at, STEP.min(self.read - at), &mut block)?;
            let here = memchr_iter(b'\n', &block).count() as u64;
            if here >= left {
                let nth = memchr_iter(b'\n', &block).nth(left as usize - 1);
                return Ok(nth.map(|nth| at + nth as u64 + 1));
            }
            if block.is_empty() {
                break;
            }
            left -= here;
            at += block.len() as u64;
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Marks;
    use crate::spool::LogView;

    #[test]
    fn there_are_so_many_marks_however_long_the_log_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let all: String = (0..5_000).map(|n| format!("{n}\n")).collect();
        fs::write(&path, &all).unwrap();
        let view = LogView::open(&path).unwrap();
        let mut marks = Marks::new(8, 16);
        marks.follow(&view).unwrap();
        assert!(marks.before.len() <= 16 && marks.step > 8, "{marks:?}");
        let mut at = 0;
        for (n, line) in all.lines().enumerate() {
            assert_eq!(marks.start(&view, n as u64 + 1).unwrap(), Some(at));
            at += line.len() as u64 + 1;
        }
        assert_eq!(marks.start(&view, 5_001).unwrap(), Some(at));
        assert_eq!(marks.start(&view, 5_002).unwrap(), None);
        assert_eq!(marks.lines(&view).unwrap(), 5_000);
    }
}
