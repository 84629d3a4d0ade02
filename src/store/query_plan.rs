//! How SQLite would find what a query asks for, in an empty database of today's schema.

use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl, sql_query};

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
