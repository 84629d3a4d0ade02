//! Requests that are done once however often they are sent: the note that the key of one was used is
//! written in the transaction of what it changed.
//!
//! A start has its key in the row of its pipeline, for as long as that is there.

use std::mem;

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl};

use super::connection::{Db, write_tx};
use super::definitions::Counters;
use super::error::StoreError;
use super::pipelines::by_request_key;
use super::reader::Store;
use super::schema::request;
use super::writer::Writer;
use crate::engine::{PipelineId, Time};
use crate::failpoint::{Point, reach};

/// Old notes that are forgotten at once: a few more than are added.
const FORGOTTEN_AT_ONCE: i64 = 100;
/// How long a note is kept where nobody says so.
const USUAL_LIFE_MS: i64 = 7 * 24 * 3_600_000;

/// A request with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The `Idempotency-Key`.
    pub key: String,
    /// Says whether another request with the key asks for the same, to nobody without the key file.
    pub digest: String,
    /// Who asked.
    pub who: String,
}

/// What a key was used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Used {
    /// A start.
    Start(PipelineId),
    /// Something else.
    Request {
        /// That of the note.
        digest: String,
        /// The number of what was made or changed; 0: it has none.
        made: i64,
    },
}

/// What the writer is to note, and for how long.
#[derive(Debug)]
pub(super) struct Notes {
    /// Of the command that is carried out now.
    now: Option<(Note, Time)>,
    /// Of what the engine has done and the next commit writes.
    next: Vec<(Note, Time, i64)>,
    life_ms: i64,
}

impl Default for Notes {
    fn default() -> Self {
        Self {
            now: None,
            next: Vec::new(),
            life_ms: USUAL_LIFE_MS,
        }
    }
}

impl Notes {
    /// Writes what belongs to a batch of the engine.
    pub(super) fn write(&self, db: &mut Db) -> Result<(), StoreError> {
        let mut notes = self.next.iter();
        notes.try_for_each(|(note, at, made)| Ok(add(db, note, (*at, *made), self.life_ms)?))
    }

    /// It is committed.
    pub(super) fn written(&mut self) {
        if !self.next.is_empty() {
            reach(Point::ServerNoted, &"");
        }
        self.next.clear();
    }
}

impl Writer {
    /// Keeps notes for so long.
    pub fn keeping_notes(mut self, life_ms: i64) -> Self {
        self.notes.life_ms = life_ms;
        self
    }

    /// What a key was used for.
    pub fn used(&mut self, key: &str) -> Result<Option<Used>, StoreError> {
        Ok(used(&mut self.db, key)?)
    }

    /// What is done next belongs to a request with a key, or to none.
    pub fn note(&mut self, note: Option<(Note, Time)>) {
        self.notes.now = note;
    }

    /// The engine has done it, to `made`: the next commit notes that.
    pub fn note_with_commit(&mut self, made: i64) {
        let done = self.notes.now.take();
        let done = done.map(|(note, at)| (note, at, made));
        self.notes.next.extend(done);
    }

    /// Whether the next commit has something to note, of this key or of any.
    pub fn notes_next(&self, key: Option<&str>) -> bool {
        let mut next = self.notes.next.iter();
        next.any(|(note, ..)| key.is_none_or(|key| key == note.key))
    }

    /// Does something that is no matter of the engine, and notes it in the same transaction. `made`
    /// tells the number of what it made, and none where it did nothing.
    pub(super) fn noted<T>(
        &mut self,
        deed: impl FnOnce(&mut Db, &mut Counters) -> Result<T, StoreError>,
        made: impl FnOnce(&T) -> Option<i64>,
    ) -> Result<T, StoreError> {
        let Some((note, at)) = mem::take(&mut self.notes.now) else {
            return deed(&mut self.db, &mut self.free);
        };
        let (life_ms, free) = (self.notes.life_ms, &mut self.free);
        let done = write_tx(&mut self.db, |db| {
            let done = deed(db, free)?;
            if let Some(made) = made(&done) {
                add(db, &note, (at, made), life_ms)?;
            }
            Ok(done)
        })?;
        reach(Point::ServerNoted, &"");
        Ok(done)
    }

    /// Notes that a request is done whose parts have notes of their own, or that changes no row.
    pub fn done(&mut self, made: i64) -> Result<(), StoreError> {
        self.noted(|_, _| Ok(()), |()| Some(made))
    }

    /// Forgets the oldest of the notes that are kept no longer.
    pub fn forget_notes(&mut self, now: Time) -> Result<(), StoreError> {
        Ok(forget(&mut self.db, now.0 - self.notes.life_ms)?)
    }
}

impl Store {
    /// What a key was used for.
    pub fn used(&self, key: &str) -> Result<Option<Used>, StoreError> {
        Ok(used(&mut *self.pool.get()?, key)?)
    }

    /// What the parts of a request with this key have changed, the newest number first.
    pub fn used_in_parts(&self, key: &str) -> Result<Vec<i64>, StoreError> {
        let parts = request::table
            .filter(request::key.gt(part_key(key, "")))
            .filter(request::key.lt(part_key(key, "~")))
            .order(request::made.desc())
            .select(request::made);
        Ok(parts.load(&mut *self.pool.get()?)?)
    }
}

/// The key of a part of a request: no caller can choose it, because of the line break.
pub fn part_key(key: &str, part: &str) -> String {
    format!("{key}\n{part}")
}

fn used(db: &mut Db, key: &str) -> QueryResult<Option<Used>> {
    if let Some((pipeline, _, _)) = by_request_key(db, key)? {
        return Ok(Some(Used::Start(PipelineId(pipeline))));
    }
    let row = request::table
        .find(key)
        .select((request::digest, request::made));
    let row: Option<(String, i64)> = row.first(db).optional()?;
    Ok(row.map(|(digest, made)| Used::Request { digest, made }))
}

fn add(db: &mut Db, note: &Note, when_made: (Time, i64), life_ms: i64) -> QueryResult<()> {
    forget(db, when_made.0.0 - life_ms)?;
    insert(db, note, when_made)
}

/// Keeps the key of a start whose pipeline goes. No request has its digest.
pub(super) fn keep(
    db: &mut Db,
    (key, who): (String, String),
    when_made: (Time, i64),
) -> QueryResult<()> {
    let digest = String::new();
    insert(db, &Note { key, digest, who }, when_made)
}

fn insert(db: &mut Db, note: &Note, (at, made): (Time, i64)) -> QueryResult<()> {
    diesel::insert_into(request::table)
        .values((
            request::key.eq(&note.key),
            request::digest.eq(&note.digest),
            request::who.eq(&note.who),
            request::at.eq(at.0),
            request::made.eq(made),
        ))
        .execute(db)?;
    Ok(())
}

fn forget(db: &mut Db, before: i64) -> QueryResult<()> {
    let old = request::table
        .filter(request::at.lt(before))
        .order(request::at)
        .select(request::key)
        .limit(FORGOTTEN_AT_ONCE);
    let old: Vec<String> = old.load(db)?;
    if !old.is_empty() {
        diesel::delete(request::table.filter(request::key.eq_any(old))).execute(db)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Note, Used};
    use crate::engine::{Outbox, Time};
    use crate::store::connection::Durability;
    use crate::store::query_plan::steps;
    use crate::store::writer::Writer;

    fn note(key: &str) -> Note {
        Note {
            key: key.to_owned(),
            digest: "d".to_owned(),
            who: "me".to_owned(),
        }
    }

    #[test]
    fn notes_go_with_the_deed_and_are_forgotten_in_time() {
        let own = tempfile::tempdir().expect("a directory");
        let path = own.path().join("db");
        let opened = Writer::open(&path, Durability::Normal, "boot").expect("opened");
        let mut writer = opened.keeping_notes(100);
        let made = |made| {
            Some(Used::Request {
                digest: "d".to_owned(),
                made,
            })
        };
        // Of a deed that is refused, or that does nothing, nothing is left.
        writer.note(Some((note("nothing"), Time(1))));
        assert!(!writer.remove_secret("NONE", "me", Time(1)).expect("asked"));
        assert_eq!(writer.used("nothing").expect("asked"), None);
        writer.note(Some((note("job"), Time(1))));
        writer
            .set_secret("A", b"sealed", "me", Time(1))
            .expect("set");
        assert_eq!(writer.used("job").expect("asked"), made(0));
        // The next command has no key.
        writer
            .set_secret("B", b"sealed", "me", Time(1))
            .expect("set");
        writer.note(Some((note("act"), Time(50))));
        writer.note_with_commit(7);
        assert!(writer.notes_next(Some("act")) && !writer.notes_next(Some("job")));
        assert_eq!(writer.used("act").expect("asked"), None);
        writer.commit(&Outbox::default()).expect("committed");
        assert_eq!(writer.used("act").expect("asked"), made(7));
        assert!(!writer.notes_next(None));
        writer.forget_notes(Time(102)).expect("forgotten");
        assert_eq!(writer.used("job").expect("asked"), None);
        assert_eq!(writer.used("act").expect("asked"), made(7));
        writer.note(Some((note("late"), Time(500))));
        writer
            .set_secret("A", b"sealed", "me", Time(500))
            .expect("set");
        assert_eq!(writer.used("act").expect("asked"), None);
    }

    #[test]
    fn what_is_old_is_found_without_reading_the_rest() {
        let plan = steps("SELECT key FROM request WHERE at < 5 ORDER BY at LIMIT 100").join("; ");
        assert!(plan.contains("request_at (at<?)"), "{plan}");
    }
}
