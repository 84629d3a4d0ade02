//! What can happen to pipelines, and what the engine answers.

use std::sync::Arc;

use super::ids::{AttemptKey, PipelineId, Time, TrackId};
use super::outbox::AttemptEnd;
use super::plan::Plan;
use super::state::{PipelineState, TrackState};

/// The values of one track at the start of its pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrackInput {
    /// Accepted values as a JSON object; empty text: the vertex uses none.
    pub values: String,
    /// A required value is missing: the track waits for it before it runs.
    pub missing: bool,
}

/// A pipeline to start.
#[derive(Debug, Clone)]
pub struct StartOrder {
    /// The graph as it was when the values were accepted.
    pub plan: Arc<Plan>,
    /// What people call this run.
    pub name: String,
    /// Free text.
    pub desc: String,
    /// A second start with the same key is the first one.
    pub request_key: Option<String>,
    /// Who asked.
    pub who: String,
    /// By what: `rest`, `form`, `run`.
    pub trigger: &'static str,
    /// What was given, as a JSON object.
    pub given: String,
    /// One for each vertex; empty: no vertex uses a value.
    pub inputs: Vec<TrackInput>,
}

/// Something that happened or is asked for.
#[derive(Debug, Clone)]
pub enum Event {
    /// A person or program starts a graph.
    Start(Arc<StartOrder>),
    /// A person gives values to a track that has not started.
    Input {
        /// The run.
        pipeline: PipelineId,
        /// Whose values.
        track: TrackId,
        /// All accepted values, and whether one is still missing.
        input: TrackInput,
        /// Who gave them.
        who: String,
    },
    /// A person stops a pipeline: nothing new starts and what runs is ended.
    Stop {
        /// Which.
        pipeline: PipelineId,
        /// Who.
        who: String,
        /// Why, in words.
        why: String,
    },
    /// A person says how an interrupted track ended, or that it shall run again.
    Resolve {
        /// The run.
        pipeline: PipelineId,
        /// The track whose outcome is unknown.
        track: TrackId,
        /// What the person says.
        verdict: Resolution,
        /// Who.
        who: String,
        /// Why, in words.
        why: String,
    },
    /// An attempt delivered its result.
    Ended {
        /// Which.
        key: AttemptKey,
        /// How.
        end: AttemptEnd,
        /// The last bytes of its output.
        output: Vec<u8>,
    },
    /// The machine could not start a process; the attempt never ran.
    NotStarted {
        /// Which.
        key: AttemptKey,
        /// What the machine said.
        why: String,
    },
    /// The attempt's supervisor or host died; its outcome is unknown.
    Interrupted {
        /// Which.
        key: AttemptKey,
        /// Why it is unknown.
        why: String,
        /// What is known all the same.
        remains: Remains,
    },
}

/// What is known of an attempt whose outcome is not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Remains {
    /// When its script was let through, if that can be told.
    pub started_at: Option<Time>,
    /// The last bytes of its output.
    pub output: Vec<u8>,
    /// Bytes of its output that the log keeps.
    pub log_bytes: u64,
    /// Bytes of its output that the log does not keep.
    pub dropped_bytes: u64,
}

/// What a person says of a track whose outcome is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// Its work was done.
    Succeeded,
    /// It was not.
    Failed,
    /// It may be done again: another attempt follows.
    RunAgain,
}

/// What the caller of an event is told, once the commit is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The pipeline's number.
    Started(PipelineId),
    /// It is as was asked.
    Done,
    /// The event is of an attempt that is over or was never ordered: nothing changes.
    Stale,
}

/// Why an event of a person is refused. Nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No live pipeline has this number.
    #[error("pipeline {0} has ended or does not exist")]
    NotLive(PipelineId),
    /// The pipeline has its verdict already.
    #[error("the pipeline is {0} already, and nothing new starts in it")]
    Verdict(PipelineState),
    /// No such track in that pipeline.
    #[error("pipeline {0} has no track {1}")]
    NoTrack(PipelineId, TrackId),
    /// The outcome of the track is known.
    #[error("the track is {0}: only one that is INTERRUPTED waits for this answer")]
    NotInterrupted(TrackState),
    /// The track has started: its values can no longer change.
    #[error("the track is {0}: only the values of a track that has not started can change")]
    HasStarted(TrackState),
}

/// A row of a live track, as `load` takes it.
#[derive(Debug, Clone)]
pub struct LoadedTrack {
    /// The row.
    pub row: super::outbox::TrackRow,
    /// Whether a required value is missing.
    pub missing: bool,
}

/// A live pipeline, as `load` takes it.
#[derive(Debug, Clone)]
pub struct LoadedPipeline {
    /// Its number.
    pub id: PipelineId,
    /// Its graph.
    pub plan: Arc<Plan>,
    /// The verdict so far.
    pub state: PipelineState,
    /// The track of vertex 0.
    pub first_track: TrackId,
    /// All tracks in the order of the vertices.
    pub tracks: Vec<LoadedTrack>,
}

/// The first numbers that are free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextIds {
    /// Of pipelines.
    pub pipeline: i64,
    /// Of tracks.
    pub track: i64,
    /// Of journal entries.
    pub journal: i64,
}
