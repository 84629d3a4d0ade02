//! What became of the newest pipelines of a graph, of all its versions: rows to count, a bounded number.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl,
    QueryResult, RunQueryDsl,
};

use super::connection::Db;
use super::error::StoreError;
use super::reader::Store;
use super::recent::newest_ids;
use super::schema::{attempt, pipeline, track};
use crate::engine::Time;

/// Pipelines that are looked at, at most.
pub const STATS_RUNS: i64 = 1_000;
/// Tracks of the newest of them that are looked at, at most, but for those of one pipeline.
pub const STATS_TRACKS: i64 = 100_000;

/// A pipeline, as far as it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, diesel::Queryable)]
pub struct RunRow {
    /// Its number.
    pub id: i64,
    /// The code of its state.
    pub state: i16,
    /// When it was started, in milliseconds since 1970.
    pub created_at: i64,
    /// When nothing of it could move any more.
    pub finished_at: Option<i64>,
    /// How many tracks it has.
    pub tracks: i32,
}

/// A track, as far as it is counted.
#[derive(Debug, Clone, PartialEq, Eq, diesel::Queryable)]
pub struct TrackRow {
    /// The name of its vertex.
    pub name: String,
    /// The code of its state.
    pub state: i16,
    /// How many attempts it has had.
    pub attempts: i32,
    /// When its last attempt began, in milliseconds since 1970, and when that ended.
    pub last: Option<(Option<i64>, Option<i64>)>,
}

impl Store {
    /// The newest pipelines of all versions of a name that were started since then, newest first;
    /// [`STATS_RUNS`] at most.
    pub fn stats_runs(&self, name: &str, since: Time) -> Result<Vec<RunRow>, StoreError> {
        Ok(runs(&mut *self.pool.get()?, name, since.0)?)
    }

    /// The tracks of these pipelines.
    pub fn stats_tracks(&self, pipelines: &[i64]) -> Result<Vec<TrackRow>, StoreError> {
        Ok(tracks(&mut *self.pool.get()?, pipelines)?)
    }
}

/// The newest pipelines of all versions of a name that were started since then, newest first.
fn runs(db: &mut Db, name: &str, since: i64) -> QueryResult<Vec<RunRow>> {
    // By numbers alone first, which the index has: no row of an older pipeline is read.
    let newest = newest_ids(db, name, STATS_RUNS)?;
    pipeline::table
        .filter(pipeline::id.eq_any(newest))
        .filter(pipeline::created_at.ge(since))
        .order(pipeline::id.desc())
        .select((
            pipeline::id,
            pipeline::state,
            pipeline::created_at,
            pipeline::finished_at,
            pipeline::vertices,
        ))
        .load(db)
}

/// The tracks of these pipelines. What they have written stands behind all that is read of a row.
fn tracks(db: &mut Db, pipelines: &[i64]) -> QueryResult<Vec<TrackRow>> {
    let last = attempt::track_id
        .eq(track::id)
        .and(attempt::number.eq(track::attempt));
    track::table
        .left_join(attempt::table.on(last))
        .filter(track::pipeline_id.eq_any(pipelines))
        .select((
            track::name,
            track::state,
            track::attempt,
            (attempt::started_at, attempt::finished_at).nullable(),
        ))
        .load(db)
}

#[cfg(test)]
mod tests {
    use crate::store::query_plan::steps;

    #[test]
    fn no_row_is_looked_for_without_an_index() {
        let tracks = steps(
            "SELECT track.name, attempt.finished_at FROM track LEFT JOIN attempt \
             ON attempt.track_id = track.id AND attempt.number = track.attempt \
             WHERE track.pipeline_id IN (1, 2)",
        );
        assert_eq!(
            tracks,
            [
                "SEARCH track USING INDEX track_of_pipeline (pipeline_id=?)",
                "SEARCH attempt USING PRIMARY KEY (track_id=? AND number=?) LEFT-JOIN",
            ]
        );
    }
}
