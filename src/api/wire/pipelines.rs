//! Pipelines: the runs of graphs.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::cursor::Cursor;
use super::tracks::Track;
use super::values::{Moment, given};
use super::words::PipelineState;
use crate::desk::Removed;
use crate::store::PipelineHead;

/// A pipeline without its tracks.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Pipeline {
    id: i64,
    graph_id: i64,
    /// The graph's name.
    graph: String,
    /// The graph's version.
    version: i32,
    name: String,
    desc: String,
    state: PipelineState,
    /// What was given at the start, by parameter; null for each secret. The start form of the pages gives
    /// what stands in its fields, the defaults among it.
    #[schema(value_type = Object)]
    input: Value,
    track_count: i32,
    /// Who started it.
    creator: String,
    /// By what it was started: `rest`, `form`, `run`.
    trigger: String,
    /// Of two pipelines whose tracks are ready, the one with the higher number comes first.
    priority: i32,
    /// The pipeline that it repeats.
    again_of: Option<i64>,
    /// That one was deleted: `again_of` is the number that it had.
    again_of_deleted: bool,
    /// It waits until fewer pipelines of its graph run.
    queued: bool,
    /// Nothing new of it starts, whatever its state.
    paused: bool,
    /// When it is ended, if it has not ended by then; null: it has all the time.
    due_at: Option<Moment>,
    created_at: Moment,
    /// When nothing of it could move any more.
    finished_at: Option<Moment>,
}

impl From<&PipelineHead> for Pipeline {
    fn from(head: &PipelineHead) -> Self {
        Self {
            id: head.id,
            graph_id: head.graph_id,
            graph: head.graph.clone(),
            version: head.version,
            name: head.name.clone(),
            desc: head.desc.clone(),
            state: PipelineState::of(head.state),
            input: given(&head.input),
            track_count: head.vertices,
            creator: head.creator.clone(),
            trigger: head.trigger.clone(),
            priority: head.priority,
            again_of: head.again_of,
            again_of_deleted: head.again_of_deleted,
            queued: head.queued,
            paused: head.paused,
            due_at: head.due_at.map(Moment::of),
            created_at: Moment::of(head.created_at),
            finished_at: head.finished_at.map(Moment::of),
        }
    }
}

/// Pipelines, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct PipelinePage {
    pub(in crate::api) pipelines: Vec<Pipeline>,
    /// Give it as `cursor` for the next page; null: there is none. A page can be short, or empty, where
    /// little fits: only so many pipelines are looked at for one.
    pub(in crate::api) next: Option<Cursor>,
}

/// A pipeline with its tracks.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct PipelineWhole {
    #[serde(flatten)]
    pub(in crate::api) pipeline: Pipeline,
    /// How many FAILED tracks count as done: their vertices say `on_error: ignore`.
    pub(in crate::api) ignored: usize,
    /// One for each vertex, in the order of the definition.
    pub(in crate::api) tracks: Vec<Track>,
}

/// Tracks of a pipeline, in the order of the definition.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct TrackPage {
    pub(in crate::api) tracks: Vec<Track>,
    /// Give it as `cursor` for the next page; null: there is none.
    pub(in crate::api) next: Option<Cursor>,
}

/// A pipeline that was deleted, or would be.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct PipelineRemoved {
    /// As it was.
    pipeline: Pipeline,
    /// It was deleted; false: it would be.
    deleted: bool,
    attempts: i64,
    /// Bytes of the logs of attempts that have ended.
    log_bytes: i64,
    /// Lines of its journal.
    journal_entries: i64,
    /// The newest pipelines that repeat it: they stay.
    repeated_by: Vec<i64>,
}

impl PipelineRemoved {
    pub(in crate::api) fn of(removed: Removed, dry: bool) -> Self {
        Self {
            pipeline: Pipeline::from(&removed.head),
            deleted: !dry,
            attempts: removed.extent.attempts,
            log_bytes: removed.extent.log_bytes,
            journal_entries: removed.extent.journal,
            repeated_by: removed.repeated_by,
        }
    }
}

/// A pipeline that was started.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct PipelineStarted {
    pub(in crate::api) id: i64,
    /// Where it stands now, or at the end of the wait.
    pub(in crate::api) state: PipelineState,
    /// An earlier request with the same `Idempotency-Key` had started it.
    pub(in crate::api) replayed: bool,
}
