//! Attempts as the page of their track shows them.

use crate::engine::{Reason, TrackState};
use crate::l10n::Words;
use crate::store::AttemptRow;
use crate::web::parts::marks::{self, Mark};
use crate::web::parts::size::size;
use crate::web::parts::when::{When, between, when};
use crate::web::parts::words;

/// An attempt among the others.
pub(in crate::web) struct Tab {
    pub(in crate::web) number: i32,
    pub(in crate::web) mark: Mark,
}

/// The attempt that is looked at.
pub(in crate::web) struct AttemptShown {
    pub(in crate::web) number: i32,
    pub(in crate::web) mark: Mark,
    pub(in crate::web) ordered: When,
    pub(in crate::web) started: Option<When>,
    pub(in crate::web) finished: Option<When>,
    /// From its order to its begin.
    pub(in crate::web) waited: String,
    pub(in crate::web) took: String,
    /// It runs since then.
    pub(in crate::web) since: Option<i64>,
    /// Why it ended so.
    pub(in crate::web) end: String,
    pub(in crate::web) exit_code: Option<i32>,
    pub(in crate::web) signal: Option<i32>,
    pub(in crate::web) size: String,
    /// How much its log has lost; empty: nothing.
    pub(in crate::web) dropped: String,
}

/// How an attempt stands.
pub(in crate::web) fn mark(row: &AttemptRow) -> Mark {
    let state = match (row.finished_at, row.reason.and_then(Reason::from_code)) {
        (None, _) => TrackState::Running,
        (Some(_), Some(Reason::Stopped)) => TrackState::Stopped,
        (Some(_), Some(Reason::Interrupted)) => TrackState::Interrupted,
        (Some(_), Some(_)) => TrackState::Failed,
        (Some(_), None) => TrackState::Succeed,
    };
    marks::track(state.code(), row.reason)
}

/// One attempt among the others of its track.
pub(in crate::web) fn tab(row: &AttemptRow) -> Tab {
    Tab {
        number: row.number,
        mark: mark(row),
    }
}

/// One attempt of a track.
pub(in crate::web) fn attempt(row: &AttemptRow, now: i64, t: Words) -> AttemptShown {
    let reason = row.reason;
    let words = reason.map(|code| words::reason(code, row.exit_code, row.signal, t));
    let bytes = |n: i64| size(n.unsigned_abs());
    AttemptShown {
        number: row.number,
        mark: mark(row),
        ordered: when(row.ordered_at),
        started: row.started_at.map(when),
        finished: row.finished_at.map(when),
        waited: row.started_at.map_or_else(String::new, |started| {
            between(Some(row.ordered_at), Some(started), now)
        }),
        took: between(
            Some(row.started_at.unwrap_or(row.ordered_at)),
            row.finished_at,
            now,
        ),
        since: match row.finished_at {
            None => Some(row.started_at.unwrap_or(row.ordered_at)),
            Some(_) => None,
        },
        end: words::with_detail(words.unwrap_or_default(), &row.detail, t),
        exit_code: row.exit_code,
        signal: row.signal,
        size: bytes(row.log_bytes),
        dropped: match row.dropped_bytes {
            0 => String::new(),
            n => bytes(n),
        },
    }
}
