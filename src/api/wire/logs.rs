//! Logs by their lines.

use serde::Serialize;
use utoipa::ToSchema;

use crate::spool::{Line, LinePage};

/// Lines of a log.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct LogPage {
    /// The attempt whose log it is; null: there was none yet.
    attempt: Option<u32>,
    /// The number of the first line that is here; null: none is.
    first: Option<u64>,
    lines: Vec<LogLine>,
    /// There are lines after these, or with `grep` and `regex` more to look through.
    more: bool,
    /// Give it as `line` to go on; null: there is nothing more, and there will not be.
    pub(in crate::api) next: Option<u64>,
    /// How many lines the log has now.
    total: u64,
    /// How many bytes the log has now.
    size: u64,
    /// Bytes that the cap keeps out of the middle of the log; a line says so there. While the script
    /// runs, the lines after the gap change their numbers.
    dropped: u64,
    /// Nothing more is printed.
    complete: bool,
}

/// One line of a log.
#[derive(Debug, Serialize, ToSchema)]
struct LogLine {
    /// Its number, from 1.
    n: u64,
    /// How many bytes of the log are before it.
    at: u64,
    /// What it says, without its end. Bytes that are no UTF-8 are U+FFFD.
    text: String,
    /// How many bytes of its end are left out (the setting `log_line_bytes`).
    cut: u64,
}

impl LogPage {
    /// `complete`: nothing more is printed.
    pub(in crate::api) fn new(attempt: Option<u32>, page: LinePage, complete: bool) -> Self {
        let more = page.next <= page.total;
        // A line without an end may have one the next time.
        let again = page.next - u64::from(page.open && page.next > page.total && !complete);
        Self {
            attempt,
            first: page.lines.first().map(|line| line.number),
            more,
            next: (more || !complete).then_some(again),
            total: page.total,
            size: page.size,
            dropped: page.dropped,
            complete,
            lines: page.lines.into_iter().map(LogLine::from).collect(),
        }
    }

    /// The lines as a text, in which each that is cut says so.
    pub(in crate::api) fn text(&self) -> String {
        let mut text = String::new();
        for line in &self.lines {
            text.push_str(&line.text);
            if line.cut > 0 {
                text.push_str(&format!(" [trackyard: {} bytes more]", line.cut));
            }
            text.push('\n');
        }
        text
    }
}

impl From<Line> for LogLine {
    fn from(line: Line) -> Self {
        Self {
            n: line.number,
            at: line.at,
            text: line.text,
            cut: line.cut,
        }
    }
}
