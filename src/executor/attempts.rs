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
}

impl Attempts {
    /// Adds an attempt; false: it is there already.
    pub(super) fn insert(&self, key: AttemptKey, entry: Entry) -> bool {
        let mut map = self.lock();
        let new = !map.contains_key(&key);
        map.entry(key).or_insert(entry);
        new
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
            entry.on = Some(supervisor);
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
