//! What must be true of every world after every step, and the words for what is not.

use std::collections::{BTreeMap, BTreeSet};

use trackyard::engine::{
    AttemptEnd, AttemptKey, LoadedPipeline, LoadedTrack, Mark, PendingOn, PipelineId,
    PipelineState, Reason, TrackId, TrackState,
};
use trackyard::graph::OnFailure;
use trackyard::spool::ExitRecord;

/// A promise that is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Oracle {
    /// An attempt's script is started at most once.
    RunsOnce,
    /// A script is started only for an attempt that is committed as running.
    RunsOrdered,
    /// Nothing is ordered before its predecessors are done, in a pipeline that is stopped or has
    /// failed, or with a value missing.
    RunsAllowed,
    /// Another attempt follows only because the vertex or a person said so.
    RunsAgain,
    /// A delivered result is what is committed.
    ResultKept,
    /// No result is committed that no script delivered and no person gave.
    ResultInvented,
    /// Only the death of a supervisor or of the host interrupts an attempt.
    Interruption,
    /// No more attempts are committed as running than there are slots, shares of a pool, and than
    /// their graph says; nor more pipelines of a graph than it says.
    SlotsExceeded,
    /// No slot is free while work is ready.
    SlotsIdle,
    /// What waits only for others that are done is ready.
    Forgotten,
    /// What a pipeline is called agrees with its tracks.
    Verdict,
    /// States change only along the table, and rows are as the engine believes.
    Transitions,
    /// `load(rows)` is the engine that wrote the rows.
    LoadAgrees,
    /// What a preview says is what is done, and what is refused changes nothing.
    Foretold,
    /// What the engine asserts of itself.
    Engine,
    /// Once nothing dies any more everything ends.
    Ends,
}

/// A promise that was broken, and how.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) oracle: Oracle,
    pub(crate) how: String,
}

pub(crate) type Checked = Result<(), Broken>;

/// Says what is broken unless `holds`.
pub(crate) fn ensure(holds: bool, oracle: Oracle, how: impl FnOnce() -> String) -> Checked {
    if holds {
        return Ok(());
    }
    Err(Broken { oracle, how: how() })
}

/// What really happened, whatever the product believes.
#[derive(Default)]
pub(crate) struct Truth {
    /// Attempts whose script was started.
    pub(crate) spawned: BTreeSet<AttemptKey>,
    /// Results that were written whole, and that no restart of the host has taken away.
    pub(crate) delivered: BTreeMap<AttemptKey, ExitRecord>,
    /// Attempts past their gate whose supervisor died before their result was written.
    pub(crate) orphaned: BTreeSet<AttemptKey>,
    /// Attempts that a person took for a success, or wanted to be followed by another.
    pub(crate) called_success: BTreeSet<(TrackId, u32)>,
    pub(crate) called_again: BTreeSet<(TrackId, u32)>,
    /// Pipelines of which a person has ever asked something.
    pub(crate) asked: BTreeSet<PipelineId>,
}

impl Truth {
    /// The end of an attempt as it is committed is the one that it had.
    pub(crate) fn check_end(&self, key: AttemptKey, end: &AttemptEnd, same_boot: bool) -> Checked {
        let how = |what: &str| format!("attempt {key} {what}: {end:?}");
        if let Some(record) = self.delivered.get(&key) {
            let kept = end.exit_code == record.code
                && end.signal == record.signal
                && end.reason.is_none() == record.success()
                && end.reason != Some(Reason::Interrupted)
                && end.reason != Some(Reason::NotStarted);
            return ensure(kept, Oracle::ResultKept, || {
                how(&format!("delivered {record:?} and is committed as"))
            });
        }
        match end.reason {
            Some(Reason::Interrupted) => {
                let died = self.orphaned.contains(&key) || !same_boot;
                ensure(died, Oracle::Interruption, || {
                    how("was given up while nothing had died")
                })
            }
            Some(Reason::NotStarted | Reason::Stopped) => {
                let ran = self.spawned.contains(&key);
                ensure(!ran, Oracle::ResultInvented, || {
                    how("has run, and is committed as if it had not")
                })
            }
            Some(_) | None => ensure(false, Oracle::ResultInvented, || {
                how("delivered nothing and is committed as")
            }),
        }
    }
}

/// The table of transitions, written down a second time.
pub(crate) fn may_follow(from: TrackState, to: TrackState) -> bool {
    use TrackState as S;
    match from {
        S::Waiting => matches!(to, S::Pending | S::Skipped | S::Stopped),
        S::Pending => matches!(to, S::Waiting | S::Running | S::Skipped | S::Stopped),
        S::Running => matches!(
            to,
            S::Succeed | S::Failed | S::Pending | S::Stopped | S::Interrupted
        ),
        S::Interrupted => matches!(
            to,
            S::Succeed | S::Failed | S::Skipped | S::Pending | S::Waiting
        ),
        S::Failed | S::Stopped => {
            matches!(to, S::Succeed | S::Skipped | S::Pending | S::Waiting)
        }
        S::Succeed | S::Skipped => matches!(to, S::Pending | S::Waiting),
    }
}

/// Whether the verdict so far lets anything new start, now or once it is resumed.
pub(crate) fn goes_on(row: &LoadedPipeline) -> bool {
    match row.row.state {
        PipelineState::Running | PipelineState::Paused => true,
        PipelineState::Failed => {
            let goes_on = row.plan.policies.on_failure == OnFailure::ContinueIndependent;
            goes_on && row.row.reason != Some(Reason::Timeout)
        }
        PipelineState::Finish | PipelineState::Stopped => false,
    }
}

/// Whether a track of the pipeline may be ordered, whatever there is room for.
pub(crate) fn may_start(row: &LoadedPipeline, index: u32) -> bool {
    let track = &row.tracks[index as usize];
    if row.row.queued || track.missing || track.row.mark == Some(Mark::Hold) {
        return false;
    }
    let handler = row.plan.handler(index).is_some();
    track.row.mark == Some(Mark::Alone) || (!row.row.paused && (handler || goes_on(row)))
}

/// Whether what comes after a track may run.
pub(crate) fn is_done(row: &LoadedPipeline, index: usize) -> bool {
    match row.tracks[index].row.state {
        TrackState::Succeed | TrackState::Skipped => true,
        TrackState::Failed => row.plan.vertex(index as u32).ignore,
        _ => false,
    }
}

/// How many of those right before each track are not done.
pub(crate) fn open(row: &LoadedPipeline) -> Vec<u32> {
    let mut open = vec![0; row.plan.len()];
    for tail in (0..row.plan.len()).filter(|i| !is_done(row, *i)) {
        for &head in row.plan.successors(tail as u32) {
            open[head as usize] += 1;
        }
    }
    open
}

/// The tracks that the verdict is about, and where they stand.
fn scripts(row: &LoadedPipeline) -> impl Iterator<Item = (usize, TrackState)> + '_ {
    let states = row.tracks.iter().map(|track| track.row.state);
    states.enumerate().take(row.plan.scripts())
}

fn stands(row: &LoadedPipeline, state: TrackState) -> bool {
    scripts(row).any(|(_, at)| at == state)
}

fn failing(row: &LoadedPipeline) -> bool {
    scripts(row).any(|(i, at)| at == TrackState::Failed && !row.plan.vertex(i as u32).ignore)
}

/// What holds of the rows of a live pipeline in every committed state.
pub(crate) fn check_rows(row: &LoadedPipeline) -> Checked {
    let (id, state) = (row.id, row.row.state);
    let right = match state {
        PipelineState::Running => !failing(row) && !row.row.paused,
        PipelineState::Paused => !failing(row) && row.row.paused,
        PipelineState::Failed => failing(row) || row.row.reason == Some(Reason::Timeout),
        PipelineState::Finish => (0..row.plan.scripts()).all(|i| is_done(row, i)),
        PipelineState::Stopped => true,
    };
    ensure(right, Oracle::Verdict, || {
        format!(
            "pipeline {id} is {state}, a track of it FAILED: {}",
            failing(row)
        )
    })?;
    let over = !matches!(state, PipelineState::Running | PipelineState::Paused);
    for (
        index,
        (
            open,
            LoadedTrack {
                row: track,
                missing,
            },
        ),
    ) in open(row).into_iter().zip(&row.tracks).enumerate()
    {
        let begun = matches!(track.state, TrackState::Pending | TrackState::Running);
        let handler = row.plan.handler(index as u32).is_some();
        let early = begun && (open > 0 || (handler && !over));
        ensure(!early, Oracle::RunsAllowed, || {
            format!("vertex {index} of pipeline {id} is before its time: {track:?}")
        })?;
        let on = track.pending_on;
        let given = !missing && on == Some(PendingOn::Input);
        let released = track.mark != Some(Mark::Hold) && on == Some(PendingOn::Hold);
        let back = on == Some(PendingOn::Failure) && goes_on(row);
        let free = open == 0 && track.state == TrackState::Waiting && !handler && goes_on(row);
        ensure(
            !(free || given || released || back),
            Oracle::Forgotten,
            || format!("vertex {index} of pipeline {id} waits for nothing: {track:?}"),
        )?;
    }
    Ok(())
}

/// What holds of a pipeline when it has its verdict and nothing of it can move.
pub(crate) fn check_settled(row: &LoadedPipeline) -> Checked {
    let done = (0..row.plan.scripts()).all(|i| is_done(row, i));
    let state = row.row.state;
    let mut after = row.tracks[row.plan.scripts()..].iter();
    let open = [
        TrackState::Waiting,
        TrackState::Pending,
        TrackState::Running,
    ];
    let moves = stands(row, TrackState::Running)
        || after.any(|track| open.contains(&track.row.state))
        || row.row.due_at.is_some();
    let waits = row.row.paused || row.row.queued;
    let right = match state {
        PipelineState::Finish => done,
        PipelineState::Failed => failing(row) || row.row.reason == Some(Reason::Timeout),
        PipelineState::Stopped => {
            !stands(row, TrackState::Waiting) && !stands(row, TrackState::Pending)
        }
        PipelineState::Running | PipelineState::Paused => false,
    };
    ensure(right && !moves && !waits, Oracle::Verdict, || {
        let states: Vec<_> = row.tracks.iter().map(|t| t.row.state.word()).collect();
        format!(
            "pipeline {} is settled as {state} with {states:?}, {:?}",
            row.id, row.row
        )
    })
}
