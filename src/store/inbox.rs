//! The tracks that wait for a person.

use diesel::dsl::sql;
use diesel::sql_types::Bool;
use diesel::{ExpressionMethods, JoinOnDsl, QueryDsl, RunQueryDsl};

use super::error::StoreError;
use super::reader::Store;
use super::schema::{graph, pipeline, track};
use super::tracks::{IS_THERE, TrackHead, track_columns};

/// A track that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, diesel::Queryable)]
pub struct Waiting {
    /// The track.
    pub track: TrackHead,
    /// What people call its pipeline.
    pub pipeline: String,
    /// Its graph's name.
    pub graph: String,
}

/// INTERRUPTED, or PENDING on an input. As the index `track_waiting` has it, with the numbers in the
/// text: only so the database knows that this small index has all of these rows.
const WAITS: &str = "(track.state = 7 OR track.pending_on = 1)";

/// An unknown outcome waits for its answer also where nothing else moves any more.
const OPEN: &str = "(track.state = 7 OR pipeline.finished_at IS NULL)";

impl Store {
    /// The tracks that wait for a person, the newest first, with numbers below `before`.
    pub fn inbox(&self, before: i64, limit: i64) -> Result<Vec<Waiting>, StoreError> {
        let waiting = track::table
            .inner_join(pipeline::table.on(pipeline::id.eq(track::pipeline_id)))
            .inner_join(graph::table.on(graph::id.eq(pipeline::graph_id)))
            .filter(sql::<Bool>(WAITS))
            .filter(sql::<Bool>(OPEN))
            .filter(sql::<Bool>(IS_THERE))
            .filter(track::id.lt(before))
            .order(track::id.desc())
            .limit(limit)
            .select((track_columns!(), pipeline::name, graph::name))
            .load(&mut *self.pool.get()?)?;
        Ok(waiting)
    }

    /// These tracks as the inbox has them, whether they still wait or not, the newest first.
    pub fn inbox_of(&self, tracks: &[i64]) -> Result<Vec<Waiting>, StoreError> {
        let asked = track::table
            .inner_join(pipeline::table.on(pipeline::id.eq(track::pipeline_id)))
            .inner_join(graph::table.on(graph::id.eq(pipeline::graph_id)))
            .filter(track::id.eq_any(tracks))
            .filter(sql::<Bool>(IS_THERE))
            .order(track::id.desc())
            .select((track_columns!(), pipeline::name, graph::name))
            .load(&mut *self.pool.get()?)?;
        Ok(asked)
    }

    /// How many tracks wait for a person, counted up to `most`.
    pub fn inbox_count(&self, most: i64) -> Result<usize, StoreError> {
        let ids: Vec<i64> = track::table
            .inner_join(pipeline::table.on(pipeline::id.eq(track::pipeline_id)))
            .filter(sql::<Bool>(WAITS))
            .filter(sql::<Bool>(OPEN))
            .filter(sql::<Bool>(IS_THERE))
            .limit(most)
            .select(track::id)
            .load(&mut *self.pool.get()?)?;
        Ok(ids.len())
    }
}

#[cfg(test)]
mod tests {
    use super::{OPEN, WAITS};
    use crate::engine::{PendingOn, TrackState};
    use crate::store::query_plan::steps;

    #[test]
    fn the_history_is_not_read() {
        let plan = steps(&format!(
            "SELECT track.id FROM track JOIN pipeline \
             ON pipeline.id = track.pipeline_id WHERE {WAITS} AND {OPEN}"
        ));
        let text = plan.join("; ");
        assert!(text.contains("track_waiting"), "{text}");
    }

    #[test]
    fn the_numbers_are_the_codes() {
        let (state, on) = (TrackState::Interrupted.code(), PendingOn::Input.code());
        let expected = format!("(track.state = {state} OR track.pending_on = {on})");
        assert_eq!(WAITS, expected);
        assert!(OPEN.contains(&format!("track.state = {state} ")));
        let index = include_str!("../../migrations/sqlite/2026-11-21-000100_inbox/up.sql");
        let unqualified = format!("WHERE state = {state} OR pending_on = {on};");
        assert!(index.contains(&unqualified));
    }
}
