//! Saving definitions: a version that is sealed is never changed, the next one is made.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl};

use super::connection::{Db, write_tx};
use super::error::StoreError;
use super::graphs::StoredProblem;
use super::refers::references_to_json;
use super::save::{insert_edges, insert_graph, insert_tags, insert_vertices, replace_graph};
use super::schema::{edge, graph, graph_tag, vertex};
use super::shelf::{Expect, Unfit, judge, judge_archived, tag_of};
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
    /// How its name must stand, and what becomes of the newest version.
    pub terms: Terms,
}

/// On what terms a definition is saved.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// How the graph of its name must stand.
    pub expect: Expect,
    /// The newest version stays, also when no pipeline has used it.
    pub keep: bool,
}

/// What became of a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The first version of its name.
    Created,
    /// The version, which no pipeline had used, was replaced.
    Replaced,
    /// The former version is sealed, or is kept for another reason: this is the next one.
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
            Self::NewVersion => "the former version stays, and this is the next one",
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
    /// What changes whenever anything does that is told of it.
    pub tag: String,
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
    judge(db, &new.graph.name, &new.terms.expect)?;
    judge_archived(db, &new.graph.name)?;
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
            return saved(db, (id, version), Outcome::Unchanged);
        }
        // What has errors never takes the place of what can be started.
        Some((_, version, _, sealed, _, checked))
            if sealed || new.terms.keep || (checked && !new.checked) =>
        {
            (free.graph, version + 1, Outcome::NewVersion)
        }
        Some((id, version, revision, ..)) => {
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
    saved(db, (id, version), outcome)
}

fn saved(db: &mut Db, (id, version): (i64, i32), outcome: Outcome) -> Result<Saved, StoreError> {
    let id = GraphId(id);
    let tag = tag_of(db, id)?.ok_or(Unfit::Missing(id))?;
    Ok(Saved {
        id,
        version,
        outcome,
        tag,
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
