//! What the rules of how long pipelines are kept look at: pages of pipelines with the bytes of their
//! logs, each found by an index from where the page before it ended.

use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, QueryableByName, RunQueryDsl, sql_query,
};

use super::connection::on;
use super::error::StoreError;
use super::reader::Store;
use super::schema::{graph, pipeline};
use super::spec::{GraphPolicies, from_json};
use crate::engine::{PipelineId, PipelineState};
use crate::graph::Retention;

/// A pipeline that is there.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Kept {
    /// Its number.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// The name of its graph.
    #[diesel(sql_type = Text)]
    pub graph: String,
    /// When nothing of it could move any more; none: something can.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub finished_at: Option<i64>,
    /// Bytes of its logs, as far as they have ended.
    #[diesel(sql_type = BigInt)]
    pub log_bytes: i64,
}

#[derive(QueryableByName)]
struct Numbered {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// The numbers of a pipeline's tracks follow each other, and attempts are in their order.
const COLUMNS: &str = "SELECT p.id, p.graph_name AS graph, p.finished_at, \
    (SELECT coalesce(sum(a.log_bytes), 0) FROM attempt AS a \
     WHERE a.track_id BETWEEN p.first_track AND p.first_track + p.vertices - 1) AS log_bytes \
    FROM pipeline AS p";
const THERE: &str = "id NOT IN (SELECT pipeline_id FROM removal)";

/// Of all graphs, between two numbers.
fn of_all(order: &str) -> String {
    format!("{COLUMNS} WHERE p.id > ? AND p.id < ? AND p.{THERE} ORDER BY p.id {order} LIMIT ?")
}

/// Numbers of one graph between two numbers, by state side by side: so the index has them.
fn numbers(order: &str) -> String {
    let arm = |state: &PipelineState| {
        format!(
            "SELECT id FROM (SELECT id FROM pipeline INDEXED BY pipeline_by_graph \
             WHERE graph_name = ?1 AND state = {} AND id > ?2 AND id < ?3 AND {THERE} \
             ORDER BY id {order} LIMIT ?4)",
            state.code()
        )
    };
    let arms: Vec<String> = PipelineState::ALL.iter().map(arm).collect();
    format!("{} ORDER BY id {order} LIMIT ?4", arms.join(" UNION ALL "))
}

fn of_graph(order: &str) -> String {
    format!(
        "{COLUMNS} WHERE p.id IN ({}) ORDER BY p.id {order}",
        numbers(order)
    )
}

/// The one that was started so many before the newest of a graph.
fn nth() -> String {
    format!("SELECT id FROM ({}) LIMIT 1 OFFSET ?4 - 1", numbers("DESC"))
}

/// Those that ended, in that order.
fn ended() -> String {
    format!(
        "{COLUMNS} INDEXED BY pipeline_by_end WHERE p.finished_at < ? \
         AND (p.finished_at, p.id) > (?, ?) AND p.{THERE} ORDER BY p.finished_at, p.id LIMIT ?"
    )
}

/// Those of which something can still move.
fn unfinished() -> String {
    format!(
        "{COLUMNS} INDEXED BY pipeline_live WHERE p.finished_at IS NULL AND p.id > ? \
         ORDER BY p.id LIMIT ?"
    )
}

impl Store {
    /// The first pipeline that was created at a moment or later.
    pub fn first_since(&self, at: i64) -> Result<Option<PipelineId>, StoreError> {
        let db = &mut *self.pool.get()?;
        let first = pipeline::table
            .filter(pipeline::created_at.ge(at))
            .order((pipeline::created_at, pipeline::id))
            .select(pipeline::id);
        Ok(first.first(db).optional()?.map(PipelineId))
    }

    /// Pipelines of a graph, or of all, with numbers above `after` and below `below`, the oldest first.
    pub fn oldest_kept(
        &self,
        graph: Option<&str>,
        between: (i64, i64),
        limit: i64,
    ) -> Result<Vec<Kept>, StoreError> {
        self.kept(graph, between, (limit, "ASC"))
    }

    /// The same, the newest first.
    pub fn newest_kept(
        &self,
        graph: Option<&str>,
        between: (i64, i64),
        limit: i64,
    ) -> Result<Vec<Kept>, StoreError> {
        self.kept(graph, between, (limit, "DESC"))
    }

    fn kept(
        &self,
        graph: Option<&str>,
        (after, below): (i64, i64),
        (limit, order): (i64, &str),
    ) -> Result<Vec<Kept>, StoreError> {
        let db = &mut *self.pool.get()?;
        let mut query = match graph {
            None => sql_query(of_all(order)).into_boxed(),
            Some(name) => sql_query(of_graph(order))
                .into_boxed()
                .bind::<Text, _>(name),
        };
        for number in [after, below, limit] {
            query = query.bind::<BigInt, _>(number);
        }
        Ok(on!(db, c => query.load(c))?)
    }

    /// Pipelines that ended before then, in the order of their ends, after this end and number.
    pub fn kept_since(
        &self,
        before: i64,
        (end, id): (i64, i64),
        limit: i64,
    ) -> Result<Vec<Kept>, StoreError> {
        let query = sql_query(ended())
            .bind::<BigInt, _>(before)
            .bind::<BigInt, _>(end)
            .bind::<BigInt, _>(id)
            .bind::<BigInt, _>(limit);
        Ok(on!(&mut *self.pool.get()?, c => query.load(c))?)
    }

    /// Pipelines of which something can still move, after this number.
    pub fn unfinished_kept(&self, after: i64, limit: i64) -> Result<Vec<Kept>, StoreError> {
        let query = sql_query(unfinished())
            .bind::<BigInt, _>(after)
            .bind::<BigInt, _>(limit);
        Ok(on!(&mut *self.pool.get()?, c => query.load(c))?)
    }

    /// The oldest of the `count` newest pipelines of a graph; none: there are not so many.
    pub fn oldest_of_newest(
        &self,
        graph: &str,
        count: u32,
    ) -> Result<Option<PipelineId>, StoreError> {
        let query = sql_query(nth())
            .bind::<Text, _>(graph)
            .bind::<BigInt, _>(i64::MIN)
            .bind::<BigInt, _>(i64::MAX)
            .bind::<BigInt, _>(i64::from(count));
        let found: Vec<Numbered> = on!(&mut *self.pool.get()?, c => query.load(c))?;
        Ok(found.first().map(|row| PipelineId(row.id)))
    }

    /// What the newest version of a graph says of what is over; none where that is not known: it has not
    /// passed its check, so a rule of it may be written wrong.
    pub fn retention_of(&self, name: &str) -> Result<Option<Retention>, StoreError> {
        let newest: Option<(bool, String)> = graph::table
            .filter(graph::name.eq(name))
            .order(graph::version.desc())
            .select((graph::checked, graph::policies))
            .first(&mut *self.pool.get()?)
            .optional()?;
        let Some((true, policies)) = newest else {
            return Ok(None);
        };
        let policies: GraphPolicies = from_json(&policies)?;
        Ok(Some(policies.retention()))
    }
}

#[cfg(test)]
mod tests {
    use super::{ended, nth, of_all, of_graph, unfinished};
    use crate::store::query_plan::steps;

    #[test]
    fn each_page_is_found_by_an_index() {
        let range = "PRIMARY KEY (rowid>? AND rowid<?)";
        let of_graph_range =
            "COVERING INDEX pipeline_by_graph (graph_name=? AND state=? AND rowid>? AND rowid<?)";
        for (query, seek) in [
            (of_all("ASC"), range),
            (of_all("DESC"), range),
            (of_graph("ASC"), of_graph_range),
            (of_graph("DESC"), of_graph_range),
            (nth(), of_graph_range),
            (ended(), "INDEX pipeline_by_end (finished_at"),
            (unfinished(), "INDEX pipeline_live (id>?)"),
        ] {
            let plan = steps(&query);
            let all = plan.join("; ");
            assert!(all.contains(seek), "{query}: {all}");
            for step in &plan {
                let read_whole = step.starts_with("SCAN p") || step.starts_with("SCAN a");
                assert!(!read_whole, "{query}: {step}");
            }
            // What is sorted is one page of numbers, never the rows of the history.
            let bytes = "SEARCH a USING PRIMARY KEY (track_id>? AND track_id<?)";
            assert!(query == nth() || all.contains(bytes), "{query}: {all}");
        }
    }
}
