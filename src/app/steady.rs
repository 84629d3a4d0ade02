//! By what clock things are deleted for their age: the wall clock, as far as it is believed.
//!
//! A machine that boots with a wrong clock, or is set wrong for an hour, would make everything old at
//! once, and what is deleted does not come back when the clock does. So a step forward counts only
//! after it has held. What is believed is kept in a file: a server that is started anew goes on with it.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// Where it is kept, in the data directory.
const FILE: &str = "clock";
/// The same, until it is whole.
const NEW_FILE: &str = "clock.new";

/// A step that is taken at once: rules count whole days, and machines are halted for a night.
const STEP: i64 = 12 * HOUR;
/// How long a machine may have been off before its wall clock is doubted.
const AWAY: i64 = 7 * DAY;
/// The same while it is doubted already, and so watched for a day.
const LONG_AWAY: i64 = 60 * DAY;
/// How long a step has to hold until it counts, while somebody looks.
const HELD: i64 = DAY;
/// What counts of that between two looks.
const WATCHED: i64 = 2 * HOUR;

/// What two clocks said at the same time, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Look {
    wall: i64,
    /// Since the machine began; none: it has begun anew since.
    up: Option<i64>,
}

/// A wall clock that is not believed yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Doubt {
    last: Look,
    /// For how long it has gone as clocks do.
    held: i64,
}

/// The wall clock as it is believed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Steady {
    /// The boot of the machine in which times since its beginning count.
    boot: String,
    /// When it was last believed; none: nothing is known.
    believed: Option<Look>,
    doubt: Option<Doubt>,
}

impl Look {
    /// For how long the machine has run since.
    fn ran(self, up: i64) -> i64 {
        self.up.map_or(0, |then| up.saturating_sub(then).max(0))
    }

    /// What the wall clock says now if it goes as clocks do.
    fn goes_on(self, up: i64) -> i64 {
        self.wall.saturating_add(self.ran(up))
    }
}

impl Steady {
    /// What an earlier process has kept, in this boot of the machine. Where there is nothing that can be read,
    /// `last` is the newest moment that is noted elsewhere.
    pub(super) fn read(data: &Path, boot: &str, last: Option<i64>) -> Self {
        let kept = std::fs::read(data.join(FILE)).ok();
        let kept = kept.and_then(|kept| serde_json::from_slice::<Self>(&kept).ok());
        let mut kept = kept.unwrap_or_default();
        kept.believed = kept
            .believed
            .or_else(|| last.map(|wall| Look { wall, up: None }));
        kept.in_boot(boot)
    }

    /// Keeps it for the next process. The file is whole at any moment.
    pub(super) fn keep(&self, data: &Path) -> io::Result<()> {
        let (path, new) = (data.join(FILE), data.join(NEW_FILE));
        let mut file = File::create(&new)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.sync_all()?;
        std::fs::rename(new, path)
    }

    /// Goes on in a boot of the machine.
    fn in_boot(mut self, boot: &str) -> Self {
        if self.boot != boot {
            boot.clone_into(&mut self.boot);
            let looks = self.believed.iter_mut();
            looks
                .chain(self.doubt.iter_mut().map(|doubt| &mut doubt.last))
                .for_each(|look| look.up = None);
        }
        self
    }

    /// Whether the clock is watched before it is believed.
    pub(super) fn doubts(&self) -> bool {
        self.doubt.is_some()
    }

    /// What time it is, never later than the wall clock says; and by how much that is ahead, as long as it is
    /// not believed.
    pub(super) fn now(&mut self, wall: i64, up: i64) -> (i64, Option<i64>) {
        let look = Look { wall, up: Some(up) };
        let believed = *self.believed.get_or_insert(look);
        let expected = believed.goes_on(up);
        let slack = believed.up.map_or(AWAY, |_| STEP);
        let ahead = wall > expected.saturating_add(slack);
        if !ahead && wall >= expected.saturating_sub(STEP) {
            (self.believed, self.doubt) = (Some(look), None);
            return (wall, None);
        }
        // Behind: nothing is older by it. It may come back, or it is right now and was ahead before.
        let held = self.doubt.map_or(0, |doubt| doubt.held_with(look, up));
        if held >= HELD {
            (self.believed, self.doubt) = (Some(look), None);
            return (wall, None);
        }
        self.doubt = Some(Doubt { last: look, held });
        match ahead {
            true => (expected, Some(wall.saturating_sub(expected))),
            false => (wall, None),
        }
    }
}

impl Doubt {
    /// For how long it has held; 0: it has stepped again.
    fn held_with(self, look: Look, up: i64) -> i64 {
        let expected = self.last.goes_on(up);
        let slack = self.last.up.map_or(LONG_AWAY, |_| AWAY);
        let goes_on = expected.saturating_sub(STEP)..=expected.saturating_add(slack);
        match goes_on.contains(&look.wall) {
            true => self.held.clamp(0, HELD) + self.last.ran(up).min(WATCHED),
            false => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AWAY, DAY, HOUR, STEP, Steady};

    const NOW: i64 = 20_000 * DAY;
    const YEAR: i64 = 365 * DAY;

    /// What was kept, read again by the next process.
    fn again(steady: &Steady, boot: &str) -> Steady {
        let data = tempfile::tempdir().unwrap();
        steady.keep(data.path()).unwrap();
        Steady::read(data.path(), boot, None)
    }

    /// In a boot, from now on.
    fn steady() -> Steady {
        let mut steady = again(&Steady::default(), "one");
        assert_eq!(steady.now(NOW, 0), (NOW, None));
        steady
    }

    /// Looks each hour from one on, until before another: the wall clock is so much ahead, and is doubted.
    fn doubted(steady: &mut Steady, hours: std::ops::Range<i64>, ahead: i64) {
        for up in hours.map(|hour| hour * HOUR) {
            let doubted = (NOW + up, Some(ahead));
            assert_eq!(steady.now(NOW + ahead + up, up), doubted, "{up}");
        }
    }

    #[test]
    fn time_that_passes_counts() {
        let mut steady = steady();
        assert_eq!(steady.now(NOW + 9 * DAY, 9 * DAY), (NOW + 9 * DAY, None));
        let mut wall = NOW + 9 * DAY;
        for hour in 1..100 {
            wall += HOUR + STEP;
            assert_eq!(steady.now(wall, 9 * DAY + hour * HOUR), (wall, None));
        }
    }

    #[test]
    fn a_step_counts_after_a_day() {
        let mut steady = steady();
        doubted(&mut steady, 1..13, YEAR);
        steady = again(&steady, "one");
        doubted(&mut steady, 13..25, YEAR);
        let wall = |hour: i64| NOW + YEAR + hour * HOUR;
        assert_eq!(steady.now(wall(25), 25 * HOUR), (wall(25), None));
        assert_eq!(steady.now(wall(72), 72 * HOUR), (wall(72), None));
    }

    #[test]
    fn hours_in_which_nobody_looks_do_not_count() {
        let mut steady = steady();
        doubted(&mut steady, 1..2, YEAR);
        doubted(&mut steady, 90..91, YEAR);
    }

    #[test]
    fn each_step_has_a_day_of_its_own() {
        let mut steady = steady();
        doubted(&mut steady, 1..21, 20 * HOUR);
        doubted(&mut steady, 21..45, YEAR);
        // Back to the first one, and a day of that.
        doubted(&mut steady, 45..69, 20 * HOUR);
        let at = NOW + 89 * HOUR;
        assert_eq!(steady.now(at, 69 * HOUR), (at, None));
    }

    #[test]
    fn one_that_is_taken_back_never_does() {
        let mut steady = steady();
        assert_eq!(steady.now(NOW + YEAR, 0), (NOW, Some(YEAR)));
        assert_eq!(steady.now(NOW + HOUR, HOUR), (NOW + HOUR, None));
        let up = 2 * DAY;
        assert_eq!(steady.now(NOW + YEAR + up, up), (NOW + up, Some(YEAR)));
        // Set back beyond where it was, and right again.
        assert_eq!(steady.now(NOW - YEAR, up), (NOW - YEAR, None));
        let at = NOW + up + HOUR;
        assert_eq!(steady.now(at, up + HOUR), (at, None));
        assert_eq!(steady.now(NOW + YEAR, up + HOUR).0, at);
    }

    #[test]
    fn one_that_was_believed_and_is_taken_back_is_not_believed_again_at_once() {
        let mut steady = steady();
        doubted(&mut steady, 1..25, YEAR);
        for hour in 25..30 {
            assert_eq!(steady.now(NOW + YEAR + hour * HOUR, hour * HOUR).1, None);
        }
        for hour in 30..60 {
            let wall = NOW + hour * HOUR;
            assert_eq!(steady.now(wall, hour * HOUR), (wall, None));
        }
        doubted(&mut steady, 60..70, YEAR);
    }

    #[test]
    fn a_machine_that_was_off_for_days_is_believed() {
        for away in [HOUR, DAY, AWAY] {
            let mut next = again(&steady(), "two");
            assert_eq!(next.now(NOW + away, 5), (NOW + away, None));
            // From then on its clock has to go as clocks do.
            assert_eq!(next.now(NOW + away + DAY, 5).1, Some(DAY));
        }
    }

    #[test]
    fn one_that_comes_back_far_ahead_is_not_older_at_all() {
        let mut next = again(&steady(), "two");
        let far = NOW + YEAR;
        for hour in 0..20 {
            let up = hour * HOUR;
            assert_eq!(next.now(far + up, up), (NOW, Some(YEAR + up)));
        }
        // Neither a restart nor another boot makes it right, and none begins the day anew.
        next = again(&next, "two");
        next = again(&next, "three");
        for hour in 0..5 {
            assert_eq!(next.now(far + 2 * DAY + hour * HOUR, hour * HOUR).0, NOW);
        }
        let at = far + 2 * DAY + 5 * HOUR;
        assert_eq!(next.now(at, 5 * HOUR), (at, None));
    }

    #[test]
    fn a_machine_that_is_seldom_on_or_halted_each_night_comes_to_be_believed() {
        // Two weeks off, then on for six hours; and halted for 15 hours each night, which its other clock does not see.
        for (off, boots) in [(14 * DAY, true), (15 * HOUR, false)] {
            let (mut steady, mut wall, mut up) = (steady(), NOW, 0);
            let believed = (0..20).any(|day| {
                wall += off;
                if boots {
                    (steady, up) = (again(&steady, &format!("day {day}")), 0);
                }
                (0..9).any(|_| {
                    (wall, up) = (wall + HOUR, up + HOUR);
                    day > 0 && steady.now(wall, up) == (wall, None)
                })
            });
            assert!(believed, "{off}");
        }
    }

    #[test]
    fn a_machine_without_a_clock_of_its_own_is_right_once_it_is_told_the_time() {
        let mut steady = steady();
        for day in 1..40 {
            steady = again(&steady, &format!("boot {day}"));
            assert_eq!(steady.now(5, 5), (5, None), "it begins in 1970");
            let wall = NOW + day * DAY;
            assert_eq!(steady.now(wall, HOUR), (wall, None));
            assert_eq!(steady.now(wall + 8 * HOUR, 9 * HOUR).1, None);
        }
    }

    #[test]
    fn the_journal_tells_where_nothing_was_kept() {
        let data = tempfile::tempdir().unwrap();
        let read = || Steady::read(data.path(), "one", Some(NOW));
        assert_eq!(read().now(NOW + YEAR, 100), (NOW, Some(YEAR)));
        assert_eq!(read().now(NOW + 6 * DAY, 100), (NOW + 6 * DAY, None));
        std::fs::write(data.path().join("clock"), "{").unwrap();
        assert_eq!(read().now(NOW + YEAR, 100), (NOW, Some(YEAR)));
    }

    #[test]
    fn whatever_the_file_says_no_time_is_later_than_the_clock() {
        let data = tempfile::tempdir().unwrap();
        let all = [i64::MIN, -1, 0, NOW, i64::MAX];
        for (wall, up) in all.into_iter().flat_map(|wall| all.map(|up| (wall, up))) {
            for boot in ["one", "two"] {
                let held = wall;
                let kept = format!(
                    r#"{{"boot":"one","believed":{{"wall":{wall},"up":{up}}},"doubt":{{"last":{{"wall":{up},"up":{wall}}},"held":{held}}}}}"#
                );
                std::fs::write(data.path().join("clock"), kept).unwrap();
                let mut steady = Steady::read(data.path(), boot, None);
                for hour in 0..3 {
                    let at = NOW + hour * HOUR;
                    assert!(steady.now(at, hour * HOUR).0 <= at, "{wall} {up}");
                }
            }
        }
    }
}
