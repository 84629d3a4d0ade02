//! What an answer to "why" needs besides the engine's facts: names, who said what, what a vertex
//! says of its own failures. A fixed number of statements for an answer.

use diesel::{
    ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult, Queryable, RunQueryDsl,
};

use super::connection::Db;
use super::error::StoreError;
use super::live;
use super::reader::Store;
use super::schema::{journal, pipeline, track, vertex};
use super::spec::{VertexPolicies, from_json};
use super::tracks::{JournalRow, journal_columns};
use crate::engine::{LoadedPipeline, PipelineId, PipelineRow, TrackId};
use crate::graph::{Millis, Retry, When};

/// A track or a pipeline, as an answer names it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Named {
    /// Its number.
    pub id: i64,
    /// What people call it: the vertex, or the pipeline.
    pub name: String,
    /// The code of its state.
    pub state: i16,
}

/// What a track's row and its vertex say of how it ends.
#[derive(Debug, Clone, Default)]
pub struct Ways {
    /// How many automatic retries it has used.
    pub retries: u32,
    /// When a failed attempt is followed by another.
    pub retry: Option<Retry>,
    /// The longest that an attempt may take.
    pub timeout: Option<Millis>,
    /// Its failure counts as done.
    pub ignored: bool,
    /// When it runs, if it runs after the verdict.
    pub handler: Option<When>,
}

impl Store {
    /// Every pipeline of which something can still move, as the engine takes it.
    pub fn live(&self) -> Result<Vec<LoadedPipeline>, StoreError> {
        live::live(&mut *self.pool.get()?)
    }

    /// One pipeline as the engine takes it, whether or not something of it can move.
    pub fn loaded(&self, id: PipelineId) -> Result<Option<LoadedPipeline>, StoreError> {
        live::one(&mut *self.pool.get()?, id, &self.plans)
    }

    /// The row of a pipeline of which every track has succeeded or was skipped; none of any other.
    pub fn done(&self, id: PipelineId) -> Result<Option<PipelineRow>, StoreError> {
        live::done(&mut *self.pool.get()?, id)
    }

    /// The names and states of tracks.
    pub fn named_tracks(&self, ids: &[i64]) -> Result<Vec<Named>, StoreError> {
        Ok(tracks(&mut *self.pool.get()?, ids)?)
    }

    /// The names and states of pipelines.
    pub fn named_pipelines(&self, ids: &[i64]) -> Result<Vec<Named>, StoreError> {
        Ok(pipelines(&mut *self.pool.get()?, ids)?)
    }

    /// What a track and its vertex say of how it ends.
    pub fn ways(&self, id: TrackId) -> Result<Option<Ways>, StoreError> {
        ways(&mut *self.pool.get()?, id)
    }

    /// The newest entries of the journal about one track, or about the pipeline itself, newest first.
    pub fn entries_of(
        &self,
        id: PipelineId,
        track: Option<TrackId>,
        limit: i64,
    ) -> Result<Vec<JournalRow>, StoreError> {
        Ok(entries(&mut *self.pool.get()?, (id, track), limit)?)
    }
}

/// The tracks of these numbers.
fn tracks(db: &mut Db, ids: &[i64]) -> QueryResult<Vec<Named>> {
    track::table
        .filter(track::id.eq_any(ids))
        .order(track::id)
        .select((track::id, track::name, track::state))
        .load(db)
}

/// The pipelines of these numbers.
fn pipelines(db: &mut Db, ids: &[i64]) -> QueryResult<Vec<Named>> {
    pipeline::table
        .filter(pipeline::id.eq_any(ids))
        .order(pipeline::id)
        .select((pipeline::id, pipeline::name, pipeline::state))
        .load(db)
}

/// What a track and its vertex say of how it ends.
fn ways(db: &mut Db, id: TrackId) -> Result<Option<Ways>, StoreError> {
    let row: Option<(i32, String, Option<i16>)> = track::table
        .inner_join(vertex::table.on(vertex::id.eq(track::vertex_id)))
        .filter(track::id.eq(id.0))
        .select((track::retries, vertex::policies, vertex::handler))
        .first(db)
        .optional()?;
    let Some((retries, policies, handler)) = row else {
        return Ok(None);
    };
    let policies: VertexPolicies = from_json(&policies)?;
    Ok(Some(Ways {
        retries: retries.unsigned_abs(),
        retry: policies.retry(),
        timeout: policies.timeout_ms.map(Millis),
        ignored: policies.ignore_failure,
        handler: handler.and_then(When::from_code),
    }))
}

/// The newest entries of the journal about one track, or about the pipeline itself, newest first.
fn entries(
    db: &mut Db,
    (id, of): (PipelineId, Option<TrackId>),
    limit: i64,
) -> QueryResult<Vec<JournalRow>> {
    let entries = journal::table
        .filter(journal::pipeline_id.eq(id.0))
        .order(journal::sequence.desc())
        .limit(limit)
        .select(journal_columns!())
        .into_boxed();
    match of {
        Some(track) => entries.filter(journal::track_id.eq(track.0)).load(db),
        None => entries.filter(journal::track_id.is_null()).load(db),
    }
}

#[cfg(test)]
mod tests {
    use crate::store::query_plan::steps;

    /// What is said of one track, or of the pipeline itself, is found without reading all that is
    /// said of the pipeline's tracks.
    #[test]
    fn the_rest_of_the_journal_is_not_read() {
        for (of, index) in [
            ("= 7", "journal_of_track (track_id=?)"),
            ("IS NULL", "journal_of_whole (pipeline_id=?)"),
        ] {
            let plan = steps(&format!(
                "SELECT sequence, why FROM journal WHERE pipeline_id = 1 \
                 AND track_id {of} ORDER BY sequence DESC LIMIT 50"
            ));
            assert_eq!(plan, [format!("SEARCH journal USING INDEX {index}")]);
        }
    }
}
