//! What can happen to pipelines, and what the engine answers.

use std::sync::Arc;

use super::ids::{AttemptKey, PipelineId, Time, TrackId};
use super::outbox::{AttemptEnd, PipelineRow, TrackRow};
use super::plan::Plan;
use super::request::Request;
use crate::graph::Hidden;

/// The values of one track at the start of its pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrackInput {
    /// Accepted values as a JSON object; empty text: the vertex uses none.
    pub values: String,
    /// A required value is missing: the track waits for it before it runs.
    pub missing: bool,
    /// Values of secret parameters; `values` has null for each.
    pub secrets: Vec<(String, Hidden)>,
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
    /// Of two pipelines whose tracks are ready, the one with the higher number comes first.
    pub priority: i32,
    /// The pipeline that this one repeats.
    pub again_of: Option<PipelineId>,
}

/// Something that happened or is asked for.
#[derive(Debug, Clone)]
pub enum Event {
    /// A person or program starts a graph.
    Start(Arc<StartOrder>),
    /// A person or program asks something of a pipeline or of one of its tracks.
    Act(Request),
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
    /// A process of it that is known to run on.
    pub survivor: Option<u32>,
}

/// A row of a live track, as `load` takes it.
#[derive(Debug, Clone)]
pub struct LoadedTrack {
    /// The row.
    pub row: TrackRow,
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
    /// The columns that change.
    pub row: PipelineRow,
    /// As it was started with.
    pub priority: i32,
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
