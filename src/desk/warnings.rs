//! What a person should know before something is done: sentences for a dry run.

use std::collections::BTreeMap;

use super::why::joined;
use super::{Ask, Desk, TrackAsk};
use crate::engine::{GraphId, PipelineId, Preview, TrackId, TrackState};
use crate::graph::quote;
use crate::store::{StoreError, TrackHead};

/// How many vertices a sentence names at most.
const MOST_NAMED: usize = 20;

impl Desk {
    /// What to think of before `ask` is done; mostly nothing. `tracks`: all of its pipeline.
    pub(super) fn warnings(
        &self,
        ask: Ask,
        preview: &Preview,
        tracks: &[TrackHead],
    ) -> Result<Vec<String>, StoreError> {
        match ask {
            Ask::Track(id, TrackAsk::Skip) => self.left_without(id, preview, tracks),
            Ask::Track(..) | Ask::Pipeline(..) => Ok(Vec::new()),
        }
    }

    /// Which scripts would miss what the skipped track was to leave.
    fn left_without(
        &self,
        skipped: TrackId,
        preview: &Preview,
        tracks: &[TrackHead],
    ) -> Result<Vec<String>, StoreError> {
        let referring = self.referring(skipped, tracks)?;
        let mut wanted: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (track, fate) in tracks.iter().zip(&preview.tracks) {
            // What has run, or never will unless somebody asks for it, does not take a value.
            if matches!(
                fate.to,
                TrackState::Succeed | TrackState::Skipped | TrackState::Running
            ) {
                continue;
            }
            for output in referring.get(&track.vertex_id).into_iter().flatten() {
                let takers = wanted.entry(output.clone()).or_default();
                takers.push(quote(&track.vertex));
            }
        }
        let sentence = |(output, mut takers): (String, Vec<String>)| {
            let count = takers.len();
            takers.truncate(MOST_NAMED);
            let (takes, fails) = match count {
                1 => ("takes", "it starts"),
                _ => ("take", "they start"),
            };
            format!(
                "{} {takes} {} and will fail when {fails}: a track that is skipped leaves no values.",
                joined(takers, count),
                quote(&output)
            )
        };
        Ok(wanted.into_iter().map(sentence).collect())
    }

    /// The outputs of one track that the scripts of others refer to, as `vertex.name`, by the
    /// number of the vertex that does. `tracks`: all of its pipeline.
    fn referring(
        &self,
        track: TrackId,
        tracks: &[TrackHead],
    ) -> Result<BTreeMap<i64, Vec<String>>, StoreError> {
        let (Some(first), Some(last)) = (tracks.first(), tracks.last()) else {
            return Ok(BTreeMap::new());
        };
        let Some(pipeline) = self.store.pipeline(PipelineId(first.pipeline_id))? else {
            return Ok(BTreeMap::new());
        };
        let ends = (first.vertex_id, last.vertex_id);
        let all = self.store.references(GraphId(pipeline.graph_id), ends)?;
        let place = track.0 - first.id;
        let own = all.into_iter().map(|(vertex, references)| {
            let to_it = references.into_iter();
            let to_it = to_it.filter(|r| i64::from(r.place) == place);
            (vertex, to_it.map(|r| r.param.name).collect())
        });
        Ok(own.collect())
    }
}
