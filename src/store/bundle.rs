//! What a bundle of a pipeline needs of its tracks, page by page.

use std::collections::BTreeMap;

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};

use super::connection::Db;
use super::error::StoreError;
use super::orders::{TrackOrder, orders};
use super::reader::Store;
use super::schema::{attempt, track};
use super::tracks::{AttemptRow, TrackHead, attempt_columns, track_columns};
use crate::engine::PipelineId;

/// A track with what it took, ran and left.
#[derive(Debug, Clone)]
pub struct Packed {
    /// The track.
    pub head: TrackHead,
    /// What it left for those after it, as a JSON object.
    pub outputs: String,
    /// How it runs: its values and its script among others.
    pub order: TrackOrder,
}

impl Store {
    /// Tracks of a pipeline after number `after`, and their attempts.
    pub fn pack(&self, id: PipelineId, after: i64, limit: i64) -> Result<Packs, StoreError> {
        pack(&mut *self.pool.get()?, id, after, limit)
    }
}

/// Tracks, and their attempts by track.
type Packs = (Vec<Packed>, Vec<(i64, AttemptRow)>);

fn pack(db: &mut Db, id: PipelineId, after: i64, limit: i64) -> Result<Packs, StoreError> {
    let tracks: Vec<(TrackHead, String)> = track::table
        .filter(track::pipeline_id.eq(id.0))
        .filter(track::id.gt(after))
        .order(track::id)
        .limit(limit)
        .select((track_columns!(), track::outputs))
        .load(db)?;
    let id = |(head, _): &(TrackHead, String)| head.id;
    let (Some(first), Some(last)) = (tracks.first().map(id), tracks.last().map(id)) else {
        return Ok((Vec::new(), Vec::new()));
    };
    let attempts = attempt::table
        .filter(attempt::track_id.between(first, last))
        .order((attempt::track_id, attempt::number))
        .select((attempt::track_id, attempt_columns!()))
        .load(db)?;
    let mut orders: BTreeMap<i64, TrackOrder> = orders(db, (first, last))?.into_iter().collect();
    let packed = |(head, outputs): (TrackHead, String)| {
        let order = orders.remove(&head.id);
        Some(Packed {
            order: order?,
            head,
            outputs,
        })
    };
    // One that is deleted meanwhile may be without: the caller looks for that at the end.
    Ok((tracks.into_iter().filter_map(packed).collect(), attempts))
}
