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
    /// It waits for nothing: its pipeline is over, and this has not run.
    pub(in crate::web) unrun: Option<Unrun>,
}

/// How a track has not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Unrun {
    /// Not once.
    Never,
    /// Not once more.
    NotAgain,
}

impl Mark {
    /// The same of a track of a pipeline that is over, which was started so often.
    pub(in crate::web) fn over(self, attempts: i32) -> Self {
        let [waiting, pending] = [TrackState::Waiting, TrackState::Pending];
        if self.word != waiting.word() && self.word != pending.word() {
            return self;
        }
        let unrun = match attempts {
            0 => Unrun::Never,
            _ => Unrun::NotAgain,
        };
        Self {
            unrun: Some(unrun),
            ..track(waiting.code(), None)
        }
    }

    /// Its word in the language of the page.
    pub(in crate::web) fn said(self, t: &Words) -> String {
        match self.look {
            _ if self.unrun == Some(Unrun::Never) => t.state_unrun(),
            _ if self.unrun == Some(Unrun::NotAgain) => t.state_unrun_again(),
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
    unrun: None,
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
        Mark {
            look,
            word,
            unrun: None,
        }
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
        Mark {
            look,
            word,
            unrun: None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{Unrun, track};
    use crate::engine::TrackState;
    use crate::l10n::{L10n, Words};

    #[test]
    fn what_is_over_has_run_or_not() {
        let (en, zh) = (Words::of(L10n::En), Words::of(L10n::ZhCN));
        for state in TrackState::ALL {
            let mark = track(state.code(), None);
            let (never, again) = (mark.over(0), mark.over(2));
            if matches!(state, TrackState::Waiting | TrackState::Pending) {
                assert_eq!((never.look, never.unrun), ("waiting", Some(Unrun::Never)));
                assert_eq!(never.said(&en), "Did not run");
                assert_eq!(never.said(&zh), "未运行");
                assert_eq!(again.said(&en), "Did not run again");
                assert_eq!(again.said(&zh), "未再次运行");
            } else {
                assert_eq!((never, again), (mark, mark));
            }
        }
    }
}
