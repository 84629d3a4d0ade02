//! Whether what was read of the values of tracks is still so.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::writer::Writer;
use crate::engine::Outbox;

/// Counts the commits that gave tracks other values. Each is counted before anything follows from it.
#[derive(Debug, Clone, Default)]
pub struct Given(Arc<AtomicU64>);

impl Given {
    /// How many there were.
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    /// There was a commit.
    pub(super) fn after(&self, out: &Outbox) {
        if out.tracks.values().any(|change| change.input.is_some()) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
}

impl Writer {
    /// Counts its commits that gave tracks other values.
    pub fn given(&self) -> Given {
        self.given.clone()
    }
}
