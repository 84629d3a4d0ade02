//! What people ask of live pipelines.

use super::core::{Cause, Engine};
use super::event::{Answer, Refusal, Resolution, TrackInput};
use super::ids::{PipelineId, Time, TrackId};
use super::outbox::{Effect, Outbox, TrackRow};
use super::state::{PendingOn, PipelineState, Reason, TrackState};

impl Engine {
    /// Replaces the values of a track that has not started; one that waited for them is ready.
    pub(super) fn input(
        &mut self,
        now: Time,
        pipeline: PipelineId,
        track: TrackId,
        input: TrackInput,
        who: &str,
        out: &mut Outbox,
    ) -> Result<Answer, Refusal> {
        let run = self
            .runs
            .get_mut(&pipeline)
            .ok_or(Refusal::NotLive(pipeline))?;
        let index = run
            .index_of(track)
            .ok_or(Refusal::NoTrack(pipeline, track))?;
        let row = run.track(index).row;
        let unstarted = match row.state {
            TrackState::Waiting | TrackState::Pending => row.attempt == 0,
            TrackState::Running
            | TrackState::Succeed
            | TrackState::Failed
            | TrackState::Skipped
            | TrackState::Stopped
            | TrackState::Interrupted => false,
        };
        if !unstarted {
            return Err(Refusal::HasStarted(row.state));
        }
        run.tracks[index as usize].missing = input.missing;
        let pending_on = match row.pending_on {
            Some(PendingOn::Input) if !input.missing => Some(PendingOn::Slot),
            Some(PendingOn::Slot) if input.missing => Some(PendingOn::Input),
            other => other,
        };
        let cause = Cause { who, why: "input" };
        let word = row.state.word();
        self.note(now, pipeline, Some(track), (word, word, 0), cause, out);
        let change = out.track(track, row.state, TrackRow { pending_on, ..row });
        change.input = Some(input);
        let run = self.runs.get_mut(&pipeline).expect("found above");
        run.set(index, TrackRow { pending_on, ..row });
        if pending_on == Some(PendingOn::Slot) && row.pending_on != Some(PendingOn::Slot) {
            self.ready.push_back((pipeline, index));
        }
        Ok(Answer::Done)
    }

    /// Stops a pipeline: what has not started never will, what runs is ended.
    pub(super) fn stop(
        &mut self,
        now: Time,
        pipeline: PipelineId,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) -> Result<Answer, Refusal> {
        let run = self.runs.get(&pipeline).ok_or(Refusal::NotLive(pipeline))?;
        if matches!(run.state, PipelineState::Stopped | PipelineState::Finish) {
            return Err(Refusal::Verdict(run.state));
        }
        self.set_pipeline(now, pipeline, PipelineState::Stopped, cause, out);
        let run = &self.runs[&pipeline];
        let unstarted = [run.at(TrackState::Waiting), run.at(TrackState::Pending)].concat();
        for index in unstarted {
            self.drop_timer(pipeline, index);
            let row = self.runs[&pipeline].track(index).row;
            let row = TrackRow {
                state: TrackState::Stopped,
                pending_on: None,
                due_at: None,
                reason: Some(Reason::Stopped),
                ..row
            };
            self.set_track(now, pipeline, index, row, cause, out);
        }
        let run = &self.runs[&pipeline];
        out.effects.extend(
            run.at(TrackState::Running)
                .into_iter()
                .map(|i| Effect::Kill(run.key(i))),
        );
        self.settle(now, pipeline, out);
        Ok(Answer::Done)
    }

    /// Takes a person's word for how an interrupted track ended. Its last attempt keeps saying
    /// that its outcome is unknown: the journal has who said what.
    pub(super) fn resolve(
        &mut self,
        now: Time,
        (pipeline, track): (PipelineId, TrackId),
        (verdict, outputs): (Resolution, Option<String>),
        cause: Cause<'_>,
        out: &mut Outbox,
    ) -> Result<Answer, Refusal> {
        let run = self.runs.get(&pipeline).ok_or(Refusal::NotLive(pipeline))?;
        let index = run
            .index_of(track)
            .ok_or(Refusal::NoTrack(pipeline, track))?;
        let row = run.track(index).row;
        if row.state != TrackState::Interrupted {
            return Err(Refusal::NotInterrupted(row.state));
        }
        if verdict == Resolution::RunAgain && run.state == PipelineState::Stopped {
            return Err(Refusal::Verdict(run.state));
        }
        let ended = match verdict {
            Resolution::Succeeded => TrackRow {
                state: TrackState::Succeed,
                reason: None,
                ..row
            },
            Resolution::Failed => TrackRow {
                state: TrackState::Failed,
                reason: Some(Reason::Forced),
                ..row
            },
            Resolution::RunAgain => again(row, run.may_start()),
        };
        self.set_track(now, pipeline, index, ended, cause, out);
        if let Some(change) = out.tracks.get_mut(&track) {
            change.outputs = outputs.filter(|_| verdict == Resolution::Succeeded);
        }
        match verdict {
            Resolution::Succeeded => self.promote(now, pipeline, index, out),
            Resolution::Failed => self.fail(now, pipeline, out),
            Resolution::RunAgain if ended.pending_on == Some(PendingOn::Slot) => {
                self.ready.push_back((pipeline, index))
            }
            Resolution::RunAgain => {}
        }
        self.settle(now, pipeline, out);
        Ok(Answer::Done)
    }
}

/// The row of a track that shall run once more.
pub(super) fn again(row: TrackRow, may_start: bool) -> TrackRow {
    let pending_on = if may_start {
        PendingOn::Slot
    } else {
        PendingOn::Failure
    };
    TrackRow {
        state: TrackState::Pending,
        pending_on: Some(pending_on),
        due_at: None,
        ..row
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::engine::{
        Engine, Event, GraphId, NextIds, Outbox, PipelineState, Plan, PlanVertex, Refusal,
        Resolution, StartOrder, Time, TrackState, VertexId,
    };
    use crate::graph::{OnFailure, OnInterrupt};

    /// Found by the simulator: the track became PENDING in a stopped pipeline, for ever.
    #[test]
    fn nothing_runs_again_in_a_pipeline_that_is_stopped() {
        let vertex = |i| PlanVertex {
            id: VertexId(i),
            retry: None,
            on_interrupt: OnInterrupt::Ask,
        };
        let vertices = vec![vertex(1), vertex(2)];
        let plan = Plan::new(GraphId(1), 1, OnFailure::StopNew, vertices, &[]);
        let start = Event::Start(Arc::new(StartOrder {
            plan: Arc::new(plan),
            name: String::new(),
            desc: String::new(),
            request_key: None,
            who: String::new(),
            trigger: "rest",
            given: String::new(),
            inputs: Vec::new(),
        }));
        let next = NextIds {
            pipeline: 1,
            track: 1,
            journal: 1,
        };
        let mut engine = Engine::new(2, next);
        let mut step = |event| {
            let mut out = Outbox::default();
            let answer = engine.step(Time(1), event, &mut out);
            engine.dispatch(Time(1), &mut out);
            (answer, out)
        };
        let (_, out) = step(start);
        let (key, pipeline) = (out.attempts[0].0, out.starts[0].id);
        let (who, why) = (String::new(), String::new());
        let _ = step(Event::Interrupted {
            key,
            why: why.clone(),
        });
        let _ = step(Event::Stop {
            pipeline,
            who: who.clone(),
            why: why.clone(),
        });
        let resolve = |verdict| Event::Resolve {
            pipeline,
            track: key.track,
            verdict,
            outputs: None,
            who: who.clone(),
            why: why.clone(),
        };
        let (answer, out) = step(resolve(Resolution::RunAgain));
        assert_eq!(answer, Err(Refusal::Verdict(PipelineState::Stopped)));
        assert!(out.is_empty(), "a refusal changes nothing: {out:?}");
        let (answer, out) = step(resolve(Resolution::Succeeded));
        assert!(answer.is_ok(), "how it ended may still be said: {answer:?}");
        assert_eq!(out.tracks[&key.track].to.state, TrackState::Succeed);
    }
}
