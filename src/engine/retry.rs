//! Setting tracks back, and what a pipeline makes of it.

use super::core::{Cause, Engine};
use super::event::TrackInput;
use super::ids::{PipelineId, Time};
use super::not_now::NotNow;
use super::outbox::{Outbox, PipelineRow, TrackRow};
use super::request::{Refusal, Scope};
use super::run::fresh_row;
use super::state::{PendingOn, TrackState};

impl Engine {
    /// Another attempt of one track.
    pub(super) fn retry(
        &mut self,
        now: Time,
        (pipeline, index): (PipelineId, u32),
        (scope, input): (Scope, Option<TrackInput>),
        cause: Cause<'_>,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        let run = &self.runs[&pipeline];
        let row = run.track(index).row;
        let waits = matches!(row.pending_on, Some(PendingOn::Retry | PendingOn::Spawn));
        match row.state {
            TrackState::Pending if waits && scope == Scope::Only => {
                if let Some(input) = input {
                    self.give(pipeline, index, input, out);
                }
                self.turn(now, pipeline, index, cause, out);
                return Ok(());
            }
            TrackState::Waiting | TrackState::Pending => {
                return Err(Refusal::Track(row.state, NotNow::Unrun));
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
        let old = self.runs[&pipeline].row;
        let pauses = scope == Scope::Alone && !old.paused;
        if pauses {
            let row = PipelineRow {
                paused: true,
                ..old
            };
            self.set_pipeline(now, pipeline, row, cause, out);
        }
        self.go_on(now, pipeline, (true, Some((index, scope))), cause, out);
        let state = self.runs[&pipeline].row.state;
        if pauses && state == old.state {
            // A verdict that stays says nothing of the pause.
            let words = (state.word(), state.word(), 0);
            self.note(now, pipeline, None, words, cause, out);
        }
        Ok(())
    }

    /// A script that runs after the verdict changes nothing of it.
    fn retry_handler(
        &mut self,
        now: Time,
        (pipeline, index): (PipelineId, u32),
        input: Option<TrackInput>,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        let run = &self.runs[&pipeline];
        let row = run.track(index).row;
        if !run.is_at_rest() {
            let why = match run.row.state.is_open() {
                true => NotNow::NoVerdict,
                false => NotNow::VerdictMoves,
            };
            return Err(Refusal::Track(row.state, why));
        }
        self.set_track(now, pipeline, index, set_back_row(row), cause, out);
        if let Some(input) = input {
            self.give(pipeline, index, input, out);
        }
        self.turn(now, pipeline, index, cause, out);
        Ok(())
    }

    /// Refuses what may change a verdict while a script runs because of it.
    pub(super) fn verdict_is_used(&self, pipeline: PipelineId, index: u32) -> Result<(), Refusal> {
        let run = &self.runs[&pipeline];
        if run.plan.handler(index).is_some() {
            return Ok(());
        }
        let runs = run
            .plan
            .handlers()
            .find(|i| run.track(*i).row.state == TrackState::Running);
        runs.map_or(Ok(()), |index| Err(Refusal::Runs(run.track_id(index))))
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
        let runs = |i: &&u32| run.track(**i).row.state == TrackState::Running;
        for &index in targets {
            self.verdict_is_used(pipeline, index)?;
            // What comes right after it uses what it made.
            let mut users = std::iter::once(&index).chain(run.plan.successors(index));
            if let Some(index) = users.find(runs) {
                return Err(Refusal::Runs(run.track_id(*index)));
            }
        }
        for &index in targets {
            let row = self.runs[&pipeline].track(index).row;
            self.set_track(now, pipeline, index, set_back_row(row), cause, out);
            let track = self.runs[&pipeline].track_id(index);
            // What it left is of no use to those who run after it now.
            let change = out.changed(track);
            change.detail = Some(String::new());
            change.outputs = Some("{}".to_owned());
        }
        let run = self.runs.get_mut(&pipeline).expect("the pipeline is live");
        run.recount();
        Ok(())
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
}

/// The row of a track that has not started, after the attempts that it had.
pub(super) fn set_back_row(row: TrackRow) -> TrackRow {
    TrackRow {
        attempt: row.attempt,
        lost: row.lost,
        ..fresh_row(TrackState::Waiting, None)
    }
}
