//! Saving definitions: a version that is sealed is never changed, the next one is made.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl};

use super::connection::{Db, write_tx};
use super::error::StoreError;
use super::graphs::StoredProblem;
use super::reader::Store;
use super::save::{insert_edges, insert_graph, insert_tags, insert_vertices, replace_graph};
use super::schema::{edge, graph, graph_tag, vertex};
use super::shelf::{Expect, Unfit, judge, judge_archived, tag_of};
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
            Self::Unchanged => "unchanged: it is as it was",
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

/// What would become of a definition that is only worked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WouldSave {
    /// The newest version of its name; none: no graph has the name.
    pub newest: Option<GraphId>,
    /// The version that the definition would be.
    pub version: i32,
    /// What would become of it.
    pub outcome: Outcome,
}

/// The newest version of a name.
struct Newest {
    id: i64,
    version: i32,
    revision: i64,
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
    let (newest, outcome) = place(db, new)?;
    let (id, version) = match (&newest, outcome) {
        (None, _) => (free.graph, 1),
        (Some(newest), Outcome::Created | Outcome::NewVersion) => (free.graph, newest.version + 1),
        (Some(newest), Outcome::Unchanged) => {
            return saved(db, (newest.id, newest.version), outcome);
        }
        (Some(newest), Outcome::Replaced) => {
            let id = newest.id;
            spent::note(db)?;
            diesel::delete(vertex::table.filter(vertex::graph_id.eq(id))).execute(db)?;
            diesel::delete(edge::table.filter(edge::graph_id.eq(id))).execute(db)?;
            diesel::delete(graph_tag::table.filter(graph_tag::graph_id.eq(id))).execute(db)?;
            replace_graph(db, id, newest.revision + 1, now, new)?;
            (id, newest.version)
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

/// Where a definition belongs, if its graph is as it is to be.
fn place(db: &mut Db, new: &NewGraph) -> Result<(Option<Newest>, Outcome), StoreError> {
    judge(db, &new.graph.name, &new.terms.expect)?;
    judge_archived(db, &new.graph.name)?;
    type Row = (i64, i32, i64, bool, String, bool);
    let newest: Option<Row> = graph::table
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
    let Some((id, version, revision, sealed, digest, checked)) = newest else {
        return Ok((None, Outcome::Created));
    };
    let outcome = if digest == new.digest && checked == new.checked {
        Outcome::Unchanged
    } else if sealed || new.terms.keep || (checked && !new.checked) {
        // What has errors never takes the place of what can be started.
        Outcome::NewVersion
    } else {
        Outcome::Replaced
    };
    let newest = Newest {
        id,
        version,
        revision,
    };
    Ok((Some(newest), outcome))
}

impl Store {
    /// What would become of a definition now. Nothing is saved and no number given.
    ///
    /// # Errors
    /// Those of saving it.
    pub fn would_save(&self, new: &NewGraph) -> Result<WouldSave, StoreError> {
        let (newest, outcome) = place(&mut *self.pool.get()?, new)?;
        let version = newest.as_ref().map_or(0, |newest| newest.version);
        Ok(WouldSave {
            newest: newest.map(|newest| GraphId(newest.id)),
            version: version + i32::from(matches!(outcome, Outcome::Created | Outcome::NewVersion)),
            outcome,
        })
    }
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
