//! The wall clock, and how moments and lengths of time are written.
//!
//! A leaf, read in few places: a part that decides anything by time is given the time instead.
//! Nothing here orders events; the wall clock may jump.

use chrono::{DateTime, SecondsFormat, Utc};
use rustix::time::{ClockId, clock_gettime};

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Milliseconds since 1970-01-01 00:00 UTC.
#[must_use]
pub fn now() -> i64 {
    Utc::now().timestamp_millis()
}

/// Milliseconds since the machine began, those in which it slept among them: nobody sets this clock.
#[must_use]
pub fn up() -> i64 {
    let up = clock_gettime(ClockId::Boottime);
    up.tv_sec * 1_000 + up.tv_nsec / 1_000_000
}

/// A moment in RFC 3339, UTC, with milliseconds: `2026-11-21T02:41:00.123Z`.
///
/// A moment outside the calendar (some 262,000 years) is written as its nearer end.
#[must_use]
pub fn format_utc(ms: i64) -> String {
    let end = if ms < 0 {
        DateTime::<Utc>::MIN_UTC
    } else {
        DateTime::<Utc>::MAX_UTC
    };
    let moment = DateTime::from_timestamp_millis(ms).unwrap_or(end);
    moment.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A moment that somebody wrote, in milliseconds since 1970: RFC 3339, or that number itself.
#[must_use]
pub fn parse(text: &str) -> Option<i64> {
    let rfc = || DateTime::parse_from_rfc3339(text).ok();
    let number = text.parse().ok();
    number.or_else(|| rfc().map(|moment| moment.timestamp_millis()))
}

/// A length of time for people, cut off (not rounded) after its second unit: `400 ms`, `1.2 s`, `12 s`,
/// `4 min 12 s`, `2 h 3 min`, `3 d 4 h`. A negative one (the clock was set back) is `0 ms`.
#[must_use]
pub fn format_duration(ms: i64) -> String {
    match u64::try_from(ms).unwrap_or(0) {
        ms if ms < SECOND => format!("{ms} ms"),
        ms if ms < 10 * SECOND => format!("{}.{} s", ms / SECOND, ms % SECOND / 100),
        ms if ms < MINUTE => format!("{} s", ms / SECOND),
        ms if ms < HOUR => format!("{} min {} s", ms / MINUTE, ms % MINUTE / SECOND),
        ms if ms < DAY => format!("{} h {} min", ms / HOUR, ms % HOUR / MINUTE),
        ms => format!("{} d {} h", ms / DAY, ms % DAY / HOUR),
    }
}

/// The same where there is little room: its largest unit alone, e.g. `4 min`.
#[must_use]
pub fn format_briefly(ms: i64) -> String {
    let mut whole = format_duration(ms);
    let second = whole.match_indices(' ').nth(1).map(|(at, _)| at);
    whole.truncate(second.unwrap_or(whole.len()));
    whole
}

#[cfg(test)]
mod tests {
    use std::time::{SystemTime, UNIX_EPOCH};

    use super::{format_briefly, format_duration, format_utc, now, parse};

    #[test]
    fn now_is_the_wall_clock_in_milliseconds() {
        let ms = || {
            SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .expect("after 1970")
                .as_millis()
        };
        let before = ms();
        let now = u128::try_from(now()).expect("after 1970");
        assert!((before..=ms()).contains(&now));
    }

    #[test]
    fn moments_are_read_as_they_are_written() {
        for ms in [0, -1, 1_763_690_460_123] {
            assert_eq!(parse(&format_utc(ms)), Some(ms));
            assert_eq!(parse(&ms.to_string()), Some(ms));
        }
        assert_eq!(parse("1970-01-01T01:00:00+01:00"), Some(0));
        for text in ["", "now", "1970-01-01", "1.5", "1970-01-01T01:00:00 01:00"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn moments_are_rfc_3339_with_milliseconds() {
        for (moment, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_007, "2000-02-29T00:00:00.007Z"),
            (1_795_228_860_123, "2026-11-21T02:41:00.123Z"),
            (i64::MAX, "+262142-12-31T23:59:59.999Z"),
            (i64::MIN, "-262143-01-01T00:00:00.000Z"),
        ] {
            assert_eq!(format_utc(moment), text);
        }
    }

    #[test]
    fn lengths_of_time_have_at_most_two_units() {
        for (ms, text) in [
            (0, "0 ms"),
            (-5, "0 ms"),
            (449, "449 ms"),
            (1_250, "1.2 s"),
            (9_999, "9.9 s"),
            (10_000, "10 s"),
            (12_999, "12 s"),
            (59_999, "59 s"),
            (60_000, "1 min 0 s"),
            (252_000, "4 min 12 s"),
            (3_599_999, "59 min 59 s"),
            (7_380_000, "2 h 3 min"),
            (86_399_999, "23 h 59 min"),
            (273_600_000, "3 d 4 h"),
            (i64::MAX, "106751991167 d 7 h"),
        ] {
            assert_eq!(format_duration(ms), text, "{ms}");
        }
    }

    #[test]
    fn a_brief_length_of_time_has_one_unit() {
        for (ms, text) in [
            (-5, "0 ms"),
            (1_250, "1.2 s"),
            (59_999, "59 s"),
            (252_000, "4 min"),
            (7_380_000, "2 h"),
            (i64::MAX, "106751991167 d"),
        ] {
            assert_eq!(format_briefly(ms), text, "{ms}");
        }
    }
}
