//! What is asked of a whole pipeline: pause, resume, stop, retry all that did not succeed.

use super::core::{Cause, Engine};
use super::ids::{PipelineId, Time};
use super::not_now::NotNow;
use super::outbox::{Outbox, PipelineRow};
use super::request::Refusal;
use super::state::{Ending, PipelineState, TrackState};

impl Engine {
    /// Nothing new starts until it is resumed.
    pub(super) fn pause(
        &mut self,
        now: Time,
        pipeline: PipelineId,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        let run = &self.runs[&pipeline];
        let row = run.row;
        if row.paused {
            return Err(Refusal::Pipeline(row.state, NotNow::Paused));
        }
        if run.is_settled() {
            return Err(Refusal::Pipeline(row.state, NotNow::NothingToPause));
        }
        let state = match row.state {
            PipelineState::Running => PipelineState::Paused,
            state => state,
        };
        let row = PipelineRow {
            state,
            paused: true,
            ..row
        };
        self.set_pipeline(now, pipeline, row, cause, out);
        Ok(())
    }

    /// Takes a pause back.
    pub(super) fn unpause(
        &mut self,
        now: Time,
        pipeline: PipelineId,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        let row = self.runs[&pipeline].row;
        if !row.paused {
            return Err(Refusal::Pipeline(row.state, NotNow::NotPaused));
        }
        let state = match row.state {
            PipelineState::Paused => PipelineState::Running,
            state => state,
        };
        let row = PipelineRow {
            state,
            paused: false,
            ..row
        };
        self.set_pipeline(now, pipeline, row, cause, out);
        self.join_others(now, pipeline, out);
        Ok(())
    }

    /// Stops a pipeline: what has not started never will, what runs is ended. A verdict that is
    /// there stays: then this is about what is left of it. The caller settles it.
    pub(super) fn stop(
        &mut self,
        now: Time,
        pipeline: PipelineId,
        at_once: bool,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        let run = &self.runs[&pipeline];
        let row = run.row;
        if run.is_settled() {
            return Err(Refusal::Pipeline(row.state, NotNow::Still));
        }
        if run.is_being_ended() && !at_once {
            let why = NotNow::BeingStopped;
            return Err(Refusal::Pipeline(row.state, why));
        }
        self.stop_unstarted(now, pipeline, cause, out);
        let state = match row.state {
            state if state.is_open() => PipelineState::Stopped,
            verdict => verdict,
        };
        let row = PipelineRow {
            state,
            paused: false,
            due_at: None,
            ..row
        };
        self.set_pipeline(now, pipeline, row, cause, out);
        let ending = if at_once { Ending::Kill } else { Ending::Stop };
        self.end_running(now, pipeline, ending, cause, out);
        Ok(())
    }

    /// Every track that did not succeed is as it was before its start.
    pub(super) fn retry_failed(
        &mut self,
        now: Time,
        pipeline: PipelineId,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        let run = &self.runs[&pipeline];
        let again = |i: &u32| match run.track(*i).row.state {
            TrackState::Failed => !run.plan.vertex(*i).ignore,
            TrackState::Interrupted | TrackState::Stopped => true,
            TrackState::Waiting
            | TrackState::Pending
            | TrackState::Running
            | TrackState::Succeed
            | TrackState::Skipped => false,
        };
        let targets: Vec<u32> = (0..run.plan.scripts() as u32).filter(again).collect();
        if targets.is_empty() {
            let why = NotNow::NoneFailed;
            return Err(Refusal::Pipeline(run.row.state, why));
        }
        let ends = |i: &u32| run.track(*i).row.ending.is_some();
        if let Some(index) = run.at(TrackState::Running).into_iter().find(ends) {
            return Err(Refusal::Runs(run.track_id(index)));
        }
        self.set_back(now, pipeline, &targets, cause, out)?;
        self.go_on(now, pipeline, (true, None), cause, out);
        Ok(())
    }
}
