//! The mark of each state: a shape, a word and a colour; none of the three stands alone.

use crate::engine::{PipelineState, Reason, TrackState};
use crate::l10n::Words;

/// How a state looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) struct Mark {
    /// The name of its shape and of its colour.
    pub(in crate::web) look: &'static str,
    /// Its word.
    pub(in crate::web) word: &'static str,
}

impl Mark {
    /// Its word in the language of the page.
    pub(in crate::web) fn said(self, t: &Words) -> String {
        match self.look {
            _ if self.word == "FINISH" => t.state_finish(),
            "waiting" => t.state_waiting(),
            "pending" => t.state_pending(),
            "running" => t.state_running(),
            "succeed" => t.state_succeed(),
            "failed" => t.state_failed(),
            "timeout" => t.state_timed_out(),
            "skipped" => t.state_skipped(),
            "stopped" => t.state_stopped(),
            "paused" => t.state_paused(),
            _ if self == UNKNOWN => t.state_unknown(),
            _ => t.state_interrupted(),
        }
    }
}

/// A code that this version does not know.
pub(in crate::web) const UNKNOWN: Mark = Mark {
    look: "interrupted",
    word: "UNKNOWN",
};

/// The mark of a track.
pub(in crate::web) fn track(state: i16, reason: Option<i16>) -> Mark {
    TrackState::from_code(state).map_or(UNKNOWN, |state| {
        let timed_out = reason == Some(Reason::Timeout.code());
        let look = match state {
            TrackState::Waiting => "waiting",
            TrackState::Pending => "pending",
            TrackState::Running => "running",
            TrackState::Succeed => "succeed",
            TrackState::Failed if timed_out => "timeout",
            TrackState::Failed => "failed",
            TrackState::Skipped => "skipped",
            TrackState::Stopped => "stopped",
            TrackState::Interrupted => "interrupted",
        };
        let word = state.word();
        Mark { look, word }
    })
}

/// The mark of a pipeline.
pub(in crate::web) fn pipeline(state: i16) -> Mark {
    PipelineState::from_code(state).map_or(UNKNOWN, |state| {
        let look = match state {
            PipelineState::Running => "running",
            PipelineState::Paused => "paused",
            PipelineState::Failed => "failed",
            PipelineState::Finish => "succeed",
            PipelineState::Stopped => "stopped",
        };
        let word = state.word();
        Mark { look, word }
    })
}
