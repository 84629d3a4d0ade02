//! What executors report: how an attempt ended, and what follows for its pipeline.

use super::control::again;
use super::core::{Cause, Engine};
use super::event::{Answer, Remains};
use super::ids::{AttemptKey, PipelineId, Time};
use super::outbox::{AttemptEnd, Effect, Outbox, TrackRow};
use super::state::{PendingOn, Reason, TrackState};
use crate::graph::{OnInterrupt, Retry};

/// The first wait after the machine could not start a process; doubled each time up to the last.
const SPAWN_WAIT_MS: (i64, i64) = (200, 30_000);

impl Engine {
    pub(super) fn ended(
        &mut self,
        now: Time,
        key: AttemptKey,
        end: AttemptEnd,
        output: Vec<u8>,
        out: &mut Outbox,
    ) -> Answer {
        let Some(index) = self.current(key) else {
            return stale(key, out);
        };
        let run = &self.runs[&key.pipeline];
        let row = run.track(index).row;
        let retry = run
            .plan
            .vertex(index)
            .retry
            .filter(|r| row.retries < r.limit && run.may_start());
        let (state, due_at) = match (end.reason, retry) {
            (None, _) => (TrackState::Succeed, None),
            (Some(Reason::Stopped), _) => (TrackState::Stopped, None),
            (Some(_), Some(retry)) => (TrackState::Pending, Some(due(now, retry, row.retries))),
            (Some(_), None) => (TrackState::Failed, None),
        };
        let ended = TrackRow {
            state,
            pending_on: due_at.map(|_| PendingOn::Retry),
            due_at,
            reason: end.reason,
            exit_code: end.exit_code,
            retries: row.retries + u32::from(due_at.is_some()),
            started_at: Some(end.started_at),
            finished_at: Some(end.finished_at),
            ..row
        };
        self.leave(now, key, index, ended, end, out);
        self::output(key, output, out);
        match state {
            TrackState::Succeed => self.promote(now, key.pipeline, index, out),
            TrackState::Failed => self.fail(now, key.pipeline, out),
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
        let ended = if run.is_ending() {
            TrackRow {
                state: TrackState::Stopped,
                reason: Some(Reason::Stopped),
                finished_at: Some(now),
                ..row
            }
        } else if run.may_start() {
            let shift = row.attempt.saturating_sub(row.retries + 1).min(16);
            let wait = (SPAWN_WAIT_MS.0 << shift).min(SPAWN_WAIT_MS.1);
            TrackRow {
                state: TrackState::Pending,
                pending_on: Some(PendingOn::Spawn),
                due_at: Some(Time(now.0 + wait)),
                reason: Some(Reason::NotStarted),
                ..row
            }
        } else {
            TrackRow {
                state: TrackState::Pending,
                pending_on: Some(PendingOn::Failure),
                reason: Some(Reason::NotStarted),
                ..row
            }
        };
        self.leave(now, key, index, ended, end, out);
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
        // The clock of files may be a little behind ours.
        let started_at = row.started_at.max(remains.started_at);
        let row = TrackRow {
            started_at,
            reason: Some(Reason::Interrupted),
            finished_at: Some(now),
            ..row
        };
        let policy = run.plan.vertex(index).on_interrupt;
        let ended = match policy {
            OnInterrupt::Rerun if run.may_start() => again(row),
            OnInterrupt::Fail => TrackRow {
                state: TrackState::Failed,
                ..row
            },
            OnInterrupt::Ask | OnInterrupt::Rerun => TrackRow {
                state: TrackState::Interrupted,
                ..row
            },
        };
        let end = AttemptEnd {
            log_bytes: remains.log_bytes,
            dropped_bytes: remains.dropped_bytes,
            ..AttemptEnd::unknown(Reason::Interrupted, started_at, now, why)
        };
        self.leave(now, key, index, ended, end, out);
        output(key, remains.output, out);
        match ended.state {
            TrackState::Failed => self.fail(now, key.pipeline, out),
            TrackState::Pending => self.ready.push_back((key.pipeline, index)),
            TrackState::Waiting
            | TrackState::Running
            | TrackState::Succeed
            | TrackState::Skipped
            | TrackState::Stopped
            | TrackState::Interrupted => {}
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
        self.running -= 1;
        let cause = Cause {
            who: "",
            why: end
                .detail
                .as_deref()
                .or(end.reason.map(Reason::word))
                .unwrap_or(""),
        };
        self.set_track(now, key.pipeline, index, row, cause, out);
        if let Some(due) = row.due_at {
            self.timers.insert((due, key.pipeline, index));
        }
        let change = out
            .tracks
            .get_mut(&key.track)
            .expect("the track was changed just now");
        change.detail = Some(end.detail.clone().unwrap_or_default());
        out.ends.push((key, end));
        out.effects.push(Effect::Clean(key));
    }

    /// Forgets the wait of a track.
    pub(super) fn drop_timer(&mut self, pipeline: PipelineId, index: u32) {
        if let Some(due) = self.runs[&pipeline].track(index).row.due_at {
            self.timers.remove(&(due, pipeline, index));
        }
    }
}

/// The end of what an attempt printed goes with its track, which has just changed.
fn output(key: AttemptKey, bytes: Vec<u8>, out: &mut Outbox) {
    let change = out.tracks.get_mut(&key.track);
    change.expect("the track was changed just now").output = Some(bytes);
}

/// A late or repeated report changes nothing; its files are of no more use.
fn stale(key: AttemptKey, out: &mut Outbox) -> Answer {
    out.effects.push(Effect::Clean(key));
    Answer::Stale
}

/// When the next attempt may begin: `delay * backoff^used`, at most `max_delay`.
fn due(now: Time, retry: Retry, used: u32) -> Time {
    let wait = retry.delay.0 as f64 * retry.backoff.powi(used.min(1_000) as i32);
    Time(now.0 + wait.min(retry.max_delay.0 as f64) as i64)
}

impl AttemptEnd {
    /// The end of an attempt of which no result is known; `since`: when it began or was ordered.
    fn unknown(reason: Reason, since: Option<Time>, now: Time, why: &str) -> Self {
        Self {
            reason: Some(reason),
            exit_code: None,
            signal: None,
            detail: Some(why.to_owned()),
            started_at: since.unwrap_or(now),
            finished_at: now,
            log_bytes: 0,
            dropped_bytes: 0,
        }
    }
}
