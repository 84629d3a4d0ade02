//! By what clock things are deleted for their age: the wall clock, unless it has just gone forward.
//!
//! A machine that boots with a wrong clock, or is set wrong for an hour, would make everything old at
//! once, and what is deleted does not come back when the clock does. So a jump counts only after it has held.

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// What clocks drift, and leap seconds make, between two looks.
const DRIFT: i64 = HOUR;
/// How long a server may have been off, or may have had nothing to do, before its wall clock is doubted.
const AWAY: i64 = 7 * DAY;
/// How long a jump has to hold until it counts.
const HELD: i64 = DAY;

/// The wall clock as it is believed. All times are in milliseconds.
#[derive(Debug)]
pub(super) struct Steady {
    /// The wall clock, less the time since the machine began.
    apart: i64,
    /// When, since the machine began, the wall clock was first found ahead of that.
    ahead: Option<i64>,
}

impl Steady {
    /// Begins with the wall clock and the time since the machine began; `last` is the newest moment that an
    /// earlier process has noted.
    pub(super) fn new(wall: i64, up: i64, last: Option<i64>) -> Self {
        let most = last.map_or(i64::MAX, |last| last.saturating_add(AWAY));
        Self {
            apart: wall.min(most) - up,
            ahead: None,
        }
    }

    /// What time it is, not later than the wall clock says; and by how much that is ahead, as long as it is
    /// not believed.
    pub(super) fn now(&mut self, wall: i64, up: i64) -> (i64, Option<i64>) {
        let ahead = wall - (up + self.apart);
        let believed = match self.ahead {
            _ if ahead <= DRIFT => true,
            Some(since) => up - since >= HELD,
            None => false,
        };
        if believed {
            (self.apart, self.ahead) = (wall - up, None);
            return (wall, None);
        }
        self.ahead.get_or_insert(up);
        (up + self.apart, Some(ahead))
    }
}

#[cfg(test)]
mod tests {
    use super::{AWAY, DAY, DRIFT, HOUR, Steady};

    const NOW: i64 = 20_000 * DAY;
    const YEAR: i64 = 365 * DAY;

    #[test]
    fn time_that_passes_counts() {
        let mut steady = Steady::new(NOW, 5, Some(NOW - HOUR));
        assert_eq!(steady.now(NOW, 5), (NOW, None));
        assert_eq!(
            steady.now(NOW + 9 * DAY, 5 + 9 * DAY),
            (NOW + 9 * DAY, None)
        );
        // Small steps are taken, however many.
        let mut wall = NOW + 9 * DAY;
        for hour in 1..100 {
            wall += HOUR + DRIFT;
            assert_eq!(steady.now(wall, 5 + 9 * DAY + hour * HOUR), (wall, None));
        }
    }

    #[test]
    fn a_jump_counts_after_a_day() {
        let mut steady = Steady::new(NOW, 0, None);
        let wall = |up: i64| NOW + YEAR + up;
        for up in [HOUR, 2 * HOUR, DAY, HOUR + DAY - 1] {
            assert_eq!(steady.now(wall(up), up), (NOW + up, Some(YEAR)), "{up}");
        }
        assert_eq!(
            steady.now(wall(HOUR + DAY), HOUR + DAY),
            (wall(HOUR + DAY), None)
        );
        assert_eq!(steady.now(wall(3 * DAY), 3 * DAY), (wall(3 * DAY), None));
    }

    #[test]
    fn one_that_is_taken_back_never_does() {
        let mut steady = Steady::new(NOW, 0, None);
        assert_eq!(steady.now(NOW + YEAR, 0), (NOW, Some(YEAR)));
        assert_eq!(steady.now(NOW + HOUR, HOUR), (NOW + HOUR, None));
        // The next one has its own day.
        let up = 2 * DAY;
        assert_eq!(steady.now(NOW + YEAR + up, up), (NOW + up, Some(YEAR)));
        // Back beyond where it was: what is not so old any more is not.
        assert_eq!(steady.now(NOW - YEAR + up, up), (NOW - YEAR + up, None));
        assert_eq!(steady.now(NOW + up, up), (NOW - YEAR + up, Some(YEAR)));
    }

    #[test]
    fn a_clock_far_ahead_of_what_was_noted_is_doubted_from_the_start() {
        let mut steady = Steady::new(NOW + YEAR, 100, Some(NOW));
        let (now, ahead) = steady.now(NOW + YEAR, 100);
        assert_eq!((now, ahead), (NOW + AWAY, Some(YEAR - AWAY)));
        let mut steady = Steady::new(NOW + 6 * DAY, 100, Some(NOW));
        assert_eq!(steady.now(NOW + 6 * DAY, 100), (NOW + 6 * DAY, None));
    }
}
