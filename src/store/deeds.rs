//! Who changed what people define and keep: graphs, hooks, secrets, the token. Each deed is written in the
//! transaction of what was done; the newest ones are kept. Of pipelines the journal says it.

use diesel::dsl::{max, sql};
use diesel::sql_types::Bool;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, Queryable, RunQueryDsl};

use super::connection::{Db, write_tx};
use super::definitions::{Counters, NewGraph, Outcome, Saved};
use super::error::StoreError;
pub use super::objects::Object;
use super::reader::Store;
use super::schema::deed;
use super::shelf::{Expect, Shelved, Shelving};
use super::writer::Writer;
use crate::engine::{GraphId, Time};

/// So many are kept where nobody says so.
const USUALLY_KEPT: u32 = 100_000;
/// Old ones that are forgotten at once: a few more than are added.
const FORGOTTEN_AT_ONCE: i64 = 100;

/// What is said before the number of versions.
const VERSIONS: &str = "versions: ";

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// Who asked for it.
    pub who: String,
    /// What was done.
    pub verb: &'static str,
    /// With what.
    pub object: Object,
    /// What people call that; of a hook the name of its graph.
    pub name: String,
    /// Its number, if it has one.
    pub number: Option<i64>,
    /// More of it, in a few words without any value.
    pub detail: String,
}

/// Something that was done, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct DeedRow {
    /// Its number.
    pub id: i64,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Who asked for it.
    pub who: String,
    /// What was done.
    pub verb: String,
    /// With what: a word of [`Object`].
    pub object: String,
    /// What people call that.
    pub name: String,
    /// Its number, if it has one.
    pub number: Option<i64>,
    /// More of it.
    pub detail: String,
}

/// Which deeds are meant; what is not said does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeedFilter {
    /// Done with one of these.
    pub object: Option<Object>,
    /// Done with what is called so.
    pub name: Option<String>,
    /// Done by this one.
    pub who: Option<String>,
    /// Done then or later.
    pub since: Option<Time>,
}

impl Store {
    /// What was done, the newest first, with numbers below `before`. No more rows are looked at than the
    /// setting `deeds_kept` lets there be.
    pub fn deeds(
        &self,
        filter: &DeedFilter,
        before: i64,
        limit: i64,
    ) -> Result<Vec<DeedRow>, StoreError> {
        let mut found = deed::table
            .filter(deed::id.lt(before))
            .order(deed::id.desc())
            .limit(limit)
            .into_boxed();
        if let Some(object) = filter.object {
            found = found.filter(deed::object.eq(object.word()));
        }
        if let Some(name) = &filter.name {
            found = found.filter(deed::name.eq(name));
        }
        if let Some(who) = &filter.who {
            found = found.filter(deed::who.eq(who));
        }
        if let Some(since) = filter.since {
            found = found.filter(deed::at.ge(since.0));
        }
        Ok(found.load(&mut *self.pool.get()?)?)
    }

    /// What the deed tells of a graph that was removed by this number; none: it is not kept any more.
    pub fn removed_graph(&self, id: GraphId) -> Result<Option<Shelved>, StoreError> {
        let row = deed::table
            .filter(deed::object.eq(Object::Graph.word()))
            .filter(deed::verb.eq(shelving(Shelving::Remove)))
            .filter(deed::number.eq(id.0))
            .select((deed::name, deed::detail));
        let row: Option<(String, String)> = row.first(&mut *self.pool.get()?).optional()?;
        Ok(row.map(|(name, detail)| Shelved {
            name,
            versions: versions_in(&detail),
            archived: false,
        }))
    }
}

/// What is told of all versions of a graph.
pub(super) fn of_versions(many: i64) -> String {
    format!("{VERSIONS}{many}")
}

fn versions_in(detail: &str) -> i64 {
    let many = detail.strip_prefix(VERSIONS);
    many.and_then(|many| many.parse().ok()).unwrap_or_default()
}

/// How many deeds are kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kept(u32);

impl Default for Kept {
    fn default() -> Self {
        Self(USUALLY_KEPT)
    }
}

impl Writer {
    /// Keeps so many deeds, the newest ones.
    pub fn keeping_deeds(mut self, many: u32) -> Self {
        self.deeds = Kept(many);
        self
    }

    /// Writes that something was done which changes no row.
    pub fn tell(&mut self, deed: &Deed, now: Time) -> Result<(), StoreError> {
        self.told(now, |_, _| Ok(()), |()| Some(deed.clone()), |()| Some(0))
    }

    /// Does something, and writes in the same transaction what that was; `tell` gives none where nothing
    /// has changed. `made` is for the note of the request, if it has one.
    pub(super) fn told<T>(
        &mut self,
        now: Time,
        do_it: impl FnOnce(&mut Db, &mut Counters) -> Result<T, StoreError>,
        tell: impl FnOnce(&T) -> Option<Deed>,
        made: impl FnOnce(&T) -> Option<i64>,
    ) -> Result<T, StoreError> {
        let kept = self.deeds;
        let both = |db: &mut Db, free: &mut Counters| {
            write_tx(db, |db| {
                let done = do_it(db, free)?;
                if let Some(deed) = tell(&done) {
                    add(db, &deed, now, kept)?;
                }
                Ok(done)
            })
        };
        self.noted(both, made)
    }
}

/// Writes one, and forgets the oldest of those that are too many.
fn add(db: &mut Db, done: &Deed, now: Time, Kept(kept): Kept) -> QueryResult<()> {
    let last: Option<i64> = deed::table.select(max(deed::id)).first(db)?;
    let id = last.unwrap_or(0) + 1;
    diesel::insert_into(deed::table)
        .values((
            deed::id.eq(id),
            deed::at.eq(now.0),
            deed::who.eq(&done.who),
            deed::verb.eq(done.verb),
            deed::object.eq(done.object.word()),
            deed::name.eq(&done.name),
            deed::number.eq(done.number),
            deed::detail.eq(&done.detail),
        ))
        .execute(db)?;
    let old = deed::table
        .filter(deed::id.le(id - i64::from(kept)))
        .order(deed::id)
        .limit(FORGOTTEN_AT_ONCE)
        .select(deed::id);
    let old: Vec<i64> = old.load(db)?;
    if !old.is_empty() {
        diesel::delete(deed::table.filter(deed::id.eq_any(old))).execute(db)?;
    }
    Ok(())
}

/// The same in a database that may be of an older form, without a place for it.
pub(super) fn add_where_it_can(db: &mut Db, done: &Deed, now: Time) -> QueryResult<()> {
    let place = "EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'deed')";
    match diesel::select(sql::<Bool>(place)).get_result(db)? {
        true => add(db, done, now, Kept(u32::MAX)),
        false => Ok(()),
    }
}

/// What was done by saving a definition.
pub(super) fn of_save(new: &NewGraph, saved: &Saved) -> Option<Deed> {
    let verb = match (saved.outcome, new.terms.keep, &new.terms.expect) {
        (Outcome::Unchanged, ..) => return None,
        // What is kept beside the newest version is a copy under a new name, or an old version.
        (_, true, Expect::Nothing) => "copy",
        (_, true, _) => "restore",
        (Outcome::Created, ..) => "create",
        (Outcome::Replaced | Outcome::NewVersion, ..) => "change",
    };
    Some(Deed {
        who: new.creator.clone(),
        verb,
        object: Object::Graph,
        name: new.graph.name.clone(),
        number: Some(saved.id.0),
        detail: format!("version {}", saved.version),
    })
}

/// What is done with all versions of a graph, in a word.
pub(super) const fn shelving(what: Shelving) -> &'static str {
    match what {
        Shelving::Remove => "delete",
        Shelving::Archive => "archive",
        Shelving::Unarchive => "unarchive",
    }
}

#[cfg(test)]
mod tests {
    use super::{Deed, DeedFilter, Object};
    use crate::engine::Time;
    use crate::store::connection::Durability;
    use crate::store::query_plan::steps;
    use crate::store::reader::Store;
    use crate::store::writer::Writer;

    #[test]
    fn the_newest_are_kept_and_found_by_what_is_asked() {
        let own = tempfile::tempdir().expect("a directory");
        let path = own.path().join("db");
        let writer = Writer::open(&path, Durability::Normal, "boot").expect("opened");
        let mut writer = writer.keeping_deeds(20);
        let secret = |name: &str, who: &str, at: i64, writer: &mut Writer| {
            let set = writer.set_secret(name, b"sealed", who, Time(at));
            set.expect("set")
        };
        for at in 1..=30 {
            let (name, who) = match at % 3 {
                0 => ("A", "ann"),
                _ => ("B", "bob"),
            };
            secret(name, who, at, &mut writer);
        }
        let store = Store::open(&path, 1).expect("opened");
        let ids = |filter: &DeedFilter, before, limit| {
            let found = store.deeds(filter, before, limit).expect("read");
            found.iter().map(|deed| deed.id).collect::<Vec<_>>()
        };
        let all = DeedFilter::default();
        assert_eq!(ids(&all, i64::MAX, 99), (11..=30).rev().collect::<Vec<_>>());
        assert_eq!(ids(&all, 15, 2), [14, 13]);
        let ann = DeedFilter {
            who: Some("ann".to_owned()),
            since: Some(Time(20)),
            ..DeedFilter::default()
        };
        assert_eq!(ids(&ann, i64::MAX, 99), [30, 27, 24, 21]);
        let of_b = DeedFilter {
            object: Some(Object::Secret),
            name: Some("B".to_owned()),
            ..DeedFilter::default()
        };
        assert_eq!(ids(&of_b, 20, 2), [19, 17]);
        let hooks = DeedFilter {
            object: Some(Object::Hook),
            ..DeedFilter::default()
        };
        assert_eq!(ids(&hooks, i64::MAX, 99), [0; 0]);
        // What changes nothing is no deed.
        assert!(!writer.remove_secret("C", "ann", Time(31)).expect("asked"));
        assert_eq!(ids(&all, i64::MAX, 1), [30]);
        assert!(writer.remove_secret("A", "ann", Time(32)).expect("asked"));
        let deed = Deed {
            who: "ann".to_owned(),
            verb: "drain",
            object: Object::Server,
            name: String::new(),
            number: None,
            detail: String::new(),
        };
        writer.tell(&deed, Time(33)).expect("told");
        let newest = store.deeds(&all, i64::MAX, 2).expect("read");
        let said = |at: usize| (newest[at].id, newest[at].at, newest[at].verb.as_str());
        assert_eq!([said(0), said(1)], [(32, 33, "drain"), (31, 32, "remove")]);
        for row in store.deeds(&all, i64::MAX, 99).expect("read") {
            assert!(!format!("{row:?}").contains("sealed"), "{row:?}");
        }
    }

    #[test]
    fn deeds_are_found_by_an_index() {
        for (query, index) in [
            (
                "object = 'hook' AND name = 'g' AND id < 9",
                "deed_of_object (object=? AND name=? AND id<?)",
            ),
            ("who = 'ann' AND id < 9", "deed_of_who (who=? AND id<?)"),
            ("id < 9", "INTEGER PRIMARY KEY (rowid<?)"),
        ] {
            let plan = steps(&format!(
                "SELECT * FROM deed WHERE {query} ORDER BY id DESC LIMIT 9"
            ));
            let plan = plan.join("; ");
            assert!(plan.contains(index) && !plan.contains("B-TREE"), "{plan}");
        }
    }
}
