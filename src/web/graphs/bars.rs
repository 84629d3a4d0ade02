//! The last runs of a graph as bars: how long each took, and how it ended.

use crate::l10n::Words;
use crate::store::LastRun;
use crate::web::parts::marks::{self, Mark};

/// Runs that bars show.
pub(in crate::web) const BARS: u32 = 10;
/// The height of the picture in its own units, and of the lowest bar.
const HIGH: i64 = 20;
const LOW: i64 = 4;
/// From one bar to the next.
const STEP: i64 = 8;

/// One run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Bar {
    pub(in crate::web) mark: Mark,
    pub(in crate::web) x: i64,
    pub(in crate::web) y: i64,
    pub(in crate::web) height: i64,
    /// It ended badly: it has a notch, so that its colour is not alone.
    pub(in crate::web) notched: bool,
}

/// The last runs of a graph, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Bars {
    pub(in crate::web) bars: Vec<Bar>,
    /// What the picture says, in words.
    pub(in crate::web) said: String,
}

/// The bars of these runs, the oldest first; those that have not ended are as long as they are now.
pub(in crate::web) fn bars(runs: &[LastRun], now: i64, t: &Words) -> Bars {
    let took = |run: &LastRun| (run.finished_at.unwrap_or(now) - run.created_at).max(0);
    let longest = runs.iter().map(took).max().unwrap_or(0).max(1);
    // Runs that are too few stand at the right, where the newest one always is.
    let first = i64::from(BARS) - runs.len() as i64;
    let bar = |(place, run): (usize, &LastRun)| {
        let mark = marks::pipeline(run.state);
        let height = LOW + (HIGH - LOW) * took(run) / longest;
        Bar {
            x: (first + place as i64) * STEP,
            y: HIGH - height,
            height,
            notched: matches!(mark.look, "failed" | "stopped" | "interrupted"),
            mark,
        }
    };
    let bars: Vec<Bar> = runs.iter().enumerate().map(bar).collect();
    let failed = bars.iter().filter(|bar| bar.notched).count();
    let said = t.graphs_bars(bars.len(), failed);
    Bars { bars, said }
}

#[cfg(test)]
mod tests {
    use super::{BARS, bars};
    use crate::engine::PipelineState;
    use crate::l10n::{L10n, Words};
    use crate::store::LastRun;

    #[test]
    fn the_longest_run_is_the_highest_bar_and_a_bad_end_has_a_notch() {
        let run = |id, state: PipelineState, finished_at| LastRun {
            pipeline: id,
            state: state.code(),
            created_at: 1_000,
            finished_at,
        };
        let runs = [
            run(1, PipelineState::Finish, Some(1_000)),
            run(2, PipelineState::Failed, Some(3_000)),
            run(3, PipelineState::Running, None),
        ];
        let found = bars(&runs, 5_000, &Words::of(L10n::En));
        let heights: Vec<_> = found.bars.iter().map(|bar| bar.height).collect();
        assert_eq!(heights, [4, 12, 20]);
        let last = found.bars.last().map(|bar| bar.x);
        assert_eq!(last, Some(i64::from(BARS - 1) * 8));
        assert_eq!(found.bars.iter().filter(|bar| bar.notched).count(), 1);
        assert_eq!(found.said, "3 runs, 1 of them failed or stopped");
        assert_eq!(bars(&[], 0, &Words::of(L10n::ZhCN)).bars, []);
    }
}
