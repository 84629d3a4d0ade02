//! Whether what was read of the values of tracks is still so.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts the commits that gave tracks other values. Each is counted before anything follows from it.
#[derive(Debug, Clone, Default)]
pub struct Given(Arc<AtomicU64>);

impl Given {
    /// How many there were.
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    /// There was one more.
    pub fn again(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}
