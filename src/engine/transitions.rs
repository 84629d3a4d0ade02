//! How pipelines and tracks change: the few places where a row becomes another one.

use super::core::{Cause, Engine};
use super::ids::{PipelineId, Time, TrackId};
use super::outbox::{DELETED, Entry, Outbox, PipelineRow, TrackRow};
use super::state::PipelineState;

impl Engine {
    /// The one place where a track's row changes: table of transitions, timers, outbox, journal.
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
        let old = run.track(index).row;
        let from = old.state;
        assert!(
            from.may_become(row.state),
            "track {}: {from} to {}",
            run.track_id(index),
            row.state
        );
        run.set(index, row);
        let track = run.track_id(index);
        self.lines.has_moved(pipeline);
        if old.due_at != row.due_at {
            if let Some(due) = old.due_at {
                self.timers.remove(&(due, pipeline, index));
            }
            if let Some(due) = row.due_at {
                self.timers.insert((due, pipeline, index));
            }
        }
        out.track(track, from, row);
        if from != row.state {
            let words = (from.word(), row.state.word(), row.attempt);
            self.note(now, pipeline, Some(track), words, cause, out);
        }
    }

    /// The one place where a pipeline's row changes.
    pub(super) fn set_pipeline(
        &mut self,
        now: Time,
        pipeline: PipelineId,
        row: PipelineRow,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) {
        let run = self
            .runs
            .get_mut(&pipeline)
            .expect("only live pipelines change");
        let old = run.row;
        if old == row {
            return;
        }
        let family = self.families.entry(run.plan.family).or_default();
        family.leave(run);
        run.row = row;
        run.line_up();
        family.enter(run);
        self.lines.has_moved(pipeline);
        if let Some(due) = old.due_at {
            self.deadlines.remove(&(due, pipeline));
        }
        if let Some(due) = row.due_at {
            self.deadlines.insert((due, pipeline));
        }
        out.pipeline(pipeline, old.state, row);
        if old.state != row.state {
            let words = (old.state.word(), row.state.word(), 0);
            self.note(now, pipeline, None, words, cause, out);
        }
    }

    /// Removes a pipeline that has left the engine, and at that point stood at `was`.
    pub fn remove(
        &mut self,
        now: Time,
        pipeline: PipelineId,
        was: PipelineState,
        (who, why): (&str, &str),
        out: &mut Outbox,
    ) {
        assert!(!self.is_live(pipeline), "what is live is not removed");
        let words = (was.word(), DELETED, 0);
        self.note(now, pipeline, None, words, Cause { who, why }, out);
        out.removals.push(pipeline);
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
