//! What must be true of every world after every step, and the words for what is not.

use std::collections::{BTreeMap, BTreeSet};

use trackyard::engine::{
    AttemptEnd, AttemptKey, LoadedPipeline, LoadedTrack, PendingOn, PipelineState, Reason, Time,
    TrackId, TrackState,
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
    /// No more attempts are committed as running than there are slots.
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
        S::Waiting => matches!(to, S::Pending | S::Stopped),
        S::Pending => matches!(to, S::Pending | S::Running | S::Stopped),
        S::Running => matches!(
            to,
            S::Succeed | S::Failed | S::Pending | S::Stopped | S::Interrupted
        ),
        S::Interrupted => matches!(to, S::Succeed | S::Failed | S::Pending),
        S::Succeed | S::Failed | S::Skipped | S::Stopped => false,
    }
}

/// Whether attempts of the pipeline may be ordered.
pub(crate) fn may_start(row: &LoadedPipeline) -> bool {
    let goes_on = row.plan.on_failure == OnFailure::ContinueIndependent;
    row.state == PipelineState::Running || (row.state == PipelineState::Failed && goes_on)
}

fn stands(row: &LoadedPipeline, state: TrackState) -> bool {
    row.tracks.iter().any(|track| track.row.state == state)
}

/// What holds of the rows of a live pipeline in every committed state.
pub(crate) fn check_rows(row: &LoadedPipeline) -> Checked {
    let id = row.id;
    let named = matches!(row.state, PipelineState::Failed | PipelineState::Stopped);
    ensure(
        named || !stands(row, TrackState::Failed),
        Oracle::Verdict,
        || format!("pipeline {id} is {} with a track FAILED", row.state),
    )?;
    let mut open: Vec<u32> = (0..row.plan.len() as u32)
        .map(|i| row.plan.in_degree(i))
        .collect();
    for (index, track) in row.tracks.iter().enumerate() {
        if track.row.state.is_done() {
            let heads = row.plan.successors(index as u32).iter();
            heads.for_each(|&head| open[head as usize] -= 1);
        }
    }
    for (
        index,
        LoadedTrack {
            row: track,
            missing,
        },
    ) in row.tracks.iter().enumerate()
    {
        let begun = matches!(track.state, TrackState::Pending | TrackState::Running);
        ensure(!begun || open[index] == 0, Oracle::RunsAllowed, || {
            format!("vertex {index} of pipeline {id} is before its time: {track:?}")
        })?;
        let given = !missing && track.pending_on == Some(PendingOn::Input);
        let free = open[index] == 0 && track.state == TrackState::Waiting;
        ensure(
            !may_start(row) || !(free || given),
            Oracle::Forgotten,
            || format!("vertex {index} of pipeline {id} waits for nothing: {track:?}"),
        )?;
    }
    Ok(())
}

/// No slot is free at `now` while a track could have it.
pub(crate) fn check_idle<'a>(
    rows: impl Iterator<Item = &'a LoadedPipeline>,
    free: u32,
    now: Time,
) -> Checked {
    for row in rows.filter(|row| may_start(row)) {
        for (index, LoadedTrack { row: track, .. }) in row.tracks.iter().enumerate() {
            let due = track.due_at.is_some_and(|due| due <= now);
            let ready = track.pending_on == Some(PendingOn::Slot) && free > 0;
            ensure(!due && !ready, Oracle::SlotsIdle, || {
                format!(
                    "{free} slots are free and vertex {index} of pipeline {} waits: {track:?}",
                    row.id
                )
            })?;
        }
    }
    Ok(())
}

/// What holds of a pipeline when it has its verdict and nothing of it can move.
pub(crate) fn check_settled(row: &LoadedPipeline) -> Checked {
    let done = row.tracks.iter().all(|track| track.row.state.is_done());
    let right = !stands(row, TrackState::Running)
        && match row.state {
            PipelineState::Finish => done,
            PipelineState::Failed => stands(row, TrackState::Failed),
            PipelineState::Stopped => {
                !stands(row, TrackState::Waiting) && !stands(row, TrackState::Pending)
            }
            PipelineState::Running | PipelineState::Paused => false,
        };
    let states = || row.tracks.iter().map(|track| track.row.state.word());
    ensure(right, Oracle::Verdict, || {
        let states: Vec<_> = states().collect();
        format!(
            "pipeline {} is settled as {} with {states:?}",
            row.id, row.state
        )
    })
}
