//! Lines of a pipeline's journal.

use std::collections::BTreeMap;

use crate::engine::{PipelineState, TrackState};
use crate::l10n::Words;
use crate::store::JournalRow;
use crate::web::parts::marks;
use crate::web::parts::noted::{Noted, noted};
use crate::web::parts::when::{When, when};

/// A line of the journal.
pub(super) struct Entry {
    pub(super) sequence: i64,
    pub(super) at: When,
    /// The number and name of its track.
    pub(super) track: Option<(i64, String)>,
    pub(super) old: String,
    pub(super) new: String,
    pub(super) attempt: i32,
    pub(super) who: String,
    pub(super) why: Noted,
}

/// A word of the journal in the language of the page: of a track, else of the pipeline.
fn state(word: &str, track: bool, t: Words) -> String {
    let of_track = TrackState::ALL.iter().find(|state| state.word() == word);
    let of_pipeline = PipelineState::ALL.iter().find(|state| state.word() == word);
    match (of_track.filter(|_| track), of_pipeline) {
        (Some(state), _) => marks::track(state.code(), None).said(&t),
        (None, Some(state)) => marks::pipeline(state.code()).said(&t),
        (None, None) => word.to_owned(),
    }
}

/// A row as a line; `names` has those of the tracks that are known.
pub(super) fn entry(row: &JournalRow, names: &BTreeMap<i64, &str>, t: Words) -> Entry {
    let state = |word: &str| state(word, row.track_id.is_some(), t);
    Entry {
        sequence: row.sequence,
        at: when(row.at),
        track: row.track_id.map(|id| {
            let name = names.get(&id).map(|name| (*name).to_owned());
            (id, name.unwrap_or_else(|| format!("#{id}")))
        }),
        old: state(&row.old_state),
        new: state(&row.new_state),
        attempt: row.attempt,
        who: row.who.clone(),
        why: noted(&row.why, &row.who, t),
    }
}
