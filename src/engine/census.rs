//! How much there is of what: each live pipeline keeps count of its own tracks, here they are added up.

use super::core::Engine;
use super::state::{PipelineState, TrackState};

/// Counts of what is live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Census {
    /// Live pipelines of each state.
    pub pipelines: Vec<(PipelineState, u64)>,
    /// How many of them wait until fewer of their graph run.
    pub queued: u64,
    /// Their tracks of each state.
    pub tracks: Vec<(TrackState, u64)>,
    /// Tracks that could run but for a slot, a pool or their pipeline's `max_parallel`.
    pub ready: u64,
    /// Scripts that run.
    pub slots_used: u32,
    /// How many may.
    pub slots: u32,
}

impl Engine {
    /// Counts what is live. It takes a look at each live pipeline, and at none of their tracks.
    pub fn census(&self) -> Census {
        let runs = || self.runs.values();
        let of_state = |state| runs().filter(|run| run.row.state == state).count() as u64;
        let pipelines = PipelineState::ALL.iter().map(|&s| (s, of_state(s)));
        let mut tracks = [0_u64; TrackState::ALL.len()];
        let mut ready = 0;
        for run in runs() {
            for (all, (own, handlers)) in tracks.iter_mut().zip(run.counts.iter().zip(run.handlers))
            {
                *all += u64::from(own + handlers);
            }
            ready += run
                .ready
                .values()
                .map(|line| line.len() as u64)
                .sum::<u64>();
        }
        let (slots_used, slots) = self.slots();
        Census {
            pipelines: pipelines.collect(),
            queued: runs().filter(|run| run.row.queued).count() as u64,
            tracks: TrackState::ALL.iter().copied().zip(tracks).collect(),
            ready,
            slots_used,
            slots,
        }
    }
}
