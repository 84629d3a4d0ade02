//! `UPDATE ... FROM (VALUES ...)`: many rows, each with values of its own, in one statement.

use std::fmt::Write;

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Integer, Nullable, SmallInt, Text};

use super::connection::{Db, on};
use super::error::StoreError;

/// A value of one column of one row.
pub(super) enum Cell<'a> {
    Big(Option<i64>),
    Int(Option<i32>),
    Small(Option<i16>),
    Text(Option<&'a str>),
    Bytes(Option<&'a [u8]>),
}

/// What to update: `set` and `key` name the columns of the values `v.column1`, `v.column2`, ...
pub(super) struct Bulk {
    pub(super) table: &'static str,
    pub(super) set: &'static str,
    pub(super) key: &'static str,
}

/// SQLite takes at most 32,766 values in one statement.
const MOST_VALUES: usize = 30_000;

impl Bulk {
    /// Updates one row for each of `rows`, or fails when a row is not there as `key` says.
    pub(super) fn update(&self, db: &mut Db, rows: &[Vec<Cell<'_>>]) -> Result<(), StoreError> {
        let Some(first) = rows.first() else {
            return Ok(());
        };
        for chunk in rows.chunks((MOST_VALUES / first.len()).max(1)) {
            let changed = self.update_chunk(db, chunk)?;
            if changed != chunk.len() {
                let Self { table, key, .. } = self;
                let (n, of) = (chunk.len() - changed, chunk.len());
                return Err(StoreError::Mismatch(format!(
                    "{n} of {of} rows of `{table}` are not there with {key}"
                )));
            }
        }
        Ok(())
    }

    fn update_chunk(&self, db: &mut Db, rows: &[Vec<Cell<'_>>]) -> Result<usize, StoreError> {
        let Self { table, set, key } = self;
        let mut sql = format!("UPDATE {table} SET {set} FROM (VALUES ");
        for (i, row) in rows.iter().enumerate() {
            let marks = vec!["?"; row.len()].join(",");
            let comma = if i > 0 { "," } else { "" };
            write!(sql, "{comma}({marks})").expect("writing to a string");
        }
        write!(sql, ") AS v WHERE {key}").expect("writing to a string");
        on!(db, c => {
            let mut query = diesel::sql_query(sql).into_boxed();
            for cell in rows.iter().flatten() {
                query = match cell {
                    Cell::Big(v) => query.bind::<Nullable<BigInt>, _>(v),
                    Cell::Int(v) => query.bind::<Nullable<Integer>, _>(v),
                    Cell::Small(v) => query.bind::<Nullable<SmallInt>, _>(v),
                    Cell::Text(v) => query.bind::<Nullable<Text>, _>(v),
                    Cell::Bytes(v) => query.bind::<Nullable<Binary>, _>(v),
                };
            }
            Ok(query.execute(c)?)
        })
    }
}
