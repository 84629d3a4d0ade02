//! Reading definitions.

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::connection::Db;
use super::error::StoreError;
use super::schema::{edge, graph, vertex};
use super::spec::{GraphPolicies, VertexPolicies, from_json, params_from_json};
use crate::engine::{GraphId, Plan, PlanVertex, VertexId};
use crate::graph::{Edge, Graph, Millis, Vertex};

/// A graph without its vertices.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct GraphHead {
    /// Its number.
    pub id: i64,
    /// Shared by all versions.
    pub name: String,
    /// From 1.
    pub version: i32,
    /// Grows with each edit of a version that is not sealed.
    pub revision: i64,
    /// Free text.
    pub desc: String,
    /// It may be started.
    pub checked: bool,
    /// A pipeline has been started from it.
    pub sealed: bool,
    /// How many vertices it has.
    pub vertices: i32,
    /// How many edges it has.
    pub edges: i32,
    /// Who made it.
    pub creator: String,
    /// When, in milliseconds since 1970.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
}

/// A vertex, as its row says.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct VertexRow {
    /// Its number.
    pub id: i64,
    /// Its place in the definition, from 0.
    pub place: i32,
    /// Its name.
    pub name: String,
    /// Free text.
    pub desc: String,
    /// The script as written.
    pub script: String,
    /// Its parameters, as JSON.
    pub input: String,
}

/// A problem of a definition, as it was found when the graph was saved.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct StoredProblem {
    /// The stable name.
    pub code: String,
    /// `error` or `notice`.
    pub severity: String,
    /// From 1; 0: not in a text.
    pub line: u32,
    /// From 1; 0: not in a text.
    pub column: u32,
    /// What is meant.
    pub place: String,
    /// What is wrong and what to do.
    pub message: String,
}

type HeadColumns = (
    graph::id,
    graph::name,
    graph::version,
    graph::revision,
    graph::description,
    graph::checked,
    graph::sealed,
    graph::vertices,
    graph::edges,
    graph::creator,
    graph::created_at,
    graph::updated_at,
);

const HEAD: HeadColumns = (
    graph::id,
    graph::name,
    graph::version,
    graph::revision,
    graph::description,
    graph::checked,
    graph::sealed,
    graph::vertices,
    graph::edges,
    graph::creator,
    graph::created_at,
    graph::updated_at,
);

/// The newest version of each graph, by name, after the name `after`.
pub(super) fn newest(db: &mut Db, after: &str, limit: i64) -> QueryResult<Vec<GraphHead>> {
    let other = diesel::alias!(graph as other);
    let newer = other
        .filter(other.field(graph::name).eq(graph::name))
        .filter(other.field(graph::version).gt(graph::version))
        .select(other.field(graph::id));
    graph::table
        .filter(graph::name.gt(after))
        .filter(not(exists(newer)))
        .order(graph::name)
        .limit(limit)
        .select(HEAD)
        .load(db)
}

/// All versions of a name, newest first.
pub(super) fn versions(db: &mut Db, name: &str, limit: i64) -> QueryResult<Vec<GraphHead>> {
    let named = graph::table.filter(graph::name.eq(name));
    named
        .order(graph::version.desc())
        .limit(limit)
        .select(HEAD)
        .load(db)
}

/// One graph.
pub(super) fn head(db: &mut Db, id: GraphId) -> QueryResult<Option<GraphHead>> {
    graph::table.find(id.0).select(HEAD).first(db).optional()
}

/// The text that a person wrote, and its form (`yaml` or `json`).
pub(super) fn source(db: &mut Db, id: GraphId) -> QueryResult<Option<(String, String)>> {
    graph::table
        .find(id.0)
        .select((graph::source, graph::format))
        .first(db)
        .optional()
}

/// What the last check found.
pub(super) fn problems(db: &mut Db, id: GraphId) -> Result<Vec<StoredProblem>, StoreError> {
    let text: Option<String> = graph::table
        .find(id.0)
        .select(graph::problems)
        .first(db)
        .optional()?;
    text.as_deref().map_or(Ok(Vec::new()), from_json)
}

/// The vertices in the order of the definition.
pub(super) fn vertices(db: &mut Db, id: GraphId) -> QueryResult<Vec<VertexRow>> {
    let of_graph = vertex::table.filter(vertex::graph_id.eq(id.0));
    of_graph
        .order(vertex::place)
        .select((
            vertex::id,
            vertex::place,
            vertex::name,
            vertex::description,
            vertex::script,
            vertex::input,
        ))
        .load(db)
}

/// `(tail, head)` of all edges, by vertex numbers.
pub(super) fn edges(db: &mut Db, id: GraphId) -> QueryResult<Vec<(i64, i64)>> {
    let of_graph = edge::table.filter(edge::graph_id.eq(id.0));
    of_graph
        .order((edge::head, edge::tail))
        .select((edge::tail, edge::head))
        .load(db)
}

/// Edges by places in the definition. Numbers of a graph's vertices follow each other, so a place
/// is the distance from the first.
fn places(edges: &[(i64, i64)], first: i64) -> impl Iterator<Item = (u32, u32)> {
    edges
        .iter()
        .map(move |(tail, head)| ((tail - first) as u32, (head - first) as u32))
}

/// The graph as the engine needs it; none when there is no such graph.
pub(super) fn plan(db: &mut Db, id: GraphId) -> Result<Option<Plan>, StoreError> {
    let row: Option<(i64, String)> = graph::table
        .find(id.0)
        .select((graph::revision, graph::policies))
        .first(db)
        .optional()?;
    let Some((revision, policies)) = row else {
        return Ok(None);
    };
    let on_failure = from_json::<GraphPolicies>(&policies)?.on_failure()?;
    let of_graph = vertex::table
        .filter(vertex::graph_id.eq(id.0))
        .order(vertex::place);
    let rows: Vec<(i64, String)> = of_graph.select((vertex::id, vertex::policies)).load(db)?;
    let first = rows.first().map_or(0, |(id, _)| *id);
    let vertices = rows.into_iter().map(|(id, policies)| {
        let retry = from_json::<VertexPolicies>(&policies)?.retry();
        Ok(PlanVertex {
            id: VertexId(id),
            retry,
        })
    });
    let vertices: Vec<_> = vertices.collect::<Result<_, StoreError>>()?;
    let edges: Vec<_> = places(&edges(db, id)?, first).collect();
    Ok(Some(Plan::new(id, revision, on_failure, vertices, &edges)))
}

/// The whole definition from its rows; none when there is no such graph.
pub(super) fn definition(db: &mut Db, id: GraphId) -> Result<Option<Graph>, StoreError> {
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
    type Row = (i64, String, String, String, String, String);
    let rows: Vec<Row> = vertex::table
        .filter(vertex::graph_id.eq(id.0))
        .order(vertex::place)
        .select((
            vertex::id,
            vertex::name,
            vertex::description,
            vertex::script,
            vertex::input,
            vertex::policies,
        ))
        .load(db)?;
    let first = rows.first().map_or(0, |row| row.0);
    let vertices = rows
        .into_iter()
        .map(|(_, name, desc, script, input, policies)| {
            let policies: VertexPolicies = from_json(&policies)?;
            Ok(Vertex {
                name,
                desc,
                script,
                input: params_from_json(&input)?,
                timeout: policies.timeout_ms.map(Millis),
                retry: policies.retry(),
                env: policies.env,
                workdir: policies.workdir,
            })
        });
    let vertices = vertices.collect::<Result<_, StoreError>>()?;
    let edges = places(&edges(db, id)?, first)
        .map(|(tail, head)| Edge { head, tail })
        .collect();
    let on_failure = policies.on_failure()?;
    let input = params_from_json(&input)?;
    let GraphPolicies { env, workdir, .. } = policies;
    Ok(Some(Graph {
        name,
        desc,
        on_failure,
        input,
        env,
        workdir,
        vertices,
        edges,
    }))
}

/// The vertices that are the head of no edge, by one query.
pub(super) fn starts(db: &mut Db, id: GraphId) -> QueryResult<Vec<i64>> {
    let predecessors = edge::table
        .filter(edge::graph_id.eq(id.0))
        .filter(edge::head.eq(vertex::id))
        .select(edge::head);
    vertex::table
        .filter(vertex::graph_id.eq(id.0))
        .filter(not(exists(predecessors)))
        .order(vertex::place)
        .select(vertex::id)
        .load(db)
}
