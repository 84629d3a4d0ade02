//! The attempts that the server waits for, and where each of them is.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::engine::{AttemptKey, PipelineId};

/// Attempts that were launched or adopted and have led to no fact yet. Whoever takes one out
/// tells the fact, so there is exactly one.
#[derive(Debug, Default)]
pub(super) struct Attempts(Mutex<HashMap<AttemptKey, Entry>>);

/// What the server knows of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Entry {
    /// The supervisor it was handed to.
    pub(super) on: Option<u64>,
    /// It is to end; the grace in milliseconds.
    pub(super) kill: Option<u64>,
    /// The supervisor had it before this process spoke with it: it is not on its way there.
    pub(super) adopted: bool,
}

impl Attempts {
    /// Adds an attempt; false: it is there already.
    pub(super) fn insert(&self, key: AttemptKey, entry: Entry) -> bool {
        let mut map = self.lock();
        let new = !map.contains_key(&key);
        map.entry(key).or_insert(entry);
        new
    }

    /// Adds an attempt of a former process that is with the supervisor that `on` finds; nothing else
    /// changes in between. The error: it is there already.
    pub(super) fn adopt(
        &self,
        key: AttemptKey,
        on: impl FnOnce() -> Option<u64>,
    ) -> Result<Option<u64>, Entry> {
        let mut map = self.lock();
        if let Some(there) = map.get(&key) {
            return Err(*there);
        }
        let on = on();
        let entry = Entry {
            on,
            adopted: true,
            ..Entry::default()
        };
        map.insert(key, entry);
        Ok(on)
    }

    /// The attempts that a supervisor had before this process spoke with it.
    pub(super) fn adopted(&self, number: u64) -> Vec<AttemptKey> {
        let map = self.lock();
        let adopted = map
            .iter()
            .filter(|(_, e)| e.adopted && e.on == Some(number));
        adopted.map(|(key, _)| *key).collect()
    }

    pub(super) fn get(&self, key: AttemptKey) -> Option<Entry> {
        self.lock().get(&key).copied()
    }

    /// Takes an attempt out; only one caller gets it.
    pub(super) fn take(&self, key: AttemptKey) -> Option<Entry> {
        self.lock().remove(&key)
    }

    /// Notes that an attempt is to end; false: nobody waits for it.
    pub(super) fn want_killed(&self, key: AttemptKey, grace_ms: u64) -> bool {
        let mut map = self.lock();
        let Some(entry) = map.get_mut(&key) else {
            return false;
        };
        entry.kill = Some(entry.kill.map_or(grace_ms, |before| before.min(grace_ms)));
        true
    }

    /// Notes to which supervisor an attempt goes, if `usable` says over what. `None`: nobody wants
    /// the attempt to run any more.
    pub(super) fn hand_to(
        &self,
        key: AttemptKey,
        supervisor: u64,
        usable: impl FnOnce() -> Option<u64>,
    ) -> Option<Option<u64>> {
        let mut map = self.lock();
        let entry = map.get_mut(&key).filter(|entry| entry.kill.is_none())?;
        let usable = usable();
        if usable.is_some() {
            (entry.on, entry.adopted) = (Some(supervisor), false);
        }
        Some(usable)
    }

    /// Notes that an attempt is with no supervisor any more; gives what is known of it.
    pub(super) fn take_back(&self, key: AttemptKey) -> Option<Entry> {
        let mut map = self.lock();
        let entry = map.get_mut(&key)?;
        entry.on = None;
        Some(*entry)
    }

    /// The attempts that are with a supervisor, after doing `first` so that none is added between.
    pub(super) fn with_supervisor(&self, number: u64, first: impl FnOnce()) -> Vec<AttemptKey> {
        let map = self.lock();
        first();
        map.iter()
            .filter(|(_, e)| e.on == Some(number))
            .map(|(key, _)| *key)
            .collect()
    }

    /// Does `act` while no attempt of `pipeline` is there and none can be added; else nothing.
    pub(super) fn without(&self, pipeline: PipelineId, act: impl FnOnce()) {
        let map = self.lock();
        if map.keys().all(|key| key.pipeline != pipeline) {
            act();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AttemptKey, Entry>> {
        // Every change is one assignment: a panic cannot leave one half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Attempts, Entry};
    use crate::engine::{AttemptKey, PipelineId, TrackId};

    /// One that ended while its supervisor could not be heard was waited for, for ever: it was
    /// adopted after the connection broke, and so was not among what had been handed over.
    #[test]
    fn what_a_supervisor_had_is_known_until_it_is_handed_over_again() {
        let attempts = Attempts::default();
        let key = AttemptKey {
            pipeline: PipelineId(1),
            track: TrackId(1),
            attempt: 1,
        };
        assert_eq!(attempts.adopt(key, || Some(7)), Ok(Some(7)));
        let there = Entry {
            on: Some(7),
            adopted: true,
            kill: None,
        };
        assert_eq!(attempts.adopt(key, || None), Err(there));
        assert_eq!(
            (attempts.adopted(7), attempts.adopted(8)),
            (vec![key], vec![])
        );
        attempts.take_back(key);
        assert_eq!(attempts.adopted(7), []);
        assert_eq!(attempts.hand_to(key, 7, || Some(1)), Some(Some(1)));
        assert_eq!(attempts.adopted(7), [], "it may be on its way");
    }
}
