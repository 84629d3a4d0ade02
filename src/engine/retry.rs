//! Setting tracks back, and what a pipeline makes of it.

use super::core::{Cause, Engine};
use super::event::TrackInput;
use super::family::deadline;
use super::ids::{PipelineId, Time};
use super::outbox::{Outbox, PipelineRow, TrackRow};
use super::request::{Answer, Refusal, Scope};
use super::run::{Run, fresh_row};
use super::state::{Mark, PendingOn, PipelineState, TrackState};

impl Engine {
    /// Another attempt of one track.
    pub(super) fn retry(
        &mut self,
        now: Time,
        (pipeline, index): (PipelineId, u32),
        (scope, input): (Scope, Option<TrackInput>),
        cause: Cause<'_>,
        out: &mut Outbox,
    ) -> Result<Answer, Refusal> {
        let run = &self.runs[&pipeline];
        let row = run.track(index).row;
        let waits = matches!(row.pending_on, Some(PendingOn::Retry | PendingOn::Spawn));
        match row.state {
            TrackState::Pending if waits && scope == Scope::Only => {
                let row = TrackRow {
                    pending_on: Some(PendingOn::Slot),
                    due_at: None,
                    ..row
                };
                self.set_track(now, pipeline, index, row, cause, out);
                if let Some(input) = input {
                    self.give(pipeline, index, input, out);
                }
                return Ok(Answer::Done);
            }
            TrackState::Waiting | TrackState::Pending => {
                return Err(Refusal::Track(row.state, "it has not run yet"));
            }
            TrackState::Running => return Err(Refusal::Runs(run.track_id(index))),
            TrackState::Succeed
            | TrackState::Failed
            | TrackState::Skipped
            | TrackState::Stopped
            | TrackState::Interrupted => {}
        }
        if run.plan.handler(index).is_some() {
            return self.retry_handler(now, (pipeline, index), input, cause, out);
        }
        self.before(pipeline, index)?;
        let mut targets = vec![index];
        if scope == Scope::After {
            targets.extend(run.plan.descendants(index));
        }
        self.set_back(now, pipeline, &targets, cause, out)?;
        if let Some(input) = input {
            self.give(pipeline, index, input, out);
        }
        if scope == Scope::Alone && !self.runs[&pipeline].row.paused {
            let row = PipelineRow {
                paused: true,
                ..self.runs[&pipeline].row
            };
            self.set_pipeline(now, pipeline, row, cause, out);
        }
        self.go_on_with(now, pipeline, (true, Some(index)), cause, out);
        Ok(Answer::Done)
    }

    /// A script that runs after the verdict changes nothing of it.
    fn retry_handler(
        &mut self,
        now: Time,
        (pipeline, index): (PipelineId, u32),
        input: Option<TrackInput>,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) -> Result<Answer, Refusal> {
        let run = &self.runs[&pipeline];
        let row = run.track(index).row;
        if !run.is_at_rest() {
            return Err(Refusal::Track(row.state, "it runs after the verdict"));
        }
        let open = PipelineRow {
            finished_at: None,
            ..run.row
        };
        self.set_track(now, pipeline, index, set_back_row(row), cause, out);
        if let Some(input) = input {
            self.give(pipeline, index, input, out);
        }
        self.set_pipeline(now, pipeline, open, cause, out);
        self.turn(now, pipeline, index, cause, out);
        self.settle(now, pipeline, out);
        Ok(Answer::Done)
    }

    /// Refuses what would come before something that is not done.
    pub(super) fn before(&self, pipeline: PipelineId, index: u32) -> Result<(), Refusal> {
        let run = &self.runs[&pipeline];
        if run.track(index).waits_for == 0 {
            return Ok(());
        }
        let open = |tail: &u32| !run.is_done(*tail) && run.plan.successors(*tail).contains(&index);
        let tail = (0..run.plan.scripts() as u32).find(open);
        Err(Refusal::NotItsTurn(run.track_id(tail.unwrap_or(index))))
    }

    /// Tracks are as before their start; their next attempt has the next number.
    pub(super) fn set_back(
        &mut self,
        now: Time,
        pipeline: PipelineId,
        targets: &[u32],
        cause: Cause<'_>,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        let run = &self.runs[&pipeline];
        let handlers = (run.plan.scripts() as u32..run.plan.len() as u32).collect::<Vec<_>>();
        let runs = |i: &&u32| run.track(**i).row.state == TrackState::Running;
        if let Some(index) = targets.iter().chain(&handlers).find(runs) {
            return Err(Refusal::Runs(run.track_id(*index)));
        }
        for &index in targets {
            let row = self.runs[&pipeline].track(index).row;
            self.set_track(now, pipeline, index, set_back_row(row), cause, out);
            Self::say(self.runs[&pipeline].track_id(index), String::new(), out);
        }
        self.recount(pipeline);
        Ok(())
    }

    fn recount(&mut self, pipeline: PipelineId) {
        let run = self.runs.get_mut(&pipeline).expect("the pipeline is live");
        run.recount();
    }

    /// Other values for the next attempt of a track.
    pub(super) fn give(
        &mut self,
        pipeline: PipelineId,
        index: u32,
        input: TrackInput,
        out: &mut Outbox,
    ) {
        let run = self.runs.get_mut(&pipeline).expect("the pipeline is live");
        run.tracks[index as usize].missing = input.missing;
        let row = run.track(index).row;
        let change = out.track(run.track_id(index), row.state, row);
        change.input = Some(input);
    }

    /// What a pipeline makes of tracks that a person set back, passed over or forced.
    pub(super) fn go_on(
        &mut self,
        now: Time,
        pipeline: PipelineId,
        revive: bool,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) {
        self.go_on_with(now, pipeline, (revive, None), cause, out);
    }

    fn go_on_with(
        &mut self,
        now: Time,
        pipeline: PipelineId,
        (revive, named): (bool, Option<u32>),
        cause: Cause<'_>,
        out: &mut Outbox,
    ) {
        let run = &self.runs[&pipeline];
        let row = next_verdict(run, revive, now);
        if row.state != run.row.state && row.finished_at != run.row.finished_at {
            // It was over: the others may be as many as may run.
            let queued = self.is_full(pipeline);
            let due_at = row.due_at.filter(|_| !queued);
            let row = PipelineRow {
                queued,
                due_at,
                ..row
            };
            self.set_pipeline(now, pipeline, row, cause, out);
        } else {
            self.set_pipeline(now, pipeline, row, cause, out);
        }
        if matches!(row.state, PipelineState::Running | PipelineState::Paused) {
            self.reset_handlers(now, pipeline, cause, out);
        }
        self.refresh(now, pipeline, named, cause, out);
        self.settle(now, pipeline, out);
    }

    fn reset_handlers(
        &mut self,
        now: Time,
        pipeline: PipelineId,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) {
        let plan = &self.runs[&pipeline].plan;
        for index in plan.scripts() as u32..plan.len() as u32 {
            let row = self.runs[&pipeline].track(index).row;
            if row.state != TrackState::Waiting && row.state != TrackState::Running {
                self.set_track(now, pipeline, index, set_back_row(row), cause, out);
            }
        }
    }

    /// Gives every track its turn that has it now, and takes it from those that have it no more.
    fn refresh(
        &mut self,
        now: Time,
        pipeline: PipelineId,
        named: Option<u32>,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) {
        for index in 0..self.runs[&pipeline].plan.scripts() as u32 {
            let run = &self.runs[&pipeline];
            let (track, goes_on) = (run.track(index), run.goes_on());
            let row = track.row;
            let free = track.waits_for == 0;
            let held_back = row.pending_on == Some(PendingOn::Failure);
            if row.state == TrackState::Pending && !free {
                let row = TrackRow {
                    mark: row.mark,
                    ..set_back_row(row)
                };
                self.set_track(now, pipeline, index, row, cause, out);
            } else if named == Some(index) && (!goes_on || run.row.paused) {
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

/// The row of a track that has not started, after the attempts that it had.
fn set_back_row(row: TrackRow) -> TrackRow {
    TrackRow {
        attempt: row.attempt,
        ..fresh_row(TrackState::Waiting, None)
    }
}

/// What a pipeline is after a person changed some of its tracks; `revive`: they are to run again.
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
    let was_going = matches!(old.state, PipelineState::Running | PipelineState::Paused);
    PipelineRow {
        state,
        reason: None,
        due_at: if was_going {
            old.due_at
        } else {
            deadline(&run.plan, now)
        },
        finished_at: None,
        ..old
    }
}
