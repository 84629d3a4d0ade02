//! Moments and lengths of time as pages show them: moments in the zone of whoever looks.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::clock::format_duration;

/// A moment for `<time>`, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) struct When(i64);

/// A moment, from milliseconds since 1970.
pub(in crate::web) fn when(ms: i64) -> When {
    When(ms)
}

impl When {
    // The year 262143 is as far as a calendar goes; a row beyond it is shown as its number.
    fn utc(self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_millis(self.0)
    }

    /// For programs, e.g. `2026-11-21T03:08:24.120Z`; empty: no calendar has it.
    pub(in crate::web) fn exact(self) -> String {
        self.utc().map_or_else(String::new, |moment| {
            moment.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
        })
    }

    /// For people, e.g. `2026-11-21 03:08:24` in the zone that they want.
    pub(in crate::web) fn text(self, zone: &Tz) -> String {
        let moment = self.utc().map(|moment| moment.with_timezone(zone));
        moment.map_or_else(
            || self.0.to_string(),
            |moment| moment.format("%Y-%m-%d %H:%M:%S").to_string(),
        )
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
    use chrono_tz::Tz;

    use super::{between, when};

    #[test]
    fn moments_are_in_the_zone_of_whoever_looks() {
        let moment = when(1_795_230_504_120);
        assert_eq!(moment.exact(), "2026-11-21T03:08:24.120Z");
        assert_eq!(moment.text(&Tz::UTC), "2026-11-21 03:08:24");
        assert_eq!(moment.text(&Tz::Asia__Shanghai), "2026-11-21 11:08:24");
        assert_eq!(moment.text(&Tz::America__New_York), "2026-11-20 22:08:24");
        assert_eq!(when(i64::MAX).exact(), "");
        assert_eq!(when(i64::MAX).text(&Tz::UTC), i64::MAX.to_string());
    }

    #[test]
    fn a_length_ends_now_while_there_is_no_end() {
        assert_eq!(between(None, None, 5), "");
        assert_eq!(between(Some(1_000), None, 4_000), "3.0 s");
    }
}
