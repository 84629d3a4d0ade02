//! What a bundle of a pipeline needs of its tracks, page by page.

use diesel::{ExpressionMethods, QueryDsl, QueryResult, RunQueryDsl};

use super::connection::Db;
use super::error::StoreError;
use super::reader::Store;
use super::schema::{attempt, track};
use super::tracks::{AttemptRow, TrackHead, attempt_columns, track_columns};
use crate::engine::PipelineId;

/// A track with what it took, ran and left.
#[derive(Debug, Clone, PartialEq, Eq, diesel::Queryable)]
pub struct Packed {
    /// The track.
    pub head: TrackHead,
    /// Accepted values, as JSON; null for each secret.
    pub input: String,
    /// The compiled script.
    pub script: String,
    /// What it left for those after it, as a JSON object.
    pub outputs: String,
}

impl Store {
    /// Tracks of a pipeline after number `after`, and their attempts.
    pub fn pack(&self, id: PipelineId, after: i64, limit: i64) -> Result<Packs, StoreError> {
        Ok(pack(&mut *self.pool.get()?, id, after, limit)?)
    }
}

/// Tracks, and their attempts by track.
type Packs = (Vec<Packed>, Vec<(i64, AttemptRow)>);

fn pack(db: &mut Db, id: PipelineId, after: i64, limit: i64) -> QueryResult<Packs> {
    let tracks: Vec<Packed> = track::table
        .filter(track::pipeline_id.eq(id.0))
        .filter(track::id.gt(after))
        .order(track::id)
        .limit(limit)
        .select((
            track_columns!(),
            track::input,
            track::script,
            track::outputs,
        ))
        .load(db)?;
    let id = |packed: &Packed| packed.head.id;
    let (Some(first), Some(last)) = (tracks.first().map(id), tracks.last().map(id)) else {
        return Ok((tracks, Vec::new()));
    };
    let attempts = attempt::table
        .filter(attempt::track_id.between(first, last))
        .order((attempt::track_id, attempt::number))
        .select((attempt::track_id, attempt_columns!()))
        .load(db)?;
    Ok((tracks, attempts))
}
