//! Which pipelines have not ended, and which of them go on without a person.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, QueryDsl, QueryResult,
    RunQueryDsl,
};

use super::connection::Db;
use super::error::StoreError;
use super::reader::Store;
use super::recent::newest_ids;
use super::schema::{pipeline, track};
use crate::engine::{PendingOn, TrackState};

impl Store {
    /// Which of these pipelines something can still move of.
    pub fn unended(&self, ids: &[i64]) -> Result<Vec<i64>, StoreError> {
        let open = pipeline::table
            .filter(pipeline::id.eq_any(ids))
            .filter(pipeline::finished_at.is_null())
            .order(pipeline::id)
            .select(pipeline::id);
        Ok(open.load(&mut *self.pool.get()?)?)
    }

    /// How long tracks took that succeeded, in milliseconds, with the names of their vertices: of the
    /// newest `pipelines` of all versions of a graph, `limit` tracks at most.
    pub fn took(
        &self,
        name: &str,
        pipelines: i64,
        limit: i64,
    ) -> Result<Vec<(String, i64)>, StoreError> {
        let db = &mut *self.pool.get()?;
        let newest = newest_ids(db, name, pipelines)?;
        let took = track::finished_at - track::started_at;
        let rows = track::table
            .filter(track::pipeline_id.eq_any(newest))
            .filter(track::state.eq(TrackState::Succeed.code()))
            .filter(took.is_not_null())
            .limit(limit)
            .select((track::name, took.assume_not_null()));
        Ok(rows.load(db)?)
    }

    /// Which of these pipelines wait for a value or for an answer while nothing else of them goes on.
    pub fn stuck(&self, ids: &[i64]) -> Result<Vec<i64>, StoreError> {
        let mut db = self.pool.get()?;
        let moving = moving(&mut db, ids)?;
        let asking = asking(&mut db, ids)?;
        Ok(asking
            .into_iter()
            .filter(|id| !moving.contains(id))
            .collect())
    }
}

/// The pipelines with a track that runs, or waits for what comes without a person.
fn moving(db: &mut Db, ids: &[i64]) -> QueryResult<Vec<i64>> {
    let still = [PendingOn::Input.code(), PendingOn::Failure.code()];
    track::table
        .filter(track::pipeline_id.eq_any(ids))
        .filter(track::state.eq_any([TrackState::Pending.code(), TrackState::Running.code()]))
        .filter(
            track::pending_on
                .is_null()
                .or(track::pending_on.ne_all(still).assume_not_null()),
        )
        .select(track::pipeline_id)
        .distinct()
        .load(db)
}

/// The pipelines with a track of which a person has to say something.
fn asking(db: &mut Db, ids: &[i64]) -> QueryResult<Vec<i64>> {
    let asks = track::pending_on.eq(PendingOn::Input.code());
    let states = [TrackState::Pending.code(), TrackState::Interrupted.code()];
    track::table
        .filter(track::pipeline_id.eq_any(ids))
        .filter(track::state.eq_any(states))
        .filter(
            track::state
                .eq(TrackState::Interrupted.code())
                .or(asks.assume_not_null()),
        )
        .select(track::pipeline_id)
        .distinct()
        .order(track::pipeline_id)
        .load(db)
}

#[cfg(test)]
mod tests {
    use crate::store::query_plan::steps;

    #[test]
    fn only_tracks_that_have_not_ended_are_read() {
        let plan = steps(
            "SELECT DISTINCT pipeline_id FROM track WHERE pipeline_id IN (1, 2) AND state IN (1, 2) \
             AND (pending_on IS NULL OR pending_on NOT IN (1, 4))",
        );
        let text = plan.join("; ");
        assert!(
            text.contains("track_of_pipeline (pipeline_id=? AND state=?)"),
            "{text}"
        );
    }

    /// Neither other graphs nor older pipelines are read.
    #[test]
    fn only_the_newest_pipelines_of_a_graph_are_read() {
        let plan = steps(
            "SELECT name, finished_at - started_at FROM track WHERE pipeline_id IN (3, 2, 1) \
             AND state = 3 LIMIT 100",
        );
        let text = plan.join("; ");
        assert!(
            text.contains("track_of_pipeline (pipeline_id=? AND state=?)"),
            "{text}"
        );
    }
}
