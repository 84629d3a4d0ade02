//! What a person should know before something is done: sentences for a dry run.

use std::collections::{BTreeMap, BTreeSet};

use super::why::joined;
use super::{Ask, Desk, TrackAsk};
use crate::engine::{Fate, GraphId, PipelineId, Preview, TrackId, TrackState, Will};
use crate::graph::{Param, Reference, quote};
use crate::store::{StoreError, TrackHead};

/// How many vertices a sentence names at most.
const MOST_NAMED: usize = 20;

/// What a person should know before something is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Of which kind it is.
    pub caution: Caution,
    /// What is said of the single case, in English.
    pub sentence: String,
}

/// The kinds of [`Warning`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caution {
    /// The pipeline is paused by it.
    Pauses,
    /// Scripts would miss a value of a track that is skipped.
    LeavesNoValue,
    /// What still runs, and nobody watches, would be ended.
    EndsLost,
    /// It is being ended, and goes on until then.
    LostIsEnding,
    /// It would go on.
    LostGoesOn,
    /// Nothing of it is found.
    NoneLost,
    /// There is more of it than is named.
    MoreLost,
}

impl Caution {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Pauses,
        Self::LeavesNoValue,
        Self::EndsLost,
        Self::LostIsEnding,
        Self::LostGoesOn,
        Self::NoneLost,
        Self::MoreLost,
    ];

    pub(super) fn says(self, sentence: impl Into<String>) -> Warning {
        Warning {
            caution: self,
            sentence: sentence.into(),
        }
    }
}

/// What is paused by letting one track run alone.
fn held_back(preview: &Preview) -> Vec<Warning> {
    let waits = |fate: &Fate| {
        let open = matches!(fate.to, TrackState::Waiting | TrackState::Pending);
        open && fate.will != Will::Run
    };
    let paused = "The pipeline is paused by it: nothing else starts until it is resumed.";
    let any = preview.tracks.iter().any(waits);
    any.then(|| Caution::Pauses.says(paused))
        .into_iter()
        .collect()
}

impl Desk {
    /// What to think of before `ask` is done; mostly nothing. `tracks`: all of its pipeline.
    pub(super) fn warnings(
        &self,
        ask: Ask,
        preview: &Preview,
        tracks: &[TrackHead],
    ) -> Result<Vec<Warning>, StoreError> {
        match ask {
            Ask::Track(id, TrackAsk::Skip) => self.left_without(id, preview, tracks),
            Ask::Track(_, TrackAsk::RunAlone) => Ok(held_back(preview)),
            Ask::Track(..) | Ask::Pipeline(..) => Ok(Vec::new()),
        }
    }

    /// Which scripts would miss what the skipped track was to leave.
    fn left_without(
        &self,
        skipped: TrackId,
        preview: &Preview,
        tracks: &[TrackHead],
    ) -> Result<Vec<Warning>, StoreError> {
        let Some(head) = tracks.iter().find(|track| track.id == skipped.0) else {
            return Ok(Vec::new());
        };
        let referring = self.referring(head)?;
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
            Caution::LeavesNoValue.says(format!(
                "{} {takes} {} and will fail when {fails}: a track that is skipped leaves no values.",
                joined(takers, count),
                quote(&format!("{}.{output}", head.vertex))
            ))
        };
        Ok(wanted.into_iter().map(sentence).collect())
    }

    /// The outputs of one track that scripts of others refer to, by the number of the vertex whose
    /// script does.
    pub(super) fn referring(
        &self,
        track: &TrackHead,
    ) -> Result<BTreeMap<i64, Vec<String>>, StoreError> {
        let pipeline = self.store.pipeline(PipelineId(track.pipeline_id))?;
        let Some(pipeline) = pipeline else {
            return Ok(BTreeMap::new());
        };
        let all = (i64::MIN, i64::MAX);
        let all = self.store.references(GraphId(pipeline.graph_id), all)?;
        let own = |reference: Reference| {
            let (vertex, output) = reference.param.name.rsplit_once('.')?;
            (vertex == track.vertex).then(|| output.to_owned())
        };
        let of = |(vertex, all): (i64, Vec<Reference>)| {
            (vertex, all.into_iter().filter_map(own).collect())
        };
        Ok(all.into_iter().map(of).collect())
    }

    /// The outputs of one track that a person has to give who says that it succeeded: scripts of
    /// others refer to them, and they have no default.
    pub fn asked_outputs(
        &self,
        track: &TrackHead,
        declared: &[Param],
    ) -> Result<BTreeSet<String>, StoreError> {
        let mut asked: BTreeSet<String> = self.referring(track)?.into_values().flatten().collect();
        let bare = |name: &str| {
            declared
                .iter()
                .any(|p| p.name == name && p.default.is_none())
        };
        asked.retain(|name| bare(name));
        Ok(asked)
    }
}
