//! Why a track or a pipeline stands where it does, and what happens next: facts, no words.

use super::ids::{PipelineId, Time, TrackId};
use super::outbox::{PipelineRow, TrackRow};
use super::plan::Pool;
use super::state::{PipelineState, TrackState};
use crate::graph::When;

/// What is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// A whole pipeline.
    Pipeline(PipelineId),
    /// One track of it.
    Track(PipelineId, TrackId),
}

/// A track that has to do with the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Party {
    /// Its pipeline.
    pub pipeline: PipelineId,
    /// Which.
    pub track: TrackId,
    /// Where it stands.
    pub state: TrackState,
}

/// The first few of so many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Few<T> {
    /// At most [`MOST_NAMED`].
    pub first: Vec<T>,
    /// How many there are.
    pub count: usize,
}

/// How many tracks or pipelines an answer names at most.
pub const MOST_NAMED: usize = 5;

impl<T> Few<T> {
    pub(super) fn of(all: impl Iterator<Item = T>) -> Self {
        let (mut first, mut count) = (Vec::new(), 0);
        for one in all {
            count += 1;
            if first.len() < MOST_NAMED {
                first.push(one);
            }
        }
        Self { first, count }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

/// What is known of one track or pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Its pipeline's row.
    pub pipeline: PipelineRow,
    /// The track's own row; none: the pipeline was asked about.
    pub track: Option<TrackRow>,
    /// When it runs, if it is a script that runs after the verdict.
    pub handler: Option<When>,
    /// Its failure counts as done.
    pub ignored: bool,
    /// How many automatic retries it has.
    pub retries: u32,
    /// Why.
    pub because: Because,
    /// Until when by itself, where that is known.
    pub until: Option<Time>,
    /// What happens next.
    pub next: Next,
    /// All that runs of the pipeline is being ended.
    pub ending: bool,
    /// Something of the pipeline that the verdict is about has not started.
    pub unstarted: bool,
    /// The server starts nothing new.
    pub draining: bool,
    /// The tracks that give the pipeline its verdict FAILED.
    pub failing: Few<Party>,
    /// How many FAILED ones count as done.
    pub ignoring: u32,
}

impl Facts {
    /// What an engine says of a pipeline of which every track has succeeded or was skipped, from its row alone;
    /// none when the row is not of one that is over.
    pub fn done(row: PipelineRow) -> Option<Self> {
        let none = || Few::of(std::iter::empty());
        let over = row.state == PipelineState::Finish && row.finished_at.is_some();
        (over && !row.paused && !row.queued).then(|| Self {
            pipeline: row,
            track: None,
            handler: None,
            ignored: false,
            retries: 0,
            because: Because::Over,
            until: row.due_at,
            next: Next::Nothing,
            ending: true,
            unstarted: false,
            draining: false,
            failing: none(),
            ignoring: 0,
        })
    }
}

/// Why it stands where it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    /// These come before it and are not done.
    Predecessors(Few<Party>),
    /// It runs after the verdict, and these can still move.
    Verdict(Few<Party>),
    /// It runs after any verdict, and these run before it.
    Handlers(Few<Party>),
    /// Its pipeline has a verdict, and nothing new of it starts.
    Over,
    /// As many pipelines of its graph run as may.
    Queued {
        /// How many may run.
        limit: u32,
        /// Those that run.
        begun: Few<PipelineId>,
        /// How many wait before this one.
        before: usize,
    },
    /// Its pipeline is paused.
    Paused,
    /// The server starts nothing new.
    Draining,
    /// As many scripts of its pipeline run as may.
    MaxParallel(u32, Few<Party>),
    /// All of a pool is used.
    Pool {
        /// Which.
        pool: Pool,
        /// How many may run at once.
        size: u32,
        /// Those that do.
        holders: Few<Party>,
    },
    /// All slots are used.
    Slots {
        /// How many there are.
        slots: u32,
        /// Those that use them.
        holders: Few<Party>,
        /// How many tracks of its own pipeline are before it.
        before: usize,
        /// How many other pipelines have something ready.
        others: usize,
    },
    /// Nothing: it starts with the next step.
    Turn,
    /// A required value is missing.
    Input,
    /// The wait before its next attempt.
    Retry,
    /// The machine could not start a process.
    Spawn,
    /// A person holds it.
    Held,
    /// It runs, or is being ended: its row says which.
    Runs,
    /// It is over, or its outcome is unknown: its row and the journal say why.
    Ended,
    /// Of a pipeline: these run.
    Running(Few<Party>),
    /// Of a pipeline: nothing runs, and these wait for a person.
    Asks(Wanted, Few<Party>),
    /// Of a pipeline: nothing runs, and these wait for their next attempt.
    Backoff(Few<Party>),
}

/// What a person has to do; the first one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wanted {
    /// Say how it ended.
    Answer,
    /// Give a value.
    Input,
    /// Release it.
    Release,
    /// Retry it, skip it, or say that it succeeded.
    Repair,
    /// Retry all that failed or was stopped; a track that is named can be retried with all after it
    /// instead. Less would leave some of it as it is.
    RetryAll,
    /// Resume the pipeline.
    Resume,
    /// Let the server start scripts again.
    Undrain,
}

/// What happens next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// It goes on by itself.
    ByItself,
    /// Only when a person does this; with the tracks that it is about.
    Person(Wanted, Few<Party>),
    /// The same, once these have ended: before that it is refused.
    Later(Few<Party>, Wanted, Few<Party>),
    /// All that it waits for waits for a person: these pipelines.
    Others(Few<PipelineId>),
    /// Nothing.
    Nothing,
}
