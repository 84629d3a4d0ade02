//! Hooks: what lets a program that shows no credential start a graph. Their secrets are sealed.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, Queryable, RunQueryDsl};

use super::connection::Db;
use super::deeds::{Deed, Object};
use super::definitions::Counters;
use super::error::StoreError;
use super::hook_update::HookUpdate;
use super::reader::Store;
use super::schema::hook;
use super::spent::{self, Kind};
use super::writer::Writer;
use crate::engine::Time;
use crate::graph::Hidden;
use crate::secrets::{Place, Vault};

/// A hook, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct HookHead {
    /// Its number.
    pub id: i64,
    /// The name of the graph that it starts: the newest version.
    pub graph: String,
    /// How calls are signed: `trackyard` or `github`.
    pub style: String,
    /// It may be called.
    pub enabled: bool,
    /// Where the values of a start come from, as JSON.
    pub input: String,
    /// Who made it.
    pub creator: String,
    /// When.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
}

/// What is done with hooks.
#[derive(Debug, Clone)]
pub enum HookDeed {
    /// Makes one.
    Add {
        /// All of it; its number and times are not looked at.
        head: HookHead,
        /// What its calls are signed with.
        secret: Hidden,
    },
    /// Changes what is said of one, and nothing else.
    Change(i64, HookUpdate),
    /// Removes one.
    Remove(i64),
}

impl HookDeed {
    fn verb(&self) -> &'static str {
        match self {
            Self::Add { .. } => "create",
            Self::Change(..) => "change",
            Self::Remove(_) => "delete",
        }
    }
}

const COLUMNS: (
    hook::id,
    hook::graph_name,
    hook::style,
    hook::enabled,
    hook::input,
    hook::creator,
    hook::created_at,
    hook::updated_at,
) = (
    hook::id,
    hook::graph_name,
    hook::style,
    hook::enabled,
    hook::input,
    hook::creator,
    hook::created_at,
    hook::updated_at,
);

impl Store {
    /// The hooks of a graph after number `after`.
    pub fn hooks(&self, graph: &str, after: i64, limit: i64) -> Result<Vec<HookHead>, StoreError> {
        let page = hook::table
            .filter(hook::graph_name.eq(graph))
            .filter(hook::id.gt(after))
            .order(hook::id)
            .limit(limit)
            .select(COLUMNS);
        Ok(page.load(&mut *self.pool.get()?)?)
    }

    /// One hook.
    pub fn hook(&self, id: i64) -> Result<Option<HookHead>, StoreError> {
        let row = hook::table.find(id).select(COLUMNS);
        Ok(row.first(&mut *self.pool.get()?).optional()?)
    }

    /// The sealed secret of a hook.
    pub fn hook_secret(&self, id: i64) -> Result<Option<Vec<u8>>, StoreError> {
        let row = hook::table.find(id).select(hook::sealed);
        Ok(row.first(&mut *self.pool.get()?).optional()?)
    }
}

impl Writer {
    /// Makes, changes or removes a hook. Gives its number; none: there is no such hook.
    pub fn hook(
        &mut self,
        deed: &HookDeed,
        who: &str,
        now: Time,
    ) -> Result<Option<i64>, StoreError> {
        let vault = self.vault.clone();
        let seal = |id, secret: &Hidden| seal(vault.as_deref(), id, secret);
        let do_it = |db: &mut Db, _: &mut Counters| done(db, deed, now, seal);
        let tell = |done: &Option<Done>| {
            let done = done.as_ref().filter(|done| done.changed)?;
            Some(Deed {
                who: who.to_owned(),
                verb: deed.verb(),
                object: Object::Hook,
                name: done.graph.clone(),
                number: Some(done.id),
                detail: done.detail.clone(),
            })
        };
        let number = |done: &Option<Done>| done.as_ref().map(|done| done.id);
        Ok(number(&self.told(now, do_it, tell, number)?))
    }
}

/// What was done with a hook.
struct Done {
    id: i64,
    graph: String,
    /// How it is now, without any value.
    detail: String,
    /// It is other than it was.
    changed: bool,
}

impl Done {
    fn of(id: i64, head: &HookHead, secret: Option<&Hidden>, changed: bool) -> Self {
        let state = if head.enabled { "on" } else { "off" };
        let secret = secret.map_or("", |_| ", another secret");
        Self {
            id,
            graph: head.graph.clone(),
            detail: format!("{}, {state}{secret}", head.style),
            changed,
        }
    }
}

fn seal(vault: Option<&Vault>, id: i64, secret: &Hidden) -> Result<Vec<u8>, StoreError> {
    let vault = vault.ok_or_else(|| StoreError::Mismatch("no key is open".to_owned()))?;
    let sealed = vault.seal(Place::Hook(id), secret);
    sealed.map_err(|why| StoreError::Mismatch(why.to_string()))
}

fn done(
    db: &mut Db,
    deed: &HookDeed,
    now: Time,
    seal: impl Fn(i64, &Hidden) -> Result<Vec<u8>, StoreError>,
) -> Result<Option<Done>, StoreError> {
    // What is there is read in the transaction that writes: nothing that others have changed goes back.
    let there = |db: &mut Db, id: i64| -> QueryResult<Option<HookHead>> {
        hook::table.find(id).select(COLUMNS).first(db).optional()
    };
    match deed {
        HookDeed::Add { head, secret } => {
            let id = spent::free(db, Kind::Hook)?;
            let new = diesel::insert_into(hook::table).values((
                hook::id.eq(id),
                hook::graph_name.eq(&head.graph),
                hook::sealed.eq(seal(id, secret)?),
                hook::style.eq(&head.style),
                hook::enabled.eq(head.enabled),
                hook::input.eq(&head.input),
                hook::creator.eq(&head.creator),
                hook::created_at.eq(now.0),
                hook::updated_at.eq(now.0),
            ));
            new.execute(db)?;
            Ok(Some(Done::of(id, head, None, true)))
        }
        HookDeed::Change(id, update) => {
            let Some(mut head) = there(db, *id)? else {
                return Ok(None);
            };
            let changed = update.apply(&mut head);
            if changed {
                let row = diesel::update(hook::table.find(id));
                let row = row.set((
                    hook::style.eq(&head.style),
                    hook::enabled.eq(head.enabled),
                    hook::input.eq(&head.input),
                    hook::updated_at.eq(now.0),
                ));
                row.execute(db)?;
            }
            if let Some(secret) = &update.secret {
                let row = diesel::update(hook::table.find(id));
                row.set(hook::sealed.eq(seal(*id, secret)?)).execute(db)?;
            }
            Ok(Some(Done::of(*id, &head, update.secret.as_ref(), changed)))
        }
        HookDeed::Remove(id) => {
            let gone = there(db, *id)?;
            spent::note(db)?;
            diesel::delete(hook::table.find(id)).execute(db)?;
            Ok(gone.map(|head| Done {
                detail: String::new(),
                ..Done::of(*id, &head, None, true)
            }))
        }
    }
}

/// Any sealed secret of a hook: it tells which key this database belongs to.
pub(super) fn any_sealed(db: &mut Db) -> QueryResult<Option<Vec<u8>>> {
    hook::table.select(hook::sealed).first(db).optional()
}

#[cfg(test)]
mod tests {
    use crate::store::query_plan::steps;

    #[test]
    fn the_hooks_of_a_graph_are_found_without_reading_those_of_others() {
        let plan = steps("SELECT id FROM hook WHERE graph_name = 'g' AND id > 5 ORDER BY id");
        let text = plan.join("; ");
        assert!(
            text.contains("hook_graph") && !text.contains("B-TREE"),
            "{text}"
        );
    }
}
