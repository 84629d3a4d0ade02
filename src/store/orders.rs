//! What the executor needs to start a track.

use diesel::{ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, Queryable, RunQueryDsl};

use super::connection::Db;
use super::error::StoreError;
use super::params::params_from_json;
use super::refers::{Referred, references_from_json, referred};
use super::schema::{graph, pipeline, track, vertex};
use super::spec::{GraphPolicies, VertexPolicies, from_json};
use crate::engine::TrackId;
use crate::graph::{Param, Rlimits};

/// The parts of an order that are in the database.
#[derive(Debug, Clone)]
pub struct TrackOrder {
    /// The graph's name.
    pub graph: String,
    /// The vertex's name.
    pub vertex: String,
    /// The compiled script.
    pub script: String,
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
}

#[derive(Queryable)]
struct Row {
    missing: bool,
    input: String,
    script: String,
    vertex: String,
    of_vertex: String,
    of_graph: String,
    graph: String,
    vertex_input: String,
    graph_input: String,
    outputs: String,
    refers: String,
    first_track: i64,
}

/// The order of a track; none when there is no such track.
pub(super) fn order(db: &mut Db, id: TrackId) -> Result<Option<TrackOrder>, StoreError> {
    let row: Option<Row> = track::table
        .inner_join(vertex::table.on(vertex::id.eq(track::vertex_id)))
        .inner_join(graph::table.on(graph::id.eq(vertex::graph_id)))
        .inner_join(pipeline::table.on(pipeline::id.eq(track::pipeline_id)))
        .filter(track::id.eq(id.0))
        .select((
            track::missing,
            track::input,
            track::script,
            vertex::name,
            vertex::policies,
            graph::policies,
            graph::name,
            vertex::input,
            graph::input,
            vertex::outputs,
            vertex::refers,
            pipeline::first_track,
        ))
        .first(db)
        .optional()?;
    let Some(row) = row else {
        return Ok(None);
    };
    let references = references_from_json(&row.refers)?;
    let referred = referred(db, row.first_track, references)?;
    row.order(referred).map(Some)
}

impl Row {
    fn order(self, referred: Vec<Referred>) -> Result<TrackOrder, StoreError> {
        let of_vertex: VertexPolicies = from_json(&self.of_vertex)?;
        let of_graph: GraphPolicies = from_json(&self.of_graph)?;
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
        })
    }
}
