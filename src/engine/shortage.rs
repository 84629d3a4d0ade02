//! What a track that could run is short of: its turn, room, a slot.

use std::cmp::Reverse;

use super::core::Engine;
use super::run::Run;
use super::why::{Because, Few, Party};

impl Engine {
    /// Why a track that could have a slot has none.
    pub(super) fn no_slot(&self, run: &Run, index: u32) -> Because {
        if run.row.queued && run.takes_turn() {
            return self.queued(run);
        }
        match (run.may_order(index), run.row.paused) {
            (true, _) => {}
            (false, true) => return Because::Paused,
            (false, false) => return Because::Over,
        }
        if self.draining {
            return Because::Draining;
        }
        if let Some(most) = run.plan.policies.max_parallel.filter(|_| !run.has_room()) {
            return Because::MaxParallel(most, run.few(|i| run.runs(i)));
        }
        if let Some(pool) = &run.plan.vertex(index).pool {
            let (size, used) = (self.capacity.pool(pool), self.used.get(pool).copied());
            if used.unwrap_or(0) >= size {
                let of = |run: &Run, i: u32| run.plan.vertex(i).pool.as_ref() == Some(pool);
                return Because::Pool {
                    pool: pool.clone(),
                    size,
                    holders: self.holders(of),
                };
            }
        }
        if self.running < self.capacity.slots {
            return Because::Turn;
        }
        let place = (Reverse(run.plan.rank(index)), index);
        let before = run.ready.values().flatten().filter(|p| **p < place);
        let ready = |other: &&Run| other.id != run.id && !other.ready.is_empty();
        Because::Slots {
            slots: self.capacity.slots,
            holders: self.holders(|_, _| true),
            before: before.count(),
            others: self.runs.values().filter(ready).count(),
        }
    }

    fn holders(&self, of: impl Fn(&Run, u32) -> bool) -> Few<Party> {
        let running = self.runs.values().filter(|run| run.running() > 0);
        Few::of(running.flat_map(|run| {
            let of = &of;
            let held = move |i: &u32| run.runs(*i) && of(run, *i);
            run.indexes().filter(held).map(|i| run.party(i))
        }))
    }

    pub(super) fn queued(&self, run: &Run) -> Because {
        let (begun, ahead) = self.turns(run);
        Because::Queued {
            limit: run.plan.policies.concurrency.map_or(0, |c| c.limit),
            begun: Few::of(begun.into_iter()),
            before: ahead.len(),
        }
    }
}
