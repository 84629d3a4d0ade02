//! Where things stand in a text: places of bytes, of events, and of the text inside scalars.

use saphyr_parser::{Marker, ScalarStyle, Span};

use crate::graph::places::Mark;

/// Where a scalar's text begins, if each of its lines is a line of the source.
pub(super) fn exact(text: &str, style: ScalarStyle, span: Span) -> Option<Mark> {
    let start = mark(&span.start);
    if text.is_empty() {
        return None;
    }
    match style {
        ScalarStyle::Literal => {
            // The span begins at the first line that is not empty.
            let empty = text.bytes().take_while(|b| *b == b'\n').count();
            let line = start.line.checked_sub(u32::try_from(empty).ok()?)?;
            (empty < text.len()).then_some(Mark { line, ..start })
        }
        ScalarStyle::Folded => None,
        ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
            let quotes = u32::from(style != ScalarStyle::Plain);
            let one_line = span.start.line() == span.end.line();
            let same = span.len() == text.chars().count() + 2 * quotes as usize;
            (one_line && same).then_some(Mark {
                column: start.column + quotes,
                ..start
            })
        }
    }
}

/// The place of an event.
pub(super) fn mark(marker: &Marker) -> Mark {
    numbered(marker.line(), marker.col() + 1)
}

/// The place of a byte of `source`.
pub(super) fn mark_of(source: &str, at: usize) -> Mark {
    let before = &source[..at];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    numbered(line, column)
}

fn numbered(line: usize, column: usize) -> Mark {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Mark {
        line: number(line),
        column: number(column),
    }
}
