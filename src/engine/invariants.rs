//! What is always true of an engine. Tests ask after every step.

use super::core::Engine;
use super::state::{PendingOn, TrackState};

impl Engine {
    /// Checks what must always hold.
    ///
    /// # Panics
    /// When something does not hold, saying what.
    pub fn check_invariants(&self) {
        let mut running = 0;
        for run in self.runs.values() {
            assert!(!run.is_settled(), "a settled pipeline has left the engine");
            running += run.at(TrackState::Running).len();
            for index in 0..run.plan.len() as u32 {
                let track = run.track(index);
                let row = track.row;
                let place = run.track_id(index);
                let pending = row.state == TrackState::Pending;
                assert_eq!(pending, row.pending_on.is_some(), "track {place}: {row:?}");
                let timed = self.timers.iter().any(|t| (t.1, t.2) == (run.id, index));
                assert_eq!(
                    timed,
                    row.due_at.is_some(),
                    "the timer of track {place}: {row:?}"
                );
                let open = (0..run.plan.len() as u32)
                    .filter(|&i| run.plan.successors(i).contains(&index))
                    .filter(|&i| !run.track(i).row.state.is_done())
                    .count();
                assert_eq!(
                    track.waits_for as usize, open,
                    "what track {place} waits for"
                );
                let ready = self.ready.contains(&(run.id, index));
                let wants_slot = row.pending_on == Some(PendingOn::Slot);
                assert!(
                    ready || !wants_slot,
                    "track {place} wants a slot and is not in line"
                );
                let waiting = row.state == TrackState::Waiting;
                assert!(
                    open > 0 || !waiting || !run.may_start(),
                    "track {place} is forgotten"
                );
            }
        }
        assert_eq!(self.running as usize, running, "slots in use");
        assert!(self.running <= self.slots, "more scripts than slots");
    }

    /// Whether two engines hold the same pipelines. Lines may differ in order: an engine that was
    /// loaded lines up by number.
    pub fn agrees_with(&self, other: &Self) -> bool {
        self.runs == other.runs
            && self.running == other.running
            && self.timers == other.timers
            && self.next == other.next
    }
}
