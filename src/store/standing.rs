//! How tracks stand beyond their rows: what runs after the verdict, whose failure counts as done, what
//! has to come first.

use diesel::dsl::{count_star, not, sql};
use diesel::expression::SqlLiteral;
use diesel::sql_types::{Bool, Text};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods,
    OptionalExtension, QueryDsl, QueryResult, RunQueryDsl,
};

use super::connection::Db;
use super::error::StoreError;
use super::reader::Store;
use super::schema::{edge, pipeline, track, vertex};
use super::tracks::{TrackHead, track_columns};
use crate::engine::{PendingOn, PipelineId, TrackId, TrackState};
use crate::graph::When;

/// The vertex says that its failure counts as done.
const IGNORED: &str = "json_extract(vertex.policies, '$.ignore_failure')";
/// What it must have a share of while it runs.
const POOL: &str = "json_extract(vertex.policies, '$.pool')";
/// The end of the numbers of a pipeline's tracks. Scripts after the verdict are the last ones, one at
/// most for each verdict: the others are not read. They are looked up one by one, because of a range
/// SQLite guesses that it is long, and for many pipelines it would read all tracks there are. The plus
/// keeps the index of pipelines out of it.
const END: &str = "pipeline.first_track + pipeline.vertices";

/// The tracks after the verdict of many pipelines.
macro_rules! handlers_of {
    ($last:expr, $pipelines:expr) => {
        pipeline::table
            .inner_join(track::table.on(sql::<Bool>(&$last)))
            .inner_join(vertex::table.on(vertex::id.eq(track::vertex_id)))
            .filter(pipeline::id.eq_any($pipelines))
            .filter(vertex::handler.is_not_null())
            .order(track::id)
            .select((track_columns!(), vertex::handler.assume_not_null()))
    };
}

/// A track that runs after the verdict, and the code of the verdict.
pub type Handler = (TrackHead, i16);

impl Store {
    /// The newest pipelines that are another run of this one: number and code of the state.
    pub fn again_of(&self, id: PipelineId, limit: i64) -> Result<Vec<(i64, i16)>, StoreError> {
        Ok(again_of(&mut *self.pool.get()?, id, limit)?)
    }

    /// The tracks of pipelines that run after the verdict, and the code of the verdict.
    pub fn handlers(&self, pipelines: &[i64]) -> Result<Vec<Handler>, StoreError> {
        Ok(handlers(&mut *self.pool.get()?, pipelines)?)
    }

    /// The FAILED tracks of a pipeline whose failure counts as done.
    pub fn ignored(&self, id: PipelineId) -> Result<Vec<i64>, StoreError> {
        Ok(ignored(&mut *self.pool.get()?, id)?)
    }

    /// The pool of each of the tracks `first..=last` that waits for a slot and needs one.
    pub fn pools(&self, ends: (i64, i64)) -> Result<Vec<(i64, String)>, StoreError> {
        Ok(pools(&mut *self.pool.get()?, ends)?)
    }

    /// How many attempts of a pipeline are being ended.
    pub fn ending(&self, id: PipelineId) -> Result<i64, StoreError> {
        Ok(ending(&mut *self.pool.get()?, id)?)
    }

    /// The first track right before this one that is not done: its number and name.
    pub fn waits_for(&self, id: TrackId) -> Result<Option<(i64, String)>, StoreError> {
        Ok(waits_for(&mut *self.pool.get()?, id)?)
    }
}

/// The newest pipelines that are another run of this one: number and state.
fn again_of(db: &mut Db, id: PipelineId, limit: i64) -> QueryResult<Vec<(i64, i16)>> {
    pipeline::table
        .filter(pipeline::again_of.eq(id.0))
        .order(pipeline::id.desc())
        .limit(limit)
        .select((pipeline::id, pipeline::state))
        .load(db)
}

/// The tracks of pipelines that run after the verdict, in their order.
fn handlers(db: &mut Db, pipelines: &[i64]) -> QueryResult<Vec<Handler>> {
    handlers_of!(last_tracks(), pipelines).load(db)
}

/// A track is among the last ones of its pipeline.
fn last_tracks() -> String {
    let last = (1..=When::ALL.len()).map(|back| format!("{END} - {back}"));
    let last = last.collect::<Vec<_>>().join(", ");
    format!("track.id IN ({last}) AND +track.pipeline_id = pipeline.id")
}

/// The FAILED tracks of a pipeline whose failure counts as done.
fn ignored(db: &mut Db, id: PipelineId) -> QueryResult<Vec<i64>> {
    track::table
        .inner_join(vertex::table.on(vertex::id.eq(track::vertex_id)))
        .filter(track::pipeline_id.eq(id.0))
        .filter(track::state.eq(TrackState::Failed.code()))
        .filter(vertex::handler.is_null())
        .filter(sql::<Bool>(IGNORED))
        .select(track::id)
        .load(db)
}

/// The pool that each of the tracks `first..=last` needs that is PENDING on a slot.
fn pools(db: &mut Db, (first, last): (i64, i64)) -> QueryResult<Vec<(i64, String)>> {
    track::table
        .inner_join(vertex::table.on(vertex::id.eq(track::vertex_id)))
        .filter(track::id.between(first, last))
        .filter(track::pending_on.eq(PendingOn::Slot.code()))
        .filter(sql::<Bool>(&format!("{POOL} IS NOT NULL")))
        .select((track::id, sql::<Text>(POOL)))
        .load(db)
}

/// How many attempts of a pipeline are being ended.
fn ending(db: &mut Db, id: PipelineId) -> QueryResult<i64> {
    track::table
        .filter(track::pipeline_id.eq(id.0))
        .filter(track::state.eq(TrackState::Running.code()))
        .filter(track::ending.is_not_null())
        .select(count_star())
        .first(db)
}

/// Of a vertex: that its failure counts as done.
pub(super) fn counts_as_done() -> SqlLiteral<Bool> {
    sql(&format!("coalesce({IGNORED}, 0)"))
}

/// The first track right before this one that is not done: its number and name.
fn waits_for(db: &mut Db, id: TrackId) -> QueryResult<Option<(i64, String)>> {
    let own: Option<(i64, i64, i64)> = track::table
        .inner_join(pipeline::table.on(pipeline::id.eq(track::pipeline_id)))
        .filter(track::id.eq(id.0))
        .select((track::vertex_id, pipeline::graph_id, pipeline::first_track))
        .first(db)
        .optional()?;
    let Some((head, graph, first)) = own else {
        return Ok(None);
    };
    let of_vertex = sql::<Bool>(&format!("track.id = {first} + vertex.place"));
    let done = [TrackState::Succeed.code(), TrackState::Skipped.code()];
    let counts = track::state
        .eq(TrackState::Failed.code())
        .and(counts_as_done());
    edge::table
        .inner_join(vertex::table.on(vertex::id.eq(edge::tail)))
        .inner_join(track::table.on(of_vertex))
        .filter(edge::graph_id.eq(graph).and(edge::head.eq(head)))
        .filter(not(track::state.eq_any(done).or(counts)))
        .order(track::id)
        .select((track::id, track::name))
        .first(db)
        .optional()
}

#[cfg(test)]
mod tests {
    use super::{ending, handlers, ignored, last_tracks, pools, waits_for};
    use crate::engine::{PipelineId, TrackId};
    use crate::store::connection::{Db, Durability, open_writer};
    use crate::store::migrate::migrate;
    use crate::store::query_plan::{steps, written};
    use crate::store::schema::{pipeline, track, vertex};
    use crate::store::tracks::track_columns;
    use diesel::connection::SimpleConnection;
    use diesel::dsl::sql;
    use diesel::sql_types::Bool;
    use diesel::{ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl};

    /// Two pipelines of one graph: `a`, whose failure counts as done, before `b`, which needs a pool,
    /// and a script after the verdict.
    const ROWS: &str = "\
        INSERT INTO graph VALUES (1, 'g', 1, 1, '', '', 'yaml', '', 1, 1, '[]', '{}', '[]', 3, 1, '', 0, 0);
        INSERT INTO vertex (id, graph_id, place, name, description, script, compiled, input, policies, handler) VALUES
          (5, 1, 0, 'a', '', '', '', '[]', '{\"ignore_failure\":true}', NULL),
          (6, 1, 1, 'b', '', '', '', '[]', '{\"pool\":\"db\"}', NULL),
          (7, 1, 2, 'on_exit', '', '', '', '[]', '{\"pool\":null}', 4);
        INSERT INTO edge VALUES (1, 6, 5);
        INSERT INTO pipeline (id, graph_id, name, description, state, creator, trigger_kind, input, first_track, vertices, created_at) VALUES
          (1, 1, '', '', 0, '', '', '{}', 11, 3, 0), (2, 1, '', '', 0, '', '', '{}', 21, 3, 0);
        INSERT INTO track (id, pipeline_id, vertex_id, name, state, pending_on, detail, attempt, retries, missing, input, script, output) VALUES
          (11, 1, 5, 'a', 2, NULL, '', 1, 0, 0, '', '', ''), (12, 1, 6, 'b', 0, NULL, '', 0, 0, 0, '', '', ''),
          (13, 1, 7, 'on_exit', 0, NULL, '', 0, 0, 0, '', '', ''),
          (21, 2, 5, 'a', 4, NULL, '', 1, 0, 0, '', '', ''), (22, 2, 6, 'b', 1, 0, '', 0, 0, 0, '', '', ''),
          (23, 2, 7, 'on_exit', 4, NULL, '', 1, 0, 0, '', '', '');
        UPDATE track SET ending = 1 WHERE id = 11;";

    #[test]
    fn other_runs_of_a_pipeline_are_found_without_the_rest() {
        let plan =
            steps("SELECT id, state FROM pipeline WHERE again_of = ? ORDER BY id DESC LIMIT 9");
        let text = plan.join("; ");
        assert!(text.contains("pipeline_again"), "{text}");
        assert!(!text.contains("TEMP B-TREE"), "{text}");
    }

    fn database(own: &std::path::Path) -> Db {
        let path = own.join("db");
        let mut db = open_writer(&path, Durability::Normal).expect("opened");
        migrate(&mut db, &path).expect("migrated");
        db.batch_execute(ROWS).expect("written");
        db
    }

    /// Also for as many pipelines as a page has.
    #[test]
    fn what_runs_after_the_verdict_is_looked_up_by_its_number() {
        let pipelines: Vec<i64> = (1..=51).collect();
        let query = handlers_of!(last_tracks(), &pipelines);
        let steps = steps(&written(&query).replace('?', "7"));
        let by_number = "SEARCH track USING INTEGER PRIMARY KEY (rowid=?)";
        assert!(steps.iter().any(|step| step == by_number), "{steps:?}");
        assert!(
            !steps.iter().any(|step| step.starts_with("SCAN")),
            "{steps:?}"
        );
    }

    #[test]
    fn what_the_rows_of_tracks_do_not_say() {
        let own = tempfile::tempdir().expect("a directory");
        let db = &mut database(own.path());
        let found = handlers(db, &[1, 2, 3]).expect("read");
        let found: Vec<_> = found.iter().map(|(head, when)| (head.id, *when)).collect();
        assert_eq!(found, [(13, 4), (23, 4)]);
        let of = |id| PipelineId(id);
        assert_eq!(ignored(db, of(1)), Ok(Vec::new()));
        assert_eq!(ignored(db, of(2)), Ok(vec![21]));
        assert_eq!((ending(db, of(1)), ending(db, of(2))), (Ok(1), Ok(0)));
        assert_eq!(pools(db, (11, 23)), Ok(vec![(22, "db".to_owned())]));
        let a = (11, "a".to_owned());
        assert_eq!(waits_for(db, TrackId(12)), Ok(Some(a)));
        assert_eq!(
            waits_for(db, TrackId(22)),
            Ok(None),
            "a failure that counts as done"
        );
        assert_eq!(waits_for(db, TrackId(21)), Ok(None));
        assert_eq!(waits_for(db, TrackId(99)), Ok(None));
    }
}
