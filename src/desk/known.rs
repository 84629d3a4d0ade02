//! The secrets of a pipeline: none of them may be seen in what any of its scripts prints or leaves.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::engine::PipelineId;
use crate::graph::{Hidden, secret_variable};
use crate::secrets::{Place, Vault};
use crate::store::{self, Store, StoreError};

/// So many pipelines at most are remembered, so that one of many tracks is not read for each.
const REMEMBERED: usize = 16;

/// Reads the secrets of pipelines, and remembers those that were given.
pub struct Known {
    store: Store,
    vault: Arc<Vault>,
    changes: store::Given,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    /// How many commits had given something when it was read: what was read before is not true after the next.
    changes: u64,
    pipelines: VecDeque<(PipelineId, Arc<Given>)>,
}

/// Values by variable, and the names of others.
#[derive(Default)]
struct Given {
    values: Vec<(String, Hidden)>,
    named: Vec<String>,
}

impl Known {
    /// Reads from a database and opens with a vault; `changes` is of who writes there.
    pub fn new(store: Store, vault: Arc<Vault>, changes: store::Given) -> Self {
        Self {
            store,
            vault,
            changes,
            memory: Mutex::default(),
        }
    }

    /// The secrets of a pipeline by variable: those that were given for any of its tracks, and the
    /// present values of the named ones. One that cannot be opened, or is not there, no script gets.
    pub fn of(&self, pipeline: PipelineId) -> Result<Vec<(String, Hidden)>, StoreError> {
        let given = self.given(pipeline)?;
        let mut all = given.values.clone();
        for name in &given.named {
            let sealed = self.store.sealed(name)?;
            let open = |sealed: Vec<u8>| self.vault.unseal(Place::Named(name), &sealed).ok();
            all.extend(sealed.and_then(open).map(|value| (name.clone(), value)));
        }
        Ok(all)
    }

    /// A pipeline is no more.
    pub(super) fn forget(&self, pipeline: PipelineId) {
        self.memory().pipelines.retain(|(id, _)| *id != pipeline);
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn given(&self, pipeline: PipelineId) -> Result<Arc<Given>, StoreError> {
        let changes = self.changes.count();
        {
            let mut memory = self.memory();
            if memory.changes < changes {
                memory.pipelines.clear();
                memory.changes = changes;
            }
            let found = memory.pipelines.iter().find(|(id, _)| *id == pipeline);
            if let Some((_, given)) = found {
                return Ok(Arc::clone(given));
            }
        }
        let rows = self.store.pipeline_secrets(pipeline)?;
        let mut given = Given {
            named: rows.named.into_iter().collect(),
            values: Vec::new(),
        };
        let mut seen = HashSet::new();
        for (track, name, sealed) in rows.given {
            let place = Place::Given { track, name: &name };
            // Most tracks were given the same.
            if let Ok(value) = self.vault.unseal(place, &sealed)
                && seen.insert((name.clone(), value.text().to_owned()))
            {
                given.values.push((secret_variable(&name), value));
            }
        }
        let given = Arc::new(given);
        let mut memory = self.memory();
        if memory.changes == changes {
            memory.pipelines.push_front((pipeline, Arc::clone(&given)));
            memory.pipelines.truncate(REMEMBERED);
        }
        Ok(given)
    }
}
