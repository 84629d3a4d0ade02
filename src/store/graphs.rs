//! Reading definitions.

use std::collections::BTreeMap;

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, Queryable, RunQueryDsl};

use super::catalog::{self, GraphFilter, Listed};
use super::connection::Db;
use super::error::StoreError;
use super::reader::Store;
use super::schema::{edge, graph, graph_tag, vertex};
use super::spec::from_json;
use crate::engine::GraphId;

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
    /// All versions of its name are put away: not started, not changed.
    pub archived: bool,
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
    /// Its outputs, as JSON.
    pub outputs: String,
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

macro_rules! head_columns {
    () => {
        (
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
            diesel::dsl::exists(
                $crate::store::schema::archived_graph::table
                    .filter($crate::store::schema::archived_graph::name.eq(graph::name)),
            ),
        )
    };
}
pub(super) use head_columns;

impl Store {
    /// The newest version of each graph that is wanted, by name.
    pub fn graphs(&self, filter: &GraphFilter, limit: i64) -> Result<Vec<Listed>, StoreError> {
        catalog::list(&mut *self.pool.get()?, filter, limit)
    }

    /// The tags of each of these graphs that has some, sorted.
    pub fn tags(&self, ids: &[i64]) -> Result<BTreeMap<i64, Vec<String>>, StoreError> {
        Ok(tags(&mut *self.pool.get()?, ids)?)
    }

    /// Versions of a name below `before`, newest first.
    pub fn versions(
        &self,
        name: &str,
        before: i32,
        limit: i64,
    ) -> Result<Vec<GraphHead>, StoreError> {
        let page = graph::table
            .filter(graph::name.eq(name))
            .filter(graph::version.lt(before))
            .order(graph::version.desc())
            .limit(limit)
            .select(head_columns!());
        Ok(page.load(&mut *self.pool.get()?)?)
    }
}

/// One graph.
pub(super) fn head(db: &mut Db, id: GraphId) -> QueryResult<Option<GraphHead>> {
    graph::table
        .find(id.0)
        .select(head_columns!())
        .first(db)
        .optional()
}

/// The tags of each of these graphs that has some, sorted.
pub(super) fn tags(db: &mut Db, ids: &[i64]) -> QueryResult<BTreeMap<i64, Vec<String>>> {
    let rows: Vec<(i64, String)> = graph_tag::table
        .filter(graph_tag::graph_id.eq_any(ids))
        .order((graph_tag::graph_id, graph_tag::tag))
        .load(db)?;
    let mut tags = BTreeMap::<_, Vec<_>>::new();
    for (id, tag) in rows {
        tags.entry(id).or_default().push(tag);
    }
    Ok(tags)
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
            vertex::outputs,
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
