//! What is near one vertex of a graph: read by the index of edges, so that a graph of any size answers as
//! fast as a small one.

use std::collections::BTreeSet;

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl};

use super::connection::Db;
use super::error::StoreError;
use super::reader::Store;
use super::schema::{edge, pipeline, track, vertex};
use super::tracks::{TrackHead, track_columns};
use crate::engine::{GraphId, PipelineId};

/// A vertex with those before and after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nearby {
    /// The number of the vertex in the middle.
    pub vertex: i64,
    /// Number, place and name of each, and the code of the verdict that it runs after, in the order of the
    /// definition.
    pub vertices: Vec<NearVertex>,
    /// The numbers of tail and head of each edge between them.
    pub edges: Vec<(i64, i64)>,
    /// There are more than were asked for.
    pub more: bool,
}

/// Number, place and name of a vertex, and the code of the verdict that it runs after.
pub type NearVertex = (i64, i32, String, Option<i16>);

impl Store {
    /// What is at most two steps before or after a vertex of a graph, the nearest first, `most` vertices at
    /// most; without a vertex near the first one. None: it is no vertex of this graph.
    pub fn nearby(
        &self,
        graph: GraphId,
        vertex: Option<i64>,
        most: usize,
    ) -> Result<Option<Nearby>, StoreError> {
        Ok(nearby(&mut *self.pool.get()?, graph, vertex, most)?)
    }

    /// The tracks of the vertices at these places of a pipeline's graph, in their order.
    pub fn tracks_at(&self, id: PipelineId, places: &[i32]) -> Result<Vec<TrackHead>, StoreError> {
        Ok(tracks_at(&mut *self.pool.get()?, id, places)?)
    }
}

/// The numbers of the neighbours of some vertices: `$of` are the ends that they have, `$other` the other ends.
macro_rules! neighbours {
    ($graph:expr, $of:ident, $other:ident, $near:expr) => {
        edge::table
            .filter(edge::graph_id.eq($graph.0))
            .filter(edge::$of.eq_any($near))
            .select(edge::$other)
    };
}

fn nearby(
    db: &mut Db,
    graph: GraphId,
    vertex: Option<i64>,
    most: usize,
) -> QueryResult<Option<Nearby>> {
    let of_graph = vertex::table.filter(vertex::graph_id.eq(graph.0));
    let middle: Option<i64> = match vertex {
        Some(id) => of_graph
            .filter(vertex::id.eq(id))
            .select(vertex::id)
            .first(db),
        None => of_graph.order(vertex::place).select(vertex::id).first(db),
    }
    .optional()?;
    let Some(middle) = middle else {
        return Ok(None);
    };
    let mut found = BTreeSet::from([middle]);
    let (mut before, mut after, mut more) = (vec![middle], vec![middle], false);
    // Those that are nearer come first: one step before and after, then the second one.
    for _ in 0..2 {
        // Each of them is there once for each of those whose neighbour it is.
        let rows = |of: &[i64]| (of.len() * (found.len() + most)) as i64;
        let (tails, heads) = (rows(&before), rows(&after));
        let tails = neighbours!(graph, head, tail, before).limit(tails);
        let tails: BTreeSet<i64> = tails.load::<i64>(db)?.into_iter().collect();
        let heads = neighbours!(graph, tail, head, after).limit(heads);
        let heads: BTreeSet<i64> = heads.load::<i64>(db)?.into_iter().collect();
        let mut room = most.saturating_sub(found.len());
        let mut take = |near: BTreeSet<i64>| {
            let new: Vec<i64> = near.into_iter().filter(|id| !found.contains(id)).collect();
            more |= new.len() > room;
            let new: Vec<i64> = new.into_iter().take(room).collect();
            room -= new.len();
            found.extend(&new);
            new
        };
        (before, after) = (take(tails), take(heads));
    }
    let vertices = of_graph
        .filter(vertex::id.eq_any(found.clone()))
        .order(vertex::place)
        .select((vertex::id, vertex::place, vertex::name, vertex::handler))
        .load(db)?;
    let edges = edge::table
        .filter(edge::graph_id.eq(graph.0))
        .filter(edge::head.eq_any(found.clone()))
        .filter(edge::tail.eq_any(found))
        .order((edge::head, edge::tail))
        .select((edge::tail, edge::head))
        .load(db)?;
    Ok(Some(Nearby {
        vertex: middle,
        vertices,
        edges,
        more,
    }))
}

/// The tracks of a pipeline follow each other in the order of the vertices.
fn tracks_at(db: &mut Db, id: PipelineId, places: &[i32]) -> QueryResult<Vec<TrackHead>> {
    let first: Option<i64> = pipeline::table
        .find(id.0)
        .select(pipeline::first_track)
        .first(db)
        .optional()?;
    let Some(first) = first else {
        return Ok(Vec::new());
    };
    let ids = places.iter().map(|place| first + i64::from(*place));
    track::table
        .filter(track::id.eq_any(ids))
        .order(track::id)
        .select(track_columns!())
        .load(db)
}

#[cfg(test)]
mod tests {
    use diesel::{ExpressionMethods, QueryDsl};

    use crate::engine::GraphId;
    use crate::store::query_plan::{steps, written};
    use crate::store::schema::edge;

    #[test]
    fn neighbours_are_read_through_the_indexes_of_edges() {
        let graph = GraphId(7);
        let before = neighbours!(graph, head, tail, [1_i64, 2]);
        let after = neighbours!(graph, tail, head, [1_i64, 2]);
        let queries = [written(&before), written(&after)];
        for (query, by) in queries.iter().zip(["head", "tail"]) {
            let steps = steps(&query.replace('?', "7"));
            assert!(steps[0].starts_with("SEARCH edge USING"), "{steps:?}");
            assert!(
                steps[0].contains(&format!("(graph_id=? AND {by}=?)")),
                "{steps:?}"
            );
        }
    }
}
