//! What a form says that its reader saw, so that nothing is done to what has moved since.

use crate::engine::{PipelineState, TrackState};
use crate::store::{PipelineHead, TrackHead};

/// What a form says that its reader saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) struct Seen {
    /// The word of the state.
    pub(in crate::web) state: &'static str,
    /// Of a track: how many attempts it had.
    pub(in crate::web) attempt: Option<i32>,
}

impl Seen {
    /// How a pipeline stands.
    pub(in crate::web) fn pipeline(head: &PipelineHead) -> Self {
        let state = PipelineState::from_code(head.state);
        Self {
            state: state.map_or("", PipelineState::word),
            attempt: None,
        }
    }

    /// How a track stands.
    pub(in crate::web) fn track(head: &TrackHead) -> Self {
        Self {
            state: TrackState::from_code(head.state).map_or("", TrackState::word),
            attempt: Some(head.attempt),
        }
    }
}
