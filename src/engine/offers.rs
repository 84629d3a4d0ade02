//! What may be asked of a track and of a pipeline as they stand, for those who offer it to a person.
//!
//! A request that is not offered is refused for the state alone. One that is offered can still be
//! refused for what else of the pipeline runs; only a preview knows.

use super::request::{Action, Scope, TrackAction};
use super::state::{Ending, Mark, PendingOn, PipelineState, TrackState};

/// How a track stands, as far as that decides what may be asked of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrackStand {
    /// Its state.
    pub state: TrackState,
    /// What it is PENDING on.
    pub pending_on: Option<PendingOn>,
    /// What a person said of it.
    pub mark: Option<Mark>,
    /// How its attempt is being ended.
    pub ending: Option<Ending>,
    /// Something of an attempt that nobody watches any more may still run.
    pub lost: bool,
    /// It runs after the verdict.
    pub handler: bool,
    /// Something before it is not done; for a handler: there is no verdict.
    pub waits: bool,
}

impl TrackStand {
    /// Whether the track may be asked for this.
    pub fn offers(&self, action: &TrackAction) -> bool {
        use TrackState::{
            Failed, Interrupted, Pending, Running, Skipped, Stopped, Succeed, Waiting,
        };
        let unstarted = matches!(self.state, Waiting | Pending);
        let over = !unstarted && self.state != Running;
        let waits_to_retry = matches!(self.pending_on, Some(PendingOn::Retry | PendingOn::Spawn));
        match action {
            TrackAction::Retry(Scope::Only, _) if waits_to_retry => true,
            TrackAction::Retry(Scope::Only, _) => over && !self.waits,
            TrackAction::Retry(Scope::After | Scope::Alone, _) => {
                over && !self.waits && !self.handler
            }
            TrackAction::Skip => match self.state {
                Waiting => self.mark != Some(Mark::Skip),
                Pending => true,
                Failed | Stopped | Interrupted => !self.waits || self.handler,
                Running | Succeed | Skipped => false,
            },
            TrackAction::ForceSuccess(_) => {
                let open = matches!(self.state, Failed | Stopped | Interrupted);
                open && (!self.waits || self.handler)
            }
            TrackAction::ForceFailure => match self.state {
                Running => self.ending.is_none(),
                Interrupted => true,
                Waiting | Pending | Succeed | Failed | Skipped | Stopped => false,
            },
            TrackAction::Hold => unstarted && self.mark != Some(Mark::Hold),
            TrackAction::Release => matches!(self.mark, Some(Mark::Hold | Mark::Skip)),
            TrackAction::Stop { now: false } => match self.state {
                Running => self.ending.is_none(),
                // What still runs of it may not have been found before.
                Waiting | Pending | Interrupted => true,
                Succeed | Failed | Skipped | Stopped => self.lost,
            },
            TrackAction::Stop { now: true } => {
                let may_run = matches!(self.state, Running | Interrupted);
                may_run && self.ending.is_some_and(|ending| ending != Ending::Kill)
            }
            TrackAction::Input(_) => unstarted,
        }
    }
}

/// How a pipeline stands, as far as that decides what may be asked of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PipelineStand {
    /// Its state.
    pub state: PipelineState,
    /// Nothing new starts until it is resumed.
    pub paused: bool,
    /// Nothing of it moves.
    pub over: bool,
    /// A script that the verdict is about runs.
    pub runs: bool,
    /// A script of it is being ended.
    pub ends: bool,
    /// A stop would find something: a script that runs and is not being ended, or one that has not
    /// started, of those that the verdict is about, or, when these rest, of those that run after it.
    pub left: bool,
    /// A track that the verdict is about is FAILED, and that counts, or INTERRUPTED or STOPPED.
    pub unsuccessful: bool,
}

impl PipelineStand {
    /// A person has stopped it, and what ran has not ended.
    pub fn is_stopping(&self) -> bool {
        self.state == PipelineState::Stopped && self.runs
    }

    /// Whether the pipeline, or a track of it, may be asked for this.
    pub fn offers(&self, action: &Action) -> bool {
        match action {
            Action::Pause => !self.over && !self.paused,
            Action::Resume => self.paused,
            Action::Stop { now: false } => {
                !self.over && (self.left || !self.ends || self.state.is_open())
            }
            Action::Stop { now: true } => !self.over && self.ends,
            Action::RetryFailed => self.unsuccessful && !self.ends,
            Action::Track(_, _) => true,
        }
    }
}
