//! What can go wrong with the database.

use std::path::PathBuf;

use super::shelf::Unfit;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused a statement.
    #[error("the database says: {0}")]
    Query(#[from] diesel::result::Error),
    /// The file cannot be opened.
    #[error("cannot open the database `{path}`: {why}")]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system or SQLite said.
        why: String,
    },
    /// The database was written by a newer version of this program.
    #[error(
        "the database `{path}` was made by a newer version (it has the migration `{migration}`, which this version does not know): use that version, or another data directory"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The first migration that is not known here.
        migration: String,
    },
    /// A migration failed; nothing was changed.
    #[error("cannot bring the database `{path}` up to date: {why}")]
    Migration {
        /// The file.
        path: PathBuf,
        /// What failed.
        why: String,
    },
    /// A copy of the database was not made.
    #[error("no copy of the database could be written to `{path}`: {why}")]
    Copy {
        /// Where.
        path: PathBuf,
        /// What the system or SQLite said.
        why: String,
    },
    /// No read connection became free in time, or none can be made.
    #[error("no database connection is free: {0}")]
    Pool(#[from] r2d2::Error),
    /// What is asked of a graph does not fit how it stands. Nothing has changed.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// A row is not as the engine believes it to be, or not of this version.
    #[error("the database does not hold what it should: {0}")]
    Mismatch(String),
}

impl StoreError {
    /// Whether the same statements may succeed when tried again: the database is locked by
    /// another process, cannot be written now, or the disk is full.
    pub fn is_transient(&self) -> bool {
        self.says(&[
            "locked",
            "busy",
            "full",
            "disk I/O error",
            "readonly",
            "unable to open",
        ])
    }

    /// Whether the disk is full.
    pub fn is_full(&self) -> bool {
        self.says(&["full"])
    }

    /// Whether the file can only be read.
    pub(super) fn is_readonly(&self) -> bool {
        self.says(&["readonly"])
    }

    fn says(&self, words: &[&str]) -> bool {
        let Self::Query(diesel::result::Error::DatabaseError(_, info)) = self else {
            return false;
        };
        words.iter().any(|word| info.message().contains(word))
    }
}
