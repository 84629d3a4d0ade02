//! A whole graph from its rows: as people define it, and as the engine runs it.

use diesel::dsl::{exists, min, not};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl};

use super::connection::Db;
use super::error::StoreError;
use super::graphs::edges;
use super::schema::{edge, graph, vertex};
use super::spec::{GraphPolicies, VertexPolicies, from_json};
use super::views;
use crate::engine::{GraphId, Plan, PlanVertex, Policies, Pool, VertexId};
use crate::graph::{Edge, Graph, Vertex, When};

/// Edges by places in the definition. Numbers of a graph's vertices follow each other, so a place
/// is the distance from the first.
fn places(edges: &[(i64, i64)], first: i64) -> impl Iterator<Item = (u32, u32)> {
    edges
        .iter()
        .map(move |(tail, head)| ((tail - first) as u32, (head - first) as u32))
}

/// The graph as the engine needs it; none when there is no such graph.
pub(super) fn plan(db: &mut Db, id: GraphId) -> Result<Option<Plan>, StoreError> {
    let row: Option<(i64, String, String)> = graph::table
        .find(id.0)
        .select((graph::revision, graph::policies, graph::name))
        .first(db)
        .optional()?;
    let Some((revision, policies, name)) = row else {
        return Ok(None);
    };
    let versions = graph::table.filter(graph::name.eq(name));
    let family: Option<i64> = versions.select(min(graph::id)).first(db)?;
    let policies: GraphPolicies = from_json(&policies)?;
    let policies = Policies {
        on_failure: policies.on_failure()?,
        max_parallel: policies.max_parallel(),
        concurrency: policies.concurrency()?,
        timeout: policies.timeout(),
    };
    let of_graph = vertex::table
        .filter(vertex::graph_id.eq(id.0))
        .order(vertex::place);
    let columns = (vertex::id, vertex::policies, vertex::handler);
    let rows: Vec<(i64, String, Option<i16>)> = of_graph.select(columns).load(db)?;
    let first = rows.first().map_or(0, |(id, ..)| *id);
    let (mut vertices, mut handlers) = (Vec::new(), Vec::new());
    let (mut last, mut read) = (String::new(), PlanVertex::default());
    for (id, policies, handler) in rows {
        // Neighbours mostly say the same, and to read it takes longer than all else.
        if last != policies {
            read = vertex_of(&policies)?;
            last = policies;
        }
        let vertex = PlanVertex {
            id: VertexId(id),
            ..read.clone()
        };
        match handler {
            None => vertices.push(vertex),
            Some(code) => {
                let on = When::from_code(code);
                let unknown = || StoreError::Mismatch(format!("handler {code} is unknown"));
                handlers.push((on.ok_or_else(unknown)?, vertex));
            }
        }
    }
    let edges: Vec<_> = places(&edges(db, id)?, first).collect();
    let graph = (id, GraphId(family.unwrap_or(id.0)));
    Ok(Some(Plan::new(
        graph, revision, policies, vertices, &edges, handlers,
    )))
}

/// What a vertex says of when it runs; of no vertex yet.
fn vertex_of(policies: &str) -> Result<PlanVertex, StoreError> {
    let policies: VertexPolicies = from_json(policies)?;
    Ok(PlanVertex {
        id: VertexId(0),
        retry: policies.retry(),
        on_interrupt: policies.on_interrupt()?,
        ignore: policies.ignore_failure,
        pool: policies.pool.map(Pool::from),
    })
}

/// The whole definition from its rows; none when there is no such graph.
pub(super) fn definition(db: &mut Db, id: GraphId) -> Result<Option<Graph>, StoreError> {
    let Some(mut graph) = views::outline(db, id)? else {
        return Ok(None);
    };
    let vertices = views::vertices(db, id, 0, i64::MAX)?;
    let first = vertices.first().map_or(0, |(id, _)| *id);
    graph.vertices = vertices.into_iter().map(|(_, vertex)| vertex).collect();
    let edges = edges(db, id)?;
    graph.edges = places(&edges, first)
        .map(|(tail, head)| Edge { head, tail })
        .collect();
    Ok(Some(graph))
}

/// The names of the vertices, what they wait for and which verdict they run after, and nothing else of
/// them; with the number of the first one.
pub(super) fn shape(db: &mut Db, id: GraphId) -> Result<(i64, Graph), StoreError> {
    let rows: Vec<(i64, String, Option<i16>)> = vertex::table
        .filter(vertex::graph_id.eq(id.0))
        .order(vertex::place)
        .select((vertex::id, vertex::name, vertex::handler))
        .load(db)?;
    let first = rows.first().map_or(0, |(id, ..)| *id);
    let vertex = |(_, name, handler): (i64, String, Option<i16>)| Vertex {
        name,
        handler: handler.and_then(When::from_code),
        ..Vertex::default()
    };
    let edge = |(tail, head)| Edge { head, tail };
    let graph = Graph {
        vertices: rows.into_iter().map(vertex).collect(),
        edges: places(&edges(db, id)?, first).map(edge).collect(),
        ..Graph::default()
    };
    Ok((first, graph))
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
        .filter(vertex::handler.is_null())
        .order(vertex::place)
        .select(vertex::id)
        .load(db)
}
