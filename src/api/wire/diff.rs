//! What changed from one graph to another.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::graph::{Diff, FieldChange, VertexChange};

/// What changed from one graph to another.
#[derive(Debug, Serialize, ToSchema)]
pub struct GraphDiff {
    /// The graph before.
    from: i64,
    /// The graph after.
    to: i64,
    #[serde(flatten)]
    changes: GraphChanges,
}

/// What is other in one definition than in another.
#[derive(Debug, Serialize, ToSchema)]
pub struct GraphChanges {
    /// Of the graph itself.
    settings: Vec<ChangedField>,
    /// The names of vertices that are new.
    vertices_added: Vec<String>,
    /// The names of vertices that are gone.
    vertices_removed: Vec<String>,
    vertices_changed: Vec<ChangedVertex>,
    edges_added: Vec<NamedEdge>,
    edges_removed: Vec<NamedEdge>,
}

/// A key of a definition whose value is another.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChangedField {
    /// The way to the key.
    #[schema(examples("input.host.default"))]
    pub(super) field: String,
    /// Null: it was not there, what it has by default held.
    pub(super) before: Value,
    /// Null: it is not there, what it has by default holds.
    pub(super) after: Value,
}

/// A vertex that is in both and is not the same.
#[derive(Debug, Serialize, ToSchema)]
struct ChangedVertex {
    name: String,
    /// All but its script and its edges.
    fields: Vec<ChangedField>,
    /// How its script has changed, as a unified diff; null: it has not.
    script: Option<String>,
}

/// `head` runs after `tail`, by names.
#[derive(Debug, Serialize, ToSchema)]
struct NamedEdge {
    tail: String,
    head: String,
}

impl GraphDiff {
    /// As it is told of the graphs with these numbers.
    pub fn of(from: i64, to: i64, diff: Diff) -> Self {
        let changes = diff.into();
        Self { from, to, changes }
    }
}

impl From<Diff> for GraphChanges {
    fn from(diff: Diff) -> Self {
        let edges = |edges: Vec<(String, String)>| {
            let edges = edges.into_iter();
            edges.map(|(tail, head)| NamedEdge { tail, head }).collect()
        };
        Self {
            settings: fields(diff.settings),
            vertices_added: diff.added,
            vertices_removed: diff.removed,
            vertices_changed: diff.changed.into_iter().map(ChangedVertex::from).collect(),
            edges_added: edges(diff.edges_added),
            edges_removed: edges(diff.edges_removed),
        }
    }
}

impl From<VertexChange> for ChangedVertex {
    fn from(change: VertexChange) -> Self {
        Self {
            name: change.name,
            fields: fields(change.fields),
            script: change.script,
        }
    }
}

fn fields(changes: Vec<FieldChange>) -> Vec<ChangedField> {
    let one = |change: FieldChange| ChangedField {
        field: change.field,
        before: change.before.unwrap_or_default(),
        after: change.after.unwrap_or_default(),
    };
    changes.into_iter().map(one).collect()
}
