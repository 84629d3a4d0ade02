//! All versions of a graph, put away or removed.

use serde::Serialize;
use utoipa::ToSchema;

use crate::store::{Shelved, Shelving};

/// What was done with all versions of a graph.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct GraphShelved {
    /// Its name; of one whose removal is asked for again, empty when the audit has forgotten it.
    name: String,
    /// How many versions it has, or had.
    versions: i64,
    /// They are put away; with `dry_run` they would be.
    archived: bool,
    /// They are removed; with `dry_run` they are still there.
    removed: bool,
    /// Nothing was done.
    dry_run: bool,
}

impl GraphShelved {
    pub(in crate::api) fn of(done: Shelved, what: Shelving) -> Self {
        Self {
            name: done.name,
            versions: done.versions,
            archived: done.archived,
            removed: what == Shelving::Remove,
            dry_run: false,
        }
    }

    pub(in crate::api) fn would(done: Shelved) -> Self {
        Self {
            name: done.name,
            versions: done.versions,
            archived: done.archived,
            removed: false,
            dry_run: true,
        }
    }
}
