//! A year by days: a column for each week, a cell for each day, as dark as that day had runs; a day with
//! failures has a cross.

use chrono::{Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;

/// Columns of the picture; the last one is the week of today.
pub(in crate::web) const WEEKS: usize = 53;
/// From one cell to the next.
const STEP: usize = 14;
/// How wide and high a cell is.
pub(in crate::web) const CELL: usize = 12;
/// Room for the names of the days, and of the months.
const LEFT: usize = 36;
const TOP: usize = 18;
/// How wide and how high the picture is.
pub(in crate::web) const WIDTH: usize = LEFT + WEEKS * STEP;
pub(in crate::web) const HEIGHT: usize = TOP + 7 * STEP;
/// Names of months that stand closer would run into each other.
const MONTH_COLUMNS: usize = 3;

/// A day on the calendar of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) struct Day {
    pub(in crate::web) date: NaiveDate,
    /// Where it begins and ends, in milliseconds since 1970.
    pub(in crate::web) from: i64,
    pub(in crate::web) until: i64,
}

/// A day with runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Cell {
    pub(in crate::web) day: Day,
    pub(in crate::web) x: usize,
    pub(in crate::web) y: usize,
    /// How dark it is, from 1 to 4.
    pub(in crate::web) level: i64,
    /// The lines of its cross; empty: nothing failed.
    pub(in crate::web) cross: String,
    pub(in crate::web) runs: i64,
    pub(in crate::web) failed: i64,
}

/// The picture.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::web) struct Heat {
    /// The outlines of days without a run, in one path.
    pub(in crate::web) none: String,
    pub(in crate::web) cells: Vec<Cell>,
    /// Where months begin, by their number.
    pub(in crate::web) months: Vec<(usize, u32)>,
}

/// Where the name of a day of the week stands, Monday being 0.
pub(in crate::web) const fn weekday_y(day: usize) -> usize {
    TOP + day * STEP + 10
}

/// When a day begins at a place. Where the clocks are set forward at midnight it begins later.
fn begins(zone: &Tz, date: NaiveDate) -> i64 {
    let midnight = date.and_time(NaiveTime::MIN);
    let first = (0..4).find_map(|half_hours| {
        let local = midnight + TimeDelta::minutes(30 * half_hours);
        zone.from_local_datetime(&local).earliest()
    });
    first.map_or_else(
        || midnight.and_utc().timestamp_millis(),
        |moment| moment.timestamp_millis(),
    )
}

/// The days of the picture, Monday first; the last one is today.
pub(in crate::web) fn days(zone: &Tz, now: i64) -> Vec<Day> {
    let Some(now) = zone.timestamp_millis_opt(now).earliest() else {
        return Vec::new();
    };
    let today = now.date_naive();
    let back = (WEEKS as u64 - 1) * 7 + u64::from(today.weekday().num_days_from_monday());
    let Some(first) = today.checked_sub_days(Days::new(back)) else {
        return Vec::new();
    };
    let dates = first.iter_days().take(back as usize + 1);
    let mut days: Vec<Day> = dates
        .map(|date| Day {
            date,
            from: begins(zone, date),
            until: 0,
        })
        .collect();
    let mut next = today
        .succ_opt()
        .map_or(i64::MAX, |tomorrow| begins(zone, tomorrow));
    for day in days.iter_mut().rev() {
        (day.until, next) = (next, day.from);
    }
    days
}

/// Draws days, with `(runs, failed)` of each.
pub(in crate::web) fn heat(days: &[Day], counts: &[(i64, i64)]) -> Heat {
    let most = counts.iter().map(|(runs, _)| *runs).max().unwrap_or(0);
    let mut heat = Heat::default();
    for (place, (day, (runs, failed))) in days.iter().zip(counts).enumerate() {
        let week = place / 7;
        let (x, y) = (LEFT + week * STEP, TOP + place % 7 * STEP);
        if day.date.day() == 1 || place == 0 {
            let near = heat
                .months
                .last()
                .is_some_and(|(last, _)| x - last < MONTH_COLUMNS * STEP);
            if near {
                heat.months.pop();
            }
            heat.months.push((x, day.date.month()));
        }
        if *runs <= 0 {
            let side = CELL - 1;
            heat.none
                .push_str(&format!("M{x}.5 {y}.5h{side}v{side}h-{side}z"));
            continue;
        }
        let cross = match failed {
            ..=0 => String::new(),
            _ => format!("M{} {}l6 6m0 -6l-6 6", x + 3, y + 3),
        };
        heat.cells.push(Cell {
            day: *day,
            x,
            y,
            level: (runs * 4).div_euclid(most + 1) + 1,
            cross,
            runs: *runs,
            failed: *failed,
        });
    }
    heat
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::{CELL, HEIGHT, WEEKS, WIDTH, days, heat};

    /// A Saturday, 03:08 UTC.
    const NOW: i64 = 1_795_230_504_120;

    #[test]
    fn days_follow_each_other_without_a_gap_and_end_today() {
        for (zone, today) in [
            (Tz::UTC, "2026-11-21"),
            (Tz::Asia__Shanghai, "2026-11-21"),
            (Tz::America__New_York, "2026-11-20"),
            (Tz::Africa__Cairo, "2026-11-21"),
            (Tz::Asia__Kolkata, "2026-11-21"),
        ] {
            let days = days(&zone, NOW);
            assert!(days.len() > (WEEKS - 1) * 7 && days.len() <= WEEKS * 7);
            let last = days.last().expect("today");
            assert_eq!(last.date.to_string(), today);
            assert!(last.from <= NOW && NOW < last.until);
            for pair in days.windows(2) {
                assert_eq!(pair[0].until, pair[1].from, "{zone}");
                let hours = (pair[0].until - pair[0].from) / 3_600_000;
                assert!((23..=25).contains(&hours), "{zone} {:?}", pair[0]);
            }
        }
        assert!(days(&Tz::UTC, i64::MAX).is_empty(), "no calendar has it");
    }

    #[test]
    fn cells_are_inside_and_failures_have_a_cross() {
        let days = days(&Tz::UTC, NOW);
        let mut counts = vec![(0, 0); days.len()];
        counts[0] = (1, 0);
        counts[7] = (100, 3);
        let last = counts.len() - 1;
        counts[last] = (50, 50);
        let heat = heat(&days, &counts);
        let drawn: Vec<_> = heat
            .cells
            .iter()
            .map(|cell| (cell.level, cell.cross.is_empty()))
            .collect();
        assert_eq!(drawn, [(1, true), (4, false), (2, false)]);
        assert!(
            heat.cells
                .iter()
                .all(|c| c.x + CELL <= WIDTH && c.y + CELL <= HEIGHT)
        );
        assert_eq!(heat.none.matches('M').count(), days.len() - 3);
        assert!((12..=13).contains(&heat.months.len()), "{:?}", heat.months);
        assert!(heat.months.windows(2).all(|m| m[1].0 - m[0].0 >= 42));
    }
}
