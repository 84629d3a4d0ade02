//! What a person can do to a pipeline or a track: the words of each action, and which of them a page
//! offers.

use crate::desk::{PipelineAsk, TrackAsk};
use crate::engine::{
    Action, Ending, Mark, PendingOn, PipelineStand, Scope, TrackAction, TrackInput, TrackStand,
    TrackState,
};
use crate::l10n::Words;
use crate::store::TrackHead;

/// What can be done to a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Deed {
    /// To all of it.
    Ask(PipelineAsk),
    /// A new one with the same inputs.
    Again,
}

/// An action in the words of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Told {
    /// On its button.
    pub(in crate::web) label: String,
    /// What follows, in a sentence.
    pub(in crate::web) says: String,
    /// It ends what runs, or cannot be taken back.
    pub(in crate::web) danger: bool,
}

/// A button or a link of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Offer {
    /// Where it leads: a path of fixed words and numbers.
    pub(in crate::web) path: String,
    pub(in crate::web) label: String,
    /// One click does it: it harms nobody and can be taken back.
    pub(in crate::web) at_once: bool,
    pub(in crate::web) danger: bool,
}

fn calm(label: String, says: String) -> Told {
    Told {
        label,
        says,
        danger: false,
    }
}

fn danger(label: String, says: String) -> Told {
    Told {
        label,
        says,
        danger: true,
    }
}

impl Deed {
    /// All of them, in the order of their buttons.
    pub(in crate::web) const ALL: &'static [Self] = &[
        Self::Ask(PipelineAsk::Pause),
        Self::Ask(PipelineAsk::Resume),
        Self::Ask(PipelineAsk::RetryFailed),
        Self::Ask(PipelineAsk::Stop),
        Self::Ask(PipelineAsk::Kill),
        Self::Again,
    ];

    /// The word in addresses.
    pub(in crate::web) const fn word(self) -> &'static str {
        match self {
            Self::Ask(ask) => ask.word(),
            Self::Again => "again",
        }
    }

    /// In words.
    pub(in crate::web) fn words(self, t: Words) -> Told {
        match self {
            Self::Ask(PipelineAsk::Pause) => calm(t.act_pause(), t.act_pause_says()),
            Self::Ask(PipelineAsk::Resume) => calm(t.act_resume(), t.act_resume_says()),
            Self::Ask(PipelineAsk::Stop) => danger(t.act_stop_all(), t.act_stop_all_says()),
            Self::Ask(PipelineAsk::Kill) => danger(t.act_kill_all(), t.act_kill_all_says()),
            Self::Ask(PipelineAsk::RetryFailed) => {
                calm(t.act_retry_failed(), t.act_retry_failed_says())
            }
            Self::Again => calm(t.act_again(), t.act_again_says()),
        }
    }

    const fn is_at_once(self) -> bool {
        matches!(self, Self::Ask(PipelineAsk::Pause | PipelineAsk::Resume))
    }

    fn is_offered(self, stand: &PipelineStand) -> bool {
        match self {
            // While it is being stopped there is nothing to hold back.
            Self::Ask(PipelineAsk::Pause) => !stand.is_stopping() && stand.offers(&Action::Pause),
            Self::Ask(PipelineAsk::Resume) => stand.offers(&Action::Resume),
            Self::Ask(PipelineAsk::Stop) => stand.offers(&Action::Stop { now: false }),
            Self::Ask(PipelineAsk::Kill) => stand.offers(&Action::Stop { now: true }),
            Self::Ask(PipelineAsk::RetryFailed) => stand.offers(&Action::RetryFailed),
            Self::Again => true,
        }
    }
}

/// What the page of a pipeline offers.
pub(in crate::web) fn of_pipeline(id: i64, stand: &PipelineStand, t: Words) -> Vec<Offer> {
    let offered = Deed::ALL.iter().filter(|deed| deed.is_offered(stand));
    let offer = |deed: &Deed| {
        let words = deed.words(t);
        Offer {
            path: format!("/pipelines/{id}/{}", deed.word()),
            label: words.label,
            at_once: deed.is_at_once(),
            danger: words.danger,
        }
    };
    offered.map(offer).collect()
}

/// An action on a track in words.
pub(in crate::web) fn words(ask: TrackAsk, t: Words) -> Told {
    match ask {
        TrackAsk::Retry => calm(t.act_retry(), t.act_retry_says()),
        TrackAsk::RetryAfter => calm(t.act_retry_after(), t.act_retry_after_says()),
        TrackAsk::RunAlone => calm(t.act_run_alone(), t.act_run_alone_says()),
        TrackAsk::Skip => calm(t.act_skip(), t.act_skip_says()),
        TrackAsk::Succeed => calm(t.act_succeed(), t.act_succeed_says()),
        TrackAsk::Fail => danger(t.act_fail(), t.act_fail_says()),
        TrackAsk::Hold => calm(t.act_hold(), t.act_hold_says()),
        TrackAsk::Release => calm(t.act_release(), t.act_release_says()),
        TrackAsk::Stop => danger(t.act_stop(), t.act_stop_says()),
        TrackAsk::Kill => danger(t.act_kill(), t.act_kill_says()),
        TrackAsk::Input => calm(t.act_input(), t.act_input_says()),
    }
}

/// The same of a track at a state.
pub(in crate::web) fn words_at(ask: TrackAsk, state: Option<TrackState>, t: Words) -> Told {
    let told = words(ask, t);
    match (ask, state) {
        (TrackAsk::Stop, Some(TrackState::Interrupted)) => Told {
            says: t.act_stop_lost_says(),
            ..told
        },
        (TrackAsk::Kill, Some(TrackState::Interrupted)) => Told {
            says: t.act_kill_lost_says(),
            ..told
        },
        _ => told,
    }
}

fn action(ask: TrackAsk) -> TrackAction {
    match ask {
        TrackAsk::Retry => TrackAction::Retry(Scope::Only, None),
        TrackAsk::RetryAfter => TrackAction::Retry(Scope::After, None),
        TrackAsk::RunAlone => TrackAction::Retry(Scope::Alone, None),
        TrackAsk::Skip => TrackAction::Skip,
        TrackAsk::Succeed => TrackAction::ForceSuccess(None),
        TrackAsk::Fail => TrackAction::ForceFailure,
        TrackAsk::Hold => TrackAction::Hold,
        TrackAsk::Release => TrackAction::Release,
        TrackAsk::Stop => TrackAction::Stop { now: false },
        TrackAsk::Kill => TrackAction::Stop { now: true },
        TrackAsk::Input => TrackAction::Input(TrackInput::default()),
    }
}

/// What the page of a track offers. `takes`: it has parameters, so that its values can change.
pub(in crate::web) fn of_track(id: i64, stand: &TrackStand, takes: bool, t: Words) -> Vec<Offer> {
    let offered =
        |ask: &&TrackAsk| stand.offers(&action(**ask)) && (**ask != TrackAsk::Input || takes);
    let soon = stand.state == TrackState::Pending;
    let offer = |&ask: &TrackAsk| {
        let words = words(ask, t);
        Offer {
            path: format!("/tracks/{id}/{}", ask.word()),
            label: match ask {
                TrackAsk::Retry if soon => t.act_retry_now(),
                _ => words.label,
            },
            at_once: matches!(ask, TrackAsk::Hold | TrackAsk::Release),
            danger: words.danger,
        }
    };
    TrackAsk::ALL.iter().filter(offered).map(offer).collect()
}

/// What one line of a table offers for a track that needs a person; `counts`: its failure does.
pub(in crate::web) fn needed(
    track: &TrackHead,
    counts: bool,
    t: Words,
) -> Option<(String, String)> {
    let on = track.pending_on.and_then(PendingOn::from_code);
    let path = |word: &str| format!("/tracks/{}{word}", track.id);
    match (TrackState::from_code(track.state)?, on) {
        (TrackState::Failed, _) if counts => Some((t.act_retry(), path("/retry?from=pipeline"))),
        (TrackState::Interrupted, _) => Some((t.act_answer(), path("#unclear"))),
        (TrackState::Pending, Some(PendingOn::Retry | PendingOn::Spawn)) => {
            Some((t.act_retry_now(), path("/retry?from=pipeline")))
        }
        _ => None,
    }
}

/// How a track stands. `waits`: something before it is not done, or it runs after a verdict that is
/// not there.
pub(in crate::web) fn stand(track: &TrackHead, handler: bool, waits: bool) -> Option<TrackStand> {
    Some(TrackStand {
        state: TrackState::from_code(track.state)?,
        pending_on: track.pending_on.and_then(PendingOn::from_code),
        mark: track.mark.and_then(Mark::from_code),
        ending: track.ending.and_then(Ending::from_code),
        lost: track.lost > 0,
        handler,
        waits,
    })
}

#[cfg(test)]
mod tests {
    use super::{Deed, needed, of_pipeline, of_track, stand, words};
    use crate::desk::{PipelineAsk, TrackAsk};
    use crate::engine::{Mark, PendingOn, PipelineStand, PipelineState, TrackState};
    use crate::l10n::{L10n, Words};
    use crate::store::TrackHead;
    use crate::web::tests::harness::track_head;

    #[test]
    fn every_action_has_words_of_its_own_and_a_button() {
        let t = Words::of(L10n::ZhCN);
        let of_pipelines: Vec<_> = Deed::ALL.iter().map(|deed| deed.words(t).label).collect();
        for ask in PipelineAsk::ALL {
            assert!(Deed::ALL.contains(&Deed::Ask(*ask)), "{ask:?}");
        }
        let of_tracks: Vec<_> = TrackAsk::ALL
            .iter()
            .map(|ask| words(*ask, t).label)
            .collect();
        for mut labels in [of_pipelines, of_tracks] {
            let all = labels.len();
            labels.sort_unstable();
            labels.dedup();
            assert_eq!(labels.len(), all);
        }
    }

    #[test]
    fn pages_offer_what_can_be_asked() {
        let t = Words::of(L10n::En);
        let mut pipeline = PipelineStand {
            state: PipelineState::Running,
            paused: false,
            over: false,
            runs: true,
            ends: false,
            left: true,
            unsuccessful: false,
        };
        let labels = |stand: &PipelineStand| -> Vec<String> {
            of_pipeline(1, stand, t)
                .into_iter()
                .map(|o| o.label)
                .collect()
        };
        assert_eq!(labels(&pipeline), ["Pause", "Stop", "Run again"]);
        (pipeline.state, pipeline.ends, pipeline.left) = (PipelineState::Stopped, true, false);
        assert_eq!(labels(&pipeline), ["Kill", "Run again"]);
        pipeline.over = true;
        (pipeline.runs, pipeline.ends, pipeline.unsuccessful) = (false, false, true);
        assert_eq!(labels(&pipeline), ["Retry failed", "Run again"]);

        let mut track = track_head(7, "a");
        (track.state, track.pending_on) = (TrackState::Pending.code(), None);
        let labels = |track: &TrackHead, takes| -> Vec<String> {
            let stand = stand(track, false, false).expect("a state");
            of_track(7, &stand, takes, t)
                .into_iter()
                .map(|o| o.label)
                .collect()
        };
        assert_eq!(labels(&track, false), ["Skip", "Hold", "Stop"]);
        track.mark = Some(Mark::Hold.code());
        assert_eq!(
            labels(&track, true),
            ["Skip", "Release", "Stop", "Change values"]
        );
        (track.mark, track.pending_on) = (None, Some(PendingOn::Retry.code()));
        assert_eq!(labels(&track, false), ["Retry now", "Skip", "Hold", "Stop"]);
        let now = (
            "Retry now".to_owned(),
            "/tracks/7/retry?from=pipeline".to_owned(),
        );
        assert_eq!(needed(&track, true, t), Some(now));
        track.state = TrackState::Failed.code();
        assert_eq!(needed(&track, false, t), None, "its failure counts as done");
        assert!(needed(&track, true, t).is_some());
    }
}
