//! Many rows, each with values of its own, in few statements: `INSERT ... VALUES` and `UPDATE ... FROM
//! (VALUES ...)`.
//!
//! To prepare a statement costs more than to run it, the more so as the triggers of its table are
//! compiled with it. So rows go by 64, 32, ... 1: few texts, which the connection keeps prepared.

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Binary, Integer, Nullable, SmallInt, Text};
use diesel::sqlite::Sqlite;
use diesel::{QueryResult, RunQueryDsl};

use super::connection::{Db, on};
use super::error::StoreError;

/// The most rows of one statement: with more, a kept one takes much memory and saves little.
const MOST_ROWS: usize = 64;

/// A value of one column of one row.
pub(super) enum Cell<'a> {
    Big(Option<i64>),
    Int(Option<i32>),
    Small(Option<i16>),
    Text(Option<&'a str>),
    Bytes(Option<&'a [u8]>),
}

/// What to insert into.
pub(super) struct Insert {
    pub(super) table: &'static str,
    /// As many as a row has values.
    pub(super) columns: &'static str,
}

/// What to update: `set` and `key` name the columns of the values `v.column1`, `v.column2`, ...
pub(super) struct Bulk {
    pub(super) table: &'static str,
    pub(super) set: &'static str,
    pub(super) key: &'static str,
}

impl Insert {
    /// Inserts a row for each of `rows`.
    pub(super) fn rows<const N: usize>(
        &self,
        db: &mut Db,
        rows: &[[Cell<'_>; N]],
    ) -> Result<(), StoreError> {
        let before = ["INSERT INTO ", self.table, " (", self.columns, ") "];
        for some in few_sizes(rows) {
            execute(db, &before, some, &[])?;
        }
        Ok(())
    }
}

impl Bulk {
    /// Updates one row for each of `rows`, or fails when a row is not there as `key` says.
    pub(super) fn update<const N: usize>(
        &self,
        db: &mut Db,
        rows: &[[Cell<'_>; N]],
    ) -> Result<(), StoreError> {
        let Self { table, set, key } = self;
        for some in few_sizes(rows) {
            let before = ["UPDATE ", table, " SET ", set, " FROM ("];
            let changed = execute(db, &before, some, &[") AS v WHERE ", key])?;
            if changed != some.len() {
                let (n, of) = (some.len() - changed, some.len());
                return Err(StoreError::Mismatch(format!(
                    "{n} of {of} rows of `{table}` are not there with {key}"
                )));
            }
        }
        Ok(())
    }
}

/// The rows in parts of 64, 32, ... 1.
pub(super) fn few_sizes<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let most = rows.len().min(MOST_ROWS);
        let size = 1 << most.checked_ilog2()?;
        let (some, rest) = rows.split_at(size);
        rows = rest;
        Some(some)
    })
}

/// Executes `before VALUES (...), ... after`, a statement that is kept prepared: the texts are constants,
/// the rows as many as one of [`few_sizes`]. Gives how many rows were changed.
pub(super) fn execute<const N: usize>(
    db: &mut Db,
    before: &[&str],
    rows: &[[Cell<'_>; N]],
    after: &[&str],
) -> Result<usize, StoreError> {
    let statement = Statement {
        before,
        rows,
        after,
    };
    Ok(on!(db, c => statement.execute(c))?)
}

struct Statement<'a, const N: usize> {
    before: &'a [&'a str],
    rows: &'a [[Cell<'a>; N]],
    after: &'a [&'a str],
}

impl<const N: usize> QueryId for Statement<'_, N> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Conn, const N: usize> RunQueryDsl<Conn> for Statement<'_, N> {}

impl<const N: usize> QueryFragment<Sqlite> for Statement<'_, N> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.before.iter().for_each(|text| out.push_sql(text));
        for (i, row) in self.rows.iter().enumerate() {
            out.push_sql(if i == 0 { "VALUES (" } else { "),(" });
            for (i, cell) in row.iter().enumerate() {
                if i > 0 {
                    out.push_sql(",");
                }
                match cell {
                    Cell::Big(v) => out.push_bind_param::<Nullable<BigInt>, _>(v)?,
                    Cell::Int(v) => out.push_bind_param::<Nullable<Integer>, _>(v)?,
                    Cell::Small(v) => out.push_bind_param::<Nullable<SmallInt>, _>(v)?,
                    Cell::Text(v) => out.push_bind_param::<Nullable<Text>, _>(v)?,
                    Cell::Bytes(v) => out.push_bind_param::<Nullable<Binary>, _>(v)?,
                }
            }
        }
        out.push_sql(")");
        self.after.iter().for_each(|text| out.push_sql(text));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use diesel::dsl::sql;
    use diesel::sql_types::BigInt;
    use diesel::{Connection, RunQueryDsl, SqliteConnection};

    use super::{Bulk, Cell, Insert, few_sizes};
    use crate::store::connection::{Db, pragmas};

    const INTO: Insert = Insert {
        table: "t",
        columns: "id, n, text",
    };
    const SET: Bulk = Bulk {
        table: "t",
        set: "n = v.column2, text = coalesce(v.column3, text)",
        key: "t.id = v.column1",
    };

    fn number(db: &mut Db, query: &str) -> i64 {
        let query = sql::<BigInt>(query);
        diesel::select(query).get_result(db).unwrap()
    }

    #[test]
    fn rows_go_in_few_sizes_and_none_is_left() {
        for (rows, sizes) in [
            (0, vec![]),
            (1, vec![1]),
            (7, vec![4, 2, 1]),
            (64, vec![64]),
            (150, vec![64, 64, 16, 4, 2]),
        ] {
            let all: Vec<usize> = (0..rows).collect();
            let parts: Vec<&[usize]> = few_sizes(&all).collect();
            assert_eq!(parts.concat(), all);
            let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
            assert_eq!(lengths, sizes);
        }
    }

    #[test]
    fn each_row_has_its_own_values() {
        let mut db = Db::Sqlite(SqliteConnection::establish(":memory:").unwrap());
        pragmas(&mut db, "CREATE TABLE t (id INTEGER PRIMARY KEY, n, text)").unwrap();
        let rows: Vec<_> = (0..1_000)
            .map(|i| [Cell::Big(Some(i)), Cell::Int(None), Cell::Text(Some("a"))])
            .collect();
        INTO.rows(&mut db, &rows).unwrap();
        let rows: Vec<_> = (500..1_000)
            .map(|i| {
                let text = (i % 2 == 0).then_some("b");
                [Cell::Big(Some(i)), Cell::Small(Some(3)), Cell::Text(text)]
            })
            .collect();
        SET.update(&mut db, &rows).unwrap();
        for (condition, count) in [
            ("n IS NULL AND text = 'a'", 500),
            ("n = 3 AND text = 'b' AND id % 2 = 0", 250),
            ("n = 3 AND text = 'a'", 250),
        ] {
            let query = format!("(SELECT count(*) FROM t WHERE {condition})");
            assert_eq!(number(&mut db, &query), count, "{condition}");
        }
        let nobody = [[Cell::Big(Some(-1)), Cell::Int(None), Cell::Text(None)]];
        let why = SET.update(&mut db, &nobody).unwrap_err().to_string();
        assert!(why.contains("1 of 1 rows of `t` are not there"), "{why}");
    }
}
