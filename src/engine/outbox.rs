//! What one batch of events leads to: rows to commit, then effects to perform.
//!
//! Rows carry absolute values and the state that they replace, so that a commit which was rolled
//! back can be tried again, and a row that is not as the engine believes is noticed.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::event::{StartOrder, TrackInput};
use super::ids::{AttemptKey, PipelineId, Time, TrackId};
use super::state::{Ending, Mark, PendingOn, PipelineState, Reason, TrackState};

/// A pipeline to insert, with one track for each vertex of its graph.
#[derive(Debug, Clone)]
pub struct NewPipeline {
    /// Its number.
    pub id: PipelineId,
    /// The track of vertex 0; the others follow in the order of the vertices.
    pub first_track: TrackId,
    /// When it was started.
    pub at: Time,
    /// What was asked for.
    pub order: Arc<StartOrder>,
    /// The columns that change.
    pub row: PipelineRow,
}

/// The columns of a pipeline that change while it lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PipelineRow {
    /// The verdict so far; PAUSED stands for RUNNING.
    pub state: PipelineState,
    /// Why it has this verdict, when no track says so.
    pub reason: Option<Reason>,
    /// Nothing new starts until a person resumes it.
    pub paused: bool,
    /// It waits until fewer pipelines of its graph run.
    pub queued: bool,
    /// When it runs out of time.
    pub due_at: Option<Time>,
    /// Set when nothing of it can move any more.
    pub finished_at: Option<Time>,
}

/// A change of one pipeline.
#[derive(Debug, Clone, Copy)]
pub struct PipelineChange {
    /// The state that the row has before this batch.
    pub from: PipelineState,
    /// The row after it.
    pub to: PipelineRow,
}

/// The columns of a track that change while it lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrackRow {
    /// Where it stands.
    pub state: TrackState,
    /// What a PENDING track is pending on.
    pub pending_on: Option<PendingOn>,
    /// What a person has said of it before it starts.
    pub mark: Option<Mark>,
    /// How what runs of it is being ended; of an INTERRUPTED one, what may still run of it.
    pub ending: Option<Ending>,
    /// When a wait ends.
    pub due_at: Option<Time>,
    /// Why the last attempt ended as it did; none while it runs and after success.
    pub reason: Option<Reason>,
    /// Exit code of the last attempt, when it exited by itself.
    pub exit_code: Option<i32>,
    /// The number of the last attempt; 0 before the first.
    pub attempt: u32,
    /// How many retries have been used.
    pub retries: u32,
    /// When the last attempt was ordered.
    pub started_at: Option<Time>,
    /// When the last attempt ended.
    pub finished_at: Option<Time>,
    /// The last attempt of which nobody knows how it ended and whether it runs; 0: none.
    pub lost: u32,
}

/// A change of one track.
#[derive(Debug, Clone)]
pub struct TrackChange {
    /// The state that the row has before this batch.
    pub from: TrackState,
    /// The row after it.
    pub to: TrackRow,
    /// New accepted values.
    pub input: Option<TrackInput>,
    /// The tail of an attempt's output, when one ended.
    pub output: Option<Vec<u8>>,
    /// In words why it ended as it did, when there is more to say than the reason.
    pub detail: Option<String>,
    /// What a success left for those after it, as a JSON object.
    pub outputs: Option<String>,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptEnd {
    /// None: the script exited with 0.
    pub reason: Option<Reason>,
    /// The exit code, when it exited by itself.
    pub exit_code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// In words, when there is more to say.
    pub detail: Option<String>,
    /// When the script began; the order's time when it never did.
    pub started_at: Time,
    /// When it ended.
    pub finished_at: Time,
    /// Bytes in the log file.
    pub log_bytes: u64,
    /// Bytes of output that the cap kept out of the log.
    pub dropped_bytes: u64,
    /// What it left for those after it, as a JSON object.
    pub outputs: Option<String>,
}

impl AttemptEnd {
    /// The end of an attempt of which no result is known; `since`: when it began or was ordered.
    pub(super) fn unknown(reason: Reason, since: Option<Time>, now: Time, why: &str) -> Self {
        Self {
            reason: Some(reason),
            exit_code: None,
            signal: None,
            detail: Some(why.to_owned()),
            started_at: since.unwrap_or(now),
            finished_at: now,
            log_bytes: 0,
            dropped_bytes: 0,
            outputs: None,
        }
    }
}

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Grows by one with every entry.
    pub sequence: i64,
    /// When.
    pub at: Time,
    /// Of which pipeline.
    pub pipeline: PipelineId,
    /// Of which track; none: of the pipeline itself.
    pub track: Option<TrackId>,
    /// The state before, as its word; empty when the thing is new.
    pub from: &'static str,
    /// The state after, as its word.
    pub to: &'static str,
    /// The attempt it concerns; 0: none.
    pub attempt: u32,
    /// Who asked for it; empty: the engine by its rules.
    pub who: String,
    /// Why, in words.
    pub why: String,
}

/// The word of the journal for a pipeline that is removed.
pub const DELETED: &str = "DELETED";

/// What is done after the commit, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Start the attempt.
    Launch(AttemptKey),
    /// End the attempt, or keep it from starting.
    Kill {
        /// Which.
        key: AttemptKey,
        /// KILL at once, rather than TERM, the grace and KILL.
        now: bool,
    },
    /// End what still runs of this attempt, of which nobody knows how it ended, and of those of its
    /// track before it.
    EndSurvivors {
        /// Which.
        key: AttemptKey,
        /// KILL at once, rather than TERM, the grace and KILL.
        now: bool,
    },
    /// The attempt's result is committed: its spool files may go.
    Clean(AttemptKey),
    /// Nothing of the pipeline can move any more.
    Settled(PipelineId),
}

/// Everything that one batch leads to.
#[derive(Debug, Default)]
pub struct Outbox {
    /// Pipelines to insert.
    pub starts: Vec<NewPipeline>,
    /// Pipelines to change.
    pub pipelines: BTreeMap<PipelineId, PipelineChange>,
    /// Tracks to change.
    pub tracks: BTreeMap<TrackId, TrackChange>,
    /// Attempts to insert, with the time of their order.
    pub attempts: Vec<(AttemptKey, Time)>,
    /// Attempts that ended.
    pub ends: Vec<(AttemptKey, AttemptEnd)>,
    /// Lines to append to the journal.
    pub journal: Vec<Entry>,
    /// Pipelines to remove, which are over: nobody reads them after the commit.
    pub removals: Vec<PipelineId>,
    /// To do after the commit.
    pub effects: Vec<Effect>,
}

impl Outbox {
    /// Whether there is nothing to commit and nothing to do.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
            && self.pipelines.is_empty()
            && self.tracks.is_empty()
            && self.journal.is_empty()
            && self.effects.is_empty()
    }

    /// Whether the rows of a pipeline are not yet as the engine has left them.
    pub fn concerns(&self, pipeline: PipelineId) -> bool {
        // Every change of a row is a line of the journal, too.
        self.starts.iter().any(|start| start.id == pipeline)
            || self.journal.iter().any(|entry| entry.pipeline == pipeline)
    }

    /// Notes the new row of a track; several changes of one track in a batch become one.
    pub(super) fn track(
        &mut self,
        id: TrackId,
        from: TrackState,
        to: TrackRow,
    ) -> &mut TrackChange {
        let change = self.tracks.entry(id).or_insert(TrackChange {
            from,
            to,
            input: None,
            output: None,
            detail: None,
            outputs: None,
        });
        change.to = to;
        change
    }

    /// What is noted of a track that was changed just now.
    pub(super) fn changed(&mut self, track: TrackId) -> &mut TrackChange {
        let change = self.tracks.get_mut(&track);
        change.expect("the track was changed just now")
    }

    /// Notes the new row of a pipeline.
    pub(super) fn pipeline(&mut self, id: PipelineId, from: PipelineState, to: PipelineRow) {
        self.pipelines
            .entry(id)
            .or_insert(PipelineChange { from, to })
            .to = to;
    }
}
