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
        verdict: Resolution,
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
        // It would wait for ever: nothing new starts here, and the answer could not be given again.
        if verdict == Resolution::RunAgain && !run.may_start() {
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
            Resolution::RunAgain => again(row),
        };
        self.set_track(now, pipeline, index, ended, cause, out);
        // That its outcome is unknown is no longer so; who said what is in the journal too.
        let said = match verdict {
            Resolution::Succeeded => Some("that it succeeded"),
            Resolution::Failed => Some("that it failed"),
            Resolution::RunAgain => None,
        };
        let detail = said.map(|what| match (cause.who, cause.why) {
            (who, "") => format!("{who} said {what}"),
            (who, why) => format!("{who} said {what}: {why}"),
        });
        if let Some(change) = out.tracks.get_mut(&track) {
            change.detail = Some(detail.unwrap_or_default());
        }
        match verdict {
            Resolution::Succeeded => self.promote(now, pipeline, index, out),
            Resolution::Failed => self.fail(now, pipeline, out),
            Resolution::RunAgain => self.ready.push_back((pipeline, index)),
        }
        self.settle(now, pipeline, out);
        Ok(Answer::Done)
    }
}

/// The row of a track that shall run once more.
pub(super) fn again(row: TrackRow) -> TrackRow {
    TrackRow {
        state: TrackState::Pending,
        pending_on: Some(PendingOn::Slot),
        due_at: None,
        ..row
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::engine::{
        AttemptEnd, AttemptKey, Engine, Event, GraphId, NextIds, Outbox, PipelineState, Plan,
        PlanVertex, Reason, Refusal, Remains, Resolution, StartOrder, Time, TrackState, VertexId,
    };
    use crate::graph::{OnFailure, OnInterrupt};

    const NOW: Time = Time(1);

    /// Two independent tracks that run, of a graph with this policy.
    fn two_running(policy: OnFailure) -> (Engine, Vec<AttemptKey>) {
        let vertex = |i| PlanVertex {
            id: VertexId(i),
            retry: None,
            on_interrupt: OnInterrupt::Ask,
        };
        let plan = Plan::new(GraphId(1), 1, policy, vec![vertex(1), vertex(2)], &[]);
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
        let mut out = Outbox::default();
        engine.step(NOW, start, &mut out).expect("a start");
        engine.dispatch(NOW, &mut out);
        (engine, out.attempts.iter().map(|(key, ..)| *key).collect())
    }

    fn step(engine: &mut Engine, event: Event) -> (Result<(), Refusal>, Outbox) {
        let mut out = Outbox::default();
        let answer = engine.step(NOW, event, &mut out).map(drop);
        engine.dispatch(NOW, &mut out);
        (answer, out)
    }

    fn interrupted(key: AttemptKey) -> Event {
        Event::Interrupted {
            key,
            why: "gone".to_owned(),
            remains: Remains::default(),
        }
    }

    fn resolve(key: AttemptKey, verdict: Resolution) -> Event {
        Event::Resolve {
            pipeline: key.pipeline,
            track: key.track,
            verdict,
            who: "ann".to_owned(),
            why: "the log says so".to_owned(),
        }
    }

    /// It waited for ever, and the answer could not be given again.
    #[test]
    fn nothing_runs_again_where_nothing_new_starts() {
        for (policy, refused) in [
            (OnFailure::StopNew, true),
            (OnFailure::CancelRunning, true),
            (OnFailure::ContinueIndependent, false),
        ] {
            let (mut engine, keys) = two_running(policy);
            let _ = step(&mut engine, interrupted(keys[0]));
            let failed = AttemptEnd {
                reason: Some(Reason::ExitCode),
                exit_code: Some(3),
                signal: None,
                detail: None,
                started_at: NOW,
                finished_at: NOW,
                log_bytes: 0,
                dropped_bytes: 0,
            };
            let ended = Event::Ended {
                key: keys[1],
                end: failed,
                output: Vec::new(),
            };
            let _ = step(&mut engine, ended);
            let (answer, out) = step(&mut engine, resolve(keys[0], Resolution::RunAgain));
            assert_eq!(answer.is_err(), refused, "{policy:?}: {answer:?}");
            if refused {
                assert_eq!(answer, Err(Refusal::Verdict(PipelineState::Failed)));
                assert!(out.is_empty(), "a refusal changes nothing: {out:?}");
                let (answer, out) = step(&mut engine, resolve(keys[0], Resolution::Succeeded));
                assert_eq!(answer, Ok(()), "it can still be answered");
                let detail = out.tracks[&keys[0].track].detail.as_deref();
                let said = "ann said that it succeeded: the log says so";
                assert_eq!(detail, Some(said));
            }
        }
    }

    /// Found by the simulator: the track became PENDING in a stopped pipeline, for ever.
    #[test]
    fn nothing_runs_again_in_a_pipeline_that_is_stopped() {
        let (mut engine, keys) = two_running(OnFailure::StopNew);
        let key = keys[0];
        let _ = step(&mut engine, interrupted(key));
        let stop = Event::Stop {
            pipeline: key.pipeline,
            who: String::new(),
            why: String::new(),
        };
        let _ = step(&mut engine, stop);
        let (answer, out) = step(&mut engine, resolve(key, Resolution::RunAgain));
        assert_eq!(answer, Err(Refusal::Verdict(PipelineState::Stopped)));
        assert!(out.is_empty(), "a refusal changes nothing: {out:?}");
        let (answer, out) = step(&mut engine, resolve(key, Resolution::Succeeded));
        assert_eq!(answer, Ok(()), "how it ended may still be said");
        assert_eq!(out.tracks[&key.track].to.state, TrackState::Succeed);
    }
}
