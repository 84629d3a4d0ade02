//! The vertices and edges of a graph, as they are defined.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::cursor::Cursor;

/// Some vertices.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct VertexPage {
    pub(in crate::api) vertices: Vec<VertexDefinition>,
    /// Give it as `cursor` for the next page; null: there is none.
    pub(in crate::api) next: Option<Cursor>,
}

/// A vertex.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct VertexDefinition {
    pub(in crate::api) name: String,
    /// Its keys, as in a definition.
    #[schema(value_type = Object)]
    pub(in crate::api) definition: Value,
}

/// Some edges.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct EdgePage {
    pub(in crate::api) edges: Vec<NamedEdge>,
    /// Give it as `cursor` for the next page; null: there is none.
    pub(in crate::api) next: Option<Cursor>,
}

/// `head` runs after `tail`.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct NamedEdge {
    /// The name of the vertex that comes first.
    pub(in crate::api) tail: String,
    /// The name of the vertex that comes after it.
    pub(in crate::api) head: String,
}
