//! Pipelines and tracks by what people call them: their graph, their vertex.

use diesel::dsl::min;
use diesel::sql_types::{BigInt, Text};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl, sql_query};

use super::connection::{Db, on};
use super::error::StoreError;
use super::pipelines::is_there;
use super::reader::Store;
use super::recent::{Found, newest_sql};
use super::schema::{pipeline, track};
use crate::engine::{PipelineId, TrackId};

impl Store {
    /// The pipeline that was started `back` pipelines before the newest one: of all versions of a
    /// graph, or of all graphs.
    pub fn newest(&self, graph: Option<&str>, back: u32) -> Result<Option<PipelineId>, StoreError> {
        let mut db = self.pool.get()?;
        Ok(newest(&mut db, graph, back.into())?.map(PipelineId))
    }

    /// The first graph by name, after this one, that pipelines were started from.
    pub fn graph_with_pipelines(&self, after: Option<&str>) -> Result<Option<String>, StoreError> {
        let db = &mut *self.pool.get()?;
        // A name is never empty.
        let later = pipeline::graph_name.gt(after.unwrap_or_default());
        let first = pipeline::table.filter(later);
        Ok(first.select(min(pipeline::graph_name)).first(db)?)
    }

    /// The track of a vertex in a pipeline.
    pub fn track_named(&self, id: PipelineId, name: &str) -> Result<Option<TrackId>, StoreError> {
        let track = track::table
            .filter(track::pipeline_id.eq(id.0))
            .filter(track::name.eq(name))
            .order(track::id)
            .select(track::id);
        let found: Option<i64> = track.first(&mut *self.pool.get()?).optional()?;
        Ok(found.map(TrackId))
    }

    /// The names of a pipeline's tracks, `limit` at most.
    pub fn track_names(&self, id: PipelineId, limit: i64) -> Result<Vec<String>, StoreError> {
        let names = track::table
            .filter(track::pipeline_id.eq(id.0))
            .order(track::id)
            .limit(limit)
            .select(track::name);
        Ok(names.load(&mut *self.pool.get()?)?)
    }
}

fn newest(db: &mut Db, name: Option<&str>, back: i64) -> QueryResult<Option<i64>> {
    match name {
        None => pipeline::table
            .filter(is_there())
            .order(pipeline::id.desc())
            .select(pipeline::id)
            .offset(back)
            .first(db)
            .optional(),
        Some(name) => {
            let query = sql_query(of_name())
                .bind::<Text, _>(name)
                .bind::<BigInt, _>(back);
            let found: Option<Found> = on!(db, c => query.get_result(c)).optional()?;
            Ok(found.map(|found| found.id))
        }
    }
}

/// One pipeline of a graph's name, so many before the newest one.
fn of_name() -> String {
    format!(
        "{} LIMIT 1 OFFSET ?2",
        newest_sql("AND id NOT IN (SELECT pipeline_id FROM removal)")
    )
}

#[cfg(test)]
mod tests {
    use std::iter::successors;

    use diesel::connection::SimpleConnection;

    use super::of_name;
    use crate::store::query_plan::steps;
    use crate::store::{Durability, Store, Writer};

    /// Pipelines 1 and 3 of `a`, 2 and 4 of `7`; nothing was started from `b`.
    const ROWS: &str = "\
        INSERT INTO graph VALUES
          (1, 'a', 1, 1, '', '', 'yaml', '', 1, 1, '[]', '{}', '[]', 1, 0, '', 0, 0),
          (2, '7', 1, 1, '', '', 'yaml', '', 1, 1, '[]', '{}', '[]', 1, 0, '', 0, 0),
          (3, 'b', 1, 1, '', '', 'yaml', '', 1, 1, '[]', '{}', '[]', 1, 0, '', 0, 0);
        INSERT INTO pipeline (id, graph_id, graph_name, name, description, state, creator, trigger_kind, input, first_track, vertices, created_at, finished_at)
          VALUES (1, 1, 'a', '', '', 3, '', '', '{}', 1, 1, 0, 1), (2, 2, '7', '', '', 3, '', '', '{}', 2, 1, 0, 1),
                 (3, 1, 'a', '', '', 3, '', '', '{}', 3, 1, 0, 1), (4, 2, '7', '', '', 3, '', '', '{}', 4, 1, 0, 1);";

    #[test]
    fn what_is_being_removed_is_not_the_newest() {
        let own = tempfile::tempdir().expect("a directory");
        let path = own.path().join("db");
        let mut writer = Writer::open(&path, Durability::Normal, "boot").expect("opened");
        writer.db.batch_execute(ROWS).expect("written");
        let store = Store::open(&path, 1).expect("opened");
        let newest = |graph, back| store.newest(graph, back).expect("read").map(|id| id.0);
        assert_eq!((newest(None, 0), newest(Some("a"), 0)), (Some(4), Some(3)));
        assert_eq!(newest(Some("a"), 1), Some(1));
        writer
            .db
            .batch_execute("INSERT INTO removal (pipeline_id) VALUES (3), (4)")
            .expect("written");
        assert_eq!((newest(None, 0), newest(Some("a"), 0)), (Some(2), Some(1)));
        assert_eq!(newest(Some("a"), 1), None);
    }

    #[test]
    fn graphs_that_pipelines_were_started_from_are_found_one_by_one() {
        let own = tempfile::tempdir().expect("a directory");
        let path = own.path().join("db");
        let mut writer = Writer::open(&path, Durability::Normal, "boot").expect("opened");
        writer.db.batch_execute(ROWS).expect("written");
        let store = Store::open(&path, 1).expect("opened");
        let next = |after: Option<&str>| store.graph_with_pipelines(after).expect("read");
        let all: Vec<String> = successors(next(None), |name| next(Some(name))).collect();
        assert_eq!(all, ["7", "a"]);
        let plan = steps("SELECT min(graph_name) FROM pipeline WHERE graph_name > 'a'");
        let text = plan.join("; ");
        assert!(
            text.contains("COVERING INDEX pipeline_by_graph (graph_name>?)"),
            "{text}"
        );
    }

    /// Pipelines of other graphs are not read, nor tracks of other pipelines.
    #[test]
    fn only_what_is_named_is_read() {
        let plan = steps(&of_name().replace("?1", "'g'").replace("?2", "3"));
        let text = plan.join("; ");
        assert!(
            text.contains("pipeline_by_graph (graph_name=? AND state=?)")
                && !text.contains("B-TREE"),
            "{text}"
        );
        let plan = steps("SELECT id FROM track WHERE pipeline_id = 1 AND name = 'a' ORDER BY id");
        let text = plan.join("; ");
        assert!(text.contains("track_of_pipeline (pipeline_id=?)"), "{text}");
    }
}
