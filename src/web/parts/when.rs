//! Moments and lengths of time as pages show them. All moments are UTC.

use chrono::DateTime;

use crate::clock::format_duration;

/// A moment for `<time>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct When {
    /// For programs, e.g. `2026-11-21T03:08:24.120Z`.
    pub(in crate::web) exact: String,
    /// For people, e.g. `2026-11-21 03:08:24`.
    pub(in crate::web) text: String,
}

/// A moment, from milliseconds since 1970.
pub(in crate::web) fn when(ms: i64) -> When {
    // The year 262143 is as far as a calendar goes; a row beyond it is shown as its number.
    match DateTime::from_timestamp_millis(ms) {
        Some(moment) => When {
            exact: moment.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
            text: moment.format("%Y-%m-%d %H:%M:%S").to_string(),
        },
        None => When {
            exact: String::new(),
            text: ms.to_string(),
        },
    }
}

/// From a start to an end, or to now while there is none; nothing before the start.
pub(in crate::web) fn between(started: Option<i64>, finished: Option<i64>, now: i64) -> String {
    started.map_or_else(String::new, |start| {
        format_duration(finished.unwrap_or(now) - start)
    })
}

#[cfg(test)]
mod tests {
    use super::{between, when};

    #[test]
    fn moments_are_utc() {
        let moment = when(1_795_230_504_120);
        assert_eq!(moment.exact, "2026-11-21T03:08:24.120Z");
        assert_eq!(moment.text, "2026-11-21 03:08:24");
        assert_eq!(when(i64::MAX).exact, "");
    }

    #[test]
    fn a_length_ends_now_while_there_is_no_end() {
        assert_eq!(between(None, None, 5), "");
        assert_eq!(between(Some(1_000), None, 4_000), "3.0 s");
    }
}
