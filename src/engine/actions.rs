//! What people and programs ask, and what of it each state of a track permits.

use super::core::{Cause, Engine};
use super::follow::ended_row;
use super::ids::{PipelineId, Time};
use super::outbox::{Outbox, TrackRow};
use super::request::{Action, Answer, Expect, Refusal, Request, TrackAction};
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
        let track = match &request.action {
            Action::Track(track, _) => Some(*track),
            Action::Pause | Action::Resume | Action::Stop { .. } | Action::RetryFailed => None,
        };
        let index = track.map(|track| run.index_of(track).ok_or((pipeline, track)));
        let index = index.transpose();
        let index = index.map_err(|(pipeline, track)| Refusal::NoTrack(pipeline, track))?;
        let row = index.map(|index| run.track(index).row);
        match (request.expect, row) {
            (Some(Expect::Pipeline(state)), _) if state != run.row.state => {
                return Err(Refusal::PipelineMoved(run.row.state));
            }
            (Some(Expect::Track(state, attempt)), Some(row))
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
        let before = self.next.journal;
        let state = run.row.state.word();
        let answer = match (request.action, index) {
            (Action::Track(_, action), Some(index)) => {
                self.act_on(now, (pipeline, index), action, &request.why, cause, out)?
            }
            (Action::Resume, _) => self.unpause(now, pipeline, cause, out)?,
            (Action::Stop { now: at_once }, _) => self.stop(now, pipeline, at_once, cause, out)?,
            (Action::RetryFailed, _) => self.retry_failed(now, pipeline, cause, out)?,
            (Action::Pause | Action::Track(..), _) => self.pause(now, pipeline, cause, out)?,
        };
        if self.next.journal == before {
            // No state has changed, and it is said all the same who did what.
            let words = row.map_or((state, state, 0), |row| {
                (row.state.word(), row.state.word(), row.attempt)
            });
            self.note(now, pipeline, track, words, cause, out);
        }
        self.reopen(now, pipeline, cause, out);
        self.settle(now, pipeline, out);
        Ok(answer)
    }

    fn act_on(
        &mut self,
        now: Time,
        at: Place,
        action: TrackAction,
        why: &str,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) -> Result<Answer, Refusal> {
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
    ) -> Result<Answer, Refusal> {
        let run = &self.runs[&pipeline];
        let (row, was_done) = (run.track(index).row, run.is_done(index));
        self.verdict_is_used(pipeline, index)?;
        match row.state {
            TrackState::Running => return Err(Refusal::Runs(run.track_id(index))),
            TrackState::Succeed | TrackState::Skipped => {
                return Err(Refusal::Track(row.state, "it is done already"));
            }
            // Not before its turn: what comes after it waits for what comes before it too.
            TrackState::Waiting => {
                if row.mark == Some(Mark::Skip) {
                    return Err(Refusal::Track(
                        row.state,
                        "it is skipped when its turn comes",
                    ));
                }
                let handler = run.plan.handler(index).is_some();
                if handler || run.track(index).waits_for > 0 {
                    return Ok(self.mark(now, (pipeline, index), Some(Mark::Skip), cause, out));
                }
            }
            TrackState::Failed
            | TrackState::Pending
            | TrackState::Stopped
            | TrackState::Interrupted => self.before(pipeline, index)?,
        }
        let row = ended_row(row, TrackState::Skipped, None, now);
        self.set_track(now, pipeline, index, row, cause, out);
        self.done(now, (pipeline, index), was_done, cause, out);
        Ok(Answer::Done)
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
        self.go_on(now, pipeline, false, cause, out);
    }

    fn force_success(
        &mut self,
        now: Time,
        (pipeline, index): Place,
        (said, outputs): (&str, Option<String>),
        cause: Cause<'_>,
        out: &mut Outbox,
    ) -> Result<Answer, Refusal> {
        let run = &self.runs[&pipeline];
        let (track, was_done) = (run.track_id(index), run.is_done(index));
        let row = run.track(index).row;
        match row.state {
            TrackState::Failed | TrackState::Interrupted | TrackState::Stopped => {}
            TrackState::Running => return Err(Refusal::Runs(track)),
            TrackState::Waiting | TrackState::Pending => {
                return Err(Refusal::Track(row.state, "it has not run: skip it instead"));
            }
            TrackState::Succeed | TrackState::Skipped => {
                return Err(Refusal::Track(row.state, "it is done already"));
            }
        }
        self.verdict_is_used(pipeline, index)?;
        self.before(pipeline, index)?;
        let row = TrackRow {
            state: TrackState::Succeed,
            reason: None,
            ..row
        };
        self.set_track(now, pipeline, index, row, cause, out);
        Self::say(track, said.to_owned(), out).outputs = outputs;
        self.done(now, (pipeline, index), was_done, cause, out);
        Ok(Answer::Done)
    }

    fn force_failure(
        &mut self,
        now: Time,
        (pipeline, index): Place,
        said: &str,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) -> Result<Answer, Refusal> {
        let run = &self.runs[&pipeline];
        let (track, row) = (run.track_id(index), run.track(index).row);
        match row.state {
            TrackState::Running if row.ending.is_some() => {
                return Err(Refusal::Track(row.state, "it is being ended already"));
            }
            TrackState::Running => {
                self.end_track(now, (pipeline, index), Ending::Fail, cause, out);
            }
            TrackState::Interrupted => {
                let row = TrackRow {
                    state: TrackState::Failed,
                    reason: Some(Reason::Forced),
                    ..row
                };
                self.set_track(now, pipeline, index, row, cause, out);
                self.fail(now, pipeline, index, out);
            }
            TrackState::Waiting | TrackState::Pending => {
                return Err(Refusal::Track(row.state, "it has not run: stop it instead"));
            }
            TrackState::Succeed
            | TrackState::Failed
            | TrackState::Skipped
            | TrackState::Stopped => {
                return Err(Refusal::Track(row.state, "it has ended"));
            }
        }
        Self::say(track, said.to_owned(), out);
        Ok(Answer::Done)
    }
}

/// What a person said of a track, in a sentence for people.
fn said(who: &str, what: &str, why: &str) -> String {
    match why {
        "" => format!("{who} said {what}"),
        why => format!("{who} said {what}: {why}"),
    }
}
