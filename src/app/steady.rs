//! By what clock things are deleted for their age: the wall clock, as far as it is believed.
//!
//! A machine that boots with a wrong clock, or is set wrong for an hour, would make everything old at
//! once, and what is deleted does not come back when the clock does. So a step forward counts only
//! after it has held. What is believed is kept in a file: a server that is started anew goes on with it.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// Where it is kept, in the data directory.
const FILE: &str = "clock";

/// A step that is taken at once: rules count whole days, and machines are halted for a night.
const STEP: i64 = 12 * HOUR;
/// How long a machine may have been off before its wall clock is doubted.
const AWAY: i64 = 7 * DAY;
/// How long a step has to hold until it counts, while the machine runs.
const HELD: i64 = DAY;

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
    /// What the wall clock says now if it goes as clocks do.
    fn goes_on(self, up: i64) -> i64 {
        self.wall + self.up.map_or(0, |then| up - then)
    }

    /// By how much it may be more.
    fn slack(self) -> i64 {
        self.up.map_or(AWAY, |_| STEP)
    }
}

impl Steady {
    /// What an earlier process has kept, in this boot of the machine. Where there is nothing that can be read,
    /// `last` is the newest moment that is noted elsewhere.
    pub(super) fn read(data: &Path, boot: &str, last: Option<i64>) -> Self {
        let kept = std::fs::read(data.join(FILE)).ok();
        let kept = kept.and_then(|kept| serde_json::from_slice::<Self>(&kept).ok());
        kept.unwrap_or_else(|| Self::new(last)).in_boot(boot)
    }

    /// Keeps it for the next process. The file is whole at any moment.
    pub(super) fn keep(&self, data: &Path) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(data)?;
        serde_json::to_writer(&mut file, self)?;
        file.persist(data.join(FILE))?;
        Ok(())
    }

    /// Begins where nothing was kept.
    fn new(last: Option<i64>) -> Self {
        Self {
            believed: last.map(|wall| Look { wall, up: None }),
            ..Self::default()
        }
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

    /// What time it is, not later than the wall clock says; and by how much that is ahead, as long as it is
    /// not believed.
    pub(super) fn now(&mut self, wall: i64, up: i64) -> (i64, Option<i64>) {
        let look = Look { wall, up: Some(up) };
        let believed = *self.believed.get_or_insert(look);
        let expected = believed.goes_on(up);
        if wall <= expected + believed.slack() {
            // One that was set back is behind: nothing is older by it, and it may well come back.
            if wall >= expected {
                self.believed = Some(look);
            }
            self.doubt = None;
            return (wall, None);
        }
        let held = self.doubt.map_or(0, |doubt| doubt.goes_on_as(look, up));
        if held >= HELD {
            (self.believed, self.doubt) = (Some(look), None);
            return (wall, None);
        }
        self.doubt = Some(Doubt { last: look, held });
        (expected, Some(wall - expected))
    }
}

impl Doubt {
    /// For how long it has held; 0: it has stepped again.
    fn goes_on_as(self, look: Look, up: i64) -> i64 {
        let expected = self.last.goes_on(up);
        match (expected - STEP..=expected + self.last.slack()).contains(&look.wall) {
            true => self.held + self.last.up.map_or(0, |then| up - then),
            false => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AWAY, DAY, HOUR, STEP, Steady};

    const NOW: i64 = 20_000 * DAY;
    const YEAR: i64 = 365 * DAY;

    /// In a boot, from now on.
    fn steady() -> Steady {
        let mut steady = Steady::new(None).in_boot("one");
        assert_eq!(steady.now(NOW, 0), (NOW, None));
        steady
    }

    /// What was kept, read again by the next process.
    fn again(steady: &Steady, boot: &str) -> Steady {
        let data = tempfile::tempdir().unwrap();
        steady.keep(data.path()).unwrap();
        Steady::read(data.path(), boot, None)
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
        let wall = |up: i64| NOW + YEAR + up;
        for up in [HOUR, 2 * HOUR, DAY, HOUR + DAY - 1] {
            assert_eq!(steady.now(wall(up), up), (NOW + up, Some(YEAR)), "{up}");
            steady = again(&steady, "one");
        }
        let up = HOUR + DAY;
        assert_eq!(steady.now(wall(up), up), (wall(up), None));
        assert_eq!(steady.now(wall(3 * DAY), 3 * DAY), (wall(3 * DAY), None));
    }

    #[test]
    fn each_step_has_a_day_of_its_own() {
        let mut steady = steady();
        for hour in 1..=20 {
            let up = hour * HOUR;
            let doubted = (NOW + up, Some(20 * HOUR));
            assert_eq!(steady.now(NOW + 20 * HOUR + up, up), doubted);
        }
        for hour in 21..45 {
            let up = hour * HOUR;
            assert_eq!(steady.now(NOW + YEAR + up, up), (NOW + up, Some(YEAR)));
        }
        // Back to the first one, and a day of that.
        let up = 45 * HOUR;
        assert_eq!(
            steady.now(NOW + 20 * HOUR + up, up),
            (NOW + up, Some(20 * HOUR))
        );
        let up = 69 * HOUR;
        assert_eq!(
            steady.now(NOW + 20 * HOUR + up, up),
            (NOW + 20 * HOUR + up, None)
        );
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
        assert_eq!(
            steady.now(NOW + up + HOUR, up + HOUR),
            (NOW + up + HOUR, None)
        );
        assert_eq!(steady.now(NOW + YEAR, up + HOUR).0, NOW + up + HOUR);
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
        assert_eq!(next.now(far, 5), (NOW, Some(YEAR)));
        assert_eq!(next.now(far + HOUR, 5 + HOUR), (NOW, Some(YEAR + HOUR)));
        // Neither a restart nor another boot makes it right, and none begins the day anew.
        next = again(&next, "two");
        assert_eq!(next.now(far + 20 * HOUR, 5 + 20 * HOUR).0, NOW);
        next = again(&next, "three");
        assert_eq!(next.now(far + 2 * DAY, 0).0, NOW);
        assert_eq!(next.now(far + 2 * DAY + 3 * HOUR, 3 * HOUR).0, NOW);
        let at = far + 2 * DAY + 4 * HOUR;
        assert_eq!(next.now(at, 4 * HOUR), (at, None));
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
        std::fs::write(data.path().join("clock"), "{").unwrap();
        let mut steady = Steady::read(data.path(), "one", Some(NOW));
        assert_eq!(steady.now(NOW + YEAR, 100), (NOW, Some(YEAR)));
        let mut steady = Steady::new(Some(NOW)).in_boot("one");
        assert_eq!(steady.now(NOW + 6 * DAY, 100), (NOW + 6 * DAY, None));
    }
}
