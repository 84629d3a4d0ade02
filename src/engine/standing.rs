//! What follows from how many tracks of a pipeline stand where.

use super::ids::Time;
use super::run::Run;
use super::state::{Mark, PipelineState, Reason, TrackState};
use crate::graph::OnFailure;

impl Run {
    pub(super) fn count_in(&mut self, index: u32, enters: bool) {
        let row = self.tracks[index as usize].row;
        let vertex = self.plan.vertex(index);
        let handler = self.plan.handler(index).is_some();
        let failing = row.state == TrackState::Failed && !vertex.ignore && !handler;
        let alone = row.state == TrackState::Pending && row.mark == Some(Mark::Alone);
        let counts = if handler {
            &mut self.handlers
        } else {
            &mut self.counts
        };
        let add = |n: &mut u32, by: bool| match enters {
            true => *n += u32::from(by),
            false => *n -= u32::from(by),
        };
        add(&mut counts[row.state.code() as usize], true);
        add(&mut self.failing, failing);
        add(&mut self.alone, alone);
        if let Some(at) = row.started_at {
            let begun = self.begun.entry(at).or_default();
            add(begun, true);
            if *begun == 0 {
                self.begun.remove(&at);
            }
        }
    }

    /// When one of its attempts began last: of pipelines that are alike in all else, the one that has
    /// waited longest comes first.
    pub(super) fn last_begun(&self) -> Option<Time> {
        self.begun.last_key_value().map(|(at, _)| *at)
    }

    /// How many tracks stand at `state`, those that run after the verdict left out.
    pub(super) fn count(&self, state: TrackState) -> u32 {
        self.counts[state.code() as usize]
    }

    /// How many of the tracks that run after the verdict stand at `state`.
    pub(super) fn handlers(&self, state: TrackState) -> u32 {
        self.handlers[state.code() as usize]
    }

    /// How many attempts run.
    pub(super) fn running(&self) -> u32 {
        self.count(TrackState::Running) + self.handlers(TrackState::Running)
    }

    /// How many FAILED tracks give the pipeline its verdict.
    pub(super) fn failing(&self) -> u32 {
        self.failing
    }

    /// Whether successors of a track may run.
    pub(super) fn is_done(&self, index: u32) -> bool {
        let state = self.track(index).row.state;
        state.is_done() || (state == TrackState::Failed && self.plan.vertex(index).ignore)
    }

    /// Whether its verdict so far lets anything new start, be it now or once it is resumed.
    pub(super) fn goes_on(&self) -> bool {
        match self.row.state {
            PipelineState::Running | PipelineState::Paused => true,
            PipelineState::Failed => {
                let goes_on = self.plan.policies.on_failure == OnFailure::ContinueIndependent;
                goes_on && self.row.reason != Some(Reason::Timeout)
            }
            PipelineState::Finish | PipelineState::Stopped => false,
        }
    }

    /// Whether a track may be ordered when it is ready.
    pub(super) fn may_order(&self, index: u32) -> bool {
        let row = self.track(index).row;
        let alone = row.mark == Some(Mark::Alone);
        let handler = self.plan.handler(index).is_some();
        !self.row.queued && (alone || (!self.row.paused && (handler || self.goes_on())))
    }

    /// Whether it begins when its turn comes. A pause keeps it from that, unless something of it is to
    /// run alone.
    pub(super) fn takes_turn(&self) -> bool {
        !self.row.paused || self.alone > 0
    }

    /// Whether one more attempt of it may run beside those that do.
    pub(super) fn has_room(&self) -> bool {
        let most = self.plan.policies.max_parallel;
        most.is_none_or(|most| self.running() < most)
    }

    /// Whether the tracks that the verdict is about can move no more, by themselves or by an
    /// answer of a person.
    pub(super) fn is_at_rest(&self) -> bool {
        if self.count(TrackState::Running) > 0 {
            return false;
        }
        match self.row.state {
            PipelineState::Running | PipelineState::Paused => false,
            PipelineState::Finish | PipelineState::Stopped => true,
            PipelineState::Failed => {
                // An unknown outcome waits for a person's answer, whatever else has failed. With
                // branches that go on, a value that is given can move them too.
                let goes_on = self.goes_on() && self.count(TrackState::Pending) > 0;
                self.count(TrackState::Interrupted) == 0 && self.alone == 0 && !goes_on
            }
        }
    }

    /// Whether the verdict is there, all that runs is being ended, and nothing waits that a stop
    /// would keep from starting.
    pub(super) fn is_being_ended(&self) -> bool {
        use TrackState::{Pending, Running, Waiting};
        let runs = self.at(Running);
        let ends = |index: &u32| self.track(*index).row.ending.is_some();
        let unstarted = [Waiting, Pending].map(|state| match self.is_at_rest() {
            true => self.handlers(state),
            false => self.count(state),
        });
        let left = unstarted.iter().sum::<u32>() > 0 || !runs.iter().all(ends);
        !self.row.state.is_open() && !runs.is_empty() && !left
    }

    /// Whether nothing at all can move any more.
    pub(super) fn is_settled(&self) -> bool {
        use TrackState::{Pending, Running, Waiting};
        let open = [Waiting, Pending, Running].map(|state| self.handlers(state));
        self.is_at_rest() && open.iter().sum::<u32>() == 0
    }

    /// Whether every track that the verdict is about is done.
    pub(super) fn is_finished(&self) -> bool {
        let ignored = self.count(TrackState::Failed) - self.failing;
        let done = self.count(TrackState::Succeed) + self.count(TrackState::Skipped) + ignored;
        done as usize == self.plan.scripts()
    }

    /// Whether nothing can move because a track was stopped: nobody is waited for.
    pub(super) fn is_stuck(&self) -> bool {
        use TrackState::{Interrupted, Pending, Running};
        let moves = [Running, Pending, Interrupted].map(|state| self.count(state));
        moves.iter().sum::<u32>() == 0
    }
}
