//! Tracks of pipelines by what they are asked for.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl};

use super::connection::Db;
use super::error::StoreError;
use super::reader::Store;
use super::schema::{pipeline, track};
use super::tracks::{TrackHead, track_columns};
use crate::engine::{PipelineId, Reason, TrackState};

impl Store {
    /// The tracks of a pipeline after number `after` that stand at one of these states; at any, when
    /// none is named.
    pub fn track_page(
        &self,
        id: PipelineId,
        states: &[TrackState],
        after: i64,
        limit: i64,
    ) -> Result<Vec<TrackHead>, StoreError> {
        let db = &mut *self.pool.get()?;
        Ok(page(db, id, states, after, limit)?)
    }

    /// How each track of a pipeline stands.
    pub fn standing(&self, id: PipelineId) -> Result<TrackStates, StoreError> {
        Ok(standing(&mut *self.pool.get()?, id)?)
    }

    /// The tracks of these pipelines of which an attempt was lost.
    pub fn lost_tracks(&self, pipelines: &[i64]) -> Result<Vec<TrackHead>, StoreError> {
        Ok(lost(&mut *self.pool.get()?, pipelines)?)
    }
}

/// How each track of a pipeline stands. Their numbers follow each other, in the order of the vertices.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrackStates {
    /// The number of the first one.
    pub first: i64,
    /// The codes of their states.
    pub states: Vec<i16>,
    /// The numbers of those whose failure has this reason: they ran out of time.
    pub timed_out: Vec<i64>,
}

/// Reads of the index alone, but for tracks that failed.
fn standing(db: &mut Db, id: PipelineId) -> QueryResult<TrackStates> {
    let of_pipeline = track::table.filter(track::pipeline_id.eq(id.0));
    let mut rows: Vec<(i64, i16)> = of_pipeline.select((track::id, track::state)).load(db)?;
    rows.sort_unstable();
    let timed_out = of_pipeline
        .filter(track::state.eq(TrackState::Failed.code()))
        .filter(track::reason.eq(Reason::Timeout.code()))
        .order(track::id)
        .select(track::id)
        .load(db)?;
    Ok(TrackStates {
        first: rows.first().map_or(0, |(id, _)| *id),
        states: rows.into_iter().map(|(_, state)| state).collect(),
        timed_out,
    })
}

/// The tracks of these pipelines of which an attempt was lost.
fn lost(db: &mut Db, pipelines: &[i64]) -> QueryResult<Vec<TrackHead>> {
    track::table
        .filter(track::pipeline_id.eq_any(pipelines))
        .filter(track::lost.gt(0))
        .order(track::id)
        .select(track_columns!())
        .load(db)
}

/// The numbers of a pipeline's tracks follow each other: no others are gone through.
fn page(
    db: &mut Db,
    id: PipelineId,
    states: &[TrackState],
    after: i64,
    limit: i64,
) -> QueryResult<Vec<TrackHead>> {
    let ends: Option<(i64, i32)> = pipeline::table
        .find(id.0)
        .select((pipeline::first_track, pipeline::vertices))
        .first(db)
        .optional()?;
    let Some((first, count)) = ends else {
        return Ok(Vec::new());
    };
    let mut found = track::table
        .filter(track::id.gt(after.max(first - 1)))
        .filter(track::id.lt(first + i64::from(count)))
        .order(track::id)
        .limit(limit)
        .select(track_columns!())
        .into_boxed();
    if !states.is_empty() {
        found = found.filter(track::state.eq_any(states.iter().map(|state| state.code())));
    }
    found.load(db)
}
