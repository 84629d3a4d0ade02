//! The cards at the top: how the last day went, and what waits.

use super::facts::Facts;
use crate::engine::TrackState;
use crate::l10n::Words;
use crate::web::plots::spark;

/// The cards.
pub(super) struct Cards {
    /// The share of success, or plain words where a share would say nothing.
    pub(super) success: String,
    /// Of how many it is a share.
    pub(super) ended: String,
    /// How many were started.
    pub(super) runs: i64,
    /// How many of them failed.
    pub(super) failed: String,
    /// The line of the runs of each hour.
    pub(super) spark: String,
    pub(super) queue: Queue,
}

/// What waits for a slot.
pub(super) struct Queue {
    pub(super) pending: String,
    pub(super) slots: String,
}

pub(super) fn cards(facts: &Facts, t: &Words) -> Cards {
    let sum = |of: fn(&crate::store::Ran) -> i64| facts.hours.iter().map(of).sum::<i64>();
    let (runs, finished, failed) = (
        sum(|ran| ran.started),
        sum(|ran| ran.finished),
        sum(|ran| ran.failed),
    );
    let ended = finished + failed;
    let success = match (finished, failed) {
        (0, 0) => t.home_none_ended(),
        (1, 0) => t.home_one_succeeded(),
        (0, 1) => t.home_one_failed(),
        _ => percent(finished, ended),
    };
    let started: Vec<i64> = facts.hours.iter().map(|ran| ran.started).collect();
    let queue = match &facts.census {
        None => Queue {
            pending: t.home_driver_silent(),
            slots: String::new(),
        },
        Some(census) => {
            let of = |state| census.tracks.iter().find(|(of, _)| *of == state);
            let pending = of(TrackState::Pending).map_or(0, |(_, count)| *count);
            Queue {
                pending: t.home_pending(pending),
                slots: t.home_slots(census.slots_used, census.slots),
            }
        }
    };
    Cards {
        success,
        ended: t.home_ended(ended),
        runs,
        failed: match failed {
            0 => t.home_none_failed(),
            failed => t.home_failed(failed),
        },
        spark: spark::path(&started),
        queue,
    }
}

/// A share in hundredths with one digit; all and none are told as that alone.
pub(super) fn percent(part: i64, whole: i64) -> String {
    let tenths = part.saturating_mul(1_000) / whole.max(1);
    match tenths % 10 {
        0 => format!("{} %", tenths / 10),
        rest => format!("{}.{rest} %", tenths / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn a_share_never_says_all_where_one_is_missing() {
        assert_eq!(percent(1, 1), "100 %");
        assert_eq!(percent(9_999, 10_000), "99.9 %");
        assert_eq!(percent(2, 3), "66.6 %");
        assert_eq!(percent(0, 7), "0 %");
    }
}
