//! The settings of what comes in: for how long one that comes again is known, and how much a stranger
//! may send.

use std::time::Duration;

use super::reader::Reader;
use super::settings::MIB;
use super::units::{bytes, duration, whole};

const DAY: Duration = Duration::from_secs(86_400);

/// What may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Incoming {
    /// Days for which the key of a request is kept; that of a start as long as its pipeline.
    pub request_key_days: u32,
    /// How far the time stamp of what comes to a hook may be from now.
    pub hook_window: Duration,
    /// Bytes of what comes to a hook.
    pub max_hook_bytes: u64,
}

impl Incoming {
    pub(super) fn read(r: &mut Reader) -> Self {
        Self {
            request_key_days: r.take("trackyard.request_key_days", 7, whole(1..=3_650)),
            hook_window: r.take(
                "trackyard.hook_window",
                Duration::from_secs(300),
                duration(DAY),
            ),
            max_hook_bytes: r.take("trackyard.max_hook_bytes", MIB, bytes(1..=64 * MIB)),
        }
    }
}

#[cfg(test)]
pub(super) const DEFAULT: Incoming = Incoming {
    request_key_days: 7,
    hook_window: Duration::from_secs(300),
    max_hook_bytes: MIB,
};
