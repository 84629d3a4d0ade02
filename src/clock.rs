//! The wall clock, read in one place. It must never decide whether something is alive.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::engine::Time;

/// Now, in milliseconds since 1970 (UTC). A clock set before 1970 reads as 0.
pub fn now() -> Time {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
