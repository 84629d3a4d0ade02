//! What people and programs ask, and what of it each state of a track permits.

use std::sync::Arc;

use super::core::{Cause, Engine};
use super::ids::{PipelineId, Time};
use super::not_now::NotNow;
use super::outbox::{Outbox, TrackRow};
use super::request::{Action, Answer, Expect, Refusal, Request, TrackAction, said};
use super::state::{Ending, Mark, Reason, TrackState};

type Place = (PipelineId, u32);

impl Engine {
    /// Does what is asked, or refuses it and changes nothing.
    pub(super) fn act(
        &mut self,
        now: Time,
        request: Request,
        out: &mut Outbox,
    ) -> Result<Answer, Refusal> {
        let pipeline = request.pipeline;
        let run = self.runs.get(&pipeline);
        let run = run.ok_or(Refusal::NoPipeline(pipeline))?;
        let place = |track| {
            let index = run.index_of(track);
            index.ok_or(Refusal::NoTrack(pipeline, track))
        };
        let named = match &request.action {
            Action::Track(track, _) => Some((*track, run.track(place(*track)?).row)),
            Action::Pause | Action::Resume | Action::Stop { .. } | Action::RetryFailed => None,
        };
        match (request.expect, named) {
            (Some(Expect::Pipeline(state)), _) if state != run.row.state => {
                return Err(Refusal::PipelineMoved(run.row.state));
            }
            (Some(Expect::Track(state, attempt)), Some((_, row)))
                if state != row.state || attempt.is_some_and(|n| n != row.attempt) =>
            {
                return Err(Refusal::TrackMoved(row.state, row.attempt));
            }
            _ => {}
        }
        let word = request.action.word();
        let why = match request.why.as_str() {
            "" => word.to_owned(),
            why => format!("{word}: {why}"),
        };
        let cause = Cause {
            who: &request.who,
            why: &why,
        };
        let plan = Arc::clone(&run.plan);
        let before = self.next.journal;
        let state = run.row.state.word();
        match request.action {
            Action::Pause => self.pause(now, pipeline, cause, out)?,
            Action::Resume => self.unpause(now, pipeline, cause, out)?,
            Action::Stop { now: at_once } => self.stop(now, pipeline, at_once, cause, out)?,
            Action::RetryFailed => self.retry_failed(now, pipeline, cause, out)?,
            Action::Track(track, action) => {
                let at = (pipeline, place(track)?);
                self.act_on(now, at, action, &request.why, cause, out)?;
            }
        }
        if self.next.journal == before {
            // No state has changed, and it is said all the same who did what.
            let (track, words) = match named {
                Some((track, row)) => {
                    let word = row.state.word();
                    (Some(track), (word, word, row.attempt))
                }
                None => (None, (state, state, 0)),
            };
            self.note(now, pipeline, track, words, cause, out);
        }
        self.reopen(now, pipeline, cause, out);
        self.settle(now, pipeline, out);
        // It may be its turn, or that of others, whether it has left or not.
        self.admit(now, &plan, out);
        Ok(Answer::Done)
    }

    fn act_on(
        &mut self,
        now: Time,
        at: Place,
        action: TrackAction,
        why: &str,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        match action {
            TrackAction::Retry(scope, input) => self.retry(now, at, (scope, input), cause, out),
            TrackAction::Skip => self.skip(now, at, cause, out),
            TrackAction::ForceSuccess(outputs) => {
                let said = said(cause.who, "that it succeeded", why);
                self.force_success(now, at, (&said, outputs), cause, out)
            }
            TrackAction::ForceFailure => {
                let said = said(cause.who, "that it failed", why);
                self.force_failure(now, at, &said, cause, out)
            }
            TrackAction::Hold => self.hold(now, at, cause, out),
            TrackAction::Release => self.release(now, at, cause, out),
            TrackAction::Stop { now: at_once } => self.stop_track(now, at, at_once, cause, out),
            TrackAction::Input(input) => self.input(now, at, input, cause, out),
        }
    }

    fn skip(
        &mut self,
        now: Time,
        (pipeline, index): Place,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        let run = &self.runs[&pipeline];
        let (row, was_done) = (run.track(index).row, run.is_done(index));
        self.verdict_is_used(pipeline, index)?;
        match row.state {
            TrackState::Running => return Err(Refusal::Runs(run.track_id(index))),
            TrackState::Succeed | TrackState::Skipped => {
                return Err(Refusal::Track(row.state, NotNow::Done));
            }
            // Not before its turn: what comes after it waits for what comes before it too.
            TrackState::Waiting => {
                if row.mark == Some(Mark::Skip) {
                    return Err(Refusal::Track(row.state, NotNow::SkippedInTurn));
                }
                let handler = run.plan.handler(index).is_some();
                if handler || run.track(index).waits_for > 0 {
                    self.mark(now, (pipeline, index), Some(Mark::Skip), cause, out);
                    return Ok(());
                }
            }
            TrackState::Failed
            | TrackState::Pending
            | TrackState::Stopped
            | TrackState::Interrupted => self.before(pipeline, index)?,
        }
        self.pass_over(now, pipeline, index, cause, out);
        self.done(now, (pipeline, index), was_done, cause, out);
        Ok(())
    }

    /// A person's word made a track done.
    fn done(
        &mut self,
        now: Time,
        (pipeline, index): Place,
        was_done: bool,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) {
        if !was_done {
            self.promote(now, pipeline, index, out);
        }
        let run = &self.runs[&pipeline];
        // It was the last one that a stop or the pipeline's timeout had left open.
        let last = !was_done && run.plan.handler(index).is_none() && run.is_finished();
        self.go_on(now, pipeline, (last, None), cause, out);
    }

    fn force_success(
        &mut self,
        now: Time,
        (pipeline, index): Place,
        (said, outputs): (&str, Option<String>),
        cause: Cause<'_>,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        let run = &self.runs[&pipeline];
        let (track, was_done) = (run.track_id(index), run.is_done(index));
        let row = run.track(index).row;
        match row.state {
            TrackState::Failed | TrackState::Interrupted | TrackState::Stopped => {}
            TrackState::Running => return Err(Refusal::Runs(track)),
            TrackState::Waiting | TrackState::Pending => {
                return Err(Refusal::Track(row.state, NotNow::UnrunSkip));
            }
            TrackState::Succeed | TrackState::Skipped => {
                return Err(Refusal::Track(row.state, NotNow::Done));
            }
        }
        self.verdict_is_used(pipeline, index)?;
        self.before(pipeline, index)?;
        let row = TrackRow {
            state: TrackState::Succeed,
            reason: None,
            ending: None,
            ..row
        };
        self.set_track(now, pipeline, index, row, cause, out);
        let change = out.changed(track);
        (change.detail, change.outputs) = (Some(said.to_owned()), outputs);
        self.done(now, (pipeline, index), was_done, cause, out);
        Ok(())
    }

    fn force_failure(
        &mut self,
        now: Time,
        (pipeline, index): Place,
        said: &str,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        let run = &self.runs[&pipeline];
        let (track, row) = (run.track_id(index), run.track(index).row);
        match row.state {
            TrackState::Running if row.ending.is_some() => {
                return Err(Refusal::Track(row.state, NotNow::BeingEnded));
            }
            TrackState::Running => {
                self.end_track(now, (pipeline, index), Ending::Fail, cause, out);
            }
            TrackState::Interrupted => {
                let row = TrackRow {
                    state: TrackState::Failed,
                    reason: Some(Reason::Forced),
                    ending: None,
                    ..row
                };
                self.set_track(now, pipeline, index, row, cause, out);
                self.fail(now, pipeline, index, out);
            }
            TrackState::Waiting | TrackState::Pending => {
                return Err(Refusal::Track(row.state, NotNow::UnrunStop));
            }
            TrackState::Succeed
            | TrackState::Failed
            | TrackState::Skipped
            | TrackState::Stopped => {
                return Err(Refusal::Track(row.state, NotNow::Ended));
            }
        }
        out.changed(track).detail = Some(said.to_owned());
        Ok(())
    }
}
