//! What the executor needs to start a track.

use std::collections::BTreeSet;

use diesel::dsl::not;
use diesel::{ExpressionMethods, JoinOnDsl, QueryDsl, Queryable, RunQueryDsl};

use super::connection::Db;
use super::error::StoreError;
use super::params::params_from_json;
use super::refers::{Referred, references_from_json, referred};
use super::schema::{graph, pipeline, track, vertex};
use super::spec::{GraphPolicies, VertexPolicies, from_json};
use super::standing::counts_as_done;
use crate::engine::{PipelineState, Reason, TrackId, TrackState};
use crate::graph::{Kind, Param, Rlimits, carrier, interpreter};

/// The parts of an order that are in the database.
#[derive(Debug, Clone)]
pub struct TrackOrder {
    /// The graph's name.
    pub graph: String,
    /// The vertex's name.
    pub vertex: String,
    /// The compiled script.
    pub script: String,
    /// The script as its author wrote it.
    pub written: String,
    /// How many attempts may still follow a failed one; none: none ever does by itself.
    pub retries_left: Option<u32>,
    /// A required value has not been given.
    pub missing: bool,
    /// The accepted values, as a JSON object.
    pub input: String,
    /// The parameters that the vertex may refer to; its own before the graph's.
    pub params: Vec<Param>,
    /// What the vertex declares to leave for those after it.
    pub outputs: Vec<Param>,
    /// What its script needs of those before it.
    pub referred: Vec<Referred>,
    /// What the graph, then the vertex, puts into the environment.
    pub env: Vec<(String, String)>,
    /// Named secrets that go into the environment.
    pub secrets: Vec<String>,
    /// Where the script starts; none: in the pipeline's own directory.
    pub workdir: Option<String>,
    /// The longest it may run, in milliseconds.
    pub timeout_ms: Option<u64>,
    /// What it may use of the machine: the vertex's limits before the graph's.
    pub limits: Rlimits,
    /// What it is told of its pipeline, if it runs because of the verdict.
    pub verdict: Option<Verdict>,
}

impl TrackOrder {
    /// The parameters of which its script takes a value.
    pub fn taken(&self) -> Vec<Param> {
        let shell = interpreter(&self.script).shell;
        let identifier = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let words: BTreeSet<&str> = self.script.split(|c| !identifier(c)).collect();
        let carried = |p: &&Param| {
            let variable = carrier(&p.name, p.kind == Kind::Secret, shell);
            words.contains(variable.as_str())
        };
        self.params.iter().filter(carried).cloned().collect()
    }
}

/// What a script that runs after the verdict is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The word of the pipeline's state.
    pub state: &'static str,
    /// The word of the reason, where the pipeline itself has one; else empty.
    pub reason: &'static str,
    /// The vertices whose tracks are FAILED, by their places, without those whose failure counts as
    /// done; so many at most.
    pub failed: Vec<String>,
}

/// The most names of failed vertices that a script is told.
const MOST_FAILED: i64 = 100;

#[derive(Queryable)]
struct Row {
    id: i64,
    missing: bool,
    input: String,
    script: String,
    written: String,
    retries: i32,
    vertex: String,
    of_vertex: String,
    of_graph: String,
    graph: String,
    vertex_input: String,
    graph_input: String,
    outputs: String,
    refers: String,
    first_track: i64,
    pipeline: i64,
    state: i16,
    reason: Option<i16>,
    handler: Option<i16>,
}

/// The order of a track; none when there is no such track.
pub(super) fn order(db: &mut Db, id: TrackId) -> Result<Option<TrackOrder>, StoreError> {
    Ok(orders(db, (id.0, id.0))?.pop().map(|(_, order)| order))
}

/// The orders of tracks of one pipeline, from a first to a last, by number.
pub(super) fn orders(
    db: &mut Db,
    (first, last): (i64, i64),
) -> Result<Vec<(i64, TrackOrder)>, StoreError> {
    let rows: Vec<Row> = track::table
        .inner_join(vertex::table.on(vertex::id.eq(track::vertex_id)))
        .inner_join(graph::table.on(graph::id.eq(vertex::graph_id)))
        .inner_join(pipeline::table.on(pipeline::id.eq(track::pipeline_id)))
        .filter(track::id.between(first, last))
        .order(track::id)
        .select((
            track::id,
            track::missing,
            track::input,
            track::script,
            vertex::script,
            track::retries,
            vertex::name,
            vertex::policies,
            graph::policies,
            graph::name,
            vertex::input,
            graph::input,
            vertex::outputs,
            vertex::refers,
            pipeline::first_track,
            pipeline::id,
            pipeline::state,
            pipeline::reason,
            vertex::handler,
        ))
        .load(db)?;
    // What all of them refer to is read at once.
    let references = rows.iter().map(|row| references_from_json(&row.refers));
    let references: Vec<_> = references.collect::<Result<_, _>>()?;
    let counts: Vec<usize> = references.iter().map(Vec::len).collect();
    let begins = rows.first().map_or(0, |row| row.first_track);
    let mut values = referred(db, begins, references.concat())?.into_iter();
    let mut orders = Vec::with_capacity(rows.len());
    for (row, count) in rows.into_iter().zip(counts) {
        // These are few: a graph has one script for each verdict.
        let verdict = row.handler.map(|_| verdict(db, &row)).transpose()?;
        let referred = values.by_ref().take(count).collect();
        orders.push((row.id, row.order(referred, verdict)?));
    }
    Ok(orders)
}

fn verdict(db: &mut Db, row: &Row) -> Result<Verdict, StoreError> {
    let unknown = || StoreError::Mismatch(format!("state {} is unknown", row.state));
    let failed = track::table
        .inner_join(vertex::table.on(vertex::id.eq(track::vertex_id)))
        .filter(track::pipeline_id.eq(row.pipeline))
        .filter(track::state.eq(TrackState::Failed.code()))
        .filter(vertex::handler.is_null())
        .filter(not(counts_as_done()))
        .order(track::id)
        .limit(MOST_FAILED)
        .select(vertex::name);
    Ok(Verdict {
        state: PipelineState::from_code(row.state)
            .ok_or_else(unknown)?
            .word(),
        reason: row
            .reason
            .and_then(Reason::from_code)
            .map_or("", Reason::word),
        failed: failed.load(db)?,
    })
}

impl Row {
    fn order(
        self,
        referred: Vec<Referred>,
        verdict: Option<Verdict>,
    ) -> Result<TrackOrder, StoreError> {
        let of_vertex: VertexPolicies = from_json(&self.of_vertex)?;
        let of_graph: GraphPolicies = from_json(&self.of_graph)?;
        let retry = of_vertex.retry();
        let retries_left =
            retry.map(|retry| retry.limit.saturating_sub(self.retries.unsigned_abs()));
        let mut params = params_from_json(&self.vertex_input)?;
        for param in params_from_json(&self.graph_input)? {
            if params.iter().all(|own| own.name != param.name) {
                params.push(param);
            }
        }
        // What the vertex says about a variable replaces what the graph says about it.
        let says = |name: &String| {
            of_vertex.env.iter().any(|(own, _)| own == name) || of_vertex.secrets.contains(name)
        };
        let mut env = of_graph.env;
        let mut secrets = of_graph.secrets;
        env.retain(|(name, _)| !says(name));
        secrets.retain(|name| !says(name));
        env.extend(of_vertex.env);
        secrets.extend(of_vertex.secrets);
        Ok(TrackOrder {
            graph: self.graph,
            vertex: self.vertex,
            script: self.script,
            written: self.written,
            retries_left,
            missing: self.missing,
            input: self.input,
            params,
            outputs: params_from_json(&self.outputs)?,
            referred,
            env,
            secrets,
            workdir: of_vertex.workdir.or(of_graph.workdir),
            timeout_ms: of_vertex.timeout_ms,
            limits: of_vertex.limits.limits()?.or(of_graph.limits.limits()?),
            verdict,
        })
    }
}
