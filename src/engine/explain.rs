//! Works out why a track or a pipeline stands where it does. Nothing changes.

use super::core::Engine;
use super::ids::PipelineId;
use super::run::Run;
use super::state::{Mark, PendingOn, TrackState};
use super::why::{About, Because, Facts, Few, Next, Wanted};

impl Engine {
    /// Why it stands where it does; none when the pipeline is not live or has no such track.
    ///
    /// It walks the tracks of the pipeline a fixed number of times, and those of other pipelines
    /// only while it looks for who holds what.
    pub fn why(&self, about: About) -> Option<Facts> {
        let (pipeline, track) = match about {
            About::Pipeline(pipeline) => (pipeline, None),
            About::Track(pipeline, track) => (pipeline, Some(track)),
        };
        let run = self.runs.get(&pipeline)?;
        match track {
            None => Some(self.why_pipeline(run)),
            Some(track) => Some(self.why_track(run, run.index_of(track)?)),
        }
    }

    fn why_track(&self, run: &Run, index: u32) -> Facts {
        let row = run.track(index).row;
        let vertex = run.plan.vertex(index);
        let because = match row.state {
            TrackState::Waiting => self.waiting(run, index),
            TrackState::Pending => match row.pending_on {
                Some(PendingOn::Input) => Because::Input,
                Some(PendingOn::Hold) => Because::Held,
                Some(PendingOn::Failure) => Because::Over,
                Some(PendingOn::Retry) => Because::Retry,
                Some(PendingOn::Spawn) => Because::Spawn,
                Some(PendingOn::Slot) | None => self.no_slot(run, index),
            },
            TrackState::Running => Because::Runs,
            TrackState::Succeed
            | TrackState::Failed
            | TrackState::Skipped
            | TrackState::Stopped
            | TrackState::Interrupted => Because::Ended,
        };
        Facts {
            track: Some(row),
            handler: run.plan.handler(index),
            ignored: vertex.ignore,
            retries: vertex.retry.map_or(0, |retry| retry.limit),
            until: row.due_at,
            next: self.next_of(run, index),
            ..self.facts(run, because)
        }
    }

    fn waiting(&self, run: &Run, index: u32) -> Because {
        if run.track(index).waits_for > 0 {
            return Because::Predecessors(run.few(|tail| {
                let before = run.plan.successors(tail).binary_search(&index).is_ok();
                before && !run.is_done(tail)
            }));
        }
        let Some(when) = run.plan.handler(index) else {
            return Because::Over;
        };
        let others = run.few(|other| run.is_before_handler(other, when));
        match run.is_at_rest() {
            true => Because::Handlers(others),
            false => Because::Verdict(others),
        }
    }

    /// Whether something of a pipeline moves by itself; the end of its time is left out.
    fn moves(&self, run: &Run) -> bool {
        let may = |mark| !run.row.paused || mark == Some(Mark::Alone);
        let timed = || {
            let mut rows = run.tracks.iter().map(|track| track.row);
            !run.row.queued && rows.any(|row| row.due_at.is_some() && may(row.mark))
        };
        run.running() > 0 || (!self.draining && (!run.ready.is_empty() || timed()))
    }

    /// What stands in the way of everything of a pipeline that is ready.
    pub(super) fn held_back(&self, run: &Run, alone: bool) -> Option<Next> {
        if run.row.queued && run.takes_turn() {
            let (begun, ahead) = self.turns(run);
            let all = begun.iter().chain(&ahead).copied();
            let stays = |id: &PipelineId| self.runs[id].waits_for_a_person();
            let stay: Vec<_> = all.filter(stays).collect();
            let limit = run.plan.policies.concurrency.map_or(0, |c| c.limit);
            if stay.len() >= limit as usize {
                return Some(Next::Others(Few::of(stay.into_iter())));
            }
        }
        let person = |wanted| Some(Next::Person(wanted, Few::of(std::iter::empty())));
        match (run.row.paused && !alone, self.draining) {
            (true, _) => person(Wanted::Resume),
            (false, true) => person(Wanted::Undrain),
            (false, false) => None,
        }
    }

    fn next_of(&self, run: &Run, index: u32) -> Next {
        let track = run.track(index);
        let row = track.row;
        let (handler, alone) = (run.plan.handler(index), row.mark == Some(Mark::Alone));
        match row.state {
            TrackState::Running => return Next::ByItself,
            TrackState::Waiting | TrackState::Pending => {
                if handler.is_none() && !alone && !run.goes_on() {
                    let asked = self.asked(run, |i| run.fails(i).then_some(Wanted::Repair));
                    let nobody = || Next::Person(Wanted::RetryAll, Few::of(std::iter::empty()));
                    return asked.unwrap_or_else(nobody);
                }
            }
            TrackState::Succeed
            | TrackState::Skipped
            | TrackState::Failed
            | TrackState::Stopped
            | TrackState::Interrupted => {
                if run.wants(index).is_none() {
                    return Next::Nothing;
                }
            }
        }
        let before = run.before(index);
        let wants = |i: u32| match (i == index, before[i as usize]) {
            (true, _) => run.wants(i),
            (false, true) if handler.is_none() => run.will_want(i),
            (false, true) => run.wants(i),
            (false, false) => None,
        };
        if let Some(next) = self.asked(run, wants) {
            return next;
        }
        match run.needs(index, &before) {
            (_, true) => Next::ByItself,
            (unpaused, false) => {
                let held = self.held_back(run, alone || unpaused);
                held.unwrap_or(Next::ByItself)
            }
        }
    }

    fn why_pipeline(&self, run: &Run) -> Facts {
        let running = run.few(|i| run.runs(i));
        let asks = |i: u32| {
            run.wants(i)
                .filter(|_| run.track(i).row.state != TrackState::Waiting)
        };
        let wanted = run.indexes().filter_map(asks).min();
        let due = |i: u32| run.track(i).row.due_at;
        let because = if run.row.queued && run.takes_turn() {
            self.queued(run)
        } else if !running.is_empty() {
            Because::Running(running)
        } else if run.row.paused {
            Because::Paused
        } else if let Some(&(_, first)) = run.ready.values().flatten().min() {
            self.no_slot(run, first)
        } else if run.indexes().any(|i| due(i).is_some()) {
            Because::Backoff(run.few(|i| due(i).is_some()))
        } else if let Some(wanted) = wanted {
            Because::Asks(wanted, run.few(|i| asks(i) == Some(wanted)))
        } else {
            Because::Over
        };
        let alone = |i: u32| run.track(i).row.mark == Some(Mark::Alone) && run.wants(i).is_none();
        let next = match (self.moves(run), wanted) {
            (true, _) => Next::ByItself,
            (false, Some(_)) if !run.row.queued && !run.row.paused => {
                self.asked(run, asks).unwrap_or(Next::Nothing)
            }
            (false, _) if run.is_settled() => Next::Nothing,
            (false, _) => self
                .held_back(run, run.indexes().any(alone))
                .unwrap_or(Next::ByItself),
        };
        let until = match because {
            Because::Backoff(_) => run.tracks.iter().filter_map(|t| t.row.due_at).min(),
            _ => run.row.due_at,
        };
        Facts {
            until,
            next,
            ..self.facts(run, because)
        }
    }

    fn facts(&self, run: &Run, because: Because) -> Facts {
        let failed = run.count(TrackState::Failed) + run.handlers(TrackState::Failed);
        Facts {
            pipeline: run.row,
            track: None,
            handler: None,
            ignored: false,
            retries: 0,
            because,
            until: None,
            next: Next::Nothing,
            ending: run
                .indexes()
                .all(|i| !run.runs(i) || run.track(i).row.ending.is_some()),
            unstarted: run.count(TrackState::Waiting) + run.count(TrackState::Pending) > 0,
            failing: run.failed(),
            ignoring: failed - run.failing() - run.handlers(TrackState::Failed),
            draining: self.draining,
        }
    }
}
