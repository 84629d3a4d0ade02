//! The one connection that writes. Only the driver's thread has it.

use std::path::Path;
use std::sync::Arc;

use super::connection::{self, Db, Durability, open_writer};
use super::deeds::{self, Deed, Kept, Object};
use super::definitions::{self, Counters, NewGraph, Saved};
use super::error::StoreError;
use super::given::Given;
use super::graphs::{GraphHead, StoredProblem};
use super::kept::OfGraphs;
use super::newest::Noted;
use super::requests::Notes;
use super::shelf::{Expect, Shelved, Shelving};
use super::{
    attempts, checked, commit, definition, graphs, live, migrate, newest, pipelines, secrets,
    sessions, shelf,
};
use crate::engine::{AttemptKey, GraphId, LoadedPipeline, NextIds, Outbox, PipelineId, Plan, Time};
use crate::graph::Runnable;
use crate::secrets::Vault;

/// Writes what the engine decides and what people define.
pub struct Writer {
    pub(super) db: Db,
    boot: String,
    pub(super) free: Counters,
    pub(super) vault: Option<Arc<Vault>>,
    pub(super) notes: Notes,
    pub(super) deeds: Kept,
    pub(super) given: Given,
}

impl Writer {
    /// Opens a database file, making or updating it as needed. `boot` names this boot of the host.
    pub fn open(path: &Path, durability: Durability, boot: &str) -> Result<Self, StoreError> {
        let mut db = open_writer(path, durability)?;
        migrate::migrate(&mut db, path)?;
        let free = Counters::load(&mut db)?;
        Ok(Self {
            db,
            boot: boot.to_owned(),
            free,
            vault: None,
            notes: Notes::default(),
            deeds: Kept::default(),
            given: Given::default(),
        })
    }

    /// The same writer with what seals the values of secret parameters.
    pub fn sealing(self, vault: Arc<Vault>) -> Self {
        Self {
            vault: Some(vault),
            ..self
        }
    }

    /// Sets a named secret; true: it was there before.
    pub fn set_secret(
        &mut self,
        name: &str,
        sealed: &[u8],
        who: &str,
        now: Time,
    ) -> Result<bool, StoreError> {
        let set = |db: &mut Db| Ok(secrets::set(db, name, sealed, who, now)?);
        let tell = |replaced: &bool| {
            Some(of_secret(
                name,
                who,
                if *replaced { "change" } else { "set" },
            ))
        };
        self.told(now, |db, _| set(db), tell, |_| Some(0))
    }

    /// Removes a named secret; false: it was not there.
    pub fn remove_secret(&mut self, name: &str, who: &str, now: Time) -> Result<bool, StoreError> {
        self.told(
            now,
            |db, _| Ok(secrets::remove(db, name)?),
            |was_there| was_there.then(|| of_secret(name, who, "remove")),
            |was_there| was_there.then_some(0),
        )
    }

    /// Takes the right to write and gives it back; an error where nothing can be written now.
    pub fn try_lock(&mut self) -> Result<(), StoreError> {
        connection::try_lock(&mut self.db)
    }

    /// Writes a batch of the engine in one transaction, with the notes that belong to it.
    pub fn commit(&mut self, out: &Outbox) -> Result<(), StoreError> {
        let notes = &self.notes;
        commit::commit(&mut self.db, &self.boot, self.vault.as_deref(), out, notes)?;
        self.notes.written();
        self.given.after(out);
        Ok(())
    }

    /// The first numbers that are free.
    pub fn next_ids(&mut self) -> Result<NextIds, StoreError> {
        Ok(live::next_ids(&mut self.db)?)
    }

    /// The last entries of the journal, oldest first.
    pub fn last_entries(&mut self, limit: usize) -> Result<Vec<Noted>, StoreError> {
        Ok(newest::last_entries(&mut self.db, limit)?)
    }

    /// Every pipeline of which something can still move.
    pub fn live(&mut self) -> Result<Vec<LoadedPipeline>, StoreError> {
        live::live(&mut self.db)
    }

    /// One pipeline, whether or not something of it can move.
    pub fn one(&mut self, id: PipelineId) -> Result<Option<LoadedPipeline>, StoreError> {
        live::one(&mut self.db, id, &OfGraphs::default())
    }

    /// Of a database that was restored from a backup: what it says runs is not known to run, and is never
    /// launched again by itself. Gives how many attempts that were.
    pub fn belong_to_nobody(&mut self) -> Result<usize, StoreError> {
        Ok(attempts::belong_to_nobody(&mut self.db)?)
    }

    /// Each attempt that is committed as running, and the boot in which it was ordered.
    pub fn running(&mut self) -> Result<Vec<(AttemptKey, String)>, StoreError> {
        Ok(attempts::running(&mut self.db)?)
    }

    /// Attempts of which something of this boot may still run and is to end, and whether at once.
    pub fn survivors_to_end(&mut self) -> Result<Vec<(AttemptKey, bool)>, StoreError> {
        Ok(attempts::survivors_to_end(&mut self.db, &self.boot)?)
    }

    /// Those of the attempts whose end is committed.
    pub fn ended(&mut self, keys: &[AttemptKey]) -> Result<Vec<AttemptKey>, StoreError> {
        Ok(attempts::ended(&mut self.db, keys)?)
    }

    /// A graph as the engine needs it; none when there is no such graph.
    pub fn plan(&mut self, id: GraphId) -> Result<Option<Plan>, StoreError> {
        definition::plan(&mut self.db, id)
    }

    /// A graph without its vertices; none when there is no such graph.
    pub fn head(&mut self, id: GraphId) -> Result<Option<GraphHead>, StoreError> {
        Ok(graphs::head(&mut self.db, id)?)
    }

    /// The pipeline that a request key started: its number, its graph and what was given.
    pub fn by_request_key(&mut self, key: &str) -> Result<Option<(i64, i64, String)>, StoreError> {
        Ok(pipelines::by_request_key(&mut self.db, key)?)
    }

    /// Saves a definition as the newest version of its name.
    pub fn save_graph(&mut self, now: Time, new: &NewGraph) -> Result<Saved, StoreError> {
        self.told(
            now,
            |db, free| definitions::save(db, free, now, new),
            |saved| deeds::of_save(new, saved),
            |saved| Some(saved.id.0),
        )
    }

    /// Puts all versions of a graph away, takes them back or removes them.
    pub fn shelve(
        &mut self,
        graph: (GraphId, &Expect),
        what: Shelving,
        by: (&str, Time),
    ) -> Result<Shelved, StoreError> {
        let tell = |(changed, done): &(bool, Shelved)| {
            changed.then(|| Deed {
                who: by.0.to_owned(),
                verb: deeds::shelving(what),
                object: Object::Graph,
                name: done.name.clone(),
                number: Some(graph.0.0),
                detail: deeds::of_versions(done.versions),
            })
        };
        let shelve = |db: &mut Db, _: &mut Counters| shelf::shelve(db, graph, what, by);
        let (_, done) = self.told(by.1, shelve, tell, |_| Some(graph.0.0))?;
        Ok(done)
    }

    /// Notes what a check of an unchanged, unsealed definition found; false when it has changed.
    pub fn set_check(
        &mut self,
        id: GraphId,
        revision: i64,
        checked: bool,
        compiled: &[Runnable],
        problems: &[StoredProblem],
    ) -> Result<bool, StoreError> {
        self.noted(
            |db, _| checked::set_check(db, id, revision, checked, compiled, problems),
            |unchanged| unchanged.then_some(id.0),
        )
    }

    /// Notes that a browser has signed in.
    pub fn add_session(
        &mut self,
        digest: &str,
        now: Time,
        expires_at: Time,
    ) -> Result<(), StoreError> {
        Ok(sessions::add(&mut self.db, digest, now, expires_at)?)
    }

    /// Signs all browsers out.
    pub fn end_sessions(&mut self) -> Result<(), StoreError> {
        Ok(sessions::remove_all(&mut self.db)?)
    }

    /// Signs all browsers out: there is another token.
    pub fn token_rotated(&mut self, who: &str, mark: i64, now: Time) -> Result<(), StoreError> {
        self.told(
            now,
            |db, _| Ok(sessions::remove_all(db)?),
            |()| Some(sessions::rotated(who)),
            |()| Some(mark),
        )
    }

    /// Signs a browser out.
    pub fn remove_session(&mut self, digest: &str) -> Result<(), StoreError> {
        Ok(sessions::remove(&mut self.db, digest)?)
    }
}

/// What was done with a named secret. Its value is nowhere in it.
fn of_secret(name: &str, who: &str, verb: &'static str) -> Deed {
    Deed {
        who: who.to_owned(),
        verb,
        object: Object::Secret,
        name: name.to_owned(),
        number: None,
        detail: String::new(),
    }
}
