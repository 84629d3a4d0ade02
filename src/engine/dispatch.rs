//! Who gets the next slot, and which waits are over.
//!
//! Of the pipelines with something ready the one with the highest priority comes first, then the
//! one of which the fewest scripts run, then the oldest: a pipeline of one vertex does not wait for
//! ten thousand of another. Within a pipeline the track with the longest way to an end comes first
//! (highest level first: T. C. Hu, Parallel Sequencing and Assembly Line Problems, 1961).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::core::{Cause, Engine};
use super::ids::{PipelineId, Time};
use super::outbox::{Effect, Outbox};
use super::plan::Pool;

/// What is shared by everything that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capacity {
    /// How many attempts may run at once.
    pub slots: u32,
    /// How many of them may be of a pool; a pool that is not named here has room for one.
    pub pools: BTreeMap<Pool, u32>,
}

impl Capacity {
    /// So many slots, and pools of one.
    pub fn of(slots: u32) -> Self {
        let pools = BTreeMap::new();
        Self { slots, pools }
    }

    /// How many attempts of a pool may run at once.
    pub fn pool(&self, pool: &Pool) -> u32 {
        self.pools.get(pool).copied().unwrap_or(1)
    }
}

/// The place of a pipeline in a line: its priority, how many of its scripts run, when the last one
/// began, its age.
type Place = (Reverse<i32>, u32, Option<Time>, PipelineId);

/// The pipelines that have something ready, a line for each pool.
#[derive(Debug, Clone, Default)]
pub(super) struct Lines {
    of: BTreeMap<Option<Pool>, BTreeSet<Place>>,
    /// Where each pipeline stands.
    stands: BTreeMap<PipelineId, (Place, Vec<Option<Pool>>)>,
    /// Whose place may be another one now.
    moved: BTreeSet<PipelineId>,
}

impl Lines {
    pub(super) fn has_moved(&mut self, pipeline: PipelineId) {
        self.moved.insert(pipeline);
    }

    fn leave(&mut self, pipeline: PipelineId) {
        let Some((place, pools)) = self.stands.remove(&pipeline) else {
            return;
        };
        for pool in pools {
            if let Some(line) = self.of.get_mut(&pool) {
                line.remove(&place);
                if line.is_empty() {
                    self.of.remove(&pool);
                }
            }
        }
    }

    fn enter(&mut self, place: Place, pools: Vec<Option<Pool>>) {
        for pool in &pools {
            self.of.entry(pool.clone()).or_default().insert(place);
        }
        self.stands.insert(place.3, (place, pools));
    }
}

impl Engine {
    /// Ends waits that are over and orders attempts while slots are free. Once for each batch.
    pub fn dispatch(&mut self, now: Time, out: &mut Outbox) {
        while let Some(&(due, pipeline)) = self.deadlines.first() {
            if due > now {
                break;
            }
            self.deadlines.pop_first();
            self.expire(now, pipeline, out);
        }
        if self.draining {
            return;
        }
        while let Some(&(due, pipeline, index)) = self.timers.first() {
            if due > now {
                break;
            }
            self.timers.pop_first();
            self.turn(now, pipeline, index, Cause::RULE, out);
        }
        while self.running < self.capacity.slots {
            let Some((pipeline, index)) = self.first_in_line() else {
                break;
            };
            self.order(now, pipeline, index, out);
        }
    }

    /// The track that gets the next slot.
    pub(super) fn first_in_line(&mut self) -> Option<(PipelineId, u32)> {
        while let Some(pipeline) = self.lines.moved.pop_first() {
            self.lines.leave(pipeline);
            let run = self.runs.get(&pipeline);
            if let Some(run) = run.filter(|run| !run.ready.is_empty() && run.has_room()) {
                let (running, last) = (run.running(), run.last_begun());
                let place = (Reverse(run.priority), running, last, pipeline);
                self.lines.enter(place, run.ready.keys().cloned().collect());
            }
        }
        let open = self.lines.of.iter();
        let open = open.filter(|(pool, _)| self.pool_has_room(pool.as_ref()));
        let &(.., pipeline) = open.filter_map(|(_, line)| line.first()).min()?;
        let ready = self.runs[&pipeline].ready.iter();
        let ready = ready.filter(|(pool, _)| self.pool_has_room(pool.as_ref()));
        let &(_, index) = ready.filter_map(|(_, line)| line.first()).min()?;
        Some((pipeline, index))
    }

    fn pool_has_room(&self, pool: Option<&Pool>) -> bool {
        pool.is_none_or(|pool| {
            let used = self.used.get(pool).copied().unwrap_or(0);
            used < self.capacity.pool(pool)
        })
    }

    /// An attempt takes, or gives back, its slot and its share of its pool.
    pub(super) fn hold_slot(&mut self, pipeline: PipelineId, index: u32, takes: bool) {
        let run = &self.runs[&pipeline];
        if takes {
            self.running += 1;
        } else {
            self.running -= 1;
        }
        if let Some(pool) = run.plan.vertex(index).pool.clone() {
            let used = self.used.entry(pool.clone()).or_default();
            *used = if takes { *used + 1 } else { *used - 1 };
            if *used == 0 {
                self.used.remove(&pool);
            }
        }
    }

    /// Commits the start of an attempt: the track is RUNNING before its script is.
    fn order(&mut self, now: Time, pipeline: PipelineId, index: u32, out: &mut Outbox) {
        let row = self.runs[&pipeline].ordered_row(index, now);
        self.hold_slot(pipeline, index, true);
        self.set_track(now, pipeline, index, row, Cause::RULE, out);
        let key = self.runs[&pipeline].key(index);
        out.attempts.push((key, now));
        out.effects.push(Effect::Launch(key));
    }

    /// When the next wait ends by itself. While nothing may start, only the time that a whole
    /// pipeline has can run out.
    pub fn next_due(&self) -> Option<Time> {
        let timer = self.timers.first().map(|(due, ..)| *due);
        let deadline = self.deadlines.first().map(|(due, _)| *due);
        timer
            .filter(|_| !self.draining)
            .into_iter()
            .chain(deadline)
            .min()
    }
}
