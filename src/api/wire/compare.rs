//! How one pipeline differs from another.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::diff::{ChangedField, GraphDiff};
use super::values::given;
use super::words::{PipelineState, TrackState};
use crate::desk::Compared;
use crate::store::{PipelineHead, TrackHead};

/// How one pipeline differs from another.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct PipelineDiff {
    before: Compare,
    after: Compare,
    /// What changed in the graph; null: both ran the same version.
    graph: Option<GraphDiff>,
    /// Parameters that were given other values. A secret is null in both: that it changed is not told.
    input: Vec<ChangedField>,
    /// By the names of vertices: those of `after` in their order, then those that are gone.
    tracks: Vec<TrackDiff>,
}

/// One of the two pipelines.
#[derive(Debug, Serialize, ToSchema)]
struct Compare {
    id: i64,
    graph_id: i64,
    graph: String,
    version: i32,
    state: PipelineState,
    /// From its start to its end; null: it is not over.
    duration_ms: Option<i64>,
}

/// A vertex in both.
#[derive(Debug, Serialize, ToSchema)]
struct TrackDiff {
    vertex: String,
    /// Null: it was not there.
    before: Option<TrackThen>,
    /// Null: it is not there.
    after: Option<TrackThen>,
    /// Its state or its exit code is another one, or it is not in both.
    differs: bool,
}

/// A track in one of the two.
#[derive(Debug, Serialize, ToSchema)]
struct TrackThen {
    id: i64,
    state: TrackState,
    exit_code: Option<i32>,
    attempts: i32,
    /// Of the last attempt; null: it has not ended.
    duration_ms: Option<i64>,
}

impl From<&PipelineHead> for Compare {
    fn from(head: &PipelineHead) -> Self {
        Self {
            id: head.id,
            graph_id: head.graph_id,
            graph: head.graph.clone(),
            version: head.version,
            state: PipelineState::of(head.state),
            duration_ms: head.finished_at.map(|end| end - head.created_at),
        }
    }
}

impl From<&TrackHead> for TrackThen {
    fn from(head: &TrackHead) -> Self {
        let ends = head.started_at.zip(head.finished_at);
        Self {
            id: head.id,
            state: TrackState::of(head.state),
            exit_code: head.exit_code,
            attempts: head.attempt,
            duration_ms: ends.map(|(start, end)| end - start),
        }
    }
}

impl From<Compared> for PipelineDiff {
    fn from(compared: Compared) -> Self {
        let (before, after) = (&compared.before, &compared.after);
        let graph = compared.graph;
        Self {
            before: Compare::from(&before.0),
            after: Compare::from(&after.0),
            graph: graph.map(|diff| GraphDiff::of(before.0.graph_id, after.0.graph_id, diff)),
            input: inputs(&given(&before.0.input), &given(&after.0.input)),
            tracks: tracks(&before.1, &after.1),
        }
    }
}

fn inputs(before: &Value, after: &Value) -> Vec<ChangedField> {
    let names = |of: &Value| of.as_object().map(|of| of.keys().cloned().collect());
    let names = [before, after].map(|of| names(of).unwrap_or_default());
    let all: BTreeSet<String> = names.into_iter().flat_map(|names: Vec<_>| names).collect();
    let changed = |name: String| {
        let (was, is) = (before.get(&name), after.get(&name));
        (was != is).then(|| ChangedField {
            before: was.cloned().unwrap_or_default(),
            after: is.cloned().unwrap_or_default(),
            field: name,
        })
    };
    all.into_iter().filter_map(changed).collect()
}

fn tracks(before: &[TrackHead], after: &[TrackHead]) -> Vec<TrackDiff> {
    let mut old: BTreeMap<&str, &TrackHead> =
        before.iter().map(|t| (t.vertex.as_str(), t)).collect();
    let one = |was: Option<&TrackHead>, is: Option<&TrackHead>| {
        let seen = |head: Option<&TrackHead>| head.map(|head| (head.state, head.exit_code));
        TrackDiff {
            vertex: is
                .or(was)
                .map(|head| head.vertex.clone())
                .unwrap_or_default(),
            before: was.map(TrackThen::from),
            after: is.map(TrackThen::from),
            differs: seen(was) != seen(is),
        }
    };
    let mut all: Vec<TrackDiff> = after
        .iter()
        .map(|is| one(old.remove(is.vertex.as_str()), Some(is)))
        .collect();
    let gone = before
        .iter()
        .filter(|was| old.contains_key(was.vertex.as_str()));
    all.extend(gone.map(|was| one(Some(was), None)));
    all
}
