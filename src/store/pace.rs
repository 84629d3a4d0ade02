//! How fast this disk lets commits through.

use std::path::Path;

use super::connection::{Durability, open_writer, pragmas};
use super::error::StoreError;

/// Commits one insert after the other, each of them durable, in a database of its own; as long as
/// `goes_on` says so.
pub fn commit_one_by_one(
    path: &Path,
    commits: usize,
    goes_on: &dyn Fn() -> bool,
) -> Result<(), StoreError> {
    let mut db = open_writer(path, Durability::Full)?;
    pragmas(
        &mut db,
        "CREATE TABLE IF NOT EXISTS line (id INTEGER PRIMARY KEY, text TEXT)",
    )?;
    for _ in 0..commits {
        if !goes_on() {
            break;
        }
        pragmas(
            &mut db,
            "INSERT INTO line (text) VALUES ('as long as a short row')",
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use diesel::prelude::QueryableByName;
    use diesel::sql_types::BigInt;
    use diesel::{RunQueryDsl, sql_query};

    use super::commit_one_by_one;
    use crate::store::connection::establish;

    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }

    #[test]
    fn each_insert_is_committed_until_told_to_stop() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("pace.db");
        commit_one_by_one(&path, 3, &|| true).expect("committed");
        let left = Cell::new(2);
        let two = || left.replace(left.get() - 1) > 0;
        commit_one_by_one(&path, 9, &two).expect("committed");
        let mut db = establish(&path).expect("a database");
        let count = sql_query("SELECT count(*) AS n FROM line").get_result::<Count>(&mut db);
        assert_eq!(count.expect("counted").n, 5);
    }
}
