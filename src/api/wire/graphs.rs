//! Graphs and what their check found.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::cursor::Cursor;
use super::values::{Moment, object};
use super::words::PipelineState;
use crate::desk::Validated;
use crate::store::{GraphHead, LastRun, Listed, StoredProblem, VertexRow};

/// A version of a graph, without its vertices.
#[derive(Debug, Serialize, ToSchema)]
pub struct Graph {
    id: i64,
    /// Shared by all versions.
    name: String,
    /// From 1.
    version: i32,
    desc: String,
    /// Words by which people find it, sorted.
    tags: Vec<String>,
    /// All versions of its name are put away: not started, not changed.
    archived: bool,
    /// It may be started.
    checked: bool,
    /// A pipeline has been started from it: saving it makes the next version.
    sealed: bool,
    vertex_count: i32,
    edge_count: i32,
    creator: String,
    created_at: Moment,
    updated_at: Moment,
}

impl Graph {
    /// A version and the words by which people find it.
    pub fn of(head: &GraphHead, tags: Vec<String>) -> Self {
        Self {
            id: head.id,
            name: head.name.clone(),
            version: head.version,
            desc: head.desc.clone(),
            tags,
            archived: head.archived,
            checked: head.checked,
            sealed: head.sealed,
            vertex_count: head.vertices,
            edge_count: head.edges,
            creator: head.creator.clone(),
            created_at: Moment::of(head.created_at),
            updated_at: Moment::of(head.updated_at),
        }
    }
}

/// A graph of the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct GraphListed {
    #[serde(flatten)]
    graph: Graph,
    /// The newest pipeline of any version; null: there is none.
    last: Option<GraphLast>,
}

/// The newest pipeline of a graph.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct GraphLast {
    pipeline: i64,
    state: PipelineState,
    created_at: Moment,
    /// When nothing of it could move any more.
    finished_at: Option<Moment>,
}

impl From<Listed> for GraphListed {
    fn from(listed: Listed) -> Self {
        let last = |last: LastRun| GraphLast {
            pipeline: last.pipeline,
            state: PipelineState::of(last.state),
            created_at: Moment::of(last.created_at),
            finished_at: last.finished_at.map(Moment::of),
        };
        Self {
            last: listed.last.map(last),
            graph: Graph::of(&listed.head, listed.tags),
        }
    }
}

/// The newest version of each graph, by name.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct GraphPage {
    pub(in crate::api) graphs: Vec<GraphListed>,
    /// Give it as `cursor` for the next page; null: there is none.
    pub(in crate::api) next: Option<Cursor>,
}

/// Versions of a graph, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct VersionPage {
    pub(in crate::api) graphs: Vec<Graph>,
    /// Give it as `cursor` for the next page; null: there is none.
    pub(in crate::api) next: Option<Cursor>,
}

/// A graph with all that is in it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct GraphWhole {
    #[serde(flatten)]
    pub(in crate::api) graph: Graph,
    pub(in crate::api) vertices: Vec<Vertex>,
    pub(in crate::api) edges: Vec<Edge>,
    /// What its check found.
    pub(in crate::api) problems: Vec<Problem>,
}

/// A vertex of a graph.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Vertex {
    id: i64,
    name: String,
    desc: String,
    /// As written.
    script: String,
    /// Its parameters.
    #[schema(value_type = Vec<Object>)]
    input: Value,
    /// Its outputs.
    #[schema(value_type = Vec<Object>)]
    outputs: Value,
}

impl From<&VertexRow> for Vertex {
    fn from(row: &VertexRow) -> Self {
        Self {
            id: row.id,
            name: row.name.clone(),
            desc: row.desc.clone(),
            script: row.script.clone(),
            input: object(&row.input),
            outputs: object(&row.outputs),
        }
    }
}

/// `head` runs after `tail`.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Edge {
    /// The vertex that comes first.
    pub(in crate::api) tail: i64,
    /// The vertex that comes after it.
    pub(in crate::api) head: i64,
}

/// What a check found in a definition.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Problem {
    /// A stable name.
    code: String,
    /// `error` or `notice`: an error keeps a graph from being started.
    severity: String,
    /// From 1; 0: not in a text.
    line: u32,
    /// From 1; 0: not in a text.
    column: u32,
    /// What is meant.
    place: String,
    /// What is wrong and what to do.
    message: String,
}

impl From<&StoredProblem> for Problem {
    fn from(problem: &StoredProblem) -> Self {
        Self {
            code: problem.code.clone(),
            severity: problem.severity.clone(),
            line: problem.line,
            column: problem.column,
            place: problem.place.clone(),
            message: problem.message.clone(),
        }
    }
}

/// What was found in a definition that was not saved.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct GraphValidated {
    name: String,
    /// It could be started, once it is saved.
    checked: bool,
    problems: Vec<Problem>,
}

impl From<&Validated> for GraphValidated {
    fn from(found: &Validated) -> Self {
        Self {
            name: found.name.clone(),
            checked: found.checked,
            problems: found.problems.iter().map(Problem::from).collect(),
        }
    }
}
