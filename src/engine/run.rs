//! One live pipeline in memory: its plan, its tracks, how many of them stand where, and which of
//! them could have a slot.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::event::LoadedPipeline;
use super::ids::{AttemptKey, PipelineId, Time, TrackId};
use super::outbox::{PipelineRow, TrackRow};
use super::plan::{Plan, Pool};
use super::state::{PendingOn, TrackState};

/// One track of a live pipeline.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Track {
    pub(super) row: TrackRow,
    /// Predecessors that are not done.
    pub(super) waits_for: u32,
    /// A required value is missing.
    pub(super) missing: bool,
}

/// Tracks in each state, by the state's code.
type Counts = [u32; TrackState::ALL.len()];

/// A pipeline of which something can still move.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Run {
    pub(super) id: PipelineId,
    pub(super) plan: Arc<Plan>,
    pub(super) row: PipelineRow,
    pub(super) priority: i32,
    pub(super) first_track: TrackId,
    pub(super) tracks: Vec<Track>,
    /// Of the tracks that have to be done before there is a verdict.
    pub(super) counts: Counts,
    /// Of the tracks that run after it.
    pub(super) handlers: Counts,
    /// How many FAILED ones give the pipeline its verdict.
    pub(super) failing: u32,
    /// How many run although nothing else starts, and have not started.
    pub(super) alone: u32,
    /// When the last attempts of its tracks began, and how many then.
    pub(super) begun: BTreeMap<Time, u32>,
    /// What could have a slot, by the pool it needs: the longest way to an end first.
    pub(super) ready: BTreeMap<Option<Pool>, BTreeSet<(Reverse<u32>, u32)>>,
}

/// A track that has not started.
pub(super) const fn fresh_row(state: TrackState, pending_on: Option<PendingOn>) -> TrackRow {
    TrackRow {
        state,
        pending_on,
        mark: None,
        ending: None,
        due_at: None,
        reason: None,
        exit_code: None,
        attempt: 0,
        retries: 0,
        started_at: None,
        finished_at: None,
        lost: 0,
    }
}

impl Run {
    /// A pipeline as it is at its start: in-degree-zero tracks PENDING, all others WAITING.
    pub(super) fn new(
        id: PipelineId,
        plan: Arc<Plan>,
        (row, priority): (PipelineRow, i32),
        first_track: TrackId,
        missing: impl Fn(usize) -> bool,
    ) -> Self {
        let tracks = (0..plan.len()).map(|i| {
            let waits_for = plan.in_degree(i as u32);
            let missing = missing(i);
            let row = match (waits_for, missing) {
                _ if i >= plan.scripts() => fresh_row(TrackState::Waiting, None),
                (0, false) => fresh_row(TrackState::Pending, Some(PendingOn::Slot)),
                (0, true) => fresh_row(TrackState::Pending, Some(PendingOn::Input)),
                (_, _) => fresh_row(TrackState::Waiting, None),
            };
            Track {
                row,
                waits_for,
                missing,
            }
        });
        let tracks = tracks.collect();
        Self::with_tracks(id, plan, (row, priority), first_track, tracks)
    }

    /// A pipeline as its rows say.
    pub(super) fn load(rows: &LoadedPipeline) -> Self {
        let plan = Arc::clone(&rows.plan);
        assert_eq!(
            rows.tracks.len(),
            plan.len(),
            "pipeline {} has a track for each vertex",
            rows.id
        );
        let tracks = rows.tracks.iter().map(|track| Track {
            row: track.row,
            waits_for: 0,
            missing: track.missing,
        });
        let tracks = tracks.collect();
        let row = (rows.row, rows.priority);
        let mut run = Self::with_tracks(rows.id, plan, row, rows.first_track, tracks);
        run.recount();
        run
    }

    fn with_tracks(
        id: PipelineId,
        plan: Arc<Plan>,
        (row, priority): (PipelineRow, i32),
        first_track: TrackId,
        tracks: Vec<Track>,
    ) -> Self {
        let zero = [0; TrackState::ALL.len()];
        let mut run = Self {
            id,
            plan,
            row,
            priority,
            first_track,
            tracks,
            counts: zero,
            handlers: zero,
            failing: 0,
            alone: 0,
            begun: BTreeMap::new(),
            ready: BTreeMap::new(),
        };
        for index in 0..run.tracks.len() as u32 {
            run.count_in(index, true);
        }
        run.line_up();
        run
    }

    /// Works out again what each track waits for.
    pub(super) fn recount(&mut self) {
        let open = self.plan.open(|i| self.is_done(i));
        for (track, open) in self.tracks.iter_mut().zip(open) {
            track.waits_for = open;
        }
    }

    /// Works out again what could have a slot, after a change of the pipeline itself.
    pub(super) fn line_up(&mut self) {
        self.ready.clear();
        for index in 0..self.tracks.len() as u32 {
            self.line(index, true);
        }
    }

    /// Puts a track into its line, or takes it out, when it is one for a line.
    fn line(&mut self, index: u32, enters: bool) {
        let place = (Reverse(self.plan.rank(index)), index);
        if self.tracks[index as usize].row.pending_on != Some(PendingOn::Slot) {
            return;
        }
        let pool = &self.plan.vertex(index).pool;
        if enters && self.may_order(index) {
            self.ready.entry(pool.clone()).or_default().insert(place);
        } else if let Some(line) = self.ready.get_mut(pool) {
            line.remove(&place);
            if line.is_empty() {
                self.ready.remove(pool);
            }
        }
    }

    /// The number of a vertex's track.
    pub(super) fn track_id(&self, index: u32) -> TrackId {
        TrackId(self.first_track.0 + i64::from(index))
    }

    /// The vertex of a track's number, when the track is of this pipeline.
    pub(super) fn index_of(&self, track: TrackId) -> Option<u32> {
        let index = u32::try_from(track.0.checked_sub(self.first_track.0)?).ok()?;
        ((index as usize) < self.tracks.len()).then_some(index)
    }

    /// The track of a vertex.
    pub(super) fn track(&self, index: u32) -> &Track {
        &self.tracks[index as usize]
    }

    /// The key of a track's last attempt.
    pub(super) fn key(&self, index: u32) -> AttemptKey {
        let attempt = self.track(index).row.attempt;
        AttemptKey {
            pipeline: self.id,
            track: self.track_id(index),
            attempt,
        }
    }

    /// Replaces a track's row and keeps counts and lines true.
    pub(super) fn set(&mut self, index: u32, row: TrackRow) {
        self.count_in(index, false);
        self.line(index, false);
        self.tracks[index as usize].row = row;
        self.count_in(index, true);
        self.line(index, true);
    }

    /// The indexes of the tracks that stand at `state`.
    pub(super) fn at(&self, state: TrackState) -> Vec<u32> {
        (0..self.tracks.len() as u32)
            .filter(|&i| self.track(i).row.state == state)
            .collect()
    }

    /// The row of a track that is ordered now.
    pub(super) fn ordered_row(&self, index: u32, now: Time) -> TrackRow {
        let row = self.track(index).row;
        TrackRow {
            attempt: row.attempt + 1,
            retries: row.retries,
            mark: row.mark,
            started_at: Some(now),
            lost: row.lost,
            ..fresh_row(TrackState::Running, None)
        }
    }
}
