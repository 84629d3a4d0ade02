//! What follows for a pipeline when one of its tracks is done or has failed.

use std::sync::Arc;

use super::core::{Cause, Engine};
use super::ids::{PipelineId, Time};
use super::outbox::{Effect, Outbox, TrackRow};
use super::state::{PendingOn, PipelineState, TrackState};
use crate::graph::OnFailure;

impl Engine {
    /// A track is done: successors of which all predecessors are done become PENDING.
    pub(super) fn promote(
        &mut self,
        now: Time,
        pipeline: PipelineId,
        index: u32,
        out: &mut Outbox,
    ) {
        let run = self.runs.get_mut(&pipeline).expect("the pipeline is live");
        let plan = Arc::clone(&run.plan);
        let may_start = run.may_start();
        for &head in plan.successors(index) {
            let run = self.runs.get_mut(&pipeline).expect("the pipeline is live");
            let track = &mut run.tracks[head as usize];
            track.waits_for -= 1;
            if track.waits_for > 0 || track.row.state != TrackState::Waiting || !may_start {
                continue;
            }
            let on = if track.missing {
                PendingOn::Input
            } else {
                PendingOn::Slot
            };
            let row = TrackRow {
                state: TrackState::Pending,
                pending_on: Some(on),
                ..track.row
            };
            self.set_track(now, pipeline, head, row, Cause::RULE, out);
            if on == PendingOn::Slot {
                self.ready.push_back((pipeline, head));
            }
        }
    }

    /// A track has failed: the pipeline is FAILED at once, and the graph says what of the rest goes on.
    pub(super) fn fail(&mut self, now: Time, pipeline: PipelineId, out: &mut Outbox) {
        let run = &self.runs[&pipeline];
        if run.state != PipelineState::Running {
            return;
        }
        let policy = run.plan.on_failure;
        self.set_pipeline(now, pipeline, PipelineState::Failed, Cause::RULE, out);
        if policy == OnFailure::ContinueIndependent {
            return;
        }
        let run = &self.runs[&pipeline];
        let (pending, running) = (run.at(TrackState::Pending), run.at(TrackState::Running));
        for index in pending {
            let row = self.runs[&pipeline].track(index).row;
            let row = TrackRow {
                pending_on: Some(PendingOn::Failure),
                due_at: None,
                ..row
            };
            self.drop_timer(pipeline, index);
            self.set_track(now, pipeline, index, row, Cause::RULE, out);
        }
        if policy == OnFailure::CancelRunning {
            let run = &self.runs[&pipeline];
            out.effects
                .extend(running.into_iter().map(|i| Effect::Kill(run.key(i))));
        }
    }
}
