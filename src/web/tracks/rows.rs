//! Lines of a log as rows of a page.

use std::io;
use std::ops::Range;
use std::path::Path;

use crate::spool::{Line, LogLines, Pattern};
use crate::web::parts::ansi::{Run, runs, style_at, text};
use crate::web::parts::colours::Style;

/// Bytes of the end of a line that is too long, in which its last state is looked for.
const LAST_STATE: u64 = 16 << 10;
/// Bytes of the beginning of a log that say whether it is a text.
const JUDGED: u64 = 8 << 10;
/// Bytes of a log that is no text which the page shows.
const HEX: usize = 512;
/// Places in one line that are marked.
const MARKS: usize = 100;
/// Bytes of one row of these.
const HEX_ROW: usize = 16;

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Row {
    /// Its number, from 1.
    pub(in crate::web) number: u64,
    pub(in crate::web) runs: Vec<Run>,
    /// How many bytes of it are not shown; 0: all are.
    pub(in crate::web) cut: u64,
    /// Where it is in the log, and how many bytes it has.
    pub(in crate::web) at: u64,
    pub(in crate::web) len: u64,
}

impl Row {
    /// The line that a window begins with so that this one is seen with what is before it.
    pub(in crate::web) fn near(&self) -> u64 {
        self.number.saturating_sub(NEAR).max(1)
    }
}

/// Lines that are shown before one that is linked to.
const NEAR: u64 = 20;

/// Lines that follow one another, in the colours that they have in the whole log.
pub(in crate::web) fn rows(known: &LogLines, log: &Path, lines: &[Line]) -> io::Result<Vec<Row>> {
    let before = |at, most| known.before(log, at, most);
    let mut rows = Vec::with_capacity(lines.len());
    let mut style = None;
    for line in lines {
        let mut from = match style {
            Some(style) => style,
            None => style_at(line.at, before)?,
        };
        let mut row = row(line, &mut from);
        // What is left out may have changed the colour.
        style = (line.cut == 0).then_some(from);
        if line.cut > 0 && line.text.contains('\r') {
            let most = LAST_STATE.min(line.end - line.at);
            let end = before(line.end, most)?;
            let end = end.strip_suffix(b"\r").unwrap_or(&end);
            if let Some(at) = memchr::memrchr(b'\r', end) {
                let last = String::from_utf8_lossy(&end[at + 1..]);
                row.runs = runs(&last, &mut Style::default());
            }
        }
        rows.push(row);
    }
    Ok(rows)
}

/// Lines that need not follow one another.
pub(in crate::web) fn each(lines: &[Line]) -> Vec<Row> {
    let plain = |line| row(line, &mut Style::default());
    lines.iter().map(plain).collect()
}

/// Marks what was looked for, as it is seen: what a terminal would have obeyed is not between its letters.
pub(in crate::web) fn mark(rows: &mut [Row], pattern: &Pattern) {
    for row in rows {
        let places = pattern.places(&text(&row.runs)).into_iter().take(MARKS);
        row.runs = marked(std::mem::take(&mut row.runs), places);
    }
}

fn marked(runs: Vec<Run>, places: impl Iterator<Item = Range<usize>>) -> Vec<Run> {
    let (mut places, mut all, mut begin) = (places.peekable(), Vec::new(), 0);
    for run in runs {
        let end = begin + run.text.len();
        let mut from = begin;
        while from < end {
            while places.next_if(|place| place.end <= from).is_some() {}
            let place = places.peek().filter(|place| place.start < end);
            let (to, found) = match place {
                None => (end, false),
                // A character that was made visible is one.
                Some(_) if !run.title.is_empty() => (end, true),
                Some(place) if place.start > from => (place.start, false),
                Some(place) => (place.end.min(end), true),
            };
            all.push(Run {
                class: run.class.clone(),
                title: run.title.clone(),
                text: run.text[from - begin..to - begin].to_owned(),
                found,
            });
            from = to;
        }
        begin = end;
    }
    all
}

fn row(line: &Line, style: &mut Style) -> Row {
    Row {
        number: line.number,
        runs: runs(&line.text, style),
        cut: line.cut,
        at: line.at,
        len: line.end - line.at,
    }
}

/// The last `most` lines of bytes that are the end of a log, without the broken character at their beginning.
pub(in crate::web) fn last(bytes: &[u8], most: usize) -> Vec<Vec<Run>> {
    let broken = bytes.iter().take(3).take_while(|b| **b & 0xC0 == 0x80);
    let bytes = &bytes[broken.count()..];
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_suffix('\n').unwrap_or(&text);
    if text.is_empty() {
        return Vec::new();
    }
    let mut style = Style::default();
    let all: Vec<_> = text
        .split('\n')
        .map(|line| runs(line, &mut style))
        .collect();
    all[all.len().saturating_sub(most)..].to_vec()
}

/// Bytes in rows: where they are, what they are, and those that are letters.
pub(in crate::web) fn hex(bytes: &[u8]) -> Vec<(String, String, String)> {
    let letter = |b: &u8| match b {
        b' '..=b'~' => char::from(*b),
        _ => '·',
    };
    let row = |(nth, row): (usize, &[u8])| {
        let digits: Vec<String> = row.iter().map(|b| format!("{b:02x}")).collect();
        let letters = row.iter().map(letter).collect();
        (format!("{:08x}", nth * HEX_ROW), digits.join(" "), letters)
    };
    let bytes = &bytes[..bytes.len().min(HEX)];
    bytes.chunks(HEX_ROW).enumerate().map(row).collect()
}

/// The beginning of a log that is no text.
pub(in crate::web) fn not_a_text(known: &LogLines, log: &Path) -> io::Result<Option<Vec<u8>>> {
    let bytes = known.before(log, JUDGED, JUDGED)?;
    Ok(bytes.contains(&0).then_some(bytes))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{hex, last, mark, not_a_text, rows};
    use crate::spool::{LineLimits, LogLines, Pattern, Place};
    use crate::web::parts::ansi::text;

    const LIMITS: LineLimits = LineLimits {
        index: 0,
        search: 1 << 20,
        line: 100,
        page: 10_000,
    };

    #[test]
    fn a_row_has_the_colour_that_it_has_in_the_whole_log() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("log");
        let long = format!("{}\u{1b}[32m", "x".repeat(300));
        let progress: String = (0..=100).map(|n| format!("\r{n} %")).collect();
        let all = format!("\u{1b}[31mred\nstill\n{long}\ngreen\n{progress}\nend");
        fs::write(&log, &all).unwrap();
        let known = LogLines::new(LIMITS);
        let whole = {
            let page = known.page(&log, Place::From(1), 100).unwrap();
            rows(&known, &log, &page.lines).unwrap()
        };
        let classes: Vec<_> = whole.iter().map(|row| row.runs[0].class.as_str()).collect();
        assert_eq!(classes, ["f1", "f1", "f1", "f2", "", "f2"]);
        assert_eq!(text(&whole[4].runs), "100 %");
        assert_eq!((whole[2].cut, whole[2].len), (205, 305));
        for first in 1..=6 {
            let page = known.page(&log, Place::From(first), 100).unwrap();
            let window = rows(&known, &log, &page.lines).unwrap();
            assert_eq!(window, whole[first as usize - 1..], "{first}");
        }
        assert_eq!(not_a_text(&known, &log).unwrap(), None);
        fs::write(&log, b"\x7fELF\0").unwrap();
        let bytes = not_a_text(&known, &log).unwrap().unwrap();
        let rows = hex(&bytes);
        let expected = ["00000000", "7f 45 4c 46 00", "·ELF·"].map(str::to_owned);
        assert_eq!(rows, [expected.into()]);
        assert_eq!(hex(&[0; 5_000]).len(), 32);
    }

    #[test]
    fn what_was_looked_for_is_marked_across_colours() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("log");
        fs::write(&log, "an \u{1b}[31merr\u{1b}[1mor, Error\n\u{202e}\nnone\n").unwrap();
        let known = LogLines::new(LIMITS);
        let marked = |pattern: &str| {
            let page = known.page(&log, Place::From(1), 100).unwrap();
            let mut all = rows(&known, &log, &page.lines).unwrap();
            let before: Vec<String> = all.iter().map(|row| text(&row.runs)).collect();
            mark(&mut all, &Pattern::text(pattern, true).unwrap());
            let after: Vec<String> = all.iter().map(|row| text(&row.runs)).collect();
            assert_eq!(before, after);
            let runs = all.into_iter().flat_map(|row| row.runs);
            let found = runs.filter(|run| run.found);
            found.map(|run| (run.class, run.text)).collect::<Vec<_>>()
        };
        let run = |class: &str, text: &str| (class.to_owned(), text.to_owned());
        let found = [
            run("f1", "err"),
            run("f1 bold", "or"),
            run("f1 bold", "Error"),
        ];
        assert_eq!(marked("error"), found);
        assert_eq!(marked("U+202E"), [run("odd", "⟨U+202E⟩")]);
        assert_eq!(marked("nowhere"), []);
    }

    #[test]
    fn the_last_lines_of_bytes() {
        let texts = |bytes, most| -> Vec<String> {
            let lines = last(bytes, most);
            lines.iter().map(|line| text(line)).collect()
        };
        assert_eq!(texts(b"", 9), [""; 0]);
        assert_eq!(texts(b"a\nb\n", 9), ["a", "b"]);
        assert_eq!(texts(b"a\n\nb", 2), ["", "b"]);
        assert_eq!(texts(b"\xa5rest\nb", 9), ["rest", "b"]);
        assert_eq!(last(b"\x1b[31ma\nb", 1)[0][0].class, "f1");
    }
}
