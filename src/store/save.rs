//! The rows of a definition.

use diesel::{ExpressionMethods, QueryDsl, QueryResult, RunQueryDsl};

use super::connection::{Db, on};
use super::definitions::NewGraph;
use super::params::params_to_json;
use super::refers::references_to_json;
use super::schema::{edge, graph, graph_tag, vertex};
use super::spec::{GraphPolicies, VertexPolicies, to_json};
use crate::engine::Time;
use crate::graph::When;

/// Rows of one INSERT.
const ROWS_A_STATEMENT: usize = 1_000;

fn policies(new: &NewGraph) -> String {
    to_json(&GraphPolicies::new(&new.graph))
}

pub(super) fn insert_graph(
    db: &mut Db,
    id: i64,
    version: i32,
    now: Time,
    new: &NewGraph,
) -> QueryResult<usize> {
    diesel::insert_into(graph::table)
        .values((
            graph::id.eq(id),
            graph::name.eq(&new.graph.name),
            graph::version.eq(version),
            graph::revision.eq(1_i64),
            graph::description.eq(&new.graph.desc),
            graph::source.eq(&new.source),
            graph::format.eq(new.format),
            graph::digest.eq(&new.digest),
            graph::checked.eq(new.checked),
            graph::sealed.eq(false),
            graph::input.eq(params_to_json(&new.graph.input)),
            graph::policies.eq(policies(new)),
            graph::problems.eq(to_json(&new.problems)),
            graph::vertices.eq(new.graph.vertices.len() as i32),
            graph::edges.eq(new.graph.edges.len() as i32),
            graph::creator.eq(&new.creator),
            graph::created_at.eq(now.0),
            graph::updated_at.eq(now.0),
        ))
        .execute(db)
}

pub(super) fn replace_graph(
    db: &mut Db,
    id: i64,
    revision: i64,
    now: Time,
    new: &NewGraph,
) -> QueryResult<usize> {
    diesel::update(graph::table.find(id))
        .set((
            graph::revision.eq(revision),
            graph::description.eq(&new.graph.desc),
            graph::source.eq(&new.source),
            graph::format.eq(new.format),
            graph::digest.eq(&new.digest),
            graph::checked.eq(new.checked),
            graph::input.eq(params_to_json(&new.graph.input)),
            graph::policies.eq(policies(new)),
            graph::problems.eq(to_json(&new.problems)),
            graph::vertices.eq(new.graph.vertices.len() as i32),
            graph::edges.eq(new.graph.edges.len() as i32),
            graph::updated_at.eq(now.0),
        ))
        .execute(db)
}

pub(super) fn insert_vertices(db: &mut Db, id: i64, first: i64, new: &NewGraph) -> QueryResult<()> {
    let rows: Vec<_> = new
        .graph
        .vertices
        .iter()
        .zip(&new.compiled)
        .enumerate()
        .map(|(place, (v, compiled))| {
            (
                vertex::id.eq(first + place as i64),
                vertex::graph_id.eq(id),
                vertex::place.eq(place as i32),
                vertex::name.eq(&v.name),
                vertex::description.eq(&v.desc),
                vertex::script.eq(&v.script),
                vertex::compiled.eq(&compiled.body),
                vertex::refers.eq(references_to_json(&compiled.refers)),
                vertex::outputs.eq(params_to_json(&v.outputs)),
                vertex::input.eq(params_to_json(&v.input)),
                vertex::policies.eq(to_json(&VertexPolicies::new(v))),
                vertex::handler.eq(v.handler.map(When::code)),
            )
        })
        .collect();
    for chunk in rows.chunks(ROWS_A_STATEMENT) {
        on!(&mut *db, c => diesel::insert_into(vertex::table).values(chunk).execute(c))?;
    }
    Ok(())
}

pub(super) fn insert_tags(db: &mut Db, id: i64, new: &NewGraph) -> QueryResult<()> {
    let row = |tag| (graph_tag::graph_id.eq(id), graph_tag::tag.eq(tag));
    let rows: Vec<_> = new.graph.tags.iter().map(row).collect();
    for chunk in rows.chunks(ROWS_A_STATEMENT) {
        on!(&mut *db, c => diesel::insert_into(graph_tag::table).values(chunk).execute(c))?;
    }
    Ok(())
}

pub(super) fn insert_edges(db: &mut Db, id: i64, first: i64, new: &NewGraph) -> QueryResult<()> {
    let rows: Vec<_> = new
        .graph
        .edges
        .iter()
        .map(|e| {
            (
                edge::graph_id.eq(id),
                edge::head.eq(first + i64::from(e.head)),
                edge::tail.eq(first + i64::from(e.tail)),
            )
        })
        .collect();
    for chunk in rows.chunks(ROWS_A_STATEMENT) {
        on!(&mut *db, c => diesel::insert_into(edge::table).values(chunk).execute(c))?;
    }
    Ok(())
}
