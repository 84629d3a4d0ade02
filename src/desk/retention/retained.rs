//! What a server says of what is over, and what came of it: as long as it works.

use std::sync::{Mutex, PoisonError};

use crate::graph::Retention;

/// What a server says of what is over, and what came of it last.
#[derive(Debug, Default)]
pub struct Retained {
    /// What holds for graphs that do not say otherwise.
    pub server: Retention,
    last: Mutex<Option<Applied>>,
}

/// What time it is when rules are applied by themselves, in milliseconds since 1970.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// By the wall clock.
    pub now: i64,
    /// The same as far as it is believed: how old something is counts from here.
    pub believed: i64,
}

/// What came of the rules when they were last applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// By how many milliseconds the clock was ahead of what is believed; 0: it was not.
    pub ahead: i64,
    /// Pipelines that were deleted.
    pub pipelines: u64,
    /// Bytes of their logs.
    pub log_bytes: i64,
    /// Pipelines that could not be deleted.
    pub refused: u64,
    /// There may be more: so many go at once.
    pub more: bool,
    /// Why it went no further; none: nothing was in the way.
    pub trouble: Option<String>,
}

impl Retained {
    /// With what the server says.
    pub fn of(server: Retention) -> Self {
        Self {
            server,
            last: Mutex::default(),
        }
    }

    /// What came of the rules when they were last applied by themselves; none: not yet.
    pub fn last(&self) -> Option<Applied> {
        let last = self.last.lock();
        last.unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn note(&self, applied: Applied) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some(applied);
    }
}
