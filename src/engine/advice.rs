//! What a person has to do of several things that are wanted: what may be done, and helps.

use super::core::Engine;
use super::run::Run;
use super::state::{Mark, TrackState};
use super::why::{Few, Next, Party, Wanted};

impl Engine {
    /// What a person has to do of all that is wanted: what may be done now, if there is any.
    pub(super) fn asked(&self, run: &Run, wants: impl Fn(u32) -> Option<Wanted>) -> Option<Next> {
        let now = |i: u32| wants(i).filter(|_| run.may_do(i));
        let repair = |i: u32| wants(i) == Some(Wanted::Repair);
        if let Some(wanted) = run.indexes().filter_map(now).min() {
            let these = run.few(|i| now(i) == Some(wanted));
            let behind = |i: u32| repair(i) && !run.may_do(i);
            if wanted != Wanted::Repair || !run.indexes().any(behind) {
                return Some(Next::Person(wanted, these));
            }
            return Some(run.retry_all(these, behind));
        }
        let wanted = run.indexes().filter_map(&wants).min()?;
        let those = |i: u32| wants(i) == Some(wanted);
        // What comes after another of them has its turn after that one.
        let begins = |i: &u32| those(*i) && run.track(*i).waits_for == 0;
        let some = run.indexes().any(|i| begins(&i));
        let these = |i: u32| those(i) && (!some || begins(&i));
        let first = match run.few(|i| these(i) && run.runs(i)) {
            none if none.is_empty() => run.first_of(run.indexes().find(|i| these(*i))?),
            runs => runs,
        };
        // Another attempt of the first ones alone leaves the others as they are.
        let (wanted, last) = match some && wanted == Wanted::Repair {
            true if run.indexes().any(|i| repair(i) && !begins(&i)) => {
                (Wanted::RetryAll, Few::of(std::iter::empty()))
            }
            _ => (wanted, run.few(these)),
        };
        let moves = first.first.iter().any(|p| p.state == TrackState::Running);
        let failed = run.few(|i| run.fails(i) && run.may_do(i));
        let alone = |i: u32| run.track(i).row.mark == Some(Mark::Alone) && run.wants(i).is_none();
        if !moves && !run.goes_on() && !run.indexes().any(alone) && !failed.is_empty() {
            return Some(match wanted {
                Wanted::RetryAll | Wanted::Repair => run.retry_all(failed, repair),
                _ => Next::Person(Wanted::Repair, failed),
            });
        }
        let held = match moves {
            true => None,
            false => self.held_back(run, run.indexes().any(alone)),
        };
        Some(held.unwrap_or(Next::Later(first, wanted, last)))
    }
}

impl Run {
    /// Everything that failed or was stopped has to be retried, when what is being ended has ended.
    fn retry_all(&self, these: Few<Party>, behind: impl Fn(u32) -> bool) -> Next {
        let ends = self.few(|i| self.runs(i) && self.track(i).row.ending.is_some());
        match ends.is_empty() {
            true => Next::Person(Wanted::RetryAll, self.roots(these, behind)),
            false => Next::Later(ends, Wanted::RetryAll, Few::of(std::iter::empty())),
        }
    }

    /// The one track of which another attempt with all after it brings back all that is `behind`, too;
    /// none when there is no such one, or when that is refused.
    fn roots(&self, these: Few<Party>, behind: impl Fn(u32) -> bool) -> Few<Party> {
        let only = these.first.first().filter(|_| these.count == 1);
        let brings = |index: u32| {
            let after = self.plan.descendants(index);
            let runs = after.iter().any(|i| self.runs(*i));
            !runs
                && self
                    .indexes()
                    .all(|i| !behind(i) || after.binary_search(&i).is_ok())
        };
        match only.and_then(|party| self.index_of(party.track)) {
            Some(index) if brings(index) => these,
            Some(_) | None => Few::of(std::iter::empty()),
        }
    }
}
