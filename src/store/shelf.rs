//! What a graph must be like for what is asked of it, and what is done with all versions of a name:
//! put away, taken back, removed. Judged where it is done, by the one connection that writes.

use diesel::dsl::{count_star, exists};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl};
use sha2::{Digest, Sha256};

use super::connection::{Db, write_tx};
use super::error::StoreError;
use super::graphs::{self, GraphHead};
use super::reader::Store;
use super::schema::{archived_graph, graph, hook, pipeline};
use super::spent;
use crate::engine::{GraphId, Time};

/// Why a graph is not saved, started, put away or removed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// No such graph.
    #[error("graph {0} does not exist")]
    Missing(GraphId),
    /// All versions of the name are put away.
    #[error("the graph `{0}` is archived: take it out of the archive first")]
    Archived(String),
    /// It is not as the caller saw it, or not the newest version.
    #[error(
        "the graph `{name}` has changed meanwhile: its newest version is {version}, graph {id}"
    )]
    Changed {
        /// Its name.
        name: String,
        /// The newest version.
        version: i32,
        /// That version's number.
        id: GraphId,
    },
    /// Another graph has the name.
    #[error("graph {0} has this name already")]
    Taken(GraphId),
    /// Pipelines have been started from it.
    #[error(
        "pipelines were started from the graph `{0}`, and their history needs it: archive it instead"
    )]
    InUse(String),
}

/// How a graph must stand for something to be done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Expect {
    /// As it may.
    #[default]
    Anything,
    /// There is no graph of this name.
    Nothing,
    /// This is the newest version, and its tag is one of these (none: whatever it is).
    Newest(GraphId, Option<Vec<String>>),
}

/// What is done with all versions of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelving {
    /// They are removed for good.
    Remove,
    /// They are put away.
    Archive,
    /// They are taken back.
    Unarchive,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shelved {
    /// The name of the graph.
    pub name: String,
    /// How many versions it has, or had.
    pub versions: i64,
    /// They are put away.
    pub archived: bool,
}

/// What changes whenever anything does that is told of a version: its definition, whether it is sealed,
/// what its check found, whether it is put away.
pub(super) fn tag(head: &GraphHead, problems: &str) -> String {
    let mut digest = Sha256::new();
    digest.update([head.sealed, head.checked, head.archived].map(u8::from));
    digest.update(problems);
    let digest = digest.finalize();
    let short: String = digest.iter().take(8).map(|b| format!("{b:02x}")).collect();
    format!("{}-{}-{short}", head.id, head.revision)
}

impl Store {
    /// All versions of a graph, as they stand.
    pub fn shelved(&self, id: GraphId) -> Result<Option<Shelved>, StoreError> {
        let db = &mut *self.pool.get()?;
        let Some(head) = graphs::head(db, id)? else {
            return Ok(None);
        };
        let family = graph::table.filter(graph::name.eq(&head.name));
        Ok(Some(Shelved {
            versions: family.select(count_star()).first(db)?,
            name: head.name,
            archived: head.archived,
        }))
    }

    /// How all versions of a graph would stand. Nothing is done.
    ///
    /// # Errors
    /// Those of doing it.
    pub fn would_shelve(
        &self,
        (id, expect): (GraphId, &Expect),
        what: Shelving,
    ) -> Result<Shelved, StoreError> {
        Ok(judge_shelving(&mut *self.pool.get()?, (id, expect), what)?.1)
    }

    /// What changes whenever anything does that is told of a graph.
    pub fn graph_tag(&self, id: GraphId) -> Result<Option<String>, StoreError> {
        Ok(tag_of(&mut *self.pool.get()?, id)?)
    }
}

/// The tag of a graph.
pub(super) fn tag_of(db: &mut Db, id: GraphId) -> QueryResult<Option<String>> {
    let Some(head) = graphs::head(db, id)? else {
        return Ok(None);
    };
    let problems: String = graph::table.find(id.0).select(graph::problems).first(db)?;
    Ok(Some(tag(&head, &problems)))
}

/// Judges whether the graph of a name is as expected.
pub(super) fn judge(db: &mut Db, name: &str, expect: &Expect) -> Result<(), StoreError> {
    let newest = graph::table
        .filter(graph::name.eq(name))
        .order(graph::version.desc())
        .select((graph::id, graph::version))
        .first(db)
        .optional()?;
    let newest: Option<(i64, i32)> = newest;
    match (newest, expect) {
        (_, Expect::Anything) | (None, Expect::Nothing) => Ok(()),
        (None, Expect::Newest(id, _)) => Err(Unfit::Missing(*id).into()),
        (Some((id, _)), Expect::Nothing) => Err(Unfit::Taken(GraphId(id)).into()),
        (Some((id, version)), Expect::Newest(wanted, tags)) => {
            let id = GraphId(id);
            let fits = match tags {
                _ if id != *wanted => false,
                None => true,
                Some(tags) => tag_of(db, id)?.is_some_and(|tag| tags.contains(&tag)),
            };
            let name = name.to_owned();
            let changed = || Unfit::Changed { name, version, id };
            fits.then_some(()).ok_or_else(|| changed().into())
        }
    }
}

/// Refuses what an archived graph does not take.
pub(super) fn judge_archived(db: &mut Db, name: &str) -> Result<(), StoreError> {
    let shelved = archived_graph::table.find(name);
    match diesel::select(exists(shelved)).get_result(db)? {
        true => Err(Unfit::Archived(name.to_owned()).into()),
        false => Ok(()),
    }
}

/// Does it with all versions of the graph of which `id` is one; true: they stand otherwise now.
pub(super) fn shelve(
    db: &mut Db,
    (id, expect): (GraphId, &Expect),
    what: Shelving,
    (who, now): (&str, Time),
) -> Result<(bool, Shelved), StoreError> {
    write_tx(db, |db| {
        let (was_archived, done) = judge_shelving(db, (id, expect), what)?;
        let shelf = archived_graph::table.find(&done.name);
        match what {
            Shelving::Archive if !was_archived => {
                diesel::insert_into(archived_graph::table)
                    .values((
                        archived_graph::name.eq(&done.name),
                        archived_graph::who.eq(who),
                        archived_graph::at.eq(now.0),
                    ))
                    .execute(db)?;
            }
            Shelving::Archive => {}
            Shelving::Unarchive => drop(diesel::delete(shelf).execute(db)?),
            Shelving::Remove => {
                spent::note(db)?;
                diesel::delete(shelf).execute(db)?;
                // Nothing of it may call the next graph of this name.
                diesel::delete(hook::table.filter(hook::graph_name.eq(&done.name))).execute(db)?;
                diesel::delete(graph::table.filter(graph::name.eq(&done.name))).execute(db)?;
            }
        }
        let changed = match what {
            Shelving::Archive => !was_archived,
            Shelving::Unarchive => was_archived,
            Shelving::Remove => true,
        };
        Ok((changed, done))
    })
}

/// Whether all versions are archived now, and how they would stand.
fn judge_shelving(
    db: &mut Db,
    (id, expect): (GraphId, &Expect),
    what: Shelving,
) -> Result<(bool, Shelved), StoreError> {
    let head = graphs::head(db, id)?.ok_or(Unfit::Missing(id))?;
    judge(db, &head.name, expect)?;
    let family = graph::table.filter(graph::name.eq(&head.name));
    let archived = match what {
        Shelving::Archive => true,
        Shelving::Unarchive => false,
        Shelving::Remove => {
            let used = pipeline::table.filter(pipeline::graph_id.eq_any(family.select(graph::id)));
            if diesel::select(exists(used)).get_result(db)? {
                return Err(Unfit::InUse(head.name).into());
            }
            head.archived
        }
    };
    let done = Shelved {
        versions: family.select(count_star()).first(db)?,
        name: head.name,
        archived,
    };
    Ok((head.archived, done))
}
