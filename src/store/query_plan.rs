//! How SQLite would find what a query asks for, in an empty database of today's schema.

use diesel::query_builder::QueryFragment;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
use diesel::{QueryableByName, RunQueryDsl, debug_query, sql_query};

use super::connection::{Durability, on, open_writer};
use super::migrate::migrate;

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// The steps of a query.
pub(super) fn steps(query: &str) -> Vec<String> {
    let own = tempfile::tempdir().expect("a directory");
    let path = own.path().join("db");
    let mut db = open_writer(&path, Durability::Normal).expect("opened");
    migrate(&mut db, &path).expect("migrated");
    let query = sql_query(format!("EXPLAIN QUERY PLAN {query}"));
    let plan: Vec<Step> = on!(&mut db, c => query.load(c)).expect("a plan");
    plan.into_iter().map(|step| step.detail).collect()
}

/// A query as the database gets it.
pub(super) fn written(query: &impl QueryFragment<Sqlite>) -> String {
    let sql = debug_query::<Sqlite, _>(query).to_string();
    let (sql, _) = sql.split_once(" -- binds").expect("a statement");
    sql.to_owned()
}
