//! What a picture of a pipeline in time needs: a fixed number of statements, whatever its size.

use std::collections::BTreeMap;

use diesel::sql_types::{BigInt, SmallInt};
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

    /// The part of a pipeline in time that matters most, `most` tracks together: those that ended badly, then
    /// those that run, then those whose attempts took longest until `now`, in each of the three the longest
    /// first. What they waited for is not read.
    pub fn foremost_lanes(
        &self,
        id: PipelineId,
        most: i64,
        now: i64,
    ) -> Result<(Lanes, Begun), StoreError> {
        Ok(foremost(&mut *self.pool.get()?, id, (most, now))?)
    }
}

/// How many tracks of a pipeline have begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Begun {
    /// All of them.
    pub all: usize,
    /// Those that are FAILED or INTERRUPTED.
    pub bad: usize,
    /// Those that are RUNNING.
    pub running: usize,
}

const LANE: (track::id, track::name, track::state, vertex::handler) =
    (track::id, track::name, track::state, vertex::handler);

const BAR: (
    attempt::track_id,
    attempt::number,
    attempt::ordered_at,
    attempt::started_at,
    attempt::finished_at,
    attempt::reason,
) = (
    attempt::track_id,
    attempt::number,
    attempt::ordered_at,
    attempt::started_at,
    attempt::finished_at,
    attempt::reason,
);

/// The attempts of a pipeline lie side by side; their rows are small. What is sorted is bounded by its tracks.
const FOREMOST: &str = "WITH \
    bad AS MATERIALIZED (SELECT id FROM track WHERE pipeline_id = ?1 AND state IN (?2, ?3)), \
    live AS MATERIALIZED (SELECT id FROM track WHERE pipeline_id = ?1 AND state = ?4) \
    SELECT track_id AS id, \
    (SELECT count(*) FROM attempt WHERE track_id BETWEEN ?5 AND ?6 AND number = 1) AS begun, \
    (SELECT count(*) FROM bad WHERE EXISTS (SELECT 1 FROM attempt WHERE track_id = bad.id)) AS bad, \
    (SELECT count(*) FROM live WHERE EXISTS (SELECT 1 FROM attempt WHERE track_id = live.id)) AS running \
    FROM attempt WHERE track_id BETWEEN ?5 AND ?6 GROUP BY track_id \
    ORDER BY track_id IN bad DESC, track_id IN live DESC, \
    sum(coalesce(finished_at, ?7) - ordered_at) DESC, track_id LIMIT ?8";

#[derive(QueryableByName)]
struct Chosen {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    begun: i64,
    #[diesel(sql_type = BigInt)]
    bad: i64,
    #[diesel(sql_type = BigInt)]
    running: i64,
}

fn foremost(db: &mut Db, id: PipelineId, (most, now): (i64, i64)) -> QueryResult<(Lanes, Begun)> {
    let Some((_, first, last)) = ends(db, id)? else {
        return Ok(Default::default());
    };
    let query = diesel::sql_query(FOREMOST)
        .bind::<BigInt, _>(id.0)
        .bind::<SmallInt, _>(TrackState::Failed.code())
        .bind::<SmallInt, _>(TrackState::Interrupted.code())
        .bind::<SmallInt, _>(TrackState::Running.code())
        .bind::<BigInt, _>(first)
        .bind::<BigInt, _>(last)
        .bind::<BigInt, _>(now)
        .bind::<BigInt, _>(most);
    let chosen: Vec<Chosen> = on!(db, c => query.load(c)?);
    let count = |of: fn(&Chosen) -> i64| {
        let count = chosen.first().map_or(0, of);
        usize::try_from(count).unwrap_or(0)
    };
    let begun = Begun {
        all: count(|row| row.begun),
        bad: count(|row| row.bad),
        running: count(|row| row.running),
    };
    let ids: Vec<i64> = chosen.iter().map(|chosen| chosen.id).collect();
    let tracks = track::table
        .inner_join(vertex::table.on(vertex::id.eq(track::vertex_id)))
        .filter(track::id.eq_any(&ids))
        .order(track::id)
        .select(LANE)
        .load(db)?;
    let attempts = attempt::table
        .filter(attempt::track_id.eq_any(&ids))
        .order((attempt::track_id, attempt::number))
        .select(BAR)
        .load(db)?;
    let ready = journal::table
        .filter(journal::track_id.is_not_null())
        .filter(journal::track_id.eq_any(&ids))
        .filter(journal::new_state.eq(TrackState::Pending.word()))
        .order(journal::sequence)
        .select((journal::track_id.assume_not_null(), journal::at))
        .load(db)?;
    let lanes = Lanes {
        tracks,
        attempts,
        ready,
        edges: Vec::new(),
    };
    Ok((lanes, begun))
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
        .select(LANE)
        .load(db)?;
    let attempts = attempt::table
        .filter(attempt::track_id.between(first, last))
        .order((attempt::track_id, attempt::number))
        .select(BAR)
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
    use super::FOREMOST;
    use crate::store::query_plan::steps;

    #[test]
    fn the_foremost_are_found_among_the_tracks_and_attempts_of_the_pipeline() {
        let plan = steps(FOREMOST).join("; ");
        let attempts = "SEARCH attempt USING";
        assert!(plan.contains(attempts), "{plan}");
        assert!(plan.contains("(track_id>? AND track_id<?)"), "{plan}");
        let states =
            "SEARCH track USING COVERING INDEX track_of_pipeline (pipeline_id=? AND state=?)";
        assert_eq!(plan.matches(states).count(), 2, "{plan}");
        // What is looked through whole is what was found.
        for step in plan.split("; ").filter(|step| step.starts_with("SCAN")) {
            assert!(["SCAN bad", "SCAN live"].contains(&step), "{plan}");
        }
    }
}
