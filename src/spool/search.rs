//! The lines of a log that something is in. One search looks through so many bytes and says where to go
//! on; it holds a piece of the log at a time.

use std::io;
use std::path::Path;

use memchr::{memchr, memchr_iter, memrchr};

use super::lines::{LinePage, LogLines};
use super::pattern::Pattern;
use super::view::LogView;
use super::window::line;

/// Bytes that are looked through at once. Of a longer line a regular expression sees so much.
const PIECE: usize = 1 << 20;
/// Bytes of a longer line that are looked through again with its next piece: more than a text has
/// that is looked for, in any case of its letters.
const OVERLAP: usize = 16 << 10;

impl LogLines {
    /// The lines from `first` on that a pattern is in, `n` at most; empty pages may have more after them.
    pub fn search(
        &self,
        log: &Path,
        first: u64,
        n: usize,
        pattern: &Pattern,
    ) -> io::Result<LinePage> {
        // Only where the first line begins needs the marks: others need not wait for the rest.
        let first = first.max(1);
        let (view, page, start) = self.look(log, |seen| {
            let start = seen.marks.start(&seen.view, first)?;
            let page = seen.page()?;
            Ok((seen.view, page, start))
        })?;
        let mut search = Search {
            view,
            pattern,
            most: n,
            line_bytes: self.limits().line,
            page_bytes: self.limits().page,
            shown: 0,
            matched: false,
            page,
        };
        search.page.next = first;
        if let Some(start) = start {
            search.run(start, start.saturating_add(self.limits().search))?;
        }
        Ok(search.page)
    }
}

struct Search<'a> {
    view: LogView,
    pattern: &'a Pattern,
    most: usize,
    line_bytes: u64,
    page_bytes: u64,
    /// Bytes of the lines that were found.
    shown: u64,
    /// It is in the present line, `page.next`.
    matched: bool,
    page: LinePage,
}

impl Search<'_> {
    /// Looks from the line at byte `begin` on, through the line that byte `limit` is in.
    fn run(&mut self, mut begin: u64, limit: u64) -> io::Result<()> {
        // `piece` is what is at byte `at`; the present line begins before it where it is long.
        let (mut piece, mut more, mut at) = (Vec::new(), Vec::new(), begin);
        loop {
            let have = at + piece.len() as u64;
            self.view
                .read(have, (PIECE - piece.len()) as u64, &mut more)?;
            piece.append(&mut more);
            let mut from = 0;
            loop {
                if begin == at + from as u64 {
                    let skipped = self.skip(&piece[from..], limit - begin);
                    from += skipped;
                    begin += skipped as u64;
                    if begin >= limit {
                        return Ok(());
                    }
                }
                let Some(len) = memchr(b'\n', &piece[from..]) else {
                    break;
                };
                self.part(&piece[from..from + len], begin == at + from as u64);
                let end = at + (from + len) as u64;
                from += len + 1;
                if !self.end(begin, end)? || end + 1 >= limit {
                    return Ok(());
                }
                begin = end + 1;
            }
            piece.drain(..from);
            at += from as u64;
            let end = at + piece.len() as u64;
            if end >= self.view.len() {
                if begin < end {
                    self.part(&piece, begin == at);
                    self.end(begin, end)?;
                }
                return Ok(());
            }
            if piece.len() == PIECE {
                self.part(&piece, begin == at);
                at = end - OVERLAP as u64;
                piece.drain(..PIECE - OVERLAP);
            }
        }
    }

    /// How many bytes the whole lines have before the first one that it is in, of those that begin before
    /// byte `limit`.
    fn skip(&mut self, lines: &[u8], limit: u64) -> usize {
        let last =
            usize::try_from(limit).map_or(lines.len(), |n| n.saturating_sub(1).min(lines.len()));
        let end = memchr(b'\n', &lines[last..]).map(|more| last + more);
        let Some(end) = end.or_else(|| memrchr(b'\n', lines)) else {
            return 0;
        };
        let skipped = self.pattern.first_line(&lines[..end]).unwrap_or(end + 1);
        let ends = memchr_iter(b'\n', &lines[..skipped]).count();
        self.page.next += ends as u64;
        skipped
    }

    fn part(&mut self, part: &[u8], first: bool) {
        self.matched = self.matched || self.pattern.is_in(part, first);
    }

    /// The present line ends; false: no more of them can be shown.
    fn end(&mut self, begin: u64, end: u64) -> io::Result<bool> {
        if std::mem::take(&mut self.matched) {
            let mut bytes = Vec::new();
            let read = (end - begin).min(self.line_bytes);
            self.view.read(begin, read, &mut bytes)?;
            let found = line(&bytes, self.page.next, begin..end, self.line_bytes);
            self.shown += found.text.len() as u64;
            if self.shown > self.page_bytes && !self.page.lines.is_empty() {
                return Ok(false);
            }
            self.page.lines.push(found);
        }
        self.page.next += 1;
        Ok(self.page.lines.len() < self.most)
    }
}
