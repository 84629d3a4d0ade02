//! What the executor needs to start a track.

use diesel::{ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl};

use super::connection::Db;
use super::error::StoreError;
use super::schema::{graph, track, vertex};
use super::spec::{GraphPolicies, VertexPolicies, from_json, params_from_json};
use crate::engine::TrackId;
use crate::graph::Param;

/// The parts of an order that are in the database.
#[derive(Debug, Clone)]
pub struct TrackOrder {
    /// The graph's name.
    pub graph: String,
    /// The vertex's name.
    pub vertex: String,
    /// The compiled script.
    pub script: String,
    /// The accepted values, as a JSON object.
    pub input: String,
    /// The parameters that the vertex may refer to; its own before the graph's.
    pub params: Vec<Param>,
    /// What the graph, then the vertex, puts into the environment.
    pub env: Vec<(String, String)>,
    /// Where the script starts; none: in the pipeline's own directory.
    pub workdir: Option<String>,
    /// The longest it may run, in milliseconds.
    pub timeout_ms: Option<u64>,
}

/// The order of a track; none when there is no such track.
pub(super) fn order(db: &mut Db, id: TrackId) -> Result<Option<TrackOrder>, StoreError> {
    let Some((input, script, vertex, of_vertex, of_graph, graph, vertex_input, graph_input)) =
        row(db, id)?
    else {
        return Ok(None);
    };
    let of_vertex: VertexPolicies = from_json(&of_vertex)?;
    let of_graph: GraphPolicies = from_json(&of_graph)?;
    let mut params = params_from_json(&vertex_input)?;
    for param in params_from_json(&graph_input)? {
        if params.iter().all(|own| own.name != param.name) {
            params.push(param);
        }
    }
    let mut env = of_graph.env;
    env.retain(|(name, _)| of_vertex.env.iter().all(|(own, _)| own != name));
    env.extend(of_vertex.env);
    let workdir = of_vertex.workdir.or(of_graph.workdir);
    Ok(Some(TrackOrder {
        graph,
        vertex,
        script,
        input,
        params,
        env,
        workdir,
        timeout_ms: of_vertex.timeout_ms,
    }))
}

/// What the executor needs of a track: `(input, script, vertex name, vertex policies, graph policies,
/// graph name, vertex input, graph input)`.
type OrderRow = (
    String,
    String,
    String,
    String,
    String,
    String,
    String,
    String,
);

/// The row behind an order.
fn row(db: &mut Db, id: TrackId) -> QueryResult<Option<OrderRow>> {
    track::table
        .inner_join(vertex::table.on(vertex::id.eq(track::vertex_id)))
        .inner_join(graph::table.on(graph::id.eq(vertex::graph_id)))
        .filter(track::id.eq(id.0))
        .select((
            track::input,
            track::script,
            vertex::name,
            vertex::policies,
            graph::policies,
            graph::name,
            vertex::input,
            graph::input,
        ))
        .first(db)
        .optional()
}
