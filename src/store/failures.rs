//! Pipelines that failed lately, and which of their tracks it was.

use diesel::dsl::{not, sql};
use diesel::sql_types::{BigInt, Bool, Text};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, QueryDsl, QueryableByName, RunQueryDsl,
    sql_query,
};

use super::connection::on;
use super::error::StoreError;
use super::pipelines::{PipelineHead, heads};
use super::reader::Store;
use super::schema::{track, vertex};
use super::standing::counts_as_done;
use super::tracks::{TrackHead, track_columns};
use crate::engine::{PipelineId, PipelineState, TrackState};

/// So many of the newest FAILED pipelines are looked at, and no more.
const LOOKED_AT: u32 = 1_000;

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// The newest FAILED ones, whose numbers the index has in order; of these the ones that ended since a
/// moment, or have not ended.
fn lately() -> String {
    format!(
        "SELECT id FROM (SELECT id, finished_at FROM pipeline INDEXED BY pipeline_failed \
         WHERE state = {} AND id NOT IN (SELECT pipeline_id FROM removal) \
         ORDER BY id DESC LIMIT {LOOKED_AT}) \
         WHERE finished_at IS NULL OR finished_at >= ? ORDER BY id DESC LIMIT ?",
        PipelineState::Failed.code()
    )
}

/// Of each pipeline of a list the FAILED track with the lowest number that has to do with the verdict.
fn first_of_each() -> String {
    format!(
        "track.id IN (SELECT (SELECT failed.id FROM track AS failed INDEXED BY track_of_pipeline \
         CROSS JOIN vertex ON vertex.id = failed.vertex_id \
         WHERE failed.pipeline_id = asked.value AND failed.state = {} AND vertex.handler IS NULL \
         AND NOT coalesce(json_extract(vertex.policies, '$.ignore_failure'), 0) \
         ORDER BY failed.id LIMIT 1) FROM json_each(",
        TrackState::Failed.code()
    )
}

impl Store {
    /// The pipelines that are FAILED and ended then (in milliseconds since 1970) or later, or have not
    /// ended: the newest first, `limit` at most.
    pub fn failures(&self, since: i64, limit: i64) -> Result<Vec<PipelineHead>, StoreError> {
        let db = &mut *self.pool.get()?;
        let query = sql_query(lately());
        let query = query.bind::<BigInt, _>(since).bind::<BigInt, _>(limit);
        let found: Vec<Found> = on!(db, c => query.load(c))?;
        let ids: Vec<i64> = found.into_iter().map(|found| found.id).collect();
        Ok(heads(db, &ids)?)
    }

    /// Of each of these pipelines the first track, as its graph has them, that gave it the verdict
    /// FAILED, where there is one.
    pub fn first_failures(&self, pipelines: &[i64]) -> Result<Vec<TrackHead>, StoreError> {
        let ids: Vec<String> = pipelines.iter().map(ToString::to_string).collect();
        let ids = format!("[{}]", ids.join(","));
        let first = sql::<Bool>(&first_of_each()).bind::<Text, _>(ids);
        let found = track::table
            .filter(first.sql(") AS asked)"))
            .order(track::id)
            .select(track_columns!())
            .load(&mut *self.pool.get()?)?;
        Ok(found)
    }

    /// The first tracks of a pipeline that keep what comes after them from running: FAILED ones, but
    /// for those whose failure counts as done, and STOPPED ones.
    pub fn obstacles(&self, id: PipelineId, limit: i64) -> Result<Vec<TrackHead>, StoreError> {
        let ended = [TrackState::Failed.code(), TrackState::Stopped.code()];
        let stopped = track::state.eq(TrackState::Stopped.code());
        let found = track::table
            .inner_join(vertex::table.on(vertex::id.eq(track::vertex_id)))
            .filter(track::pipeline_id.eq(id.0))
            .filter(track::state.eq_any(ended))
            .filter(vertex::handler.is_null())
            .filter(stopped.or(not(counts_as_done())))
            .order(track::id)
            .limit(limit)
            .select(track_columns!())
            .load(&mut *self.pool.get()?)?;
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection;

    use super::{LOOKED_AT, first_of_each, lately};
    use crate::engine::PipelineId;
    use crate::store::Store;
    use crate::store::connection::{Durability, open_writer};
    use crate::store::migrate::migrate;
    use crate::store::query_plan::steps;

    /// Two vertices, of which the failure of `a` counts as done, and a script after the verdict.
    /// Pipeline 1 failed long ago, 2 lately by `b`, 3 has not ended, 4 succeeded, 5 ran out of time.
    const ROWS: &str = "\
        INSERT INTO graph VALUES (1, 'g', 1, 1, '', '', 'yaml', '', 1, 1, '[]', '{}', '[]', 3, 1, '', 0, 0);
        INSERT INTO vertex (id, graph_id, place, name, description, script, compiled, input, policies, handler) VALUES
          (5, 1, 0, 'a', '', '', '', '[]', '{\"ignore_failure\":true}', NULL),
          (6, 1, 1, 'b', '', '', '', '[]', '{}', NULL),
          (7, 1, 2, 'on_exit', '', '', '', '[]', '{}', 4);
        INSERT INTO pipeline (id, graph_id, name, description, state, creator, trigger_kind, input, first_track, vertices, created_at, finished_at) VALUES
          (1, 1, '', '', 2, '', '', '{}', 11, 3, 0, 99), (2, 1, '', '', 2, '', '', '{}', 21, 3, 0, 100),
          (3, 1, '', '', 2, '', '', '{}', 31, 3, 0, NULL), (4, 1, '', '', 3, '', '', '{}', 41, 3, 0, 200),
          (5, 1, '', '', 2, '', '', '{}', 51, 3, 0, 300);
        INSERT INTO track (id, pipeline_id, vertex_id, name, state, pending_on, detail, attempt, retries, missing, input, script, output) VALUES
          (21, 2, 5, 'a', 4, NULL, '', 1, 0, 0, '', '', ''), (22, 2, 6, 'b', 4, NULL, '', 1, 0, 0, '', '', ''),
          (23, 2, 7, 'on_exit', 4, NULL, '', 1, 0, 0, '', '', ''),
          (31, 3, 5, 'a', 6, NULL, '', 1, 0, 0, '', '', ''), (32, 3, 6, 'b', 4, NULL, '', 1, 0, 0, '', '', ''),
          (51, 5, 5, 'a', 4, NULL, '', 1, 0, 0, '', '', ''), (52, 5, 6, 'b', 3, NULL, '', 1, 0, 0, '', '', ''),
          (53, 5, 7, 'on_exit', 4, NULL, '', 1, 0, 0, '', '', '');";

    #[test]
    fn failures_are_found_with_the_track_that_it_was() {
        let own = tempfile::tempdir().expect("a directory");
        let path = own.path().join("db");
        let mut db = open_writer(&path, Durability::Normal).expect("opened");
        migrate(&mut db, &path).expect("migrated");
        db.batch_execute(ROWS).expect("written");
        let store = Store::open(&path, 1).expect("a store");
        let ids = |since, limit| -> Vec<i64> {
            let heads = store.failures(since, limit).expect("read");
            heads.iter().map(|head| head.id).collect()
        };
        assert_eq!(ids(100, 9), [5, 3, 2], "one ended before");
        assert_eq!(ids(100, 2), [5, 3]);
        assert_eq!(ids(301, 9), [3], "it has not ended");
        let first = store.first_failures(&[5, 3, 2, 77]).expect("read");
        let first: Vec<_> = first.iter().map(|t| (t.pipeline_id, t.id)).collect();
        assert_eq!(first, [(2, 22), (3, 32)], "5 failed by no track");
        assert!(store.first_failures(&[]).expect("read").is_empty());
        let names = |id, limit| -> Vec<String> {
            let found = store.obstacles(PipelineId(id), limit).expect("read");
            found.into_iter().map(|track| track.vertex).collect()
        };
        assert_eq!(names(2, 2), ["b"]);
        assert_eq!(names(3, 2), ["a", "b"], "one was stopped");
        assert_eq!(names(3, 1), ["a"]);
        db.batch_execute("INSERT INTO removal VALUES (3)")
            .expect("written");
        assert_eq!(ids(100, 9), [5, 2], "one is being removed");
    }

    #[test]
    fn neither_the_history_nor_a_whole_pipeline_is_read() {
        let plan = steps(&lately()).join("; ");
        assert!(lately().contains(&format!("LIMIT {LOOKED_AT})")));
        let index = "pipeline USING COVERING INDEX pipeline_failed";
        assert!(plan.contains(index), "{plan}");
        let each = format!(
            "SELECT track.id FROM track WHERE {}'[1]') AS asked)",
            first_of_each()
        );
        let plan = steps(&each).join("; ");
        let index = "failed USING COVERING INDEX track_of_pipeline (pipeline_id=? AND state=?)";
        assert!(
            plan.contains(index) || plan.contains(&index.replace("COVERING ", "")),
            "{plan}"
        );
        assert!(
            plan.contains("SEARCH track USING INTEGER PRIMARY KEY"),
            "{plan}"
        );
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
}
