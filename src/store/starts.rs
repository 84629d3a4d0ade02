//! Starting pipelines: their rows, and a copy of every vertex of their graphs.

use std::collections::BTreeMap;

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::bulk::{Bulk, Cell, Insert, execute, few_sizes};
use super::connection::Db;
use super::error::StoreError;
use super::schema::graph;
use super::secrets;
use crate::engine::{GraphId, NewPipeline, PipelineState};
use crate::secrets::Vault;

const PIPELINES: Insert = Insert {
    table: "pipeline",
    columns: "id, graph_id, name, description, state, request_key, creator, trigger_kind, input, \
              first_track, vertices, created_at, queued, due_at, priority, again_of, graph_name",
};

/// Vertices that are the head of no edge are PENDING, all others, and those that run after the verdict,
/// WAITING. That each has a place is said so that they are read in the order of their places, which is
/// that of the tracks.
const COPY: &str = "INSERT INTO track (id, pipeline_id, vertex_id, name, state, pending_on, detail, \
      attempt, retries, missing, input, script, output) \
    SELECT s.column2 + v.place, s.column1, v.id, v.name, iif(v.waits, 0, 1), iif(v.waits, NULL, 0), '', \
      0, 0, FALSE, '{}', v.compiled, x'' FROM (";
const OF: &str = ") AS s CROSS JOIN (SELECT *, handler IS NOT NULL OR EXISTS (SELECT 1 FROM edge \
      WHERE edge.graph_id = vertex.graph_id AND edge.head = vertex.id) AS waits FROM vertex) AS v \
    ON v.graph_id = s.column3 AND v.place >= 0";

const INPUTS: Bulk = Bulk {
    table: "track",
    set: "input = v.column2, missing = v.column3, \
          pending_on = CASE WHEN state = 1 AND v.column3 THEN 1 ELSE pending_on END",
    key: "track.id = v.column1",
};

/// Inserts pipelines and copies the vertices of their graphs into `track`; the graphs are sealed.
pub(super) fn insert_pipelines(
    db: &mut Db,
    vault: Option<&Vault>,
    starts: &[NewPipeline],
) -> Result<(), StoreError> {
    if starts.is_empty() {
        return Ok(());
    }
    let names = seal(db, starts)?;
    let rows: Vec<_> = starts
        .iter()
        .map(|new| pipeline_cells(new, &names[&new.order.plan.graph]))
        .collect();
    PIPELINES.rows(db, &rows)?;
    for some in few_sizes(starts) {
        copy_vertices(db, some)?;
    }
    let given = starts
        .iter()
        .flat_map(|new| (new.first_track.0..).zip(&new.order.inputs));
    let inputs = given
        .clone()
        .filter(|(_, input)| !input.values.is_empty())
        .map(|(id, input)| {
            [
                Cell::Big(Some(id)),
                Cell::Text(Some(&input.values)),
                Cell::Small(Some(i16::from(input.missing))),
            ]
        });
    INPUTS.update(db, &inputs.collect::<Vec<_>>())?;
    secrets::insert(db, vault, given)
}

/// From now on nobody changes these graphs. Gives their names.
fn seal(db: &mut Db, starts: &[NewPipeline]) -> Result<BTreeMap<GraphId, String>, StoreError> {
    let mut names = BTreeMap::new();
    for id in starts.iter().map(|new| new.order.plan.graph) {
        if names.contains_key(&id) {
            continue;
        }
        let checked = graph::table.filter(graph::checked).find(id.0);
        let head = checked.select((graph::name, graph::sealed));
        let head: Option<(String, bool)> = head.first(db).optional()?;
        let (name, sealed) = head.ok_or_else(|| not_as_planned(id))?;
        if !sealed {
            diesel::update(graph::table.find(id.0))
                .set(graph::sealed.eq(true))
                .execute(db)?;
        }
        names.insert(id, name);
    }
    Ok(names)
}

fn not_as_planned(id: GraphId) -> StoreError {
    StoreError::Mismatch(format!("graph {id} is not as its plan says"))
}

fn pipeline_cells<'a>(new: &'a NewPipeline, graph_name: &'a str) -> [Cell<'a>; 17] {
    let order = &new.order;
    [
        Cell::Big(Some(new.id.0)),
        Cell::Big(Some(order.plan.graph.0)),
        Cell::Text(Some(&order.name)),
        Cell::Text(Some(&order.desc)),
        Cell::Small(Some(PipelineState::Running.code())),
        Cell::Text(order.request_key.as_deref()),
        Cell::Text(Some(&order.who)),
        Cell::Text(Some(order.trigger)),
        Cell::Text(Some(&order.given)),
        Cell::Big(Some(new.first_track.0)),
        Cell::Int(Some(order.plan.len() as i32)),
        Cell::Big(Some(new.at.0)),
        Cell::Small(Some(i16::from(new.row.queued))),
        Cell::Big(new.row.due_at.map(|t| t.0)),
        Cell::Int(Some(order.priority)),
        Cell::Big(order.again_of.map(|id| id.0)),
        Cell::Text(Some(graph_name)),
    ]
}

fn copy_vertices(db: &mut Db, starts: &[NewPipeline]) -> Result<(), StoreError> {
    let rows: Vec<_> = starts
        .iter()
        .map(|new| {
            [
                Cell::Big(Some(new.id.0)),
                Cell::Big(Some(new.first_track.0)),
                Cell::Big(Some(new.order.plan.graph.0)),
            ]
        })
        .collect();
    let copied = execute(db, &[COPY], &rows, &[OF])?;
    let planned: usize = starts.iter().map(|new| new.order.plan.len()).sum();
    match copied == planned {
        true => Ok(()),
        false => Err(not_as_planned(starts[0].order.plan.graph)),
    }
}

#[cfg(test)]
mod tests {
    use super::{COPY, OF};
    use crate::store::query_plan::steps;

    #[test]
    fn vertices_are_read_by_their_places_and_edges_by_their_heads() {
        let steps = steps(&format!("{COPY}VALUES (1, 2, 3), (4, 5, 6){OF}"));
        let of_vertices: Vec<_> = steps.iter().filter(|s| s.contains("vertex")).collect();
        assert!(
            of_vertices.len() == 1 && of_vertices[0].contains("(graph_id=? AND place>?)"),
            "{steps:?}"
        );
        assert!(
            steps
                .iter()
                .filter(|s| s.contains("edge"))
                .all(|s| { s.contains("SEARCH edge USING PRIMARY KEY (graph_id=? AND head=?)") }),
            "{steps:?}"
        );
        assert!(
            !steps.iter().any(|s| s.contains("TEMP B-TREE")),
            "{steps:?}"
        );
    }
}
