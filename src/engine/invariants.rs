//! What is always true of an engine. Tests ask after every step.

use std::collections::{BTreeMap, BTreeSet};

use super::core::Engine;
use super::run::Run;
use super::state::{Mark, PendingOn, PipelineState, TrackState};

impl Engine {
    /// Checks what must always hold.
    ///
    /// # Panics
    /// When something does not hold, saying what.
    pub fn check_invariants(&self) {
        let mut running = 0;
        let mut used = BTreeMap::new();
        let mut timers = BTreeSet::new();
        let mut deadlines = BTreeSet::new();
        for run in self.runs.values() {
            assert!(!run.is_settled(), "a settled pipeline has left the engine");
            assert_eq!(run.row.finished_at, None, "a live pipeline has not ended");
            let paused = run.row.state == PipelineState::Paused;
            let going = paused || run.row.state == PipelineState::Running;
            assert!(!going || run.row.paused == paused, "PAUSED is paused");
            assert!(!going || run.failing() == 0, "{} has failed", run.id);
            let timed = run.row.due_at.is_some();
            assert!(!(timed && run.row.queued), "{} has not begun", run.id);
            deadlines.extend(run.row.due_at.map(|due| (due, run.id)));
            let open = run.plan.open(|i| run.is_done(i));
            let mut fresh = run.clone();
            fresh.line_up();
            assert_eq!(fresh.ready, run.ready, "what of {} is ready", run.id);
            for (index, waits_for) in (0..).zip(open) {
                let row = run.track(index).row;
                if row.state == TrackState::Running {
                    running += 1;
                    if let Some(pool) = &run.plan.vertex(index).pool {
                        *used.entry(pool.clone()).or_insert(0) += 1;
                    }
                }
                timers.extend(row.due_at.map(|due| (due, run.id, index)));
                check_track(run, index, waits_for);
            }
        }
        for family in self.families.values() {
            let idle = self.whose_turn(family);
            assert_eq!(idle, None, "there is room, and it waits for its turn");
        }
        assert_eq!(self.running, running, "slots in use");
        assert_eq!(self.used, used, "pools in use");
        assert_eq!(self.timers, timers, "waits that end");
        assert_eq!(self.deadlines, deadlines, "times that run out");
    }

    /// Whether two engines hold the same pipelines.
    pub fn agrees_with(&self, other: &Self) -> bool {
        self.runs == other.runs
            && self.running == other.running
            && self.used == other.used
            && self.families == other.families
            && self.timers == other.timers
            && self.deadlines == other.deadlines
            && self.next == other.next
    }
}

fn check_track(run: &Run, index: u32, open: u32) {
    let (track, place) = (run.track(index), run.track_id(index));
    let row = track.row;
    assert_eq!(track.waits_for, open, "what track {place} waits for");
    let handler = run.plan.handler(index).is_some();
    let pending = row.state == TrackState::Pending;
    assert_eq!(pending, row.pending_on.is_some(), "track {place}: {row:?}");
    let running = row.state == TrackState::Running;
    let begun = pending || running;
    assert!(open == 0 || !begun, "track {place} is before its time");
    let ends = running || row.state == TrackState::Interrupted;
    assert!(ends || row.ending.is_none(), "track {place}: {row:?}");
    let marked = match row.mark {
        None => true,
        Some(Mark::Hold | Mark::Skip) => pending || row.state == TrackState::Waiting,
        Some(Mark::Alone) => pending || running,
    };
    assert!(marked, "track {place}: {row:?}");
    let held = row.pending_on == Some(PendingOn::Hold);
    assert!(
        !held || row.mark == Some(Mark::Hold),
        "track {place}: {row:?}"
    );
    let waiting = row.state == TrackState::Waiting && !handler;
    let forgotten = open == 0 && waiting && run.goes_on();
    assert!(!forgotten, "track {place} is forgotten");
    let back = row.pending_on == Some(PendingOn::Failure) && run.goes_on();
    assert!(!back, "track {place} waits for no failure");
}
