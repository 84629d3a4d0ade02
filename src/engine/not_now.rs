//! Why something means nothing at the state at which a track or a pipeline is.

/// What is so. Its words are those of REST and the command line; pages have their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotNow {
    /// It is SUCCEED or SKIPPED.
    #[error("it is done already")]
    Done,
    /// It was asked to be skipped before its turn.
    #[error("it is skipped when its turn comes")]
    SkippedInTurn,
    /// Nothing of it ran whose outcome could be told.
    #[error("it has not run: skip it instead")]
    UnrunSkip,
    /// Nothing of it runs that could be killed.
    #[error("it has not run: stop it instead")]
    UnrunStop,
    /// It cannot run again before it has run.
    #[error("it has not run yet")]
    Unrun,
    /// Its script was told to end.
    #[error("it is being ended already")]
    BeingEnded,
    /// Its script has ended.
    #[error("it has ended")]
    Ended,
    /// The pipeline is paused.
    #[error("it is paused already")]
    Paused,
    /// Nothing more would start.
    #[error("there is nothing to pause")]
    NothingToPause,
    /// The pipeline is not paused.
    #[error("it is not paused")]
    NotPaused,
    /// The pipeline is over.
    #[error("nothing of it moves")]
    Still,
    /// The pipeline was stopped, and scripts of it still end.
    #[error(
        "it is being stopped already: what runs is being ended (`now` ends it without a grace)"
    )]
    BeingStopped,
    /// There is nothing to retry.
    #[error("no track of it is FAILED, INTERRUPTED or STOPPED")]
    NoneFailed,
    /// It is held.
    #[error("it is held already")]
    Held,
    /// It has started or is over.
    #[error("only what has not started can be held")]
    Begun,
    /// It is not held.
    #[error("it is not held")]
    NotHeld,
    /// No script of it runs.
    #[error("nothing of it runs")]
    NothingRuns,
    /// Its script has its values.
    #[error("only the values of a track that has not started can change")]
    ValuesUsed,
    /// It runs after a verdict that is not there.
    #[error("it runs after the verdict, which is not there yet: wait for that")]
    NoVerdict,
    /// It runs after the verdict, and the pipeline still moves.
    #[error(
        "it runs after the verdict, once nothing else of its pipeline moves: wait for that, or say how what is INTERRUPTED ended"
    )]
    VerdictMoves,
}
