//! How much ran when, and which graphs were active: read from what the database counts itself with each
//! change (the triggers of `hourly`, `state_count` and `activity`), never from the history.

use diesel::sql_types::{BigInt, Bool, Integer, Nullable, SmallInt, Text};
use diesel::{QueryableByName, RunQueryDsl};

use super::connection::{Db, on};
use super::error::StoreError;
use super::reader::Store;
use crate::engine::PipelineState;

/// The milliseconds of an hour.
pub const HOUR_MS: i64 = 3_600_000;

/// What was started in a span of hours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ran {
    /// Pipelines that were started in it.
    pub started: i64,
    /// Those of them that have succeeded.
    pub finished: i64,
    /// Those of them that have failed.
    pub failed: i64,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    span: i64,
    #[diesel(sql_type = BigInt)]
    started: i64,
    #[diesel(sql_type = BigInt)]
    finished: i64,
    #[diesel(sql_type = BigInt)]
    failed: i64,
}

#[derive(QueryableByName)]
struct AtState {
    #[diesel(sql_type = SmallInt)]
    state: i16,
    #[diesel(sql_type = BigInt)]
    pipelines: i64,
}

const STATES: &str = "SELECT state, pipelines FROM state_count ORDER BY state";

/// The newest version of a graph that was active lately.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct ActiveGraph {
    /// Its number.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// Its name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// It has no error.
    #[diesel(sql_type = Bool)]
    pub checked: bool,
}

/// One of the newest pipelines of a graph.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct RecentRun {
    /// Its number.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// Its graph's name.
    #[diesel(sql_type = Text)]
    pub graph: String,
    /// The code of its state.
    #[diesel(sql_type = SmallInt)]
    pub state: i16,
    /// When it was started, in milliseconds since 1970.
    #[diesel(sql_type = BigInt)]
    pub created_at: i64,
    /// When nothing of it could move any more.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub finished_at: Option<i64>,
    /// How many tracks it has.
    #[diesel(sql_type = Integer)]
    pub vertices: i32,
}

/// Added up here, span by span: hours are many. In one pass for each, and grouped by nothing: a group would
/// sort all hours.
const SPANS: &str = "WITH added AS MATERIALIZED (SELECT key AS span, \
      (SELECT json_array(sum(started), sum(finished), sum(failed)) FROM hourly \
        WHERE hour >= value ->> 0 AND hour < value ->> 1) AS sums FROM json_each(?)) \
    SELECT span, sums ->> 0 AS started, sums ->> 1 AS finished, sums ->> 2 AS failed \
    FROM added WHERE sums ->> 0 > 0";

/// The newest version of each name, without those that are archived; those that have never run come
/// last, the newest first.
const ACTIVE: &str = "WITH ran AS (SELECT graph_name, pipeline_id FROM activity \
      WHERE EXISTS (SELECT 1 FROM graph WHERE name = graph_name) \
        AND graph_name NOT IN (SELECT name FROM archived_graph) \
      ORDER BY pipeline_id DESC LIMIT ?), \
    idle AS (SELECT name, id FROM graph \
      WHERE name NOT IN (SELECT graph_name FROM activity) \
        AND name NOT IN (SELECT name FROM archived_graph) ORDER BY id DESC LIMIT ?), \
    shown AS (SELECT graph_name AS name, pipeline_id AS last FROM ran \
      UNION SELECT name, 0 FROM idle) \
    SELECT g.id, g.name, g.checked FROM shown JOIN graph AS g ON g.name = shown.name \
      AND g.version = (SELECT max(version) FROM graph WHERE name = shown.name) \
    ORDER BY shown.last DESC, g.id DESC LIMIT ?";

/// By state side by side, because the index has the pipelines of a name in that order.
fn recent_sql(names: usize) -> String {
    let names = vec!["(?)"; names.max(1)].join(",");
    let states: Vec<String> = PipelineState::ALL
        .iter()
        .map(|state| format!("({})", state.code()))
        .collect();
    let states = states.join(",");
    format!(
        "WITH n(name) AS (VALUES {names}), s(code) AS (VALUES {states}) \
         SELECT p.id, p.graph_name AS graph, p.state, p.created_at, p.finished_at, p.vertices \
         FROM n CROSS JOIN s CROSS JOIN pipeline AS p ON p.id IN (SELECT q.id FROM pipeline AS q \
           WHERE q.graph_name = n.name AND q.state = s.code ORDER BY q.id DESC LIMIT ?) \
         WHERE p.id NOT IN (SELECT pipeline_id FROM removal) ORDER BY p.id DESC"
    )
}

impl Store {
    /// What was started in each of these spans: from an hour since 1970 on, before another one.
    pub fn ran(&self, spans: &[(i64, i64)]) -> Result<Vec<Ran>, StoreError> {
        let mut all = vec![Ran::default(); spans.len()];
        let spans: Vec<String> = spans.iter().map(|(a, b)| format!("[{a},{b}]")).collect();
        let spans = format!("[{}]", spans.join(","));
        let query = diesel::sql_query(SPANS).bind::<Text, _>(spans);
        let rows: Vec<Counted> = on!(&mut *self.pool.get()?, c => query.load(c))?;
        for row in rows {
            let place = usize::try_from(row.span).ok();
            if let Some(ran) = place.and_then(|place| all.get_mut(place)) {
                *ran = Ran {
                    started: row.started,
                    finished: row.finished,
                    failed: row.failed,
                };
            }
        }
        Ok(all)
    }

    /// How many pipelines there are of each code of a state.
    pub fn state_counts(&self) -> Result<Vec<(i16, i64)>, StoreError> {
        let query = diesel::sql_query(STATES);
        let rows: Vec<AtState> = on!(&mut *self.pool.get()?, c => query.load(c))?;
        Ok(rows.iter().map(|row| (row.state, row.pipelines)).collect())
    }

    /// The graphs that were active last, `limit` at most.
    pub fn active_graphs(&self, limit: i64) -> Result<Vec<ActiveGraph>, StoreError> {
        let query = diesel::sql_query(ACTIVE)
            .bind::<BigInt, _>(limit)
            .bind::<BigInt, _>(limit)
            .bind::<BigInt, _>(limit);
        Ok(on!(&mut *self.pool.get()?, c => query.load(c))?)
    }

    /// The newest pipelines of each of these names of graphs, `each` at most, the newest first.
    pub fn recent_runs(&self, names: &[&str], each: usize) -> Result<Vec<RecentRun>, StoreError> {
        recent(&mut *self.pool.get()?, names, each)
    }
}

fn recent(db: &mut Db, names: &[&str], each: usize) -> Result<Vec<RecentRun>, StoreError> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = diesel::sql_query(recent_sql(names.len())).into_boxed();
    for name in names {
        query = query.bind::<Text, _>(*name);
    }
    let query = query.bind::<BigInt, _>(i64::try_from(each).unwrap_or(i64::MAX));
    let mut runs: Vec<RecentRun> = on!(db, c => query.load(c))?;
    // So many of each state were read; so many of all of them are wanted.
    let mut seen = std::collections::BTreeMap::<String, usize>::new();
    runs.retain(|run| {
        let count = seen.entry(run.graph.clone()).or_default();
        *count += 1;
        *count <= each
    });
    Ok(runs)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use diesel::connection::SimpleConnection;

    use super::{ACTIVE, Ran, SPANS, STATES, recent_sql};
    use crate::engine::PipelineState;
    use crate::store::Store;
    use crate::store::connection::{Db, Durability, open_writer};
    use crate::store::migrate::migrate;
    use crate::store::query_plan::steps;

    /// So many pipelines, one every five minutes, of 1,000 graphs; every tenth has failed.
    fn history(own: &std::path::Path, pipelines: u32) -> (Db, Store) {
        let path = own.join("db");
        let mut db = open_writer(&path, Durability::Normal).expect("opened");
        migrate(&mut db, &path).expect("migrated");
        let rows = format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) \
             INSERT INTO graph SELECT i, 'g' || i, 1, 1, '', '', 'yaml', '', 1, 1, '[]', '{{}}', '[]', 1, 0, '', 0, 0 FROM n; \
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {pipelines}) \
             INSERT INTO pipeline (id, graph_id, name, description, state, creator, trigger_kind, input, first_track, vertices, created_at, finished_at, graph_name) \
             SELECT i, 1 + i % 1000, 'p', '', iif(i % 10 = 0, 2, 3), '', 'rest', '{{}}', i, 1, i * 300000, i * 300000 + 60000, 'g' || (1 + i % 1000) FROM n;"
        );
        db.batch_execute(&rows).expect("written");
        let store = Store::open(&path, 1).expect("a store");
        (db, store)
    }

    #[test]
    fn the_numbers_are_the_codes() {
        let migration = include_str!("../../migrations/sqlite/2026-11-22-000300_flat/up.sql");
        let of = |column: &str, state: PipelineState| {
            format!("{column} = {column} + (NEW.state = {})", state.code())
        };
        assert!(migration.contains(&of("finished", PipelineState::Finish)));
        assert!(migration.contains(&of("failed", PipelineState::Failed)));
        let own = tempfile::tempdir().expect("a directory");
        let (_db, store) = history(own.path(), 10);
        let counted = store.state_counts().expect("read");
        let states: Vec<i16> = counted.iter().map(|(state, _)| *state).collect();
        let all: Vec<i16> = PipelineState::ALL.iter().map(|s| s.code()).collect();
        assert_eq!(states, all);
    }

    #[test]
    fn the_history_is_not_read() {
        let spans = steps(&SPANS.replace('?', "'[]'")).join("; ");
        let seek = "SEARCH hourly USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)";
        assert!(spans.contains(seek) && !spans.contains("B-TREE"), "{spans}");
        assert_eq!(steps(STATES), ["SCAN state_count"]);
        let recent = steps(&recent_sql(2).replace('?', "1")).join("; ");
        for step in [
            "SEARCH p USING INTEGER PRIMARY KEY (rowid=?)",
            "SEARCH q USING COVERING INDEX pipeline_by_graph (graph_name=? AND state=?)",
        ] {
            assert!(recent.contains(step), "{step}: {recent}");
        }
        let active = steps(&ACTIVE.replace('?', "1")).join("; ");
        assert!(active.contains("activity_newest"), "{active}");
        assert!(!active.contains("pipeline"), "{active}");
    }

    /// What the triggers keep is what a count of the whole history would say.
    #[test]
    fn the_counts_follow_every_change_and_keep_what_is_deleted() {
        let own = tempfile::tempdir().expect("a directory");
        let (mut db, store) = history(own.path(), 100);
        let sum = || {
            let all = store.ran(&[(0, 1_000)]).expect("read")[0];
            (all.started, all.finished, all.failed)
        };
        assert_eq!(sum(), (100, 90, 10));
        let counted = || {
            let counts = store.state_counts().expect("read");
            counts.into_iter().map(|(_, n)| n).collect::<Vec<_>>()
        };
        assert_eq!(counted(), [0, 0, 10, 90, 0]);
        db.batch_execute("UPDATE pipeline SET state = 0 WHERE id <= 20")
            .expect("retried");
        assert_eq!(sum(), (100, 72, 8));
        assert_eq!(counted(), [20, 0, 8, 72, 0]);
        db.batch_execute("UPDATE pipeline SET state = 3, finished_at = 7 WHERE id <= 20")
            .expect("ended");
        assert_eq!(sum(), (100, 92, 8));
        let few = store.ran(&[(8, 9), (2, 2), (0, 1), (9, 99)]).expect("read");
        let started: Vec<i64> = few.iter().map(|ran| ran.started).collect();
        assert_eq!(started, [5, 0, 11, 0], "each span for itself");
        assert_eq!(few[1], Ran::default());
        assert_eq!(store.ran(&[]).expect("nothing"), []);
        db.batch_execute("DELETE FROM pipeline WHERE id > 50")
            .expect("deleted");
        assert_eq!(sum(), (100, 92, 8));
        assert_eq!(counted(), [0, 0, 3, 47, 0], "what is deleted is not there");
        let names = |limit| {
            let graphs = store.active_graphs(limit).expect("read");
            graphs.into_iter().map(|g| g.name).collect::<Vec<_>>()
        };
        assert_eq!(
            names(2),
            ["g101", "g100"],
            "they were active, though what ran is deleted"
        );
        db.batch_execute("INSERT INTO archived_graph VALUES ('g101', '', 0)")
            .expect("archived");
        assert_eq!(names(2), ["g100", "g99"]);
        let all = names(1_000);
        assert_eq!(
            (all.len(), all[99].as_str()),
            (999, "g1000"),
            "then those that never ran"
        );
        let runs = store.recent_runs(&["g11", "g2", "none"], 30).expect("read");
        let runs: Vec<_> = runs
            .iter()
            .map(|r| (r.id, r.graph.as_str(), r.state))
            .collect();
        assert_eq!(runs, [(10, "g11", 3), (1, "g2", 3)]);
        assert!(store.recent_runs(&[], 30).expect("nothing").is_empty());
    }

    #[test]
    fn the_newest_runs_of_all_states_are_in_one_row() {
        let own = tempfile::tempdir().expect("a directory");
        let (mut db, store) = history(own.path(), 60);
        db.batch_execute("UPDATE pipeline SET graph_name = 'g1'")
            .expect("one graph");
        let runs = store.recent_runs(&["g1"], 30).expect("read");
        let ids: Vec<i64> = runs.iter().map(|run| run.id).collect();
        assert_eq!(ids, (31..=60).rev().collect::<Vec<_>>());
    }

    /// A year of 100,000 pipelines. The bounds are many times what it takes: a search that reads the
    /// history takes longer still.
    #[test]
    fn a_hundred_thousand_pipelines_are_no_slower() {
        let own = tempfile::tempdir().expect("a directory");
        let (_db, store) = history(own.path(), 100_000);
        let names: Vec<String> = (1..=20).map(|i| format!("g{i}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let timed = |what: &str, read: &dyn Fn() -> usize| {
            read();
            let began = Instant::now();
            let rows = read();
            let took = began.elapsed();
            println!("{what}: {rows} rows in {took:?}");
            (rows, took.as_millis())
        };
        let days: Vec<(i64, i64)> = (0..371).map(|day| (day * 24, day * 24 + 24)).collect();
        let hours = timed("days", &|| {
            let ran = store.ran(&days).expect("read");
            ran.iter().map(|ran| ran.started as usize).sum()
        });
        let active = timed("active", &|| store.active_graphs(20).expect("read").len());
        let recent = timed("recent", &|| {
            store.recent_runs(&names, 30).expect("read").len()
        });
        assert_eq!((hours.0, active.0, recent.0), (100_000, 20, 600));
        assert!(
            hours.1 + active.1 + recent.1 < 1_000,
            "{hours:?} {active:?} {recent:?}"
        );
    }
}
