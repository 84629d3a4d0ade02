//! Parts of graphs and pipelines, as large as one page: a graph of any size opens as fast as a
//! small one.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods,
    OptionalExtension, QueryDsl, QueryResult, RunQueryDsl,
};

use super::connection::Db;
use super::error::StoreError;
use super::graphs;
use super::params::params_from_json;
use super::schema::{edge, graph, journal, track, vertex};
use super::spec::{GraphPolicies, VertexPolicies, from_json};
use super::tracks::{JournalRow, TrackHead, journal_columns, track_columns};
use crate::engine::{GraphId, PendingOn, PipelineId, TrackState};
use crate::graph::{Graph, Millis, Vertex, When};

/// A graph without its vertices and edges.
pub(super) fn outline(db: &mut Db, id: GraphId) -> Result<Option<Graph>, StoreError> {
    let row: Option<(String, String, String, String)> = graph::table
        .find(id.0)
        .select((
            graph::name,
            graph::description,
            graph::input,
            graph::policies,
        ))
        .first(db)
        .optional()?;
    let Some((name, desc, input, policies)) = row else {
        return Ok(None);
    };
    let policies: GraphPolicies = from_json(&policies)?;
    let on_failure = policies.on_failure()?;
    let (timeout, max_parallel) = (policies.timeout(), policies.max_parallel());
    let (concurrency, retention) = (policies.concurrency()?, policies.retention());
    Ok(Some(Graph {
        name,
        desc,
        tags: graphs::tags(db, &[id.0])?.remove(&id.0).unwrap_or_default(),
        on_failure,
        input: params_from_json(&input)?,
        env: policies.env,
        limits: policies.limits.limits()?,
        workdir: policies.workdir,
        timeout,
        max_parallel,
        concurrency,
        retention,
        secrets: policies.secrets,
        vertices: Vec::new(),
        edges: Vec::new(),
    }))
}

/// Vertices with their numbers, from the place `from` in the definition.
pub(super) fn vertices(
    db: &mut Db,
    id: GraphId,
    from: i32,
    limit: i64,
) -> Result<Vec<(i64, Vertex)>, StoreError> {
    type Row = (
        i64,
        String,
        String,
        String,
        String,
        String,
        String,
        Option<i16>,
    );
    let rows: Vec<Row> = vertex::table
        .filter(vertex::graph_id.eq(id.0))
        .filter(vertex::place.ge(from))
        .order(vertex::place)
        .limit(limit)
        .select((
            vertex::id,
            vertex::name,
            vertex::description,
            vertex::script,
            vertex::input,
            vertex::policies,
            vertex::outputs,
            vertex::handler,
        ))
        .load(db)?;
    let whole = |(id, name, desc, script, input, policies, outputs, handler): Row| {
        let policies: VertexPolicies = from_json(&policies)?;
        let vertex = Vertex {
            name,
            desc,
            script,
            input: params_from_json(&input)?,
            outputs: params_from_json(&outputs)?,
            timeout: policies.timeout_ms.map(Millis),
            retry: policies.retry(),
            on_interrupt: policies.on_interrupt()?,
            ignore_failure: policies.ignore_failure,
            pool: policies.pool,
            handler: handler.and_then(When::from_code),
            env: policies.env,
            limits: policies.limits.limits()?,
            secrets: policies.secrets,
            workdir: policies.workdir,
        };
        Ok((id, vertex))
    };
    rows.into_iter().map(whole).collect()
}

/// `(head, tail, name of the tail)` of the edges into the vertices with numbers `first..=last`.
pub(super) fn predecessors(
    db: &mut Db,
    id: GraphId,
    first: i64,
    last: i64,
    limit: i64,
) -> QueryResult<Vec<(i64, i64, String)>> {
    edge::table
        .inner_join(vertex::table.on(vertex::id.eq(edge::tail)))
        .filter(edge::graph_id.eq(id.0))
        .filter(edge::head.between(first, last))
        .order((edge::head, edge::tail))
        .limit(limit)
        .select((edge::head, edge::tail, vertex::name))
        .load(db)
}

/// The tracks of a pipeline that a person should look at: failed, interrupted, waiting for a value.
pub(super) fn attention(db: &mut Db, id: PipelineId, limit: i64) -> QueryResult<Vec<TrackHead>> {
    let ended = [TrackState::Failed.code(), TrackState::Interrupted.code()];
    let asks = track::state
        .eq(TrackState::Pending.code())
        .and(track::pending_on.eq(Some(PendingOn::Input.code())));
    track::table
        .filter(track::pipeline_id.eq(id.0))
        .filter(track::state.eq_any(ended).or(asks.assume_not_null()))
        .order(track::id)
        .limit(limit)
        .select(track_columns!())
        .load(db)
}

/// The last entries of a pipeline's journal, newest first.
pub(super) fn journal_tail(
    db: &mut Db,
    id: PipelineId,
    limit: i64,
) -> QueryResult<Vec<JournalRow>> {
    journal::table
        .filter(journal::pipeline_id.eq(id.0))
        .order(journal::sequence.desc())
        .limit(limit)
        .select(journal_columns!())
        .load(db)
}
