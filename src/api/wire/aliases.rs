//! What only the names of other engines take and answer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::cursor::Cursor;
use super::graphs::{Edge, Vertex};
use crate::engine::{Census, PipelineState};

/// The vertices of a graph.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct WorkflowNodes {
    pub(in crate::api) vertices: Vec<Vertex>,
    /// Give it as `cursor` for the next page; null: there is none.
    pub(in crate::api) next: Option<Cursor>,
}

/// The edges of a graph.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct WorkflowEdges {
    pub(in crate::api) edges: Vec<Edge>,
    /// Give it as `cursor` for the next page; null: there is none.
    pub(in crate::api) next: Option<Cursor>,
}

/// A start, of a version or of the newest version of a name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct InstanceBody {
    /// The number of a graph.
    pub(in crate::api) workflow_id: Option<i64>,
    /// The name of a graph.
    pub(in crate::api) name: Option<String>,
    /// Values by parameter.
    #[serde(default)]
    pub(in crate::api) input: BTreeMap<String, Value>,
}

/// What a task was to leave.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::api) struct CompleteBody {
    /// Values of the outputs that its vertex declares.
    pub(in crate::api) output: BTreeMap<String, Value>,
    /// Why, for the journal.
    pub(in crate::api) why: Option<String>,
}

/// How many pipelines there are.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct WorkflowStats {
    /// By state, those that are over among them.
    pipelines: BTreeMap<&'static str, u64>,
    /// Of those of which something can still move.
    live: BTreeMap<&'static str, u64>,
    /// How many of them wait until fewer of their graph run.
    queued: u64,
}

impl WorkflowStats {
    /// From what is committed, by the code of the state, and what is live.
    pub(in crate::api) fn of(all: &[(i16, i64)], census: &Census) -> Self {
        let count = |state: PipelineState| {
            let rows = all.iter().find(|(code, _)| *code == state.code());
            rows.map_or(0, |(_, n)| n.unsigned_abs())
        };
        let all = PipelineState::ALL.iter();
        let live = census.pipelines.iter();
        Self {
            pipelines: all.map(|state| (state.word(), count(*state))).collect(),
            live: live.map(|(state, n)| (state.word(), *n)).collect(),
            queued: census.queued,
        }
    }
}

/// How many tracks live pipelines have.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct NodeStats {
    /// By state.
    tracks: BTreeMap<&'static str, u64>,
    /// How many could run but for a slot, a pool or `max_parallel`.
    ready: u64,
    /// Scripts that run.
    slots_used: u32,
    /// Scripts that may run at once.
    slots: u32,
}

impl From<&Census> for NodeStats {
    fn from(census: &Census) -> Self {
        let states = census.tracks.iter();
        Self {
            tracks: states.map(|(state, n)| (state.word(), *n)).collect(),
            ready: census.ready,
            slots_used: census.slots_used,
            slots: census.slots,
        }
    }
}

/// The ends of the logs of a pipeline.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct InstanceLogs {
    /// One for each track, in the order of the definition.
    pub(in crate::api) logs: Vec<TrackLines>,
    /// Give it as `cursor` for the next page; null: there is none.
    pub(in crate::api) next: Option<Cursor>,
}

/// The end of what a track's last attempt has printed.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct TrackLines {
    pub(in crate::api) track: i64,
    pub(in crate::api) vertex: String,
    /// 0 before the first.
    pub(in crate::api) attempt: i32,
    pub(in crate::api) lines: Vec<String>,
    /// There are earlier lines.
    pub(in crate::api) more: bool,
}
