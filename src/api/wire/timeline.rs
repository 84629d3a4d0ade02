//! A pipeline in time.

use serde::Serialize;
use utoipa::ToSchema;

use super::values::Moment;
use super::words::{EndReason, TrackState};
use crate::desk;

/// A pipeline in time: what a chart needs.
#[derive(Debug, Serialize, ToSchema)]
pub struct Timeline {
    /// When the pipeline was started.
    started_at: Moment,
    /// When its last attempt ended, or now where one runs.
    ended_at: Moment,
    /// In the order of the definition.
    tracks: Vec<TimelineTrack>,
    /// The numbers of the tracks that determined the end: each waited for the one before it.
    critical: Vec<i64>,
    slots: SlotUse,
}

/// A track in time.
#[derive(Debug, Serialize, ToSchema)]
struct TimelineTrack {
    id: i64,
    vertex: String,
    state: TrackState,
    /// It runs after the verdict.
    after_verdict: bool,
    /// First to last; empty: it has not begun.
    attempts: Vec<TimelineAttempt>,
}

/// An attempt in time.
#[derive(Debug, Serialize, ToSchema)]
struct TimelineAttempt {
    attempt: i32,
    /// When the track was ready to run.
    queued_at: Moment,
    /// When it got its slot.
    ordered_at: Moment,
    /// When its script began.
    started_at: Option<Moment>,
    finished_at: Option<Moment>,
    /// Why it ended as it did; null while it runs and after success.
    reason: Option<EndReason>,
}

/// How the pipeline used slots.
#[derive(Debug, Serialize, ToSchema)]
struct SlotUse {
    /// How long its attempts had slots, all together.
    busy_ms: i64,
    /// The most that it had at once.
    peak: usize,
}

impl From<desk::Timeline> for Timeline {
    fn from(seen: desk::Timeline) -> Self {
        let attempt = |span: desk::Span| TimelineAttempt {
            attempt: span.number,
            queued_at: Moment::of(span.queued_at),
            ordered_at: Moment::of(span.ordered_at),
            started_at: span.started_at.map(Moment::of),
            finished_at: span.finished_at.map(Moment::of),
            reason: EndReason::of(span.reason),
        };
        let tracks = seen.tracks.into_iter().map(|(lane, spans)| TimelineTrack {
            id: lane.track,
            vertex: lane.vertex,
            state: TrackState::of(lane.state),
            after_verdict: lane.handler.is_some(),
            attempts: spans.into_iter().map(attempt).collect(),
        });
        Self {
            started_at: Moment::of(seen.from),
            ended_at: Moment::of(seen.until),
            tracks: tracks.collect(),
            critical: seen.critical,
            slots: SlotUse {
                busy_ms: seen.busy_ms,
                peak: seen.peak,
            },
        }
    }
}
