//! Tracks: one vertex in one pipeline, with its attempts.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::cursor::Cursor;
use super::values::{Moment, object};
use super::words::{EndReason, PendingOn, TrackMark, TrackState};
use crate::graph::value_to_json;
use crate::store::{self, AttemptRow, Referred, TrackHead, TrackTexts};

/// A track in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Track {
    id: i64,
    /// The vertex's name.
    vertex: String,
    state: TrackState,
    pending_on: Option<PendingOn>,
    /// What people have said of it before it starts.
    mark: Option<TrackMark>,
    /// When a wait ends.
    due_at: Option<Moment>,
    /// Why the last attempt ended as it did; null while it runs and after success.
    reason: Option<EndReason>,
    /// The same in words, when there is more to say.
    detail: Option<String>,
    /// Of the last attempt, when it exited by itself.
    exit_code: Option<i32>,
    /// The number of the last attempt; 0 before the first.
    attempt: i32,
    started_at: Option<Moment>,
    finished_at: Option<Moment>,
}

impl From<TrackHead> for Track {
    fn from(row: TrackHead) -> Self {
        Self {
            id: row.id,
            vertex: row.vertex,
            state: TrackState::of(row.state),
            pending_on: row.pending_on.and_then(PendingOn::of),
            mark: row.mark.and_then(TrackMark::of),
            due_at: row.due_at.map(Moment::of),
            reason: EndReason::of(row.reason),
            detail: (!row.detail.is_empty()).then_some(row.detail),
            exit_code: row.exit_code,
            attempt: row.attempt,
            started_at: row.started_at.map(Moment::of),
            finished_at: row.finished_at.map(Moment::of),
        }
    }
}

/// A track with its values, script, attempts and the end of its output.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct TrackWhole {
    #[serde(flatten)]
    track: Track,
    pipeline_id: i64,
    /// Accepted values by parameter; null for each secret.
    #[schema(value_type = Object)]
    input: Value,
    /// A required value has not been given.
    missing_input: bool,
    /// As it runs.
    script: String,
    /// The end of what the last attempt printed.
    output: String,
    /// The outputs of other tracks that its script refers to, as far as they are known.
    #[schema(value_type = Object)]
    referred: Map<String, Value>,
    /// What its script left for those after it.
    #[schema(value_type = Object)]
    outputs: Value,
    attempts: Vec<Attempt>,
}

impl TrackWhole {
    pub(in crate::api) fn new(
        head: TrackHead,
        texts: &TrackTexts,
        referred: Vec<Referred>,
        attempts: &[AttemptRow],
    ) -> Self {
        Self {
            pipeline_id: head.pipeline_id,
            track: Track::from(head),
            input: object(&texts.input),
            missing_input: texts.missing,
            script: texts.script.clone(),
            output: String::from_utf8_lossy(&texts.output).into_owned(),
            referred: outputs_of(referred),
            outputs: object(&texts.outputs),
            attempts: attempts.iter().map(Attempt::from).collect(),
        }
    }
}

/// What others have left; null where it is not known.
pub(in crate::api) fn outputs_of(referred: Vec<Referred>) -> Map<String, Value> {
    let referred = referred.into_iter().map(|Referred { name, value, .. }| {
        let value = value.map(|value| value_to_json(&value));
        (name, value.unwrap_or_default())
    });
    referred.collect()
}

/// One try of a track's script.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Attempt {
    /// From 1.
    attempt: i32,
    ordered_at: Moment,
    started_at: Option<Moment>,
    finished_at: Option<Moment>,
    reason: Option<EndReason>,
    /// The reason in words; empty: there is no more to say.
    detail: String,
    exit_code: Option<i32>,
    /// The signal that ended it.
    signal: Option<i32>,
    log_bytes: i64,
    /// Bytes of output that the cap kept out of the log.
    dropped_bytes: i64,
}

impl From<&AttemptRow> for Attempt {
    fn from(row: &AttemptRow) -> Self {
        Self {
            attempt: row.number,
            ordered_at: Moment::of(row.ordered_at),
            started_at: row.started_at.map(Moment::of),
            finished_at: row.finished_at.map(Moment::of),
            reason: EndReason::of(row.reason),
            detail: row.detail.clone(),
            exit_code: row.exit_code,
            signal: row.signal,
            log_bytes: row.log_bytes,
            dropped_bytes: row.dropped_bytes,
        }
    }
}

/// A track that waits for a person, with its pipeline.
#[derive(Debug, Serialize, ToSchema)]
pub struct Waiting {
    #[serde(flatten)]
    track: Track,
    pipeline: PipelineName,
}

/// What people call a pipeline.
#[derive(Debug, Serialize, ToSchema)]
struct PipelineName {
    id: i64,
    name: String,
    /// The graph's name.
    graph: String,
}

impl From<store::Waiting> for Waiting {
    fn from(row: store::Waiting) -> Self {
        Self {
            pipeline: PipelineName {
                id: row.track.pipeline_id,
                name: row.pipeline,
                graph: row.graph,
            },
            track: Track::from(row.track),
        }
    }
}

/// Tracks that wait for a person, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct InboxPage {
    pub(in crate::api) tracks: Vec<Waiting>,
    /// Give it as `cursor` for the next page; null: there is none.
    pub(in crate::api) next: Option<Cursor>,
}
