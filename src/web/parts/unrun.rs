//! Tracks that have not run though their pipeline is over: nothing of it moves, so they wait for nothing.

use crate::desk::Desk;
use crate::engine::{PipelineId, PipelineState, Reason, TrackState};
use crate::l10n::Words;
use crate::store::{PipelineHead, StoreError, TrackHead};

/// Why nothing more of a pipeline runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) enum Over {
    /// This track alone failed, or was stopped.
    ByTrack(String, TrackState),
    /// It failed, by more than one track.
    Failed,
    /// It was stopped.
    Stopped,
    /// It ran out of time.
    OutOfTime,
    /// All of it is done.
    Done,
}

impl Over {
    /// Why nothing more of it runs; none: something of it can still move.
    pub(in crate::web) fn read(
        desk: &Desk,
        head: &PipelineHead,
    ) -> Result<Option<Self>, StoreError> {
        if head.finished_at.is_none() {
            return Ok(None);
        }
        let found = match PipelineState::from_code(head.state) {
            Some(PipelineState::Failed | PipelineState::Stopped) => {
                desk.store.obstacles(PipelineId(head.id), 2)?
            }
            Some(PipelineState::Finish | PipelineState::Running | PipelineState::Paused) | None => {
                Vec::new()
            }
        };
        Ok(Some(Self::of(head, &found)))
    }

    /// The same, of what keeps its tracks from running, or the first two of them.
    fn of(head: &PipelineHead, obstacles: &[TrackHead]) -> Self {
        if head.reason == Some(Reason::Timeout.code()) {
            return Self::OutOfTime;
        }
        let alone = match obstacles {
            [only] => TrackState::from_code(only.state).map(|state| (only, state)),
            _ => None,
        };
        match (PipelineState::from_code(head.state), alone) {
            (Some(PipelineState::Failed | PipelineState::Stopped), Some((only, state))) => {
                Self::ByTrack(only.vertex.clone(), state)
            }
            (Some(PipelineState::Failed), None) => Self::Failed,
            (Some(PipelineState::Stopped), None) => Self::Stopped,
            (Some(PipelineState::Finish | PipelineState::Running | PipelineState::Paused), _)
            | (None, _) => Self::Done,
        }
    }

    /// Why a track of it has not run; empty: that is not known.
    pub(in crate::web) fn said(&self, t: Words) -> String {
        match self {
            Self::ByTrack(name, TrackState::Stopped) => t.unrun_stopped(name),
            Self::ByTrack(name, _) => t.unrun_failed(name),
            Self::Failed => t.unrun_pipeline_failed(),
            Self::Stopped => t.unrun_pipeline_stopped(),
            Self::OutOfTime => t.unrun_out_of_time(),
            Self::Done => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Over;
    use crate::engine::{PipelineState, Reason, TrackState};
    use crate::l10n::{L10n, Words};
    use crate::web::tests::harness::{pipeline_head, track_head};

    #[test]
    fn it_is_known_why_what_has_not_run_does_not() {
        let track = |name: &str, state: TrackState| {
            let mut track = track_head(1, name);
            track.state = state.code();
            track
        };
        let (b, d) = (
            track("b", TrackState::Failed),
            track("d", TrackState::Stopped),
        );
        let mut head = pipeline_head(2);
        let mut said = |state: PipelineState, obstacles: &[_], late: bool| {
            head.state = state.code();
            head.reason = late.then_some(Reason::Timeout.code());
            let over = Over::of(&head, obstacles);
            (
                over.said(Words::of(L10n::En)),
                over.said(Words::of(L10n::ZhCN)),
            )
        };
        let both = |en: &str, zh: &str| (en.to_owned(), zh.to_owned());
        use PipelineState::{Failed, Finish, Stopped};
        assert_eq!(
            said(Failed, std::slice::from_ref(&b), false),
            both("because `b` failed", "因为 `b` 失败")
        );
        assert_eq!(
            said(Stopped, std::slice::from_ref(&d), false),
            both("because `d` was stopped", "因为 `d` 已停止")
        );
        assert_eq!(
            said(Failed, &[b.clone(), d], false),
            both("because its pipeline failed", "因为所属流水线失败")
        );
        assert_eq!(
            said(Stopped, &[], false),
            both("because its pipeline was stopped", "因为所属流水线已停止")
        );
        assert_eq!(
            said(Failed, &[b], true),
            both(
                "because its pipeline ran out of time",
                "因为所属流水线超出时限"
            )
        );
        assert_eq!(said(Finish, &[], false), both("", ""));
    }
}
