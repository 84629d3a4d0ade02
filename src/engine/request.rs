//! What people and programs ask of a pipeline, and why it may be refused.

use super::event::TrackInput;
use super::ids::{PipelineId, TrackId};
use super::not_now::NotNow;
use super::state::{PipelineState, TrackState};

/// One thing that is asked of a pipeline or of one of its tracks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The run.
    pub pipeline: PipelineId,
    /// What.
    pub action: Action,
    /// What the caller saw when it decided; refused when it is so no more.
    pub expect: Option<Expect>,
    /// Who asks.
    pub who: String,
    /// Why, in words.
    pub why: String,
}

/// What can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Nothing new starts until it is resumed; what runs may end.
    Pause,
    /// Takes the pause back.
    Resume,
    /// What has not started never will, what runs is ended; `now`: without a grace.
    Stop {
        /// KILL at once.
        now: bool,
    },
    /// All tracks that are FAILED, INTERRUPTED or STOPPED are as before their start again.
    RetryFailed,
    /// What is asked of one track.
    Track(TrackId, TrackAction),
}

/// What can be asked of one track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrackAction {
    /// Another attempt; while one is waited for, at once.
    Retry(Scope, Option<TrackInput>),
    /// It is passed over and counts as done.
    Skip,
    /// Whatever became of it counts as a success; what it leaves for those after it, as a JSON object.
    ForceSuccess(Option<String>),
    /// It has failed; what runs of it is ended.
    ForceFailure,
    /// It does not start until it is released.
    Hold,
    /// Takes a hold, or a skip that has not come yet, back.
    Release,
    /// It never starts, or is ended; `now`: without a grace.
    Stop {
        /// KILL at once.
        now: bool,
    },
    /// Other values for the next attempt.
    Input(TrackInput),
}

/// What a retry is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The track; what comes after it and is done stays so.
    Only,
    /// The track and everything after it.
    After,
    /// The track, and nothing else of the pipeline starts: it is paused.
    Alone,
}

/// What a caller saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// The pipeline's state.
    Pipeline(PipelineState),
    /// The track's state, and how many attempts it had if that was said.
    Track(TrackState, Option<u32>),
}

/// What the caller of an event is told, once the commit is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The pipeline's number.
    Started(PipelineId),
    /// It is as was asked.
    Done,
    /// The event is of an attempt that is over or was never ordered: nothing changes.
    Stale,
}

/// Why an event of a person is refused. Nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No pipeline has this number.
    #[error("pipeline `{0}` does not exist")]
    NoPipeline(PipelineId),
    /// No such track in that pipeline.
    #[error("pipeline {0} has no track {1}")]
    NoTrack(PipelineId, TrackId),
    /// The pipeline is not at a state in which this means anything.
    #[error("the pipeline is {0}: {1}")]
    Pipeline(PipelineState, NotNow),
    /// The track is not at a state in which this means anything.
    #[error("the track is {0}: {1}")]
    Track(TrackState, NotNow),
    /// The pipeline has moved since the caller looked.
    #[error("the pipeline is {0} now, which is not what you saw: look again")]
    PipelineMoved(PipelineState),
    /// The track has moved since the caller looked.
    #[error("the track is {0} now, after attempt {1}, which is not what you saw: look again")]
    TrackMoved(TrackState, u32),
    /// A track has to end first.
    #[error("track {0} runs: wait for its end, or stop it first")]
    Runs(TrackId),
    /// What comes before the track is not done.
    #[error(
        "track {0} comes before it and is not done: retry or skip that one first, or retry all"
    )]
    NotItsTurn(TrackId),
    /// As many pipelines of the graph run as may, and it says that no further one is started.
    #[error(
        "its graph lets {0} of its pipelines run at once, so many do, and it says that one more is refused: wait for an end, or stop one"
    )]
    Limit(u32),
}

impl Action {
    /// The word for the journal.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Stop { now: false } => "stop",
            Self::Stop { now: true } => "kill",
            Self::RetryFailed => "retry failed",
            Self::Track(_, action) => match action {
                TrackAction::Retry(Scope::Only, _) => "retry",
                TrackAction::Retry(Scope::After, _) => "retry with all after it",
                TrackAction::Retry(Scope::Alone, _) => "run alone",
                TrackAction::Skip => "skip",
                TrackAction::ForceSuccess(_) => "it succeeded",
                TrackAction::ForceFailure => "it failed",
                TrackAction::Hold => "hold",
                TrackAction::Release => "release",
                TrackAction::Stop { now: false } => "stop",
                TrackAction::Stop { now: true } => "kill",
                TrackAction::Input(_) => "input",
            },
        }
    }
}

/// What a person said of a track, in a sentence for people.
pub(super) fn said(who: &str, what: &str, why: &str) -> String {
    match why {
        "" => format!("{who} said {what}"),
        why => format!("{who} said {what}: {why}"),
    }
}
