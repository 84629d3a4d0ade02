//! The database under the engine: what a start copies, and what a restart loads.

use std::sync::Arc;

use trackyard::engine::{Engine, Event, GraphId, Outbox, StartOrder, Time, TrackInput, TrackState};
use trackyard::graph::{Edge, Graph, Outputs, Vertex};
use trackyard::store::{Durability, NewGraph, Outcome, Store, StoreError, Writer};

use crate::random::Random;

struct Base {
    _dir: tempfile::TempDir,
    path: std::path::PathBuf,
    writer: Writer,
    store: Store,
}

fn base() -> Base {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("trackyard.db");
    let writer = Writer::open(&path, Durability::Full, "boot").expect("a database");
    let store = Store::open(&path, 2).expect("readers");
    Base {
        _dir: dir,
        path,
        writer,
        store,
    }
}

fn graph(name: &str, n: usize, edges: &[(u32, u32)]) -> NewGraph {
    let vertex = |i| Vertex {
        name: format!("v{i}"),
        script: format!("echo {i}"),
        ..Vertex::default()
    };
    let mut edges: Vec<_> = edges
        .iter()
        .map(|&(tail, head)| Edge { head, tail })
        .collect();
    edges.sort_unstable();
    let graph = Graph {
        name: name.to_owned(),
        vertices: (0..n).map(vertex).collect(),
        edges,
        ..Graph::default()
    };
    let outputs = Outputs::of(&graph);
    let compiled = graph.vertices.iter().map(|v| outputs.runnable(v)).collect();
    NewGraph {
        compiled,
        digest: format!("{graph:?}"),
        graph,
        source: String::new(),
        format: "yaml",
        checked: true,
        problems: Vec::new(),
        creator: "test".to_owned(),
    }
}

fn start(base: &mut Base, id: GraphId, inputs: Vec<TrackInput>) -> (Engine, Outbox) {
    let plan = Arc::new(base.writer.plan(id).expect("a plan").expect("a graph"));
    let mut engine = Engine::new(2, base.writer.next_ids().expect("numbers"));
    let order = StartOrder {
        plan,
        name: "run".to_owned(),
        desc: String::new(),
        request_key: None,
        who: "test".to_owned(),
        trigger: "rest",
        given: "{}".to_owned(),
        inputs,
    };
    let mut out = Outbox::default();
    engine
        .step(Time(5), Event::Start(Arc::new(order)), &mut out)
        .expect("a start is not refused");
    (engine, out)
}

#[test]
fn the_query_and_the_plan_agree_on_where_random_graphs_start() {
    let mut random = Random(11);
    let mut base = base();
    for round in 0..60 {
        let n = 1 + random.below(40);
        let edges = random.edges(n);
        let new = graph(&format!("g{round}"), n, &edges);
        let id = base.writer.save_graph(Time(1), &new).expect("saved").id;
        let plan = base.writer.plan(id).expect("a plan").expect("a graph");
        let by_plan: Vec<i64> = (0..n as u32)
            .filter(|&i| plan.in_degree(i) == 0)
            .map(|i| plan.vertex(i).id.0)
            .collect();
        assert_eq!(
            base.store.starts(id).expect("a query"),
            by_plan,
            "round {round}"
        );

        let (engine, out) = start(&mut base, id, Vec::new());
        base.writer.commit(&out).expect("a commit");
        let pipeline = out.starts[0].id;
        let tracks = base.store.tracks(pipeline, 0, 1_000).expect("tracks");
        assert_eq!(tracks.len(), n);
        let pending = tracks
            .iter()
            .filter(|t| t.state == TrackState::Pending.code());
        assert_eq!(
            pending.map(|t| t.vertex_id).collect::<Vec<_>>(),
            by_plan,
            "round {round}"
        );
        let waiting = tracks
            .iter()
            .filter(|t| t.state == TrackState::Waiting.code())
            .count();
        assert_eq!(waiting, n - by_plan.len());
        let live = base.writer.live().expect("live rows");
        let only: Vec<_> = live.into_iter().filter(|p| p.id == pipeline).collect();
        let loaded = Engine::load(2, base.writer.next_ids().expect("numbers"), &only);
        assert!(engine.agrees_with(&loaded), "round {round}");
        assert!(
            base.store
                .graph(id)
                .expect("a query")
                .expect("a graph")
                .sealed
        );
    }
}

#[test]
fn a_start_that_waits_for_a_value_is_pending_on_input() {
    let mut base = base();
    let id = base
        .writer
        .save_graph(Time(1), &graph("g", 2, &[(0, 1)]))
        .expect("saved")
        .id;
    let missing = TrackInput {
        values: "{}".to_owned(),
        missing: true,
        secrets: Vec::new(),
    };
    let (engine, out) = start(&mut base, id, vec![missing.clone(), missing]);
    base.writer.commit(&out).expect("a commit");
    let live = base.writer.live().expect("live rows");
    let loaded = Engine::load(2, base.writer.next_ids().expect("numbers"), &live);
    assert!(engine.agrees_with(&loaded));
    loaded.check_invariants();
}

#[test]
fn a_sealed_version_is_kept_and_the_next_one_is_made() {
    let mut base = base();
    let save = |base: &mut Base, n| {
        base.writer
            .save_graph(Time(1), &graph("g", n, &[]))
            .expect("saved")
    };
    let first = save(&mut base, 1);
    assert_eq!((first.version, first.outcome), (1, Outcome::Created));
    let same = save(&mut base, 1);
    assert_eq!((same.id, same.outcome), (first.id, Outcome::Unchanged));
    let edited = save(&mut base, 2);
    assert_eq!(
        (edited.id, edited.version, edited.outcome),
        (first.id, 1, Outcome::Replaced)
    );
    let (_, out) = start(&mut base, edited.id, Vec::new());
    base.writer.commit(&out).expect("a commit");
    let next = save(&mut base, 3);
    assert_eq!((next.version, next.outcome), (2, Outcome::NewVersion));
    assert_ne!(next.id, first.id);
    assert_eq!(base.store.vertices(first.id).expect("a query").len(), 2);
    assert_eq!(base.store.versions("g", 10).expect("a query").len(), 2);
}

#[test]
fn a_commit_that_does_not_fit_the_rows_changes_nothing() {
    let mut base = base();
    let id = base
        .writer
        .save_graph(Time(1), &graph("g", 2, &[]))
        .expect("saved")
        .id;
    let (mut engine, out) = start(&mut base, id, Vec::new());
    base.writer.commit(&out).expect("a commit");
    let mut out = Outbox::default();
    engine.dispatch(Time(6), &mut out);
    base.writer.commit(&out).expect("a commit");
    let twice = base
        .writer
        .commit(&out)
        .expect_err("the rows have moved on");
    assert!(matches!(twice, StoreError::Mismatch(_)), "{twice}");
    assert_eq!(
        base.store
            .journal(
                out.starts
                    .first()
                    .map_or(trackyard::engine::PipelineId(1), |s| s.id),
                0,
                10
            )
            .expect("a query")
            .len(),
        3
    );
}

#[test]
fn a_database_of_a_newer_version_is_refused() {
    let base = base();
    drop(base.writer);
    let sql = "INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231000000')";
    let done = std::process::Command::new("sqlite3")
        .arg(&base.path)
        .arg(sql)
        .status()
        .expect("sqlite3 runs");
    assert!(done.success());
    let refused = Writer::open(&base.path, Durability::Full, "boot")
        .err()
        .expect("refused");
    assert!(matches!(refused, StoreError::Newer { .. }), "{refused}");
    assert!(refused.to_string().contains("99991231000000"), "{refused}");
}
