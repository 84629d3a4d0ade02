//! Connections: one that writes, a pool of those that read.

use std::path::{Path, PathBuf};

use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::sqlite::SqliteConnection;
use diesel::{Connection, QueryResult};

use super::error::StoreError;

/// A connection to one of the databases that Trackyard can use.
#[derive(diesel::MultiConnection)]
pub(super) enum Db {
    /// The embedded database.
    Sqlite(SqliteConnection),
}

/// Runs a diesel expression that the enum cannot carry (batch inserts) on the connection inside.
macro_rules! on {
    ($db:expr, $c:ident => $body:expr) => {
        match $db {
            $crate::store::connection::Db::Sqlite($c) => $body,
        }
    };
}
pub(super) use on;

/// How hard a commit is pressed onto the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// A commit survives a power cut (`synchronous=FULL`).
    Full,
    /// A power cut may take the last commits, never the database (`synchronous=NORMAL`).
    Normal,
}

/// How long a connection waits for a lock of another process before it says so. The driver goes on
/// trying; a reader waits only while a log is made anew.
pub(super) const BUSY_TIMEOUT_MS: u32 = 1_000;

/// What to do about a database that can only be read.
const CANNOT_WRITE: &str = "it can only be read: make the file and its directory writable for this \
     user, or give another data directory with `--data DIR`";

/// The writing connection of a database file, made when it does not exist.
pub(super) fn open_writer(path: &Path, durability: Durability) -> Result<Db, StoreError> {
    let db = establish(path).map_err(|why| open_error(path, &why))?;
    let synchronous = match durability {
        Durability::Full => "FULL",
        Durability::Normal => "NORMAL",
    };
    let mut db = Db::Sqlite(db);
    pragmas(
        &mut db,
        &format!(
            "PRAGMA busy_timeout={BUSY_TIMEOUT_MS}; PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous};
             PRAGMA foreign_keys=ON; PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-16384;
             PRAGMA temp_store=MEMORY;"
        ),
    )
    .map_err(|why| open_error(path, &why.to_string()))?;
    // Only a statement that writes finds out; a transaction alone becomes one that reads.
    match pragmas(&mut db, "BEGIN IMMEDIATE; PRAGMA user_version=0; ROLLBACK;")
        .map_err(StoreError::from)
    {
        // It could never be written. A lock of another process passes.
        Err(why) if why.is_readonly() => Err(open_error(path, CANNOT_WRITE)),
        Ok(()) | Err(_) => Ok(db),
    }
}

/// Takes the write lock and gives it back.
pub(super) fn try_lock(db: &mut Db) -> Result<(), StoreError> {
    Ok(pragmas(db, "BEGIN IMMEDIATE; ROLLBACK;")?)
}

pub(super) fn pragmas(db: &mut Db, sql: &str) -> QueryResult<()> {
    use diesel::connection::SimpleConnection;
    db.batch_execute(sql)
}

pub(super) fn establish(path: &Path) -> Result<SqliteConnection, String> {
    let text = path.to_str().ok_or("its path is not UTF-8")?;
    SqliteConnection::establish(text).map_err(|e| e.to_string())
}

fn open_error(path: &Path, why: &str) -> StoreError {
    StoreError::Open {
        path: path.to_owned(),
        why: why.to_owned(),
    }
}

/// Makes connections that can only read.
#[derive(Debug)]
pub(super) struct ReadConnections {
    pub(super) path: PathBuf,
}

impl r2d2::ManageConnection for ReadConnections {
    type Connection = Db;
    type Error = StoreError;

    fn connect(&self) -> Result<Db, StoreError> {
        let db = establish(&self.path).map_err(|why| open_error(&self.path, &why))?;
        let mut db = Db::Sqlite(db);
        pragmas(
            &mut db,
            &format!(
                "PRAGMA busy_timeout={BUSY_TIMEOUT_MS}; PRAGMA query_only=ON; PRAGMA cache_size=-4096;"
            ),
        )?;
        Ok(db)
    }

    fn is_valid(&self, _: &mut Db) -> Result<(), StoreError> {
        Ok(())
    }

    fn has_broken(&self, _: &mut Db) -> bool {
        false
    }
}

/// Runs `f` in one transaction that holds the write lock from its beginning; within another one, in
/// a part of that.
pub(super) fn write_tx<T>(
    db: &mut Db,
    f: impl FnOnce(&mut Db) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    type Transactions = <Db as Connection>::TransactionManager;
    let status = Transactions::transaction_manager_status_mut(db);
    match status.transaction_depth()? {
        None => {
            on!(&mut *db, c => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE"))?;
        }
        Some(_) => Transactions::begin_transaction(db)?,
    }
    let result = f(db);
    match result {
        Ok(value) => {
            if let Err(why) = Transactions::commit_transaction(db) {
                let _ = Transactions::rollback_transaction(db);
                return Err(why.into());
            }
            Ok(value)
        }
        Err(why) => {
            // The first error is the one to tell; a failed roll-back closes the transaction too.
            let _ = Transactions::rollback_transaction(db);
            Err(why)
        }
    }
}

#[cfg(test)]
mod tests {
    use diesel::sql_types::Text;
    use diesel::{QueryableByName, RunQueryDsl, sql_query};

    use super::{Durability, open_writer};

    #[derive(QueryableByName)]
    struct Used {
        #[diesel(sql_type = Text)]
        compile_options: String,
    }

    /// `.cargo/config.toml` says so.
    #[test]
    fn it_is_built_without_locks_that_nobody_needs() {
        let own = tempfile::tempdir().unwrap();
        let mut db = open_writer(&own.path().join("db"), Durability::Normal).unwrap();
        let options = sql_query("PRAGMA compile_options");
        let options: Vec<Used> = on!(&mut db, c => options.load(c)).unwrap();
        let has = |name: &str| options.iter().any(|used| used.compile_options == name);
        assert!(has("THREADSAFE=2") && has("DEFAULT_MEMSTATUS=0"));
        assert!(!has("ENABLE_MEMORY_MANAGEMENT") && !has("ENABLE_API_ARMOR"));
    }
}
