//! The verdict on a pipeline, what runs after it, and how a pipeline leaves.

use std::sync::Arc;

use super::core::{Cause, Engine};
use super::ids::{PipelineId, Time};
use super::outbox::{Effect, Outbox, PipelineRow};
use super::state::{Ending, PipelineState, Reason, TrackState, is_after};
use crate::graph::When;

impl Engine {
    /// Gives the verdict that the tracks lead to, starts what runs after it, and lets a pipeline of
    /// which nothing can move leave the engine.
    pub(super) fn settle(&mut self, now: Time, pipeline: PipelineId, out: &mut Outbox) {
        let Some(run) = self.runs.get(&pipeline) else {
            return;
        };
        let row = run.row;
        let verdict = match row.state {
            PipelineState::Running | PipelineState::Paused if run.is_finished() => {
                Some(PipelineState::Finish)
            }
            PipelineState::Running if run.is_stuck() => Some(PipelineState::Stopped),
            _ => None,
        };
        if let Some(state) = verdict {
            let row = PipelineRow {
                state,
                paused: false,
                ..row
            };
            let cause = match state {
                PipelineState::Stopped => "a track that was stopped holds all that is left",
                _ => "",
            };
            let cause = Cause {
                who: "",
                why: cause,
            };
            if state == PipelineState::Stopped {
                self.stop_unstarted(now, pipeline, cause, out);
            }
            self.set_pipeline(now, pipeline, row, cause, out);
        }
        let run = &self.runs[&pipeline];
        if run.is_at_rest() && run.row.due_at.is_some() {
            // What runs after the verdict has all the time.
            let row = PipelineRow {
                due_at: None,
                ..run.row
            };
            self.set_pipeline(now, pipeline, row, Cause::RULE, out);
        }
        let run = &self.runs[&pipeline];
        if run.is_at_rest() && run.handlers(TrackState::Waiting) > 0 {
            self.handle(now, pipeline, out);
        }
        let run = &self.runs[&pipeline];
        if run.is_settled() {
            let (row, plan) = (run.row, Arc::clone(&run.plan));
            if row.finished_at.is_none() {
                let row = PipelineRow {
                    paused: false,
                    queued: false,
                    due_at: None,
                    finished_at: Some(now),
                    ..row
                };
                self.set_pipeline(now, pipeline, row, Cause::RULE, out);
                out.effects.push(Effect::Settled(pipeline));
            }
            self.leave_engine(pipeline);
            self.admit(now, &plan, out);
        }
    }

    /// The verdict is there and nothing else moves: the turn of what runs after it, what runs
    /// after any verdict last.
    fn handle(&mut self, now: Time, pipeline: PipelineId, out: &mut Outbox) {
        use TrackState::{Pending, Running, Waiting};
        let run = &self.runs[&pipeline];
        let verdict = run.row.state;
        let handlers: Vec<(u32, When)> = (run.plan.scripts() as u32..run.plan.len() as u32)
            .filter_map(|i| Some((i, run.plan.handler(i)?)))
            .collect();
        let state = |engine: &Self, index: u32| engine.runs[&pipeline].track(index).row.state;
        for &(index, on) in handlers.iter().filter(|(_, on)| *on != When::Exit) {
            if state(self, index) == Waiting {
                if is_after(on, verdict) {
                    self.turn(now, pipeline, index, Cause::RULE, out);
                } else {
                    self.pass_over(now, pipeline, index, out);
                }
            }
        }
        let open = |(index, on): &(u32, When)| {
            *on != When::Exit && [Waiting, Pending, Running].contains(&state(self, *index))
        };
        if handlers.iter().any(open) {
            return;
        }
        for &(index, _) in handlers.iter().filter(|(_, on)| *on == When::Exit) {
            if state(self, index) == Waiting {
                self.turn(now, pipeline, index, Cause::RULE, out);
            }
        }
    }

    fn pass_over(&mut self, now: Time, pipeline: PipelineId, index: u32, out: &mut Outbox) {
        let row = self.runs[&pipeline].track(index).row;
        let row = super::follow::ended_row(row, TrackState::Skipped, None, now);
        self.set_track(now, pipeline, index, row, Cause::RULE, out);
    }

    /// A pipeline runs out of time: what has not started never will, what runs is ended.
    pub(super) fn expire(&mut self, now: Time, pipeline: PipelineId, out: &mut Outbox) {
        let run = &self.runs[&pipeline];
        let row = PipelineRow {
            due_at: None,
            ..run.row
        };
        let cause = Cause {
            who: "",
            why: "the pipeline ran out of time",
        };
        self.stop_unstarted(now, pipeline, cause, out);
        let row = PipelineRow {
            state: PipelineState::Failed,
            reason: Some(Reason::Timeout),
            paused: false,
            ..row
        };
        self.set_pipeline(now, pipeline, row, cause, out);
        self.end_running(now, pipeline, Ending::Stop, cause, out);
        self.settle(now, pipeline, out);
    }
}
