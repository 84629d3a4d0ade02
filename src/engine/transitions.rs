//! How pipelines and tracks change: the few places where a row becomes another one.

use std::sync::Arc;

use super::core::{Cause, Engine};
use super::event::StartOrder;
use super::ids::{PipelineId, Time, TrackId};
use super::outbox::{Effect, Entry, NewPipeline, Outbox, PipelineRow, TrackRow};
use super::run::Run;
use super::state::{PendingOn, PipelineState, TrackState};

impl Engine {
    pub(super) fn start(
        &mut self,
        now: Time,
        order: Arc<StartOrder>,
        out: &mut Outbox,
    ) -> PipelineId {
        let plan = Arc::clone(&order.plan);
        assert!(!plan.is_empty(), "a checked graph has a vertex");
        let id = PipelineId(self.next.pipeline);
        let first_track = TrackId(self.next.track);
        self.next.pipeline += 1;
        self.next.track += plan.len() as i64;
        let missing = |i: usize| order.inputs.get(i).is_some_and(|input| input.missing);
        let run = Run::new(id, plan, first_track, missing);
        let pending = run.at(TrackState::Pending).into_iter();
        self.ready
            .extend(pending.filter(|&i| !run.track(i).missing).map(|i| (id, i)));
        self.runs.insert(id, run);
        let cause = Cause {
            who: &order.who,
            why: order.trigger,
        };
        self.note(
            now,
            id,
            None,
            ("", PipelineState::Running.word(), 0),
            cause,
            out,
        );
        out.starts.push(NewPipeline {
            id,
            first_track,
            at: now,
            order,
        });
        id
    }

    /// Commits the start of an attempt: the track is RUNNING before its script is.
    pub(super) fn order(&mut self, now: Time, pipeline: PipelineId, index: u32, out: &mut Outbox) {
        let run = self
            .runs
            .get(&pipeline)
            .expect("a ready track is of a live pipeline");
        let row = run.ordered_row(index, now);
        self.running += 1;
        self.set_track(now, pipeline, index, row, Cause::RULE, out);
        let key = self.runs[&pipeline].key(index);
        out.attempts.push((key, now));
        out.effects.push(Effect::Launch(key));
    }

    /// A wait is over: the track wants a slot again.
    pub(super) fn wake(&mut self, now: Time, pipeline: PipelineId, index: u32, out: &mut Outbox) {
        let Some(run) = self.runs.get(&pipeline) else {
            return;
        };
        let row = run.track(index).row;
        if row.state != TrackState::Pending || row.due_at.is_none() || !run.may_start() {
            return;
        }
        let row = TrackRow {
            pending_on: Some(PendingOn::Slot),
            due_at: None,
            ..row
        };
        self.set_track(now, pipeline, index, row, Cause::RULE, out);
        self.ready.push_back((pipeline, index));
    }

    /// The one place where a track's row changes: table of transitions, outbox, journal.
    pub(super) fn set_track(
        &mut self,
        now: Time,
        pipeline: PipelineId,
        index: u32,
        row: TrackRow,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) {
        let run = self
            .runs
            .get_mut(&pipeline)
            .expect("only tracks of live pipelines change");
        let from = run.track(index).row.state;
        assert!(
            from.may_become(row.state),
            "track {}: {from} to {}",
            run.track_id(index),
            row.state
        );
        run.set(index, row);
        let track = run.track_id(index);
        out.track(track, from, row);
        if from != row.state {
            self.note(
                now,
                pipeline,
                Some(track),
                (from.word(), row.state.word(), row.attempt),
                cause,
                out,
            );
        }
    }

    /// The one place where a pipeline's state changes; leaves the engine when it is settled.
    pub(super) fn set_pipeline(
        &mut self,
        now: Time,
        pipeline: PipelineId,
        state: PipelineState,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) {
        let run = self
            .runs
            .get_mut(&pipeline)
            .expect("only live pipelines change");
        let from = run.state;
        run.state = state;
        out.pipeline(
            pipeline,
            from,
            PipelineRow {
                state,
                finished_at: None,
            },
        );
        self.note(
            now,
            pipeline,
            None,
            (from.word(), state.word(), 0),
            cause,
            out,
        );
    }

    /// Gives the verdict FINISH, and lets a pipeline of which nothing can move leave the engine.
    pub(super) fn settle(&mut self, now: Time, pipeline: PipelineId, out: &mut Outbox) {
        let Some(run) = self.runs.get(&pipeline) else {
            return;
        };
        if run.state == PipelineState::Running && run.is_finished() {
            self.set_pipeline(now, pipeline, PipelineState::Finish, Cause::RULE, out);
        }
        let run = &self.runs[&pipeline];
        if run.is_settled() {
            out.pipeline(
                pipeline,
                run.state,
                PipelineRow {
                    state: run.state,
                    finished_at: Some(now),
                },
            );
            out.effects.push(Effect::Settled(pipeline));
            self.runs.remove(&pipeline);
        }
    }

    pub(super) fn note(
        &mut self,
        at: Time,
        pipeline: PipelineId,
        track: Option<TrackId>,
        (from, to, attempt): (&'static str, &'static str, u32),
        cause: Cause<'_>,
        out: &mut Outbox,
    ) {
        let sequence = self.next.journal;
        self.next.journal += 1;
        let (who, why) = (cause.who.to_owned(), cause.why.to_owned());
        out.journal.push(Entry {
            sequence,
            at,
            pipeline,
            track,
            from,
            to,
            attempt,
            who,
            why,
        });
    }
}
