//! The journal of a pipeline.

use serde::Serialize;
use utoipa::ToSchema;

use super::cursor::Cursor;
use super::values::Moment;
use crate::store::JournalRow;

/// A line of the journal.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct JournalEntry {
    /// Grows with every line.
    sequence: i64,
    at: Moment,
    /// The track that it is about; null: the pipeline itself.
    track: Option<i64>,
    /// The state before; empty when the thing is new.
    from: String,
    /// The state after.
    to: String,
    /// The attempt that it is about; 0: none.
    attempt: i32,
    /// Who asked; empty: nobody, it follows from the rules.
    who: String,
    /// Why, in words.
    why: String,
}

impl From<&JournalRow> for JournalEntry {
    fn from(row: &JournalRow) -> Self {
        Self {
            sequence: row.sequence,
            at: Moment::of(row.at),
            track: row.track_id,
            from: row.old_state.clone(),
            to: row.new_state.clone(),
            attempt: row.attempt,
            who: row.who.clone(),
            why: row.why.clone(),
        }
    }
}

/// Lines of a journal, the oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct JournalPage {
    pub(in crate::api) entries: Vec<JournalEntry>,
    /// Give it as `cursor` for the next page; null: there is none.
    pub(in crate::api) next: Option<Cursor>,
}
