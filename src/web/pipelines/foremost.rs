//! Which tracks a picture of a pipeline in time is of when it cannot be of all, and the sentence that says so.

use crate::engine::TrackState;
use crate::l10n::Words;
use crate::store::Begun;

/// Why a track is drawn; the first ones are drawn first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// It failed, ran out of time, or nobody knows how it ended.
    Bad,
    /// It runs.
    Runs,
    /// The end of the pipeline waited for it.
    Chain,
    /// It is one of many.
    Other,
}

impl Rank {
    const ALL: [Self; 4] = [Self::Bad, Self::Runs, Self::Chain, Self::Other];

    /// Of a track at a state; `chain`: the end of the pipeline waited for it.
    pub(super) fn of(state: i16, chain: bool) -> Self {
        match TrackState::from_code(state) {
            Some(TrackState::Failed | TrackState::Interrupted) => Self::Bad,
            Some(TrackState::Running) => Self::Runs,
            _ if chain => Self::Chain,
            _ => Self::Other,
        }
    }
}

/// How many tracks of each rank have begun, and how many of them are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counts {
    drawn: [usize; 4],
    all: [usize; 4],
}

impl Counts {
    /// Of tracks that have begun.
    pub(super) fn add(&mut self, rank: Rank, drawn: bool) {
        self.all[rank as usize] += 1;
        self.drawn[rank as usize] += usize::from(drawn);
    }

    /// The same where more have begun than were counted.
    pub(super) fn among(self, begun: Begun) -> Self {
        let [bad, runs, chain, _] = self.all;
        let (bad, runs) = (begun.bad.max(bad), begun.running.max(runs));
        let others = begun.all.saturating_sub(bad + runs + chain);
        let all = [bad, runs, chain, others.max(self.drawn[3])];
        Self { all, ..self }
    }

    /// What is drawn, of which; empty: all that have begun.
    pub(super) fn said(self, t: Words) -> String {
        let drawn: usize = self.drawn.iter().sum();
        let all: usize = self.all.iter().sum();
        if drawn == all {
            return String::new();
        }
        let mut which = String::new();
        for rank in Rank::ALL {
            let (count, all) = (self.drawn[rank as usize], self.all[rank as usize]);
            let part = match (rank, count == all) {
                _ if count == 0 => continue,
                (Rank::Bad, true) => t.gantt_bad(count),
                (Rank::Bad, false) => t.gantt_bad_part(count, all),
                (Rank::Runs, true) => t.gantt_runs(count),
                (Rank::Runs, false) => t.gantt_runs_part(count, all),
                (Rank::Chain, true) => t.gantt_chain(count),
                (Rank::Chain, false) => t.gantt_chain_part(count, all),
                (Rank::Other, _) if which.is_empty() => t.gantt_longest(count),
                (Rank::Other, _) => t.gantt_longest_others(count),
            };
            which = match which.is_empty() {
                true => part,
                false => t.words_and(which, part),
            };
        }
        t.gantt_shown(drawn, all, which)
    }
}

#[cfg(test)]
mod tests {
    use super::{Counts, Rank};
    use crate::l10n::{L10n, Words};
    use crate::store::Begun;

    fn counts(of: [(usize, usize); 4]) -> Counts {
        let mut counts = Counts::default();
        for (rank, (drawn, all)) in Rank::ALL.into_iter().zip(of) {
            (0..all).for_each(|nth| counts.add(rank, nth < drawn));
        }
        counts
    }

    #[test]
    fn what_is_drawn_is_told_exactly_in_each_language() {
        let cases = [
            ([(1, 1), (2, 2), (0, 0), (5, 5)], "", ""),
            (
                [(0, 0), (0, 0), (0, 0), (60, 3_000)],
                "60 of 3000 that began are drawn: the 60 longest",
                "已开始的 3000 个任务只画 60 个：用时最长的 60 个",
            ),
            (
                [(3, 3), (2, 2), (4, 4), (51, 191)],
                "60 of 200 that began are drawn: 3 failed or interrupted, 2 running, \
                 4 that the end waited for, the 51 longest others",
                "已开始的 200 个任务只画 60 个：3 个失败或中断，2 个运行中，4 个决定结束时间，其余用时最长的 51 个",
            ),
            (
                [(60, 100), (0, 2), (0, 0), (0, 9)],
                "60 of 111 that began are drawn: the 60 longest of 100 failed or interrupted ones",
                "已开始的 111 个任务只画 60 个：失败或中断的 100 个中用时最长的 60 个",
            ),
            (
                [(1, 1), (59, 70), (0, 0), (0, 0)],
                "60 of 71 that began are drawn: 1 failed or interrupted, the 59 longest of 70 running ones",
                "已开始的 71 个任务只画 60 个：1 个失败或中断，运行中的 70 个中用时最长的 59 个",
            ),
            (
                [(59, 59), (0, 0), (1, 2), (0, 1)],
                "60 of 62 that began are drawn: 59 failed or interrupted, \
                 the longest of 2 that the end waited for",
                "已开始的 62 个任务只画 60 个：59 个失败或中断，决定结束时间的 2 个中用时最长的 1 个",
            ),
            (
                [(59, 59), (0, 0), (0, 0), (1, 2)],
                "60 of 61 that began are drawn: 59 failed or interrupted, the longest other one",
                "已开始的 61 个任务只画 60 个：59 个失败或中断，其余用时最长的 1 个",
            ),
        ];
        for (of, english, chinese) in cases {
            let said = [L10n::En, L10n::ZhCN].map(|language| counts(of).said(Words::of(language)));
            assert_eq!(said, [english, chinese]);
        }
    }

    #[test]
    fn of_a_pipeline_that_is_read_in_part_all_that_began_are_counted() {
        let read = counts([(2, 2), (1, 1), (0, 0), (57, 57)]);
        let begun = |all, bad, running| Begun { all, bad, running };
        let whole = counts([(2, 2), (1, 1), (0, 0), (57, 9_000)]);
        assert_eq!(read.among(begun(9_003, 2, 1)), whole);
        // Rows that changed between two statements never make the whole smaller than its part.
        assert_eq!(read.among(begun(0, 0, 0)), read);
    }
}
