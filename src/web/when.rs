//! Moments and lengths of time as pages show them. All moments are UTC.

use chrono::DateTime;

/// A moment for `<time>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct When {
    /// For programs, e.g. `2026-11-21T03:08:24.120Z`.
    pub(super) exact: String,
    /// For people, e.g. `2026-11-21 03:08:24`.
    pub(super) text: String,
}

/// A moment, from milliseconds since 1970.
pub(super) fn when(ms: i64) -> When {
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

/// A length of time in milliseconds, in the two units that matter.
pub(super) fn length(ms: i64) -> String {
    let ms = ms.max(0);
    let seconds = ms / 1_000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match seconds {
        0 => format!("{ms} ms"),
        1..10 => format!("{}.{} s", seconds, ms % 1_000 / 100),
        10..60 => format!("{seconds} s"),
        60..3_600 => format!("{minutes} min {} s", seconds % 60),
        3_600..86_400 => format!("{hours} h {} min", minutes % 60),
        _ => format!("{days} d {} h", hours % 24),
    }
}

/// From a start to an end, or to now while there is none; nothing before the start.
pub(super) fn between(started: Option<i64>, finished: Option<i64>, now: i64) -> String {
    started.map_or_else(String::new, |start| length(finished.unwrap_or(now) - start))
}

#[cfg(test)]
mod tests {
    use super::{between, length, when};

    #[test]
    fn moments_are_utc() {
        let moment = when(1_795_230_504_120);
        assert_eq!(moment.exact, "2026-11-21T03:08:24.120Z");
        assert_eq!(moment.text, "2026-11-21 03:08:24");
        assert_eq!(when(i64::MAX).exact, "");
    }

    #[test]
    fn lengths_have_two_units() {
        for (ms, text) in [
            (-5, "0 ms"),
            (999, "999 ms"),
            (1_250, "1.2 s"),
            (59_999, "59 s"),
            (252_000, "4 min 12 s"),
            (7_380_000, "2 h 3 min"),
            (90_000_000, "1 d 1 h"),
        ] {
            assert_eq!(length(ms), text);
        }
        assert_eq!(between(None, None, 5), "");
        assert_eq!(between(Some(1_000), None, 4_000), "3.0 s");
    }
}
