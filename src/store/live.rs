//! The rows that a driver starts from: live pipelines, and the first numbers that are free.

use std::collections::BTreeMap;
use std::sync::Arc;

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, Queryable, RunQueryDsl};

use super::connection::Db;
use super::definition;
use super::error::StoreError;
use super::kept::OfGraphs;
use super::schema::{pipeline, track};
use super::spent::{self, Kind};
use crate::engine::{
    Ending, GraphId, LoadedPipeline, LoadedTrack, Mark, NextIds, PendingOn, PipelineId,
    PipelineRow, PipelineState, Plan, Reason, Time, TrackId, TrackRow, TrackState,
};

#[derive(Queryable)]
struct Head {
    id: i64,
    graph: i64,
    state: i16,
    first_track: i64,
    finished_at: Option<i64>,
    reason: Option<i16>,
    paused: bool,
    queued: bool,
    due_at: Option<i64>,
    priority: i32,
}

macro_rules! head_columns {
    () => {
        (
            pipeline::id,
            pipeline::graph_id,
            pipeline::state,
            pipeline::first_track,
            pipeline::finished_at,
            pipeline::reason,
            pipeline::paused,
            pipeline::queued,
            pipeline::due_at,
            pipeline::priority,
        )
    };
}

#[derive(Queryable)]
struct Row {
    pipeline: i64,
    state: i16,
    pending_on: Option<i16>,
    due_at: Option<i64>,
    reason: Option<i16>,
    exit_code: Option<i32>,
    attempt: i32,
    retries: i32,
    missing: bool,
    started_at: Option<i64>,
    finished_at: Option<i64>,
    mark: Option<i16>,
    ending: Option<i16>,
    lost: i32,
}

macro_rules! row_columns {
    () => {
        (
            track::pipeline_id,
            track::state,
            track::pending_on,
            track::due_at,
            track::reason,
            track::exit_code,
            track::attempt,
            track::retries,
            track::missing,
            track::started_at,
            track::finished_at,
            track::mark,
            track::ending,
            track::lost,
        )
    };
}

/// The tracks of what is live, found pipeline by pipeline: of a join in the order of tracks SQLite would read
/// all tracks there are.
macro_rules! live_tracks {
    () => {
        track::table
            .filter(
                track::pipeline_id.eq_any(
                    pipeline::table
                        .filter(pipeline::finished_at.is_null())
                        .select(pipeline::id),
                ),
            )
            .order((track::pipeline_id, track::id))
            .select(row_columns!())
    };
}

/// The first numbers that are free.
pub(super) fn next_ids(db: &mut Db) -> QueryResult<NextIds> {
    Ok(NextIds {
        pipeline: spent::free(db, Kind::Pipeline)?,
        track: spent::free(db, Kind::Track)?,
        journal: spent::free(db, Kind::Journal)?,
    })
}

/// Every pipeline of which something can still move, with all its tracks.
pub(super) fn live(db: &mut Db) -> Result<Vec<LoadedPipeline>, StoreError> {
    let rows = pipeline::table
        .filter(pipeline::finished_at.is_null())
        .order(pipeline::id)
        .select(head_columns!())
        .load::<Head>(db)?;
    let tracks = live_tracks!().load::<Row>(db)?;
    loaded(db, rows, tracks, &OfGraphs::default())
}

/// The row of a pipeline of which every track has succeeded or was skipped; none of any other.
pub(super) fn done(db: &mut Db, id: PipelineId) -> Result<Option<PipelineRow>, StoreError> {
    let of_pipeline = track::table.filter(track::pipeline_id.eq(id.0));
    let done = |state: &TrackState| matches!(state, TrackState::Succeed | TrackState::Skipped);
    let others = TrackState::ALL.iter().filter(|state| !done(state));
    let others: Vec<i16> = others.map(|state| state.code()).collect();
    let other: Option<i64> = of_pipeline
        .filter(track::state.eq_any(others))
        .select(track::id)
        .first(db)
        .optional()?;
    if other.is_some() {
        return Ok(None);
    }
    let row: Option<Head> = pipeline::table
        .find(id.0)
        .select(head_columns!())
        .first(db)
        .optional()?;
    row.map(|head| head.row()).transpose()
}

/// One pipeline with all its tracks, whether or not something of it can move.
pub(super) fn one(
    db: &mut Db,
    id: PipelineId,
    kept: &OfGraphs<Plan>,
) -> Result<Option<LoadedPipeline>, StoreError> {
    let rows = pipeline::table
        .filter(pipeline::id.eq(id.0))
        .select(head_columns!())
        .load::<Head>(db)?;
    let tracks = track::table
        .filter(track::pipeline_id.eq(id.0))
        .order(track::id)
        .select(row_columns!())
        .load::<Row>(db)?;
    Ok(loaded(db, rows, tracks, kept)?.pop())
}

fn loaded(
    db: &mut Db,
    rows: Vec<Head>,
    of_all: Vec<Row>,
    kept: &OfGraphs<Plan>,
) -> Result<Vec<LoadedPipeline>, StoreError> {
    let mut tracks: BTreeMap<i64, Vec<LoadedTrack>> = BTreeMap::new();
    for row in of_all {
        tracks.entry(row.pipeline).or_default().push(row.loaded()?);
    }
    let mut plans: BTreeMap<i64, Arc<Plan>> = BTreeMap::new();
    let mut loaded = Vec::with_capacity(rows.len());
    for head in rows {
        let plan = match plans.get(&head.graph) {
            Some(plan) => Arc::clone(plan),
            None => {
                let plan = kept.of(db, GraphId(head.graph), definition::plan)?;
                let missing = || StoreError::Mismatch(format!("graph {} is missing", head.graph));
                let plan = plan.ok_or_else(missing)?;
                plans.insert(head.graph, Arc::clone(&plan));
                plan
            }
        };
        loaded.push(LoadedPipeline {
            id: PipelineId(head.id),
            plan,
            row: head.row()?,
            priority: head.priority,
            first_track: TrackId(head.first_track),
            tracks: tracks.remove(&head.id).unwrap_or_default(),
        });
    }
    Ok(loaded)
}

fn code<T>(column: &str, code: i16, from_code: impl Fn(i16) -> Option<T>) -> Result<T, StoreError> {
    from_code(code)
        .ok_or_else(|| StoreError::Mismatch(format!("{column} {code} is not of this version")))
}

fn some_code<T>(
    column: &str,
    found: Option<i16>,
    from_code: impl Fn(i16) -> Option<T>,
) -> Result<Option<T>, StoreError> {
    found.map(|c| code(column, c, from_code)).transpose()
}

impl Head {
    fn row(&self) -> Result<PipelineRow, StoreError> {
        Ok(PipelineRow {
            state: code("state", self.state, PipelineState::from_code)?,
            reason: some_code("reason", self.reason, Reason::from_code)?,
            paused: self.paused,
            queued: self.queued,
            due_at: self.due_at.map(Time),
            finished_at: self.finished_at.map(Time),
        })
    }
}

impl Row {
    fn loaded(&self) -> Result<LoadedTrack, StoreError> {
        let row = TrackRow {
            state: code("state", self.state, TrackState::from_code)?,
            pending_on: some_code("pending_on", self.pending_on, PendingOn::from_code)?,
            mark: some_code("mark", self.mark, Mark::from_code)?,
            ending: some_code("ending", self.ending, Ending::from_code)?,
            due_at: self.due_at.map(Time),
            reason: some_code("reason", self.reason, Reason::from_code)?,
            exit_code: self.exit_code,
            attempt: self.attempt.unsigned_abs(),
            retries: self.retries.unsigned_abs(),
            started_at: self.started_at.map(Time),
            finished_at: self.finished_at.map(Time),
            lost: self.lost.unsigned_abs(),
        };
        Ok(LoadedTrack {
            row,
            missing: self.missing,
        })
    }
}

#[cfg(test)]
mod tests {
    use diesel::{ExpressionMethods, QueryDsl};

    use crate::store::query_plan::{steps, written};
    use crate::store::schema::{pipeline, track};

    /// A server asks it before it answers anything.
    #[test]
    fn what_is_live_is_found_without_the_history() {
        let query = live_tracks!();
        let plan = steps(&written(&query)).join("; ");
        for step in [
            "SEARCH track USING INDEX track_of_pipeline (pipeline_id=?)",
            "SCAN pipeline USING INDEX pipeline_live",
        ] {
            assert!(plan.contains(step), "{step}: {plan}");
        }
        assert!(!plan.contains("SCAN track"), "{plan}");
    }
}
