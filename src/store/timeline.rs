//! What a picture of a pipeline in time needs: a fixed number of statements, whatever its size.

use std::collections::BTreeMap;

use diesel::sql_types::BigInt;
use diesel::{
    ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl,
    QueryResult, QueryableByName, RunQueryDsl,
};

use super::connection::{Db, on};
use super::error::StoreError;
use super::reader::Store;
use super::schema::{attempt, edge, journal, pipeline, track, vertex};
use crate::engine::{PipelineId, TrackState};

/// A track in time.
#[derive(Debug, Clone, PartialEq, Eq, diesel::Queryable)]
pub struct Lane {
    /// Its number.
    pub track: i64,
    /// Its vertex's name.
    pub vertex: String,
    /// The code of its state.
    pub state: i16,
    /// The code of the verdict after which it runs; none: the verdict is about it.
    pub handler: Option<i16>,
}

/// An attempt in time; in milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, diesel::Queryable)]
pub struct Bar {
    /// Of this track.
    pub track: i64,
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
}

/// A pipeline in time.
#[derive(Debug, Default)]
pub struct Lanes {
    /// Its tracks, in the order of the definition.
    pub tracks: Vec<Lane>,
    /// Their attempts, by track and number.
    pub attempts: Vec<Bar>,
    /// When tracks became ready to run: `(track, at)`, in order.
    pub ready: Vec<(i64, i64)>,
    /// `(track, track before it)`.
    pub edges: Vec<(i64, i64)>,
}

impl Store {
    /// A pipeline in time.
    pub fn lanes(&self, id: PipelineId) -> Result<Lanes, StoreError> {
        Ok(lanes(&mut *self.pool.get()?, id)?)
    }

    /// The part of a pipeline in time that matters most: the tracks that run, then those whose attempts
    /// took longest, `most` together. What they waited for is not read.
    pub fn longest_lanes(&self, id: PipelineId, most: i64) -> Result<Lanes, StoreError> {
        Ok(longest(&mut *self.pool.get()?, id, most)?)
    }
}

/// The attempts of a pipeline lie side by side; their rows are small.
const LONGEST: &str = "SELECT track_id AS id FROM attempt WHERE track_id BETWEEN ? AND ? \
    GROUP BY track_id ORDER BY max(finished_at IS NULL) DESC, sum(finished_at - ordered_at) DESC, \
    track_id LIMIT ?";

#[derive(QueryableByName)]
struct Chosen {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

fn longest(db: &mut Db, id: PipelineId, most: i64) -> QueryResult<Lanes> {
    let Some((_, first, last)) = ends(db, id)? else {
        return Ok(Lanes::default());
    };
    let query = diesel::sql_query(LONGEST)
        .bind::<BigInt, _>(first)
        .bind::<BigInt, _>(last)
        .bind::<BigInt, _>(most);
    let chosen: Vec<Chosen> = on!(db, c => query.load(c)?);
    let ids: Vec<i64> = chosen.iter().map(|chosen| chosen.id).collect();
    let tracks = track::table
        .inner_join(vertex::table.on(vertex::id.eq(track::vertex_id)))
        .filter(track::id.eq_any(&ids))
        .order(track::id)
        .select((track::id, track::name, track::state, vertex::handler))
        .load(db)?;
    let attempts = attempt::table
        .filter(attempt::track_id.eq_any(&ids))
        .order((attempt::track_id, attempt::number))
        .select((
            attempt::track_id,
            attempt::number,
            attempt::ordered_at,
            attempt::started_at,
            attempt::finished_at,
            attempt::reason,
        ))
        .load(db)?;
    let ready = journal::table
        .filter(journal::track_id.is_not_null())
        .filter(journal::track_id.eq_any(&ids))
        .filter(journal::new_state.eq(TrackState::Pending.word()))
        .order(journal::sequence)
        .select((journal::track_id.assume_not_null(), journal::at))
        .load(db)?;
    Ok(Lanes {
        tracks,
        attempts,
        ready,
        edges: Vec::new(),
    })
}

/// The graph of a pipeline, its first track and its last one.
fn ends(db: &mut Db, id: PipelineId) -> QueryResult<Option<(i64, i64, i64)>> {
    let found: Option<(i64, i64, i32)> = pipeline::table
        .find(id.0)
        .select((
            pipeline::graph_id,
            pipeline::first_track,
            pipeline::vertices,
        ))
        .first(db)
        .optional()?;
    Ok(found.map(|(graph, first, count)| (graph, first, first + i64::from(count) - 1)))
}

fn lanes(db: &mut Db, id: PipelineId) -> QueryResult<Lanes> {
    let Some((graph, first, last)) = ends(db, id)? else {
        return Ok(Lanes::default());
    };
    let tracks = track::table
        .inner_join(vertex::table.on(vertex::id.eq(track::vertex_id)))
        .filter(track::id.between(first, last))
        .order(track::id)
        .select((track::id, track::name, track::state, vertex::handler))
        .load(db)?;
    let attempts = attempt::table
        .filter(attempt::track_id.between(first, last))
        .order((attempt::track_id, attempt::number))
        .select((
            attempt::track_id,
            attempt::number,
            attempt::ordered_at,
            attempt::started_at,
            attempt::finished_at,
            attempt::reason,
        ))
        .load(db)?;
    let ready = journal::table
        .filter(journal::pipeline_id.eq(id.0))
        .filter(journal::new_state.eq(TrackState::Pending.word()))
        .filter(journal::track_id.is_not_null())
        .order(journal::sequence)
        .select((journal::track_id.assume_not_null(), journal::at))
        .load(db)?;
    let ids: Vec<i64> = vertex::table
        .filter(vertex::graph_id.eq(graph))
        .order(vertex::place)
        .select(vertex::id)
        .load(db)?;
    let track_of: BTreeMap<i64, i64> = ids.into_iter().zip(first..).collect();
    let edges: Vec<(i64, i64)> = edge::table
        .filter(edge::graph_id.eq(graph))
        .order((edge::head, edge::tail))
        .select((edge::head, edge::tail))
        .load(db)?;
    let of_track = |(head, tail)| Some((*track_of.get(&head)?, *track_of.get(&tail)?));
    Ok(Lanes {
        tracks,
        attempts,
        ready,
        edges: edges.into_iter().filter_map(of_track).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::LONGEST;
    use crate::store::query_plan::steps;

    #[test]
    fn the_longest_are_found_among_the_attempts_of_the_pipeline() {
        let plan = steps(LONGEST).join("; ");
        let found = plan.contains("attempt") && plan.contains("(track_id>? AND track_id<?)");
        assert!(found && !plan.contains("SCAN"), "{plan}");
    }
}
