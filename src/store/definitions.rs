//! Saving definitions: a version that is sealed is never changed, the next one is made.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl};

use super::connection::{Db, write_tx};
use super::error::StoreError;
use super::graphs::StoredProblem;
use super::refers::references_to_json;
use super::save::{insert_edges, insert_graph, insert_tags, insert_vertices, replace_graph};
use super::schema::{edge, graph, graph_tag, vertex};
use super::spec::to_json;
use super::spent::{self, Kind};
use crate::engine::{GraphId, Time};
use crate::graph::{Graph, Runnable};

/// A definition to save.
#[derive(Debug, Clone)]
pub struct NewGraph {
    /// What was written, as far as it can be rows.
    pub graph: Graph,
    /// What is kept of the script of each vertex.
    pub compiled: Vec<Runnable>,
    /// The text as its author wrote it.
    pub source: String,
    /// `yaml` or `json`.
    pub format: &'static str,
    /// SHA-256 of the definition without comments and layout.
    pub digest: String,
    /// It passed its check.
    pub checked: bool,
    /// All that the check found.
    pub problems: Vec<StoredProblem>,
    /// Who saves it.
    pub creator: String,
}

/// What became of a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The first version of its name.
    Created,
    /// The version, which no pipeline had used, was replaced.
    Replaced,
    /// The former version is sealed: this is the next one.
    NewVersion,
    /// It is the same definition as the newest version: nothing was written.
    Unchanged,
}

impl Outcome {
    /// The same in words.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Replaced => "replaced: no pipeline had used this version",
            Self::NewVersion => "a pipeline has used the former version, so this is the next one",
            Self::Unchanged => "unchanged: this is the newest version already",
        }
    }
}

/// A saved definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The graph's number.
    pub id: GraphId,
    /// Its version, from 1.
    pub version: i32,
    /// What became of it.
    pub outcome: Outcome,
}

/// The first numbers that are free.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counters {
    pub(super) graph: i64,
    pub(super) vertex: i64,
}

impl Counters {
    pub(super) fn load(db: &mut Db) -> QueryResult<Self> {
        Ok(Self {
            graph: spent::free(db, Kind::Graph)?,
            vertex: spent::free(db, Kind::Vertex)?,
        })
    }
}

/// Saves a definition as the newest version of its name.
pub(super) fn save(
    db: &mut Db,
    free: &mut Counters,
    now: Time,
    new: &NewGraph,
) -> Result<Saved, StoreError> {
    let before = *free;
    let saved = write_tx(db, |db| save_in(db, free, now, new));
    if saved.is_err() {
        *free = before;
    }
    saved
}

fn save_in(
    db: &mut Db,
    free: &mut Counters,
    now: Time,
    new: &NewGraph,
) -> Result<Saved, StoreError> {
    type Newest = (i64, i32, i64, bool, String, bool);
    let newest: Option<Newest> = graph::table
        .filter(graph::name.eq(&new.graph.name))
        .order(graph::version.desc())
        .select((
            graph::id,
            graph::version,
            graph::revision,
            graph::sealed,
            graph::digest,
            graph::checked,
        ))
        .first(db)
        .optional()?;
    let (id, version, outcome) = match newest {
        None => (free.graph, 1, Outcome::Created),
        Some((id, version, _, _, digest, checked))
            if digest == new.digest && checked == new.checked =>
        {
            return Ok(Saved {
                id: GraphId(id),
                version,
                outcome: Outcome::Unchanged,
            });
        }
        Some((_, version, _, true, _, _)) => (free.graph, version + 1, Outcome::NewVersion),
        Some((id, version, revision, false, _, _)) => {
            spent::note(db)?;
            diesel::delete(vertex::table.filter(vertex::graph_id.eq(id))).execute(db)?;
            diesel::delete(edge::table.filter(edge::graph_id.eq(id))).execute(db)?;
            diesel::delete(graph_tag::table.filter(graph_tag::graph_id.eq(id))).execute(db)?;
            replace_graph(db, id, revision + 1, now, new)?;
            (id, version, Outcome::Replaced)
        }
    };
    if outcome != Outcome::Replaced {
        free.graph += 1;
        insert_graph(db, id, version, now, new)?;
    }
    let first = free.vertex;
    free.vertex += new.graph.vertices.len() as i64;
    insert_vertices(db, id, first, new)?;
    insert_edges(db, id, first, new)?;
    insert_tags(db, id, new)?;
    Ok(Saved {
        id: GraphId(id),
        version,
        outcome,
    })
}

/// Notes what a new check of an unchanged definition found.
pub(super) fn set_check(
    db: &mut Db,
    id: GraphId,
    revision: i64,
    checked: bool,
    compiled: &[Runnable],
    problems: &[StoredProblem],
) -> Result<bool, StoreError> {
    write_tx(db, |db| {
        let unsealed = graph::table
            .find(id.0)
            .filter(graph::revision.eq(revision))
            .filter(graph::sealed.eq(false));
        let changed = diesel::update(unsealed)
            .set((
                graph::checked.eq(checked),
                graph::problems.eq(to_json(&problems)),
            ))
            .execute(db)?;
        if changed == 1 {
            for (place, runnable) in compiled.iter().enumerate() {
                let text = &runnable.body;
                let of_graph = vertex::table.filter(vertex::graph_id.eq(id.0));
                let of_place = of_graph
                    .filter(vertex::place.eq(place as i32))
                    .filter(vertex::compiled.ne(text));
                diesel::update(of_place)
                    .set((
                        vertex::compiled.eq(text),
                        vertex::refers.eq(references_to_json(&runnable.refers)),
                    ))
                    .execute(db)?;
            }
        }
        Ok(changed == 1)
    })
}
