//! Brings a database up to this version, and refuses one of a newer version.

use std::path::{Path, PathBuf};

use diesel::migration::{Migration, MigrationSource};
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
use diesel::{QueryableByName, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connection::{Db, on};
use super::error::StoreError;
use super::look::{copy_error, copy_of};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

#[derive(QueryableByName)]
struct Applied {
    #[diesel(sql_type = Text)]
    version: String,
}

/// The newest change of the form of the database that this version knows.
pub fn schema_version() -> String {
    let known: Result<Vec<Box<dyn Migration<Sqlite>>>, _> = SQLITE.migrations();
    let known = known.into_iter().flatten();
    let versions = known.map(|migration| migration.name().version().to_string());
    versions.max().unwrap_or_default()
}

/// Applies what is missing, each migration in a transaction of its own. A database that has something
/// in it is copied before that, beside itself.
pub(super) fn migrate(db: &mut Db, path: &Path) -> Result<(), StoreError> {
    let standing = standing(db, path)?;
    standing.refuse_newer(path)?;
    if let (true, Some(first)) = (standing.schema.is_some(), standing.pending.first()) {
        let kept = kept_copy(path, first);
        let unfinished = kept.with_extension("unfinished");
        // Left by a process that ended while it copied.
        let _ = std::fs::remove_file(&unfinished);
        copy_of(db, &unfinished)?;
        std::fs::rename(&unfinished, &kept).map_err(|why| copy_error(&kept, &why))?;
        let shown = kept.display();
        tracing::info!(
            "the database is brought up to date; as it was before, it is kept in `{shown}`"
        );
    }
    on!(db, c => c.run_pending_migrations(SQLITE)).map_err(|why| StoreError::Migration {
        path: path.to_owned(),
        why: why.to_string(),
    })?;
    Ok(())
}

/// Where a database is kept as it was before it got a migration, and those after it.
pub fn kept_copy(path: &Path, migration: &str) -> PathBuf {
    let mut kept = path.as_os_str().to_owned();
    kept.push(format!(".before-{migration}"));
    PathBuf::from(kept)
}

/// Which changes a database has, and which it lacks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// The newest one that it has; none: there is nothing in it.
    pub schema: Option<String>,
    /// Those that this version knows and it lacks, by their names, in their order.
    pub pending: Vec<String>,
    /// The first one that it has and this version does not know.
    pub newer: Option<String>,
}

impl Standing {
    /// Refuses a database that a newer version has changed.
    pub(super) fn refuse_newer(&self, path: &Path) -> Result<(), StoreError> {
        match &self.newer {
            None => Ok(()),
            Some(newer) => Err(StoreError::Newer {
                path: path.to_owned(),
                migration: newer.clone(),
            }),
        }
    }
}

/// Compares the changes that a database has with those that this version knows.
pub(super) fn standing(db: &mut Db, path: &Path) -> Result<Standing, StoreError> {
    let known: Vec<Box<dyn Migration<Sqlite>>> =
        SQLITE.migrations().map_err(|why| StoreError::Migration {
            path: path.to_owned(),
            why: why.to_string(),
        })?;
    let mut known: Vec<(String, String)> = known
        .iter()
        .map(|m| (m.name().version().to_string(), m.name().to_string()))
        .collect();
    known.sort();
    let applied = applied(db)?;
    let unknown = |version: &&String| !known.iter().any(|(known, _)| known == *version);
    let newer = applied.iter().find(unknown).cloned();
    known.retain(|(version, _)| !applied.contains(version));
    Ok(Standing {
        newer,
        schema: applied.last().cloned(),
        pending: known.into_iter().map(|(_, name)| name).collect(),
    })
}

/// The versions of the changes that a database has, in order.
fn applied(db: &mut Db) -> Result<Vec<String>, StoreError> {
    let tables = diesel::sql_query(
        "SELECT name AS version FROM sqlite_master WHERE type = 'table' AND name = '__diesel_schema_migrations'",
    );
    let tables: Vec<Applied> = on!(&mut *db, c => tables.load(c))?;
    if tables.is_empty() {
        return Ok(Vec::new());
    }
    let applied =
        diesel::sql_query("SELECT version FROM __diesel_schema_migrations ORDER BY version");
    let applied: Vec<Applied> = on!(db, c => applied.load(c))?;
    Ok(applied.into_iter().map(|a| a.version).collect())
}

#[cfg(test)]
mod tests {
    use diesel_migrations::MigrationHarness;

    use super::{SQLITE, kept_copy, migrate, standing};
    use crate::store::connection::{Db, Durability, open_writer};
    use crate::store::look::look;

    #[test]
    fn what_an_older_version_wrote_is_kept_before_it_is_changed() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("trackyard.db");
        let mut db = open_writer(&path, Durability::Normal).expect("a database");
        let Db::Sqlite(c) = &mut db;
        c.run_next_migration(SQLITE).expect("the first one");
        let before = standing(&mut db, &path).expect("its standing");
        assert!(
            before.pending.len() > 1 && before.newer.is_none(),
            "{before:?}"
        );
        migrate(&mut db, &path).expect("all of them");
        let after = standing(&mut db, &path).expect("its standing");
        assert_eq!(after.pending, [""; 0]);
        let kept = kept_copy(&path, &before.pending[0]);
        let copied = look(&kept).expect("a database").standing;
        assert_eq!(copied, before);
        migrate(&mut db, &path).expect("nothing to do");
        let files = std::fs::read_dir(dir.path()).expect("files").count();
        drop(db);
        assert!(files <= 4, "one copy beside the database and its log");
    }
}
