//! Reading tracks, their attempts and the journal.

use diesel::dsl::sql;
use diesel::sql_types::Bool;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, Queryable, RunQueryDsl};

use super::connection::Db;
use super::schema::{attempt, journal, pipeline, track};
use crate::engine::{PipelineId, TrackId};

/// One track, without its texts.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct TrackHead {
    /// Its number.
    pub id: i64,
    /// Its pipeline.
    pub pipeline_id: i64,
    /// Its vertex's number.
    pub vertex_id: i64,
    /// Its vertex's name.
    pub vertex: String,
    /// The code of its state.
    pub state: i16,
    /// The code of what it is pending on.
    pub pending_on: Option<i16>,
    /// When a wait ends.
    pub due_at: Option<i64>,
    /// The code of why the last attempt ended as it did.
    pub reason: Option<i16>,
    /// The same in words, when there is more to say.
    pub detail: String,
    /// Of the last attempt.
    pub exit_code: Option<i32>,
    /// The number of the last attempt.
    pub attempt: i32,
    /// When the last attempt began.
    pub started_at: Option<i64>,
    /// When it ended.
    pub finished_at: Option<i64>,
    /// The code of what a person said of it before it starts.
    pub mark: Option<i16>,
    /// The code of how its attempt is being ended.
    pub ending: Option<i16>,
    /// The number of the last attempt of which nobody knows how it ended; 0: there was none.
    pub lost: i32,
}

/// The texts of one track.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct TrackTexts {
    /// Accepted values, as JSON.
    pub input: String,
    /// A required value has not been given.
    pub missing: bool,
    /// The compiled script.
    pub script: String,
    /// The last bytes of the last attempt's output.
    pub output: Vec<u8>,
    /// What it left for those after it, as a JSON object.
    pub outputs: String,
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct AttemptRow {
    /// From 1.
    pub number: i32,
    /// When its start was committed.
    pub ordered_at: i64,
    /// When its script began.
    pub started_at: Option<i64>,
    /// When it ended.
    pub finished_at: Option<i64>,
    /// The code of why it ended as it did.
    pub reason: Option<i16>,
    /// Its exit code.
    pub exit_code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// The same in words.
    pub detail: String,
    /// Bytes in its log.
    pub log_bytes: i64,
    /// Bytes that the cap kept out of its log.
    pub dropped_bytes: i64,
}

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct JournalRow {
    /// Its number.
    pub sequence: i64,
    /// When.
    pub at: i64,
    /// Of which track; none: of the pipeline.
    pub track_id: Option<i64>,
    /// The word of the state before.
    pub old_state: String,
    /// The word of the state after.
    pub new_state: String,
    /// Of which attempt; 0: none.
    pub attempt: i32,
    /// Who asked.
    pub who: String,
    /// Why.
    pub why: String,
}

/// Of a track: its pipeline is not being removed.
pub(super) const IS_THERE: &str = "track.pipeline_id NOT IN (SELECT pipeline_id FROM removal)";

macro_rules! track_columns {
    () => {
        (
            track::id,
            track::pipeline_id,
            track::vertex_id,
            track::name,
            track::state,
            track::pending_on,
            track::due_at,
            track::reason,
            track::detail,
            track::exit_code,
            track::attempt,
            track::started_at,
            track::finished_at,
            track::mark,
            track::ending,
            track::lost,
        )
    };
}

macro_rules! attempt_columns {
    () => {
        (
            attempt::number,
            attempt::ordered_at,
            attempt::started_at,
            attempt::finished_at,
            attempt::reason,
            attempt::exit_code,
            attempt::signal,
            attempt::detail,
            attempt::log_bytes,
            attempt::dropped_bytes,
        )
    };
}

macro_rules! journal_columns {
    () => {
        (
            journal::sequence,
            journal::at,
            journal::track_id,
            journal::old_state,
            journal::new_state,
            journal::attempt,
            journal::who,
            journal::why,
        )
    };
}
pub(super) use {attempt_columns, journal_columns, track_columns};

/// Tracks of a pipeline, whose numbers follow each other: by their pipeline all of them would be read and
/// sorted for the first one.
macro_rules! between {
    ($after:expr, $past:expr, $limit:expr) => {
        track::table
            .filter(track::id.gt($after))
            .filter(track::id.lt($past))
            .order(track::id)
            .limit($limit)
            .select(track_columns!())
    };
}

/// The tracks of a pipeline after number `after`, in the order of the vertices.
pub(super) fn tracks(
    db: &mut Db,
    id: PipelineId,
    after: i64,
    limit: i64,
) -> QueryResult<Vec<TrackHead>> {
    let of_pipeline = pipeline::table.find(id.0);
    let numbers = of_pipeline.select((pipeline::first_track, pipeline::vertices));
    let Some((first, vertices)) = numbers.first::<(i64, i32)>(db).optional()? else {
        return Ok(Vec::new());
    };
    let past = first + i64::from(vertices);
    between!(after.max(first - 1), past, limit).load(db)
}

/// One track.
pub(super) fn track(db: &mut Db, id: TrackId) -> QueryResult<Option<(TrackHead, TrackTexts)>> {
    let texts = (
        track::input,
        track::missing,
        track::script,
        track::output,
        track::outputs,
    );
    track::table
        .find(id.0)
        .filter(sql::<Bool>(IS_THERE))
        .select((track_columns!(), texts))
        .first(db)
        .optional()
}

/// The attempts of a track after number `after`, first to last.
pub(super) fn attempts(
    db: &mut Db,
    id: TrackId,
    after: i32,
    limit: i64,
) -> QueryResult<Vec<AttemptRow>> {
    attempt::table
        .filter(attempt::track_id.eq(id.0))
        .filter(attempt::number.gt(after))
        .order(attempt::number)
        .select(attempt_columns!())
        .limit(limit)
        .load(db)
}

/// The journal of a pipeline after entry `after`.
pub(super) fn journal(
    db: &mut Db,
    id: PipelineId,
    after: i64,
    limit: i64,
) -> QueryResult<Vec<JournalRow>> {
    journal::table
        .filter(journal::pipeline_id.eq(id.0))
        .filter(journal::sequence.gt(after))
        .order(journal::sequence)
        .limit(limit)
        .select(journal_columns!())
        .load(db)
}

#[cfg(test)]
mod tests {
    use diesel::{ExpressionMethods, QueryDsl};

    use crate::store::query_plan::{steps, written};
    use crate::store::schema::{attempt, track};

    #[test]
    fn a_page_of_tracks_is_read_by_their_numbers() {
        let query = between!(7, 10_000, 1);
        let found = "SEARCH track USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)";
        assert_eq!(steps(&written(&query)), [found]);
    }

    #[test]
    fn a_page_of_attempts_is_read_through_their_key() {
        let query = attempt::table
            .filter(attempt::track_id.eq(7))
            .filter(attempt::number.gt(3))
            .order(attempt::number)
            .limit(100)
            .select(attempt::number);
        let steps = steps(&written(&query).replace('?', "7"));
        assert_eq!(
            steps,
            ["SEARCH attempt USING PRIMARY KEY (track_id=? AND number>?)"]
        );
    }
}
