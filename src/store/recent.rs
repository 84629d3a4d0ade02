//! The newest pipelines of each of some graphs, whatever the version: the bars beside their names.

use std::collections::BTreeMap;

use diesel::sql_types::{BigInt, Nullable, SmallInt, Text};
use diesel::{QueryResult, QueryableByName, RunQueryDsl, sql_query};

use super::catalog::LastRun;
use super::connection::{Db, on};
use super::error::StoreError;
use super::reader::Store;
use crate::engine::PipelineState;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    graph: i64,
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = SmallInt)]
    state: i16,
    #[diesel(sql_type = BigInt)]
    created_at: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    finished_at: Option<i64>,
}

/// One statement: of each graph and state the newest numbers, which the index has in order.
fn statement(each: u32) -> String {
    let arm = |state: &PipelineState| {
        format!(
            "SELECT id FROM (SELECT id FROM pipeline WHERE graph_name = g.name AND state = {} \
             ORDER BY id DESC LIMIT {each})",
            state.code()
        )
    };
    let arms: Vec<String> = PipelineState::ALL.iter().map(arm).collect();
    format!(
        "SELECT g.id AS graph, p.id, p.state, p.created_at, p.finished_at FROM graph AS g \
         CROSS JOIN pipeline AS p WHERE g.id IN (SELECT value FROM json_each(?)) \
         AND p.id IN ({} ORDER BY id DESC LIMIT {each}) ORDER BY p.id",
        arms.join(" UNION ALL ")
    )
}

/// The numbers of the pipelines of a graph's name, of all its versions, the newest first: state by state side
/// by side, as the index has them, so that nothing is sorted. `?1` is the name; `also` is a condition of each.
pub(super) fn newest_sql(also: &str) -> String {
    let arm = |state: &PipelineState| {
        format!(
            "SELECT id FROM pipeline INDEXED BY pipeline_by_graph WHERE graph_name = ?1 AND state = {} {also}",
            state.code()
        )
    };
    let arms: Vec<String> = PipelineState::ALL.iter().map(arm).collect();
    format!("{} ORDER BY id DESC", arms.join(" UNION ALL "))
}

/// A number that was found.
#[derive(QueryableByName)]
pub(super) struct Found {
    #[diesel(sql_type = BigInt)]
    pub(super) id: i64,
}

/// The newest pipelines of a graph's name, `limit` at most, the newest first.
pub(super) fn newest_ids(db: &mut Db, name: &str, limit: i64) -> QueryResult<Vec<i64>> {
    let query = sql_query(format!("{} LIMIT ?2", newest_sql("")))
        .bind::<Text, _>(name)
        .bind::<BigInt, _>(limit);
    let found: Vec<Found> = on!(db, c => query.load(c))?;
    Ok(found.into_iter().map(|found| found.id).collect())
}

impl Store {
    /// The newest pipelines of all versions of each of these graphs, `each` at most, oldest first.
    pub fn newest_of(
        &self,
        graphs: &[i64],
        each: u32,
    ) -> Result<BTreeMap<i64, Vec<LastRun>>, StoreError> {
        let ids: Vec<String> = graphs.iter().map(ToString::to_string).collect();
        let ids = format!("[{}]", ids.join(","));
        let query = sql_query(statement(each)).bind::<Text, _>(ids);
        let db = &mut *self.pool.get()?;
        let rows: Vec<Row> = on!(db, c => query.load(c))?;
        let mut found = BTreeMap::<_, Vec<_>>::new();
        for row in rows {
            found.entry(row.graph).or_default().push(LastRun {
                pipeline: row.id,
                state: row.state,
                created_at: row.created_at,
                finished_at: row.finished_at,
            });
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::{newest_sql, statement};
    use crate::store::query_plan::steps;

    #[test]
    fn the_newest_of_a_name_are_found_without_the_others() {
        let sql = format!("{} LIMIT 9", newest_sql("AND TRUE").replace("?1", "'a'"));
        let plan = steps(&sql).join("; ");
        let index = "COVERING INDEX pipeline_by_graph (graph_name=? AND state=?)";
        assert!(plan.contains(index) && !plan.contains("B-TREE"), "{plan}");
    }

    #[test]
    fn each_graph_costs_a_few_steps_in_the_index() {
        let plan = steps(&statement(10)).join("; ");
        let index = "COVERING INDEX pipeline_by_graph (graph_name=? AND state=?)";
        assert!(plan.contains(index), "{plan}");
        assert!(
            !plan.contains("SCAN g") && !plan.contains("SCAN p"),
            "{plan}"
        );
    }
}
