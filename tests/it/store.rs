//! The database under the engine: what a start copies, and what a restart loads.

use std::sync::Arc;

use trackyard::engine::{
    Action, AttemptEnd, Capacity, Engine, Event, GraphId, Outbox, PipelineId, Reason, Remains,
    Request, Scope, StartOrder, Time, TrackAction, TrackId, TrackInput, TrackState,
};
use trackyard::graph::{
    Concurrency, Edge, ExitCodes, Graph, Millis, OnFailure, OnInterrupt, OnLimit, Outputs, Retry,
    Vertex, When,
};
use trackyard::store::{Durability, NewGraph, Outcome, Store, StoreError, Terms, Writer};

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
        terms: Terms::default(),
    }
}

fn start(base: &mut Base, id: GraphId, inputs: Vec<TrackInput>) -> (Engine, Outbox) {
    let plan = Arc::new(base.writer.plan(id).expect("a plan").expect("a graph"));
    let mut engine = Engine::new(Capacity::of(2), base.writer.next_ids().expect("numbers"));
    let order = StartOrder {
        plan,
        name: "run".to_owned(),
        desc: String::new(),
        request_key: None,
        who: "test".to_owned(),
        trigger: "rest",
        given: "{}".to_owned(),
        inputs,
        priority: 0,
        again_of: None,
        why: String::new(),
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
        let loaded = Engine::load(
            Capacity::of(2),
            base.writer.next_ids().expect("numbers"),
            &only,
        );
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
    let loaded = Engine::load(
        Capacity::of(2),
        base.writer.next_ids().expect("numbers"),
        &live,
    );
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
    assert_eq!(
        base.store
            .versions("g", i32::MAX, 10)
            .expect("a query")
            .len(),
        2
    );
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

/// A graph with all that the engine keeps of one: policies, pools, scripts after the verdict.
fn rich(random: &mut Random) -> NewGraph {
    let n = 2 + random.below(5);
    let mut new = graph("rich", n + 2, &random.edges(n));
    for (i, vertex) in new.graph.vertices.iter_mut().enumerate() {
        vertex.retry = random.chance(40).then_some(Retry {
            limit: 2,
            delay: Millis(50),
            backoff: 1.5,
            max_delay: Millis(400),
            jitter: 0.25,
            exit_codes: random.chance(50).then(|| ExitCodes::of([1, 7])),
        });
        vertex.ignore_failure = random.chance(20);
        vertex.pool = random.chance(30).then(|| "gpu".to_owned());
        vertex.on_interrupt = OnInterrupt::ALL[random.below(3)];
        vertex.handler = match i.checked_sub(n) {
            None => None,
            Some(0) => Some(When::Failure),
            Some(_) => Some(When::Exit),
        };
    }
    new.graph.on_failure = OnFailure::ALL[random.below(3)];
    new.graph.timeout = random.chance(30).then_some(Millis(5_000));
    new.graph.max_parallel = random.chance(30).then_some(2);
    new.graph.concurrency = random.chance(50).then_some(Concurrency {
        limit: 1,
        on_limit: OnLimit::Queue,
    });
    new.digest = format!("{:?}", new.graph);
    new
}

fn anything(random: &mut Random, track: TrackId) -> Action {
    let scopes = [Scope::Only, Scope::After, Scope::Alone];
    let action = match random.below(14) {
        0 => return Action::Pause,
        1 => return Action::Resume,
        2 => return Action::Stop { now: false },
        3 | 4 => return Action::RetryFailed,
        5 | 6 => TrackAction::Retry(scopes[random.below(3)], None),
        7 => TrackAction::Skip,
        8 => TrackAction::ForceSuccess(None),
        9 => TrackAction::ForceFailure,
        10 => TrackAction::Hold,
        11 => TrackAction::Release,
        12 => TrackAction::Stop { now: true },
        _ => TrackAction::Input(TrackInput {
            values: "{}".to_owned(),
            missing: random.chance(30),
            secrets: Vec::new(),
        }),
    };
    Action::Track(track, action)
}

/// Whatever people ask for, also of pipelines that are over: what is committed is what the engine
/// believes.
#[test]
fn the_rows_are_the_engine_whatever_people_ask_for() {
    let (mut back, mut committed) = (0, 0);
    for seed in 0..12 {
        let mut random = Random(seed);
        let mut base = base();
        let id = base
            .writer
            .save_graph(Time(1), &rich(&mut random))
            .expect("saved")
            .id;
        let (mut engine, out) = start(&mut base, id, Vec::new());
        base.writer.commit(&out).expect("a commit");
        let plan = Arc::clone(&out.starts[0].order.plan);
        let (_, second) = start(&mut base, id, Vec::new());
        let order = Event::Start(Arc::clone(&second.starts[0].order));
        let mut now = 10;
        for event in 0..120 {
            now += random.below(200) as i64;
            let mut out = Outbox::default();
            let running = engine.running();
            if event == 3 {
                engine
                    .step(Time(now), order.clone(), &mut out)
                    .expect("a start");
            } else if !running.is_empty() && random.chance(50) {
                let key = running[random.below(running.len())];
                let code = [0, 0, 1, 2][random.below(4)];
                let why = "gone".to_owned();
                let end = AttemptEnd {
                    reason: (code > 0).then_some(Reason::ExitCode),
                    exit_code: Some(code),
                    signal: None,
                    detail: None,
                    started_at: Time(now),
                    finished_at: Time(now),
                    log_bytes: 0,
                    dropped_bytes: 0,
                    outputs: None,
                };
                let output = Vec::new();
                let event = match random.chance(85) {
                    true => Event::Ended { key, end, output },
                    false => Event::Interrupted {
                        key,
                        why,
                        remains: Remains::default(),
                    },
                };
                engine.step(Time(now), event, &mut out).expect("a fact");
            } else {
                let nth = random.below(if event > 3 { 2 } else { 1 }) as i64;
                let pipeline = PipelineId(1 + nth);
                let track = TrackId(1 + nth * plan.len() as i64 + random.below(plan.len()) as i64);
                if !engine.is_live(pipeline) {
                    let rows = base
                        .writer
                        .one(pipeline)
                        .expect("a query")
                        .expect("its rows");
                    engine.revive(&rows);
                    back += 1;
                }
                let request = Request {
                    pipeline,
                    action: anything(&mut random, track),
                    expect: None,
                    who: "ann".to_owned(),
                    why: String::new(),
                };
                let _ = engine.step(Time(now), Event::Act(request), &mut out);
                engine.forget(pipeline);
            }
            engine.dispatch(Time(now), &mut out);
            base.writer.commit(&out).expect("a commit");
            committed += 1;
            let live = base.writer.live().expect("live rows");
            let next = base.writer.next_ids().expect("numbers");
            let loaded = Engine::load(Capacity::of(2), next, &live);
            loaded.check_invariants();
            assert!(
                engine.agrees_with(&loaded),
                "seed {seed}, event {event}: {out:?}"
            );
        }
    }
    assert!(back > 50 && committed > 1_000, "{back} of {committed}");
}

/// Who runs after a track that was set back must not find what an attempt before left.
#[test]
fn what_a_track_left_goes_when_it_is_set_back() {
    let mut base = base();
    let new = graph("g", 1, &[]);
    let id = base.writer.save_graph(Time(1), &new).expect("saved").id;
    let (mut engine, out) = start(&mut base, id, Vec::new());
    let attempt = |base: &mut Base, engine: &mut Engine, mut out: Outbox, outputs: Option<&str>| {
        engine.dispatch(Time(2), &mut out);
        base.writer.commit(&out).expect("a commit");
        let (mut out, key) = (Outbox::default(), engine.running()[0]);
        let end = AttemptEnd {
            reason: None,
            exit_code: Some(0),
            signal: None,
            detail: None,
            started_at: Time(2),
            finished_at: Time(3),
            log_bytes: 0,
            dropped_bytes: 0,
            outputs: outputs.map(str::to_owned),
        };
        let output = Vec::new();
        let ended = Event::Ended { key, end, output };
        engine.step(Time(3), ended, &mut out).expect("a fact");
        base.writer.commit(&out).expect("a commit");
        let (_, texts) = base.store.track(key.track).expect("a query").expect("it");
        (texts.outputs, key)
    };
    let (left, key) = attempt(&mut base, &mut engine, out, Some("{\"n\":1}"));
    assert_eq!(left, "{\"n\":1}");
    let mut out = Outbox::default();
    let rows = base.writer.one(key.pipeline).expect("a query").expect("it");
    engine.revive(&rows);
    let again = Request {
        pipeline: key.pipeline,
        action: Action::Track(key.track, TrackAction::Retry(Scope::Only, None)),
        expect: None,
        who: String::new(),
        why: String::new(),
    };
    let done = engine.step(Time(4), Event::Act(again), &mut out);
    done.expect("it is set back");
    let (left, _) = attempt(&mut base, &mut engine, out, None);
    assert_eq!(left, "{}");
}
