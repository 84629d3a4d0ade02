//! A database looked at, and copied whole, from outside: others may work on it meanwhile.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use diesel::sql_types::Text;
use diesel::{ExpressionMethods, QueryDsl, QueryableByName, RunQueryDsl};
use r2d2::ManageConnection;

use super::connection::{BUSY_TIMEOUT_MS, Db, ReadConnections, establish, on, pragmas};
use super::error::StoreError;
use super::migrate::{Standing, standing};
use super::newest;
use super::schema::{graph, pipeline, track};

/// The most faults of a damaged file that are told.
const MOST_DAMAGE: u32 = 5;

/// What is found in a database.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Look {
    /// What SQLite finds wrong with the file, a sentence each; the first few.
    pub damage: Vec<String>,
    /// Of which version it is.
    pub standing: Standing,
    /// What is in it; nothing is counted in one that is damaged, or of a newer version.
    pub counts: Counts,
    /// When the newest entry of the journal was written.
    pub newest: Option<i64>,
}

/// How much there is of what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Counts {
    /// Versions of graphs.
    pub graphs: i64,
    /// Pipelines.
    pub pipelines: i64,
    /// Those of which something can still move.
    pub live: i64,
    /// Tracks.
    pub tracks: i64,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    quick_check: String,
}

/// Looks at a database file, which must be there. It reads all of it.
pub fn look(path: &Path) -> Result<Look, StoreError> {
    let path = path.to_owned();
    let mut db = ReadConnections { path: path.clone() }.connect()?;
    let check = diesel::sql_query(format!("PRAGMA quick_check({MOST_DAMAGE})"));
    let lines: Vec<Line> = on!(&mut db, c => check.load(c))?;
    let lines = lines.into_iter().map(|line| line.quick_check);
    let damage: Vec<String> = lines.filter(|line| line != "ok").collect();
    let standing = standing(&mut db, &path)?;
    // What is counted has been there from the first version on.
    let known = standing.schema.is_some() && standing.newer.is_none();
    let mut found = Look {
        damage,
        standing,
        ..Look::default()
    };
    if known && found.damage.is_empty() {
        let live = pipeline::table.filter(pipeline::finished_at.is_null());
        found.counts = Counts {
            graphs: graph::table.count().get_result(&mut db)?,
            pipelines: pipeline::table.count().get_result(&mut db)?,
            live: live.count().get_result(&mut db)?,
            tracks: track::table.count().get_result(&mut db)?,
        };
        found.newest = newest::moment(&mut db)?;
    }
    Ok(found)
}

/// Writes the database as it is committed now into a new file, which only its owner can read.
pub fn copy(path: &Path, into: &Path) -> Result<(), StoreError> {
    let db = establish(path).map_err(|why| StoreError::Open {
        path: path.to_owned(),
        why,
    })?;
    let mut db = Db::Sqlite(db);
    // Others may just be closing it.
    pragmas(&mut db, &format!("PRAGMA busy_timeout={BUSY_TIMEOUT_MS};"))?;
    copy_of(&mut db, into)
}

/// The same through a connection that is there.
pub(super) fn copy_of(db: &mut Db, into: &Path) -> Result<(), StoreError> {
    let failed = |why: &dyn std::fmt::Display| copy_error(into, why);
    let text = into
        .to_str()
        .ok_or_else(|| failed(&"its path is not UTF-8"))?;
    // SQLite takes an empty file as it takes none, and leaves it its mode.
    let mut options = OpenOptions::new();
    let options = options.write(true).create_new(true).mode(0o600);
    let file = options.open(into).map_err(|why| failed(&why))?;
    let vacuum = diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(text);
    on!(db, c => vacuum.execute(c)).map_err(|why| failed(&why))?;
    file.sync_all().map_err(|why| failed(&why))
}

pub(super) fn copy_error(path: &Path, why: &dyn std::fmt::Display) -> StoreError {
    StoreError::Copy {
        path: path.to_owned(),
        why: why.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::{copy, look};
    use crate::engine::Time;
    use crate::store::{Durability, Writer};

    #[test]
    fn a_copy_is_whole_private_and_never_over_something_else() {
        let dir = tempfile::tempdir().expect("a directory");
        let (path, into) = (dir.path().join("a.db"), dir.path().join("b.db"));
        let mut writer = Writer::open(&path, Durability::Normal, "boot").expect("a database");
        writer
            .set_secret("S", b"sealed", "me", Time(1))
            .expect("it is set");
        copy(&path, &into).expect("it is copied");
        // What comes later is not in it.
        writer
            .set_secret("T", b"sealed", "me", Time(2))
            .expect("it is set");
        assert_eq!(
            look(&into).expect("a database"),
            look(&path).expect("another")
        );
        let mode = into.metadata().expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let copied = Writer::open(&into, Durability::Normal, "boot").expect("it can be used");
        drop(copied);
        let store = crate::store::Store::open(&into, 1).expect("a reader");
        assert_eq!(store.secrets().expect("secrets").len(), 1);
        let again = copy(&path, &into).expect_err("it is there").to_string();
        assert!(again.contains("exists"), "{again}");
    }

    #[test]
    fn damage_is_seen() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("a.db");
        drop(Writer::open(&path, Durability::Normal, "boot").expect("a database"));
        assert_eq!(look(&path).expect("a look").damage, [""; 0]);
        let mut bytes = std::fs::read(&path).expect("a file");
        let end = bytes.len();
        bytes[4_096..end.min(40_960)].fill(0xaa);
        std::fs::write(&path, bytes).expect("written");
        let damaged = look(&path).map_or(true, |found| !found.damage.is_empty());
        assert!(damaged);
    }
}
