//! What follows for a pipeline when one of its tracks is done, has failed or is taken out.

use std::sync::Arc;

use super::core::{Cause, Engine};
use super::ids::{PipelineId, Time};
use super::outbox::{Effect, Outbox, PipelineRow, TrackRow};
use super::run::fresh_row;
use super::state::{Ending, Mark, PendingOn, PipelineState, Reason, TrackState};
use crate::graph::OnFailure;

impl Engine {
    /// A track is done: successors of which all predecessors are done have their turn.
    pub(super) fn promote(
        &mut self,
        now: Time,
        pipeline: PipelineId,
        index: u32,
        out: &mut Outbox,
    ) {
        let plan = Arc::clone(&self.runs[&pipeline].plan);
        let mut done = vec![index];
        while let Some(tail) = done.pop() {
            for &head in plan.successors(tail) {
                let run = self.runs.get_mut(&pipeline).expect("the pipeline is live");
                let track = &mut run.tracks[head as usize];
                track.waits_for -= 1;
                let ready = track.waits_for == 0 && track.row.state == TrackState::Waiting;
                if ready && run.goes_on() && self.turn(now, pipeline, head, Cause::RULE, out) {
                    done.push(head);
                }
            }
        }
    }

    /// The turn of a track has come. True: it is passed over, and what comes after it is next.
    pub(super) fn turn(
        &mut self,
        now: Time,
        pipeline: PipelineId,
        index: u32,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) -> bool {
        let run = &self.runs[&pipeline];
        let (row, missing) = (run.track(index).row, run.track(index).missing);
        let over = !run.goes_on() && run.plan.handler(index).is_none();
        if row.mark == Some(Mark::Skip) {
            self.pass_over(now, pipeline, index, cause, out);
            return true;
        }
        let on = match row.mark {
            mark if over && mark != Some(Mark::Alone) => PendingOn::Failure,
            _ if missing => PendingOn::Input,
            Some(Mark::Hold) => PendingOn::Hold,
            Some(Mark::Alone | Mark::Skip) | None => PendingOn::Slot,
        };
        let row = TrackRow {
            state: TrackState::Pending,
            pending_on: Some(on),
            due_at: None,
            ..row
        };
        self.set_track(now, pipeline, index, row, cause, out);
        false
    }

    /// A track is SKIPPED.
    pub(super) fn pass_over(
        &mut self,
        now: Time,
        pipeline: PipelineId,
        index: u32,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) {
        let row = self.runs[&pipeline].track(index).row;
        let row = ended_row(row, TrackState::Skipped, None, now);
        self.set_track(now, pipeline, index, row, cause, out);
    }

    /// A track has failed: the pipeline is FAILED at once, and the graph says what of the rest goes
    /// on. A failure that is ignored counts as done, and one of a handler has no consequence.
    pub(super) fn fail(&mut self, now: Time, pipeline: PipelineId, index: u32, out: &mut Outbox) {
        let run = &self.runs[&pipeline];
        if run.plan.handler(index).is_some() {
            return;
        }
        if run.plan.vertex(index).ignore {
            self.promote(now, pipeline, index, out);
            return;
        }
        if !run.row.state.is_open() {
            return;
        }
        let policy = run.plan.policies.on_failure;
        let row = PipelineRow {
            state: PipelineState::Failed,
            ..run.row
        };
        self.set_pipeline(now, pipeline, row, Cause::RULE, out);
        if policy == OnFailure::ContinueIndependent {
            return;
        }
        for index in self.runs[&pipeline].at(TrackState::Pending) {
            // What runs alone goes on waiting for what it waits for.
            if self.runs[&pipeline].track(index).row.mark != Some(Mark::Alone) {
                self.turn(now, pipeline, index, Cause::RULE, out);
            }
        }
        if policy == OnFailure::CancelRunning {
            self.end_running(now, pipeline, Ending::Stop, Cause::RULE, out);
        }
    }

    /// What has not started never will.
    pub(super) fn stop_unstarted(
        &mut self,
        now: Time,
        pipeline: PipelineId,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) {
        let run = &self.runs[&pipeline];
        let over = run.is_at_rest();
        let all = [run.at(TrackState::Waiting), run.at(TrackState::Pending)].concat();
        // Those that run after the verdict are stopped only once it is there.
        let stopped = |i: &u32| run.plan.handler(*i).is_some() == over;
        for index in all.into_iter().filter(stopped).collect::<Vec<_>>() {
            let row = self.runs[&pipeline].track(index).row;
            let row = ended_row(row, TrackState::Stopped, Some(Reason::Stopped), now);
            self.set_track(now, pipeline, index, row, cause, out);
        }
    }

    /// What runs is ended.
    pub(super) fn end_running(
        &mut self,
        now: Time,
        pipeline: PipelineId,
        ending: Ending,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) {
        for index in self.runs[&pipeline].at(TrackState::Running) {
            self.end_track(now, (pipeline, index), ending, cause, out);
        }
        self.end_all_survivors(now, pipeline, ending == Ending::Kill, cause, out);
    }

    /// Ends one attempt that runs. What was decided of it before stays, but for the grace.
    pub(super) fn end_track(
        &mut self,
        now: Time,
        (pipeline, index): (PipelineId, u32),
        ending: Ending,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) {
        let run = &self.runs[&pipeline];
        let row = run.track(index).row;
        let (key, track) = (run.key(index), run.track_id(index));
        let (kept, ending) = match (row.ending, ending) {
            (None, ending) | (Some(Ending::Stop), ending @ Ending::Kill) => (ending, ending),
            (Some(kept @ Ending::Fail), Ending::Kill) => (kept, ending),
            (Some(_), _) => return,
        };
        let ended = TrackRow {
            ending: Some(kept),
            ..row
        };
        self.set_track(now, pipeline, index, ended, cause, out);
        let word = row.state.word();
        self.note(
            now,
            pipeline,
            Some(track),
            (word, word, row.attempt),
            cause,
            out,
        );
        let now = ending == Ending::Kill;
        out.effects.push(Effect::Kill { key, now });
    }
}

/// The row of a track that is over without having run to an end of its own just now. What ran before
/// ended when it did.
pub(super) fn ended_row(
    row: TrackRow,
    state: TrackState,
    reason: Option<Reason>,
    now: Time,
) -> TrackRow {
    TrackRow {
        attempt: row.attempt,
        retries: row.retries,
        exit_code: row.exit_code,
        started_at: row.started_at,
        finished_at: row.started_at.and(row.finished_at).or(Some(now)),
        reason,
        lost: row.lost,
        ..fresh_row(state, None)
    }
}
