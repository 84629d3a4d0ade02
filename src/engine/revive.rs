//! What a pipeline makes of tracks that a person set back, passed over or forced.

use super::core::{Cause, Engine};
use super::family::deadline;
use super::ids::{PipelineId, Time};
use super::outbox::{Outbox, PipelineRow, TrackRow};
use super::request::Scope;
use super::retry::set_back_row;
use super::run::Run;
use super::state::{Mark, PendingOn, PipelineState, TrackState};

impl Engine {
    /// What a pipeline makes of tracks that a person set back, passed over or forced. `revive`: they
    /// are to run again, or the last of all is done by it; `named`: the one that was asked for.
    pub(super) fn go_on(
        &mut self,
        now: Time,
        pipeline: PipelineId,
        (revive, named): (bool, Option<(u32, Scope)>),
        cause: Cause<'_>,
        out: &mut Outbox,
    ) {
        let run = &self.runs[&pipeline];
        let (old, row) = (run.row, next_verdict(run, revive, now));
        self.set_pipeline(now, pipeline, row, cause, out);
        if row.state != old.state && !old.state.is_open() {
            self.reset_handlers(now, pipeline, cause, out);
        }
        self.refresh(now, pipeline, named, cause, out);
        self.join_others(now, pipeline, out);
    }

    /// What ran although nothing else started is one of all again, now that they go on.
    pub(super) fn join_others(&mut self, now: Time, pipeline: PipelineId, out: &mut Outbox) {
        let run = &self.runs[&pipeline];
        if run.row.paused || !run.goes_on() {
            return;
        }
        let alone = |i: &u32| run.track(*i).row.mark == Some(Mark::Alone);
        for index in (0..run.plan.scripts() as u32)
            .filter(alone)
            .collect::<Vec<_>>()
        {
            let row = TrackRow {
                mark: None,
                ..self.runs[&pipeline].track(index).row
            };
            self.set_track(now, pipeline, index, row, Cause::RULE, out);
        }
    }

    fn reset_handlers(
        &mut self,
        now: Time,
        pipeline: PipelineId,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) {
        for index in self.runs[&pipeline].plan.handlers() {
            let row = self.runs[&pipeline].track(index).row;
            if row.state != TrackState::Waiting && row.state != TrackState::Running {
                // One that is held, and was to run next, is still held.
                let row = TrackRow {
                    mark: row.mark,
                    ..set_back_row(row)
                };
                self.set_track(now, pipeline, index, row, cause, out);
            }
        }
    }

    /// Gives every track its turn that has it now, and takes it from those that have it no more.
    fn refresh(
        &mut self,
        now: Time,
        pipeline: PipelineId,
        named: Option<(u32, Scope)>,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) {
        // A pause holds back what is retried, too, but for what runs alone.
        let alone = matches!(named, Some((_, Scope::Alone)));
        let by_name = |index| named.is_some_and(|(own, _)| own == index);
        for index in 0..self.runs[&pipeline].plan.scripts() as u32 {
            let run = &self.runs[&pipeline];
            let (track, goes_on) = (run.track(index), run.goes_on());
            let row = track.row;
            let free = track.waits_for == 0;
            let held_back = row.pending_on == Some(PendingOn::Failure);
            if row.state == TrackState::Pending && !free {
                let row = TrackRow {
                    mark: row.mark.filter(|mark| *mark != Mark::Alone),
                    ..set_back_row(row)
                };
                self.set_track(now, pipeline, index, row, cause, out);
            } else if by_name(index) && (!goes_on || (alone && run.row.paused)) {
                let row = TrackRow {
                    mark: Some(Mark::Alone),
                    ..row
                };
                self.set_track(now, pipeline, index, row, cause, out);
                self.turn(now, pipeline, index, cause, out);
            } else if goes_on
                && (held_back || (row.state == TrackState::Waiting && free))
                && self.turn(now, pipeline, index, cause, out)
            {
                self.promote(now, pipeline, index, out);
            }
        }
    }
}

/// What a pipeline is after a person changed some of its tracks; `revive`: they are to run again, or
/// all are done now, and whatever verdict there was is given anew.
fn next_verdict(run: &Run, revive: bool, now: Time) -> PipelineRow {
    let old = run.row;
    let going = if old.paused {
        PipelineState::Paused
    } else {
        PipelineState::Running
    };
    let state = match (old.state, run.failing() > 0) {
        (PipelineState::Failed, false) if revive || old.reason.is_none() => going,
        (PipelineState::Finish | PipelineState::Stopped, false) if revive => going,
        (PipelineState::Finish | PipelineState::Stopped, true) if revive => PipelineState::Failed,
        (PipelineState::Running | PipelineState::Paused, _) => going,
        (state, _) => state,
    };
    if !revive && state == old.state {
        return old;
    }
    PipelineRow {
        state,
        reason: None,
        due_at: if old.state.is_open() {
            old.due_at
        } else {
            // Its time begins when it does.
            deadline(&run.plan, now).filter(|_| !old.queued)
        },
        ..old
    }
}
