//! Reading pipelines.

use std::collections::BTreeMap;

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::sql_types::Bool;
use diesel::{
    ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult, Queryable, RunQueryDsl,
};

use super::connection::Db;
use super::error::StoreError;
use super::reader::Store;
use super::schema::{graph, pipeline, track};
use crate::engine::{PipelineId, PipelineState};

/// One pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct PipelineHead {
    /// Its number.
    pub id: i64,
    /// Its graph's number.
    pub graph_id: i64,
    /// Its graph's name.
    pub graph: String,
    /// Its graph's version.
    pub version: i32,
    /// What people call it.
    pub name: String,
    /// Free text.
    pub desc: String,
    /// The code of its state.
    pub state: i16,
    /// Who started it.
    pub creator: String,
    /// By what.
    pub trigger: String,
    /// What was given at the start, as JSON.
    pub input: String,
    /// How many tracks it has.
    pub vertices: i32,
    /// When it was started, in milliseconds since 1970.
    pub created_at: i64,
    /// When nothing of it could move any more.
    pub finished_at: Option<i64>,
    /// Of two pipelines whose tracks are ready, the one with the higher number comes first.
    pub priority: i32,
    /// The number of the pipeline that it repeats.
    pub again_of: Option<i64>,
    /// It waits until fewer pipelines of its graph run.
    pub queued: bool,
    /// The code of why it has its verdict, when no track says it.
    pub reason: Option<i16>,
    /// Nothing new starts until it is resumed.
    pub paused: bool,
    /// When it runs out of time, in milliseconds since 1970.
    pub due_at: Option<i64>,
    /// The pipeline that it repeats was deleted.
    pub again_of_deleted: bool,
}

macro_rules! pipeline_columns {
    () => {
        (
            pipeline::id,
            pipeline::graph_id,
            graph::name,
            graph::version,
            pipeline::name,
            pipeline::description,
            pipeline::state,
            pipeline::creator,
            pipeline::trigger_kind,
            pipeline::input,
            pipeline::vertices,
            pipeline::created_at,
            pipeline::finished_at,
            pipeline::priority,
            pipeline::again_of,
            pipeline::queued,
            pipeline::reason,
            pipeline::paused,
            pipeline::due_at,
            is_old_one_deleted(),
        )
    };
}

/// Of a pipeline: it is not being removed.
pub(super) fn is_there() -> SqlLiteral<Bool> {
    sql("pipeline.id NOT IN (SELECT pipeline_id FROM removal)")
}

/// Of a pipeline: the one that it repeats is not there any more.
fn is_old_one_deleted() -> SqlLiteral<Bool> {
    sql(
        "(pipeline.again_of IS NOT NULL AND (pipeline.again_of IN (SELECT pipeline_id FROM removal) \
         OR NOT EXISTS (SELECT 1 FROM pipeline AS old WHERE old.id = pipeline.again_of)))",
    )
}

/// Pipelines older than number `before`, newest first.
pub(super) fn list(db: &mut Db, before: i64, limit: i64) -> QueryResult<Vec<PipelineHead>> {
    pipeline::table
        .inner_join(graph::table.on(graph::id.eq(pipeline::graph_id)))
        .filter(pipeline::id.lt(before))
        .filter(is_there())
        .order(pipeline::id.desc())
        .limit(limit)
        .select(pipeline_columns!())
        .load(db)
}

/// These pipelines, newest first.
pub(super) fn heads(db: &mut Db, ids: &[i64]) -> QueryResult<Vec<PipelineHead>> {
    pipeline::table
        .inner_join(graph::table.on(graph::id.eq(pipeline::graph_id)))
        .filter(pipeline::id.eq_any(ids))
        .filter(is_there())
        .order(pipeline::id.desc())
        .select(pipeline_columns!())
        .load(db)
}

/// The newest pipelines of one version of a graph.
pub(super) fn of_graph(db: &mut Db, graph_id: i64, limit: i64) -> QueryResult<Vec<PipelineHead>> {
    pipeline::table
        .inner_join(graph::table.on(graph::id.eq(pipeline::graph_id)))
        .filter(pipeline::graph_id.eq(graph_id))
        .filter(is_there())
        .order(pipeline::id.desc())
        .limit(limit)
        .select(pipeline_columns!())
        .load(db)
}

/// The pipelines started by `trigger` that have not failed and of which something can still move,
/// newest first.
pub(super) fn unfinished(db: &mut Db, trigger: &str) -> QueryResult<Vec<PipelineHead>> {
    pipeline::table
        .inner_join(graph::table.on(graph::id.eq(pipeline::graph_id)))
        .filter(pipeline::finished_at.is_null())
        .filter(pipeline::state.eq(PipelineState::Running.code()))
        .filter(pipeline::trigger_kind.eq(trigger))
        .order(pipeline::id.desc())
        .select(pipeline_columns!())
        .load(db)
}

impl Store {
    /// Those of these pipelines that are there, by number.
    pub fn heads(&self, ids: &[i64]) -> Result<BTreeMap<i64, PipelineHead>, StoreError> {
        let rows: Vec<PipelineHead> = pipeline::table
            .inner_join(graph::table.on(graph::id.eq(pipeline::graph_id)))
            .filter(pipeline::id.eq_any(ids))
            .filter(is_there())
            .select(pipeline_columns!())
            .load(&mut *self.pool.get()?)?;
        Ok(rows.into_iter().map(|head| (head.id, head)).collect())
    }
}

/// One pipeline.
pub(super) fn head(db: &mut Db, id: PipelineId) -> QueryResult<Option<PipelineHead>> {
    pipeline::table
        .inner_join(graph::table.on(graph::id.eq(pipeline::graph_id)))
        .filter(pipeline::id.eq(id.0))
        .filter(is_there())
        .select(pipeline_columns!())
        .first(db)
        .optional()
}

/// How many tracks of each of these pipelines stand at each state: `(pipeline, state, count)`.
pub(super) fn counts(db: &mut Db, ids: &[i64]) -> QueryResult<Vec<(i64, i16, i64)>> {
    track::table
        .filter(track::pipeline_id.eq_any(ids))
        .group_by((track::pipeline_id, track::state))
        .select((track::pipeline_id, track::state, diesel::dsl::count_star()))
        .load(db)
}

/// The pipeline that a request key started: its number, its graph and what was given.
pub(super) fn by_request_key(db: &mut Db, key: &str) -> QueryResult<Option<(i64, i64, String)>> {
    pipeline::table
        .filter(pipeline::request_key.eq(key))
        .select((pipeline::id, pipeline::graph_id, pipeline::input))
        .first(db)
        .optional()
}
