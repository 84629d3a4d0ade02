//! The settings of what may come more than once: for how long that is noticed.

use std::time::Duration;

use super::reader::Reader;
use super::units::{duration, whole};

const DAY: Duration = Duration::from_secs(86_400);

/// For how long something that comes again is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeats {
    /// Days for which the key of a request is kept; that of a start as long as its pipeline.
    pub request_key_days: u32,
    /// How far the time stamp of what comes to a hook may be from now.
    pub hook_window: Duration,
}

impl Repeats {
    pub(super) fn read(r: &mut Reader) -> Self {
        Self {
            request_key_days: r.take("trackyard.request_key_days", 7, whole(1..=3_650)),
            hook_window: r.take(
                "trackyard.hook_window",
                Duration::from_secs(300),
                duration(DAY),
            ),
        }
    }
}

#[cfg(test)]
pub(super) const DEFAULT: Repeats = Repeats {
    request_key_days: 7,
    hook_window: Duration::from_secs(300),
};
