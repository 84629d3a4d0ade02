//! The graphs that were active last, each with its newest runs as bars.

use super::cards::percent;
use super::facts::Facts;
use crate::clock::format_duration;
use crate::engine::PipelineState;
use crate::l10n::Words;
use crate::store::RecentRun;
use crate::web::parts::marks::{self, Mark};
use crate::web::plots::bars::{self, Bar};

/// A graph.
pub(super) struct GraphRow {
    pub(super) id: i64,
    pub(super) name: String,
    /// It can be started.
    pub(super) checked: bool,
    /// Its runs, the oldest first.
    pub(super) bars: Vec<RunBar>,
    pub(super) width: usize,
    /// The same in words, for those who do not see the picture; empty: it never ran.
    pub(super) told: String,
    /// The share of success and of how many runs, or what became of the only run.
    pub(super) success: String,
    /// How long a run takes.
    pub(super) median: String,
}

/// A run of it.
pub(super) struct RunBar {
    pub(super) bar: Bar,
    pub(super) id: i64,
    pub(super) mark: Mark,
    pub(super) took: String,
}

pub(super) fn rows(facts: &Facts, t: &Words, now: i64) -> Vec<GraphRow> {
    let row = |graph: &crate::store::ActiveGraph| {
        let mut runs: Vec<&RecentRun> = facts.runs(&graph.name).collect();
        runs.reverse();
        let took = |run: &RecentRun| run.finished_at.unwrap_or(now) - run.created_at;
        let is = |run: &RecentRun, state: PipelineState| run.state == state.code();
        let good = |run: &&&RecentRun| is(run, PipelineState::Finish);
        let bad =
            |run: &RecentRun| is(run, PipelineState::Failed) || is(run, PipelineState::Stopped);
        let heights: Vec<(i64, bool)> = runs.iter().map(|run| (took(run), bad(run))).collect();
        let drawn = bars::bars(&heights).into_iter().zip(&runs);
        let bars: Vec<RunBar> = drawn
            .map(|(bar, run)| RunBar {
                bar,
                id: run.id,
                mark: marks::pipeline(run.state),
                took: format_duration(took(run)),
            })
            .collect();
        let ended: Vec<&&RecentRun> = runs.iter().filter(|r| r.finished_at.is_some()).collect();
        let succeeded = ended.iter().copied().filter(good).count() as i64;
        let mut times: Vec<i64> = ended.iter().map(|run| took(run)).collect();
        times.sort_unstable();
        GraphRow {
            id: graph.id,
            name: graph.name.clone(),
            checked: graph.checked,
            width: bars::width(bars.len()),
            told: match runs.len() as i64 {
                0 => String::new(),
                count => t.home_bars_told(count, succeeded),
            },
            success: match ended.as_slice() {
                [] => String::new(),
                // One run is no average.
                [only] => marks::pipeline(only.state).said(t),
                all => {
                    let ended = all.len() as i64;
                    t.home_share(percent(succeeded, ended), ended)
                }
            },
            median: times
                .get(times.len() / 2)
                .map_or_else(String::new, |ms| format_duration(*ms)),
            bars,
        }
    };
    facts.graphs.iter().map(row).collect()
}
