//! What a person can do to a pipeline or a track: the words of each action, and which of them a page
//! offers.

use crate::desk::{PipelineAsk, TrackAsk};
use crate::engine::{
    Action, Ending, Mark, PendingOn, PipelineStand, Scope, TrackAction, TrackInput, TrackStand,
    TrackState,
};
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) struct Words {
    /// On its button.
    pub(in crate::web) label: &'static str,
    /// What follows, in a sentence.
    pub(in crate::web) says: &'static str,
    /// It ends what runs, or cannot be taken back.
    pub(in crate::web) danger: bool,
}

/// A button or a link of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Offer {
    /// Where it leads: a path of fixed words and numbers.
    pub(in crate::web) path: String,
    pub(in crate::web) label: &'static str,
    /// One click does it: it harms nobody and can be taken back.
    pub(in crate::web) at_once: bool,
    pub(in crate::web) danger: bool,
}

const fn calm(label: &'static str, says: &'static str) -> Words {
    Words {
        label,
        says,
        danger: false,
    }
}

const fn danger(label: &'static str, says: &'static str) -> Words {
    Words {
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
    pub(in crate::web) const fn words(self) -> Words {
        match self {
            Self::Ask(PipelineAsk::Pause) => calm(
                "Pause",
                "Nothing new of it starts until it is resumed. What runs goes on to its end.",
            ),
            Self::Ask(PipelineAsk::Resume) => calm("Resume", "It goes on where it was paused."),
            Self::Ask(PipelineAsk::Stop) => danger(
                "Stop",
                "What has not started never will. What runs is ended: TERM, and KILL when its grace is over.",
            ),
            Self::Ask(PipelineAsk::Kill) => danger(
                "Kill",
                "What has not started never will. What runs is ended with KILL, without a grace.",
            ),
            Self::Ask(PipelineAsk::RetryFailed) => calm(
                "Retry failed",
                "Every track of it that is FAILED, INTERRUPTED or STOPPED gets another attempt with the values that it has, and the pipeline goes on.",
            ),
            Self::Again => calm(
                "Run again",
                "A new pipeline of the same version of the graph starts, with what was given for this one.",
            ),
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
pub(in crate::web) fn of_pipeline(id: i64, stand: &PipelineStand) -> Vec<Offer> {
    let offered = Deed::ALL.iter().filter(|deed| deed.is_offered(stand));
    let offer = |deed: &Deed| Offer {
        path: format!("/pipelines/{id}/{}", deed.word()),
        label: deed.words().label,
        at_once: deed.is_at_once(),
        danger: deed.words().danger,
    };
    offered.map(offer).collect()
}

/// An action on a track in words.
pub(in crate::web) const fn words(ask: TrackAsk) -> Words {
    match ask {
        TrackAsk::Retry => calm(
            "Retry",
            "It gets another attempt. What comes after it and is done stays done.",
        ),
        TrackAsk::RetryAfter => calm(
            "Retry with all after it",
            "It gets another attempt, and so does everything that comes after it.",
        ),
        TrackAsk::RunAlone => calm(
            "Run alone",
            "It gets another attempt, and nothing else starts: the pipeline is paused.",
        ),
        TrackAsk::Skip => calm(
            "Skip",
            "It is passed over and counts as done: what comes after it goes on. One whose turn has not come is passed over then.",
        ),
        TrackAsk::Succeed => calm(
            "It succeeded",
            "It counts as a success, whatever became of it, and what comes after it goes on.",
        ),
        TrackAsk::Fail => danger(
            "It failed",
            "It counts as a failure. If its script runs, it is ended: TERM, and KILL when its grace is over.",
        ),
        TrackAsk::Hold => calm("Hold", "It does not start until it is released."),
        TrackAsk::Release => calm("Release", "It starts when its turn comes."),
        TrackAsk::Stop => danger(
            "Stop",
            "It never starts. If its script runs, it is ended: TERM, and KILL when its grace is over.",
        ),
        TrackAsk::Kill => danger("Kill", "Its script is ended with KILL, without a grace."),
        TrackAsk::Input => calm("Change values", "It gets these values when it starts."),
    }
}

/// The same of a track at a state.
pub(in crate::web) const fn words_at(ask: TrackAsk, state: Option<TrackState>) -> Words {
    match (ask, state) {
        (TrackAsk::Stop, Some(TrackState::Interrupted)) => danger(
            "Stop",
            "It stays INTERRUPTED: what is found of it is ended, with TERM, and with KILL when its grace is over. Then say how it ended.",
        ),
        (TrackAsk::Kill, Some(TrackState::Interrupted)) => danger(
            "Kill",
            "It stays INTERRUPTED: what is found of it is ended with KILL, without a grace. Then say how it ended.",
        ),
        (ask, _) => words(ask),
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
pub(in crate::web) fn of_track(id: i64, stand: &TrackStand, takes: bool) -> Vec<Offer> {
    let offered =
        |ask: &&TrackAsk| stand.offers(&action(**ask)) && (**ask != TrackAsk::Input || takes);
    let soon = stand.state == TrackState::Pending;
    let offer = |&ask: &TrackAsk| Offer {
        path: format!("/tracks/{id}/{}", ask.word()),
        label: match ask {
            TrackAsk::Retry if soon => "Retry now",
            _ => words(ask).label,
        },
        at_once: matches!(ask, TrackAsk::Hold | TrackAsk::Release),
        danger: words(ask).danger,
    };
    TrackAsk::ALL.iter().filter(offered).map(offer).collect()
}

/// What one line of a table offers for a track that needs a person; `counts`: its failure does.
pub(in crate::web) fn needed(track: &TrackHead, counts: bool) -> Option<(&'static str, String)> {
    let on = track.pending_on.and_then(PendingOn::from_code);
    let path = |word: &str| format!("/tracks/{}{word}", track.id);
    match (TrackState::from_code(track.state)?, on) {
        (TrackState::Failed, _) if counts => Some(("Retry", path("/retry?from=pipeline"))),
        (TrackState::Interrupted, _) => Some(("Answer", path("#unclear"))),
        (TrackState::Pending, Some(PendingOn::Retry | PendingOn::Spawn)) => {
            Some(("Retry now", path("/retry?from=pipeline")))
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
    use crate::store::TrackHead;
    use crate::web::tests::harness::track_head;

    #[test]
    fn every_action_has_words_of_its_own_and_a_button() {
        let of_pipelines: Vec<_> = Deed::ALL.iter().map(|deed| deed.words().label).collect();
        for ask in PipelineAsk::ALL {
            assert!(Deed::ALL.contains(&Deed::Ask(*ask)), "{ask:?}");
        }
        let of_tracks: Vec<_> = TrackAsk::ALL.iter().map(|ask| words(*ask).label).collect();
        for mut labels in [of_pipelines, of_tracks] {
            let all = labels.len();
            labels.sort_unstable();
            labels.dedup();
            assert_eq!(labels.len(), all);
        }
    }

    #[test]
    fn pages_offer_what_can_be_asked() {
        let mut pipeline = PipelineStand {
            state: PipelineState::Running,
            paused: false,
            over: false,
            runs: true,
            ends: false,
            left: true,
            unsuccessful: false,
        };
        let labels = |stand: &PipelineStand| -> Vec<&str> {
            of_pipeline(1, stand).iter().map(|o| o.label).collect()
        };
        assert_eq!(labels(&pipeline), ["Pause", "Stop", "Run again"]);
        (pipeline.state, pipeline.ends, pipeline.left) = (PipelineState::Stopped, true, false);
        assert_eq!(labels(&pipeline), ["Kill", "Run again"]);
        pipeline.over = true;
        (pipeline.runs, pipeline.ends, pipeline.unsuccessful) = (false, false, true);
        assert_eq!(labels(&pipeline), ["Retry failed", "Run again"]);

        let mut track = track_head(7, "a");
        (track.state, track.pending_on) = (TrackState::Pending.code(), None);
        let labels = |track: &TrackHead, takes| -> Vec<&str> {
            let stand = stand(track, false, false).expect("a state");
            of_track(7, &stand, takes).iter().map(|o| o.label).collect()
        };
        assert_eq!(labels(&track, false), ["Skip", "Hold", "Stop"]);
        track.mark = Some(Mark::Hold.code());
        assert_eq!(
            labels(&track, true),
            ["Skip", "Release", "Stop", "Change values"]
        );
        (track.mark, track.pending_on) = (None, Some(PendingOn::Retry.code()));
        assert_eq!(labels(&track, false), ["Retry now", "Skip", "Hold", "Stop"]);
        let now = ("Retry now", "/tracks/7/retry?from=pipeline".to_owned());
        assert_eq!(needed(&track, true), Some(now));
        track.state = TrackState::Failed.code();
        assert_eq!(needed(&track, false), None, "its failure counts as done");
        assert!(needed(&track, true).is_some());
    }
}
