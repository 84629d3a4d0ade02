//! Brings a database up to this version, and refuses one of a newer version.

use std::path::Path;

use diesel::migration::{Migration, MigrationSource};
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
use diesel::{QueryableByName, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connection::{Db, on};
use super::error::StoreError;

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

/// Applies what is missing, each migration in a transaction of its own.
pub(super) fn migrate(db: &mut Db, path: &Path) -> Result<(), StoreError> {
    refuse_newer(db, path)?;
    on!(db, c => c.run_pending_migrations(SQLITE)).map_err(|why| StoreError::Migration {
        path: path.to_owned(),
        why: why.to_string(),
    })?;
    Ok(())
}

/// Refuses a database that a newer version has changed.
pub(super) fn refuse_newer(db: &mut Db, path: &Path) -> Result<(), StoreError> {
    let known: Vec<Box<dyn Migration<Sqlite>>> =
        SQLITE.migrations().map_err(|why| StoreError::Migration {
            path: path.to_owned(),
            why: why.to_string(),
        })?;
    let known: Vec<String> = known
        .iter()
        .map(|m| m.name().version().to_string())
        .collect();
    let tables = diesel::sql_query(
        "SELECT name AS version FROM sqlite_master WHERE type = 'table' AND name = '__diesel_schema_migrations'",
    );
    let tables: Vec<Applied> = on!(&mut *db, c => tables.load(c))?;
    if tables.is_empty() {
        return Ok(());
    }
    let applied =
        diesel::sql_query("SELECT version FROM __diesel_schema_migrations ORDER BY version");
    let applied: Vec<Applied> = on!(db, c => applied.load(c))?;
    match applied.into_iter().find(|a| !known.contains(&a.version)) {
        Some(newer) => Err(StoreError::Newer {
            path: path.to_owned(),
            migration: newer.version,
        }),
        None => Ok(()),
    }
}
