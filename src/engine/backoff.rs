//! How long the wait before another attempt is.

use super::ids::{AttemptKey, Time};
use super::outbox::TrackRow;
use crate::graph::Retry;

/// When the next attempt may begin: `delay * backoff^used`, at most `max_delay`, less a part that
/// is another one for each attempt and the same whenever it is worked out.
pub(super) fn due(now: Time, retry: Retry, key: AttemptKey, row: TrackRow) -> Time {
    let used = row.retries.min(1_000) as i32;
    let wait = retry.delay.0 as f64 * retry.backoff.powi(used);
    let less = retry.jitter * part(key);
    Time(now.0 + (wait.min(retry.max_delay.0 as f64) * (1.0 - less)) as i64)
}

/// A number from 0 to 1 that an attempt has to itself (SplitMix64: G. L. Steele, D. Lea,
/// C. H. Flood, Fast Splittable Pseudorandom Number Generators, 2014).
fn part(key: AttemptKey) -> f64 {
    let mut z = (key.track.0.cast_unsigned() ^ (u64::from(key.attempt) << 48))
        .wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^= z >> 31;
    (z >> 11) as f64 / (1_u64 << 53) as f64
}
