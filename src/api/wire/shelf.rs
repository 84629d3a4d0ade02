//! All versions of a graph, put away or removed.

use serde::Serialize;
use utoipa::ToSchema;

use crate::store::{Shelved, Shelving};

/// What was done with all versions of a graph.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct GraphShelved {
    name: String,
    /// How many versions it has, or had.
    versions: i64,
    archived: bool,
    removed: bool,
}

impl GraphShelved {
    pub(in crate::api) fn of(done: Shelved, what: Shelving) -> Self {
        Self {
            name: done.name,
            versions: done.versions,
            archived: done.archived,
            removed: what == Shelving::Remove { dry: false },
        }
    }
}
