//! Hooks: what lets a program that shows no credential start a graph. Their secrets are sealed.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, Queryable, RunQueryDsl};

use super::connection::{Db, write_tx};
use super::error::StoreError;
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
    /// Puts this in the place of what it is.
    Change {
        /// All of it.
        head: HookHead,
        /// Another secret, if it is to have one.
        secret: Option<Hidden>,
    },
    /// Removes one.
    Remove(i64),
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
    pub fn hook(&mut self, deed: &HookDeed, now: Time) -> Result<Option<i64>, StoreError> {
        let vault = self.vault.clone();
        let seal = |id, secret: &Hidden| seal(vault.as_deref(), id, secret);
        self.noted(
            |db, _| write_tx(db, |db| done(db, deed, now, seal)),
            |id| *id,
        )
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
) -> Result<Option<i64>, StoreError> {
    let (id, touched) = match deed {
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
            (id, new.execute(db)?)
        }
        HookDeed::Change { head, secret } => {
            let row = diesel::update(hook::table.find(head.id));
            let changed = row.set((
                hook::style.eq(&head.style),
                hook::enabled.eq(head.enabled),
                hook::input.eq(&head.input),
                hook::updated_at.eq(now.0),
            ));
            let changed = changed.execute(db)?;
            if let Some(secret) = secret {
                let sealed = seal(head.id, secret)?;
                let row = diesel::update(hook::table.find(head.id));
                row.set(hook::sealed.eq(sealed)).execute(db)?;
            }
            (head.id, changed)
        }
        HookDeed::Remove(id) => {
            spent::note(db)?;
            let gone = diesel::delete(hook::table.find(id)).execute(db)?;
            (*id, gone)
        }
    };
    Ok((touched == 1).then_some(id))
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
