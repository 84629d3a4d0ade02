//! What would follow from what is asked.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::pipelines::PipelineStarted;
use super::values::given;
use super::words::{Fate, PipelineState, TrackMark, TrackState};
use crate::desk::{Would, WouldStart};
use crate::engine::{Preview, Will};

/// What would follow from what is asked. Nothing of it was done.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct AskPreview {
    /// The pipeline's state now.
    from: PipelineState,
    /// And then.
    to: PipelineState,
    /// It would have to wait until fewer pipelines of its graph run.
    queued: bool,
    /// Nothing new of it would start, whatever its state.
    paused: bool,
    /// Always true: nothing was done.
    dry_run: bool,
    counts: FateCounts,
    /// Every track, in the order of the vertices.
    tracks: Vec<TrackFate>,
    /// What to think of before it is done, a sentence each.
    warnings: Vec<String>,
}

/// How many tracks there are of each fate.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct FateCounts {
    run: usize,
    end: usize,
    change: usize,
    keep: usize,
}

/// What would become of a track.
#[derive(Debug, Serialize, ToSchema)]
struct TrackFate {
    id: i64,
    vertex: String,
    /// Its state now.
    from: TrackState,
    /// And then.
    to: TrackState,
    /// What people have said of it before it starts, then.
    mark: Option<TrackMark>,
    will: Fate,
}

impl From<&Preview> for FateCounts {
    fn from(preview: &Preview) -> Self {
        let of: BTreeMap<Will, usize> = preview.counts().collect();
        let of = |will| of.get(&will).copied().unwrap_or_default();
        Self {
            run: of(Will::Run),
            end: of(Will::End),
            change: of(Will::Change),
            keep: of(Will::Keep),
        }
    }
}

impl From<&Would> for AskPreview {
    fn from(would: &Would) -> Self {
        let preview = &would.preview;
        let tracks = preview.tracks.iter().zip(&would.vertices);
        let tracks = tracks.map(|(fate, vertex)| TrackFate {
            id: fate.track.0,
            vertex: vertex.clone(),
            from: TrackState(fate.from.word()),
            to: TrackState(fate.to.word()),
            mark: fate.mark.map(|mark| TrackMark(mark.word())),
            will: Fate(fate.will.word()),
        });
        Self {
            from: PipelineState(preview.from.word()),
            to: PipelineState(preview.to.word()),
            queued: preview.queued,
            paused: preview.paused,
            dry_run: true,
            counts: FateCounts::from(preview),
            tracks: tracks.collect(),
            warnings: would.warnings.iter().map(|w| w.sentence.clone()).collect(),
        }
    }
}

/// What would be started. Nothing was.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct StartPreview {
    /// The pipeline that it would repeat.
    again_of: Option<i64>,
    graph_id: i64,
    graph: String,
    version: i32,
    name: String,
    /// What was given, by parameter; null for each secret.
    #[schema(value_type = Object)]
    input: Value,
    /// What the scripts would take, by parameter, defaults among it; null for each secret.
    #[schema(value_type = Object)]
    values: Map<String, Value>,
    priority: i32,
    track_count: i32,
    /// The vertices that would wait for a value.
    waits_for_input: Vec<String>,
    /// The pipelines that would be stopped, because the graph says how many run at once.
    stops: Vec<i64>,
    /// It would have to wait until fewer pipelines of its graph run.
    queued: bool,
    /// Always true: nothing was done.
    dry_run: bool,
}

impl From<WouldStart> for StartPreview {
    fn from(would: WouldStart) -> Self {
        Self {
            again_of: would.again_of.map(|id| id.0),
            graph_id: would.head.id,
            graph: would.head.name,
            version: would.head.version,
            name: would.name,
            input: given(&would.given),
            values: would.values,
            priority: would.priority,
            track_count: would.head.vertices,
            waits_for_input: would.waits_for_input,
            stops: would.room.stops.iter().map(|id| id.0).collect(),
            queued: would.room.queued,
            dry_run: true,
        }
    }
}

/// A start, or with `dry_run=true` what it would be.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(in crate::api) enum StartedOrPreview {
    /// It was started.
    Started(PipelineStarted),
    /// It would be.
    Preview(Box<StartPreview>),
}
