//! What executors report: how an attempt ended, and what follows for its pipeline.

use super::backoff::due;
use super::core::{Cause, Engine};
use super::event::Remains;
use super::follow::ended_row;
use super::ids::{AttemptKey, Time};
use super::outbox::{AttemptEnd, Effect, Outbox, TrackRow};
use super::request::Answer;
use super::run::Run;
use super::state::{Ending, Mark, PendingOn, Reason, TrackState};
use crate::graph::OnInterrupt;

/// The first wait after the machine could not start a process; doubled each time up to the last.
const SPAWN_WAIT_MS: (i64, i64) = (200, 30_000);

impl Engine {
    pub(super) fn ended(
        &mut self,
        now: Time,
        key: AttemptKey,
        mut end: AttemptEnd,
        output: Vec<u8>,
        out: &mut Outbox,
    ) -> Answer {
        let Some(index) = self.current(key) else {
            return stale(key, out);
        };
        let run = &self.runs[&key.pipeline];
        let row = run.track(index).row;
        let retry = run.plan.vertex(index).retry.filter(|retry| {
            let after = |code| retry.exit_codes.is_none_or(|codes| codes.has(code));
            row.retries < retry.limit
                && goes_on(run, index)
                && end.exit_code.map_or(retry.exit_codes.is_none(), after)
        });
        let forced = row.ending == Some(Ending::Fail);
        let (state, reason, due_at) = match (end.reason, retry) {
            (None, _) => (TrackState::Succeed, None, None),
            (Some(Reason::Stopped), _) if forced => {
                (TrackState::Failed, Some(Reason::Forced), None)
            }
            (Some(Reason::Stopped), _) => (TrackState::Stopped, Some(Reason::Stopped), None),
            (reason, Some(retry)) => (TrackState::Pending, reason, Some(due(now, retry, key, row))),
            (reason, None) => (TrackState::Failed, reason, None),
        };
        let ended = TrackRow {
            state,
            pending_on: due_at.map(|_| PendingOn::Retry),
            mark: row.mark.filter(|_| due_at.is_some()),
            ending: None,
            due_at,
            reason,
            exit_code: end.exit_code,
            retries: row.retries + u32::from(due_at.is_some()),
            started_at: Some(end.started_at),
            finished_at: Some(end.finished_at),
            ..row
        };
        let outputs = end.outputs.take();
        self.leave(now, key, index, ended, end, out);
        let change = out.changed(key.track);
        change.output = Some(output);
        change.outputs = outputs.filter(|_| state == TrackState::Succeed);
        match state {
            TrackState::Succeed => self.promote(now, key.pipeline, index, out),
            TrackState::Failed => self.fail(now, key.pipeline, index, out),
            TrackState::Waiting
            | TrackState::Pending
            | TrackState::Running
            | TrackState::Skipped
            | TrackState::Stopped
            | TrackState::Interrupted => {}
        }
        self.settle(now, key.pipeline, out);
        Answer::Done
    }

    pub(super) fn not_started(
        &mut self,
        now: Time,
        key: AttemptKey,
        why: &str,
        out: &mut Outbox,
    ) -> Answer {
        let Some(index) = self.current(key) else {
            return stale(key, out);
        };
        let run = &self.runs[&key.pipeline];
        let row = run.track(index).row;
        let end = AttemptEnd::unknown(Reason::NotStarted, row.started_at, now, why);
        let shift = row.attempt.saturating_sub(row.retries + 1).min(16);
        let wait = (SPAWN_WAIT_MS.0 << shift).min(SPAWN_WAIT_MS.1);
        let (pending_on, due_at) = if goes_on(run, index) {
            (PendingOn::Spawn, Some(Time(now.0 + wait)))
        } else {
            (PendingOn::Failure, None)
        };
        let ended = match row.ending {
            Some(Ending::Fail) => ended_row(row, TrackState::Failed, Some(Reason::Forced), now),
            Some(Ending::Stop | Ending::Kill) => {
                ended_row(row, TrackState::Stopped, Some(Reason::Stopped), now)
            }
            None => TrackRow {
                state: TrackState::Pending,
                pending_on: Some(pending_on),
                due_at,
                reason: Some(Reason::NotStarted),
                finished_at: Some(now),
                ..row
            },
        };
        self.leave(now, key, index, ended, end, out);
        if ended.state == TrackState::Failed {
            self.fail(now, key.pipeline, index, out);
        }
        self.settle(now, key.pipeline, out);
        Answer::Done
    }

    pub(super) fn interrupted(
        &mut self,
        now: Time,
        key: AttemptKey,
        (why, remains): (&str, Remains),
        out: &mut Outbox,
    ) -> Answer {
        let Some(index) = self.current(key) else {
            return stale(key, out);
        };
        let run = &self.runs[&key.pipeline];
        let row = run.track(index).row;
        // Not beside what still runs of it: that is for a person to judge.
        let rerun = goes_on(run, index) && remains.survivor.is_none();
        // The clock of files may be a little behind ours.
        let started_at = row.started_at.max(remains.started_at);
        let row = TrackRow {
            started_at,
            reason: Some(Reason::Interrupted),
            finished_at: Some(now),
            ending: None,
            lost: key.attempt,
            ..row
        };
        // What was to end is ended all the same, also when nobody watches it any more.
        let ending = run.track(index).row.ending;
        let kept = ending.map(|ending| match ending {
            Ending::Stop | Ending::Fail => Ending::Stop,
            Ending::Kill => Ending::Kill,
        });
        let policy = run.plan.vertex(index).on_interrupt;
        let ended = match policy {
            OnInterrupt::Rerun if rerun => again(row),
            OnInterrupt::Fail => TrackRow {
                state: TrackState::Failed,
                mark: None,
                ..row
            },
            OnInterrupt::Ask | OnInterrupt::Rerun => TrackRow {
                state: TrackState::Interrupted,
                mark: None,
                ending: kept,
                ..row
            },
        };
        let end = AttemptEnd {
            log_bytes: remains.log_bytes,
            dropped_bytes: remains.dropped_bytes,
            ..AttemptEnd::unknown(Reason::Interrupted, started_at, now, why)
        };
        self.leave(now, key, index, ended, end, out);
        out.changed(key.track).output = Some(remains.output);
        let failed = (policy == OnInterrupt::Fail).then_some(Ending::Stop);
        if let Some(ending) = kept.or(failed) {
            let now = ending == Ending::Kill;
            out.effects.push(Effect::EndSurvivors { key, now });
        }
        if ended.state == TrackState::Failed {
            self.fail(now, key.pipeline, index, out);
        }
        self.settle(now, key.pipeline, out);
        Answer::Done
    }

    /// The vertex of a running attempt; none when the attempt is not the one that runs.
    fn current(&self, key: AttemptKey) -> Option<u32> {
        let run = self.runs.get(&key.pipeline)?;
        let index = run.index_of(key.track)?;
        let row = run.track(index).row;
        (row.state == TrackState::Running && row.attempt == key.attempt).then_some(index)
    }

    /// An attempt gives back its slot: its end and its track's new row go into the outbox.
    fn leave(
        &mut self,
        now: Time,
        key: AttemptKey,
        index: u32,
        row: TrackRow,
        end: AttemptEnd,
        out: &mut Outbox,
    ) {
        self.hold_slot(key.pipeline, index, false);
        let cause = Cause {
            who: "",
            why: end
                .detail
                .as_deref()
                .or(end.reason.map(Reason::word))
                .unwrap_or(""),
        };
        self.set_track(now, key.pipeline, index, row, cause, out);
        if row.reason != Some(Reason::Forced) {
            out.changed(key.track).detail = Some(end.detail.clone().unwrap_or_default());
        }
        out.ends.push((key, end));
        out.effects.push(Effect::Clean(key));
    }
}

/// A late or repeated report changes nothing; its files are of no more use.
fn stale(key: AttemptKey, out: &mut Outbox) -> Answer {
    out.effects.push(Effect::Clean(key));
    Answer::Stale
}

/// Whether another attempt of a track that ran may follow by itself.
fn goes_on(run: &Run, index: u32) -> bool {
    let row = run.track(index).row;
    let own = row.mark == Some(Mark::Alone) || run.plan.handler(index).is_some();
    row.ending.is_none() && (own || run.goes_on())
}

/// The row of a track that shall run once more.
fn again(row: TrackRow) -> TrackRow {
    TrackRow {
        state: TrackState::Pending,
        pending_on: Some(PendingOn::Slot),
        due_at: None,
        ..row
    }
}
