//! One live pipeline in memory: its plan, its tracks and how many of them stand where.

use std::sync::Arc;

use super::event::LoadedPipeline;
use super::ids::{AttemptKey, PipelineId, Time, TrackId};
use super::outbox::TrackRow;
use super::plan::Plan;
use super::state::{PendingOn, PipelineState, TrackState};
use crate::graph::OnFailure;

/// One track of a live pipeline.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Track {
    pub(super) row: TrackRow,
    /// Predecessors that are not done.
    pub(super) waits_for: u32,
    /// A required value is missing.
    pub(super) missing: bool,
}

/// A pipeline of which something can still move.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Run {
    pub(super) id: PipelineId,
    pub(super) plan: Arc<Plan>,
    pub(super) state: PipelineState,
    pub(super) first_track: TrackId,
    pub(super) tracks: Vec<Track>,
    /// Tracks in each state, by the state's code.
    counts: [u32; TrackState::ALL.len()],
}

/// A track that has not started.
pub(super) const fn fresh_row(state: TrackState, pending_on: Option<PendingOn>) -> TrackRow {
    TrackRow {
        state,
        pending_on,
        due_at: None,
        reason: None,
        exit_code: None,
        attempt: 0,
        retries: 0,
        started_at: None,
        finished_at: None,
    }
}

impl Run {
    /// A pipeline as it is at its start: in-degree-zero tracks PENDING, all others WAITING.
    pub(super) fn new(
        id: PipelineId,
        plan: Arc<Plan>,
        first_track: TrackId,
        missing: impl Fn(usize) -> bool,
    ) -> Self {
        let tracks = (0..plan.len()).map(|i| {
            let waits_for = plan.in_degree(i as u32);
            let missing = missing(i);
            let row = match (waits_for, missing) {
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
        Self::with_tracks(
            id,
            Arc::clone(&plan),
            PipelineState::Running,
            first_track,
            tracks.collect(),
        )
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
        let mut waits_for: Vec<u32> = (0..plan.len()).map(|i| plan.in_degree(i as u32)).collect();
        for (i, track) in rows.tracks.iter().enumerate() {
            if track.row.state.is_done() {
                for &head in plan.successors(i as u32) {
                    waits_for[head as usize] -= 1;
                }
            }
        }
        let tracks = rows
            .tracks
            .iter()
            .zip(waits_for)
            .map(|(track, waits_for)| Track {
                row: track.row,
                waits_for,
                missing: track.missing,
            });
        Self::with_tracks(
            rows.id,
            Arc::clone(&plan),
            rows.state,
            rows.first_track,
            tracks.collect(),
        )
    }

    fn with_tracks(
        id: PipelineId,
        plan: Arc<Plan>,
        state: PipelineState,
        first_track: TrackId,
        tracks: Vec<Track>,
    ) -> Self {
        let mut counts = [0; TrackState::ALL.len()];
        for track in &tracks {
            counts[track.row.state.code() as usize] += 1;
        }
        Self {
            id,
            plan,
            state,
            first_track,
            tracks,
            counts,
        }
    }

    /// How many tracks stand at `state`.
    pub(super) fn count(&self, state: TrackState) -> u32 {
        self.counts[state.code() as usize]
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

    /// Replaces a track's row and keeps the counts true.
    pub(super) fn set(&mut self, index: u32, row: TrackRow) {
        let track = &mut self.tracks[index as usize];
        self.counts[track.row.state.code() as usize] -= 1;
        self.counts[row.state.code() as usize] += 1;
        track.row = row;
    }

    /// Whether new attempts may be ordered.
    pub(super) fn may_start(&self) -> bool {
        match self.state {
            PipelineState::Running => true,
            PipelineState::Failed => self.plan.on_failure == OnFailure::ContinueIndependent,
            PipelineState::Paused | PipelineState::Finish | PipelineState::Stopped => false,
        }
    }

    /// Whether what runs is being ended.
    pub(super) fn is_ending(&self) -> bool {
        match self.state {
            PipelineState::Stopped => true,
            PipelineState::Failed => self.plan.on_failure == OnFailure::CancelRunning,
            PipelineState::Running | PipelineState::Paused | PipelineState::Finish => false,
        }
    }

    /// Whether nothing can move any more, by itself or by an answer of a person.
    pub(super) fn is_settled(&self) -> bool {
        let resting = self.count(TrackState::Running) == 0;
        match self.state {
            PipelineState::Running | PipelineState::Paused => false,
            PipelineState::Finish => true,
            PipelineState::Stopped => resting,
            PipelineState::Failed => {
                // An unknown outcome waits for a person's answer, whatever else has failed. With
                // branches that go on, a value that is given can move them too.
                let unknown = self.count(TrackState::Interrupted);
                let open = if self.may_start() {
                    self.count(TrackState::Pending)
                } else {
                    0
                };
                resting && unknown == 0 && open == 0
            }
        }
    }

    /// Whether every track is done.
    pub(super) fn is_finished(&self) -> bool {
        let done = self.count(TrackState::Succeed) + self.count(TrackState::Skipped);
        done as usize == self.tracks.len()
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
            state: TrackState::Running,
            pending_on: None,
            due_at: None,
            reason: None,
            exit_code: None,
            attempt: row.attempt + 1,
            retries: row.retries,
            started_at: Some(now),
            finished_at: None,
        }
    }
}
