//! Attempts as the page of their track lists them.

use crate::store::AttemptRow;
use crate::web::parts::when::{When, between, when};
use crate::web::parts::words;

/// An attempt in the table.
pub(in crate::web) struct AttemptLine {
    pub(in crate::web) number: i32,
    pub(in crate::web) started: When,
    pub(in crate::web) finished: Option<When>,
    pub(in crate::web) took: String,
    pub(in crate::web) end: String,
    /// Where its whole log is.
    pub(in crate::web) log: String,
    pub(in crate::web) bytes: i64,
    pub(in crate::web) dropped: i64,
}

/// One attempt of a track.
pub(in crate::web) fn attempt(row: &AttemptRow, track: i64, now: i64) -> AttemptLine {
    let reason = row.reason;
    let words = reason.map(|code| words::reason(code, row.exit_code, row.signal));
    let words = match (words, row.exit_code, row.finished_at) {
        (Some(words), _, _) => words,
        (None, Some(code), _) => format!("exit code {code}"),
        (None, None, Some(_)) => String::new(),
        (None, None, None) => "runs".to_owned(),
    };
    AttemptLine {
        number: row.number,
        started: when(row.started_at.unwrap_or(row.ordered_at)),
        finished: row.finished_at.map(when),
        took: between(
            Some(row.started_at.unwrap_or(row.ordered_at)),
            row.finished_at,
            now,
        ),
        end: words::with_detail(words, &row.detail),
        log: format!("/api/v1/tracks/{track}/attempts/{}/log", row.number),
        bytes: row.log_bytes,
        dropped: row.dropped_bytes,
    }
}
