//! Browsers that are signed in. The cookie is never stored, only its digest.

use std::path::Path;

use diesel::{ExpressionMethods, QueryDsl, QueryResult, RunQueryDsl};

use super::connection::{Db, Durability, open_writer, write_tx};
use super::deeds::{Deed, Object, add_where_it_can};
use super::error::StoreError;
use super::schema::session;
use crate::engine::Time;

/// Notes a session and forgets those that have expired.
pub(super) fn add(db: &mut Db, digest: &str, now: Time, expires_at: Time) -> QueryResult<()> {
    diesel::delete(session::table.filter(session::expires_at.le(now.0))).execute(db)?;
    diesel::insert_into(session::table)
        .values((
            session::digest.eq(digest),
            session::created_at.eq(now.0),
            session::expires_at.eq(expires_at.0),
        ))
        .execute(db)?;
    Ok(())
}

/// Forgets a session.
pub(super) fn remove(db: &mut Db, digest: &str) -> QueryResult<()> {
    diesel::delete(session::table.find(digest)).execute(db)?;
    Ok(())
}

/// Forgets all sessions.
pub(super) fn remove_all(db: &mut Db) -> QueryResult<()> {
    diesel::delete(session::table).execute(db).map(drop)
}

/// Signs all browsers out of a database that is there and that nobody works with; gives how many that were.
/// Its form stays as it is.
/// Its journal says that `who` has made another token.
pub fn sign_all_out(path: &Path, who: &str, now: Time) -> Result<usize, StoreError> {
    let mut db = open_writer(path, Durability::Full)?;
    write_tx(&mut db, |db| {
        let ended = diesel::delete(session::table).execute(db)?;
        add_where_it_can(db, &rotated(who), now)?;
        Ok(ended)
    })
}

/// That another token was made.
pub(super) fn rotated(who: &str) -> Deed {
    Deed {
        who: who.to_owned(),
        verb: "rotate",
        object: Object::Token,
        name: String::new(),
        number: None,
        detail: String::new(),
    }
}

/// Whether a session is known and has not expired.
pub(super) fn is_known(db: &mut Db, digest: &str, now: Time) -> QueryResult<bool> {
    let known = session::table
        .find(digest)
        .filter(session::expires_at.gt(now.0));
    diesel::select(diesel::dsl::exists(known)).get_result(db)
}
