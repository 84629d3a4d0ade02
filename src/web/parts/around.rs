//! What a track's line needs that its row does not say: how its pipeline stands, what it shares, whether
//! its failure counts.

use std::collections::{BTreeMap, BTreeSet};

use crate::desk::Desk;
use crate::engine::{Mark, PipelineId, TrackId};
use crate::graph::When;
use crate::l10n::Words;
use crate::store::{PipelineHead, StoreError, TrackHead};
use crate::web::parts::unrun::Over;

/// What is around the tracks of one pipeline.
#[derive(Debug, Clone, Default)]
pub(in crate::web) struct Around {
    /// The moment of the request.
    pub(in crate::web) now: i64,
    /// Nothing new of the pipeline starts.
    pub(in crate::web) paused: bool,
    /// It waits for its turn.
    pub(in crate::web) queued: bool,
    /// The tracks that run after the verdict, in their order.
    pub(in crate::web) handlers: Vec<(TrackHead, When)>,
    /// FAILED tracks whose failure counts as done.
    pub(in crate::web) ignored: BTreeSet<i64>,
    /// The pool that a track waits for.
    pub(in crate::web) pools: BTreeMap<i64, String>,
    /// Why what has not run does not; none: something of the pipeline can still move.
    pub(in crate::web) over: Option<Over>,
}

impl Around {
    /// What is around the tracks of a pipeline; the pools of those with numbers `first..=last`.
    pub(in crate::web) fn read(
        desk: &Desk,
        head: &PipelineHead,
        ends: Option<(i64, i64)>,
        now: i64,
    ) -> Result<Self, StoreError> {
        let handlers = desk.store.handlers(&[head.id])?.into_iter();
        let pools = ends.map(|ends| desk.store.pools(ends)).transpose()?;
        Ok(Self {
            now,
            paused: head.paused,
            queued: head.queued,
            handlers: handlers
                .filter_map(|(track, code)| Some((track, When::from_code(code)?)))
                .collect(),
            ignored: desk
                .store
                .ignored(PipelineId(head.id))?
                .into_iter()
                .collect(),
            pools: pools.unwrap_or_default().into_iter().collect(),
            over: Over::read(desk, head)?,
        })
    }

    /// The same of one track.
    pub(in crate::web) fn of_one(
        desk: &Desk,
        head: &PipelineHead,
        track: TrackId,
        now: i64,
    ) -> Result<Self, StoreError> {
        Self::read(desk, head, Some((track.0, track.0)), now)
    }

    /// After which verdict a track runs.
    pub(in crate::web) fn handler(&self, track: i64) -> Option<When> {
        let own = self.handlers.iter().find(|(head, _)| head.id == track);
        own.map(|(_, when)| *when)
    }

    /// Whether a track runs after the verdict.
    pub(in crate::web) fn is_handler(&self, track: i64) -> bool {
        self.handler(track).is_some()
    }

    /// What a track waits for that could have a slot.
    pub(in crate::web) fn slot(&self, track: &TrackHead, t: Words) -> String {
        let alone = track.mark == Some(Mark::Alone.code());
        if self.queued {
            t.pending_turn()
        } else if self.paused && !alone {
            t.pending_paused()
        } else if let Some(pool) = self.pools.get(&track.id) {
            t.pending_slot_pool(pool)
        } else {
            t.pending_slot()
        }
    }

    /// How many tracks stand where, without those that run after the verdict.
    pub(in crate::web) fn scripts(&self, counts: &[(i64, i16, i64)]) -> Vec<(i64, i16, i64)> {
        without(counts, self.handlers.iter().map(|(track, _)| track))
    }
}

/// `(pipeline, state, count)` of tracks without these, which run after the verdict.
pub(in crate::web) fn without<'t>(
    counts: &[(i64, i16, i64)],
    handlers: impl Iterator<Item = &'t TrackHead>,
) -> Vec<(i64, i16, i64)> {
    let mut counts = counts.to_vec();
    for track in handlers {
        let own = |c: &&mut (i64, i16, i64)| (c.0, c.1) == (track.pipeline_id, track.state);
        if let Some((_, _, count)) = counts.iter_mut().find(own) {
            *count -= 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::{Around, without};
    use crate::engine::Mark;
    use crate::l10n::{L10n, Words};
    use crate::web::tests::harness::track_head;

    #[test]
    fn a_slot_is_waited_for_after_what_holds_the_whole_pipeline() {
        let (t, mut track) = (Words::of(L10n::En), track_head(3, "a"));
        let mut around = Around::default();
        assert_eq!(around.slot(&track, t), "waits for a free slot");
        around.pools.insert(3, "db".to_owned());
        assert!(around.slot(&track, t).contains("`db`"));
        around.paused = true;
        assert_eq!(around.slot(&track, t), "its pipeline is paused");
        track.mark = Some(Mark::Alone.code());
        assert!(around.slot(&track, t).contains("`db`"));
        around.queued = true;
        assert!(around.slot(&track, t).contains("fewer pipelines"));
    }

    #[test]
    fn what_runs_after_the_verdict_is_not_counted() {
        let mut handler = track_head(3, "on_exit");
        (handler.pipeline_id, handler.state) = (2, 0);
        let counts = without(&[(1, 0, 4), (2, 0, 4), (2, 3, 1)], [&handler].into_iter());
        assert_eq!(counts, [(1, 0, 4), (2, 0, 3), (2, 3, 1)]);
    }
}
