//! Sealed values: the named secrets of the server, and what was given for secret parameters.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use diesel::{
    ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult, Queryable, RunQueryDsl,
    TextExpressionMethods,
};

use super::connection::{Db, on};
use super::error::StoreError;
use super::hooks;
use super::reader::Store;
use super::schema::{given_secret, graph, pipeline, secret, track, vertex};
use super::spec::{GraphPolicies, VertexPolicies, from_json};
use crate::engine::{PipelineId, Time, TrackId, TrackInput};
use crate::secrets::{Place, Vault};

/// Rows of one INSERT.
const ROWS_A_STATEMENT: usize = 1_000;

/// A named secret, without its value.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct SecretHead {
    /// What graphs call it.
    pub name: String,
    /// Who set it last.
    pub creator: String,
    /// When it was first set.
    pub created_at: i64,
    /// When it was last set.
    pub updated_at: i64,
}

impl Store {
    /// All named secrets, without their values.
    pub fn secrets(&self) -> Result<Vec<SecretHead>, StoreError> {
        self.secrets_after("", i64::MAX)
    }

    /// The first `limit` named secrets whose names come after this one.
    pub fn secrets_after(&self, name: &str, limit: i64) -> Result<Vec<SecretHead>, StoreError> {
        Ok(list(&mut *self.pool.get()?, name, limit)?)
    }
}

/// Named secrets after a name, by name.
fn list(db: &mut Db, after: &str, limit: i64) -> QueryResult<Vec<SecretHead>> {
    let columns = (
        secret::name,
        secret::creator,
        secret::created_at,
        secret::updated_at,
    );
    secret::table
        .filter(secret::name.gt(after))
        .select(columns)
        .order(secret::name)
        .limit(limit)
        .load(db)
}

/// The sealed value of a named secret.
pub(super) fn named(db: &mut Db, name: &str) -> QueryResult<Option<Vec<u8>>> {
    let row = secret::table.find(name).select(secret::sealed);
    row.first(db).optional()
}

/// The sealed values that were given for a track, by parameter.
pub(super) fn given(db: &mut Db, track: TrackId) -> QueryResult<Vec<(String, Vec<u8>)>> {
    given_secret::table
        .filter(given_secret::track_id.eq(track.0))
        .select((given_secret::name, given_secret::sealed))
        .order(given_secret::name)
        .load(db)
}

/// The sealed values that the scripts of one pipeline get between them.
#[derive(Debug, Clone, Default)]
pub struct PipelineSecrets {
    /// What was given: the track, the parameter, the value.
    pub given: Vec<(i64, String, Vec<u8>)>,
    /// The named secrets of its graph and of all its vertices.
    pub named: BTreeSet<String>,
}

/// All secrets of a pipeline.
pub(super) fn of_pipeline(db: &mut Db, id: PipelineId) -> Result<PipelineSecrets, StoreError> {
    let tracks = track::table
        .filter(track::pipeline_id.eq(id.0))
        .select(track::id);
    let given = given_secret::table
        .filter(given_secret::track_id.eq_any(tracks))
        .select((
            given_secret::track_id,
            given_secret::name,
            given_secret::sealed,
        ))
        .order((given_secret::track_id, given_secret::name))
        .load(db)?;
    let of_graph: Option<(i64, String)> = pipeline::table
        .inner_join(graph::table.on(graph::id.eq(pipeline::graph_id)))
        .filter(pipeline::id.eq(id.0))
        .select((graph::id, graph::policies))
        .first(db)
        .optional()?;
    let mut named = BTreeSet::new();
    if let Some((graph, policies)) = of_graph {
        let of_graph: GraphPolicies = from_json(&policies)?;
        named.extend(of_graph.secrets);
        let rows: Vec<String> = vertex::table
            .filter(vertex::graph_id.eq(graph))
            // Most rows have none.
            .filter(vertex::policies.not_like("%\"secrets\":[]%"))
            .select(vertex::policies)
            .load(db)?;
        for row in rows {
            let of_vertex: VertexPolicies = from_json(&row)?;
            named.extend(of_vertex.secrets);
        }
    }
    Ok(PipelineSecrets { given, named })
}

/// Any sealed value: it tells which key this database belongs to.
pub(super) fn any(db: &mut Db) -> QueryResult<Option<Vec<u8>>> {
    let named = secret::table.select(secret::sealed).first(db).optional()?;
    match named {
        Some(sealed) => Ok(Some(sealed)),
        None => {
            let given = given_secret::table.select(given_secret::sealed);
            match given.first(db).optional()? {
                Some(sealed) => Ok(Some(sealed)),
                None => hooks::any_sealed(db),
            }
        }
    }
}

/// How many pipelines that have not ended name a secret.
pub(super) fn users(db: &mut Db, name: &str) -> Result<usize, StoreError> {
    let live: Vec<(i64, String)> = pipeline::table
        .inner_join(graph::table.on(graph::id.eq(pipeline::graph_id)))
        .filter(pipeline::finished_at.is_null())
        .select((graph::id, graph::policies))
        .load(db)?;
    let mut known = BTreeMap::new();
    let mut users = 0;
    for (id, policies) in live {
        if let Entry::Vacant(entry) = known.entry(id) {
            let of_graph: GraphPolicies = from_json(&policies)?;
            let names = of_graph.secrets.iter().any(|s| s == name) || in_vertices(db, id, name)?;
            entry.insert(names);
        }
        users += usize::from(known.get(&id) == Some(&true));
    }
    Ok(users)
}

fn in_vertices(db: &mut Db, graph: i64, name: &str) -> Result<bool, StoreError> {
    let rows: Vec<String> = vertex::table
        .filter(vertex::graph_id.eq(graph))
        // Few rows mention it, and fewer mean a secret.
        .filter(vertex::policies.like(format!("%\"{name}\"%")))
        .select(vertex::policies)
        .load(db)?;
    for row in rows {
        let of_vertex: VertexPolicies = from_json(&row)?;
        if of_vertex.secrets.iter().any(|s| s == name) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Sets a named secret; true: it was there before.
pub(super) fn set(
    db: &mut Db,
    name: &str,
    sealed: &[u8],
    who: &str,
    now: Time,
) -> QueryResult<bool> {
    let values = (
        secret::sealed.eq(sealed),
        secret::creator.eq(who),
        secret::updated_at.eq(now.0),
    );
    let replaced = diesel::update(secret::table.find(name))
        .set(values)
        .execute(db)?;
    if replaced == 0 {
        diesel::insert_into(secret::table)
            .values((
                secret::name.eq(name),
                secret::created_at.eq(now.0),
                values.0,
                values.1,
                values.2,
            ))
            .execute(db)?;
    }
    Ok(replaced > 0)
}

/// Removes a named secret; false: it was not there.
pub(super) fn remove(db: &mut Db, name: &str) -> QueryResult<bool> {
    Ok(diesel::delete(secret::table.find(name)).execute(db)? > 0)
}

/// Seals what was given for tracks, in place of what was given for them before.
pub(super) fn insert<'i>(
    db: &mut Db,
    vault: Option<&Vault>,
    inputs: impl Iterator<Item = (i64, &'i TrackInput)>,
) -> Result<(), StoreError> {
    let mut rows = Vec::new();
    for (track, input) in inputs {
        for (name, value) in &input.secrets {
            let vault = vault.ok_or_else(|| StoreError::Mismatch("no key is open".to_owned()))?;
            let place = Place::Given { track, name };
            let sealed = vault.seal(place, value);
            let sealed = sealed.map_err(|why| StoreError::Mismatch(why.to_string()))?;
            rows.push((
                given_secret::track_id.eq(track),
                given_secret::name.eq(name),
                given_secret::sealed.eq(sealed),
            ));
        }
    }
    for chunk in rows.chunks(ROWS_A_STATEMENT) {
        on!(&mut *db, c => diesel::replace_into(given_secret::table).values(chunk).execute(c))?;
    }
    Ok(())
}
