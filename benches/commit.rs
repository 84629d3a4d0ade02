//! What a commit costs: so many tracks have ended, and as many others are ordered in their place.
//!
//! ```sh
//! cargo bench --bench commit
//! ```
//!
//! Each commit is durable, in a database file where temporary files are (`TMPDIR=DIR` for another disk).

use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use tempfile::TempDir;
use trackyard::engine::{AttemptKey, Capacity, Effect, Engine, Outbox, Plan};
use trackyard::graph::{Graph, Outputs, Vertex};
use trackyard::store::{Durability, NewGraph, Terms, Writer};

use work::NOW;

mod work;

/// Of the pipeline whose tracks end.
const VERTICES: usize = 5_000;

/// A database, and the engine whose batches go into it.
struct Base {
    _dir: TempDir,
    writer: Writer,
    plan: Arc<Plan>,
    engine: Engine,
    running: Vec<AttemptKey>,
}

impl Base {
    fn new(slots: u32) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("trackyard.db");
        let mut writer = Writer::open(&path, Durability::Full, "boot").expect("a database");
        let id = writer.save_graph(NOW, &graph()).expect("saved").id;
        let plan = writer.plan(id).expect("read").expect("a graph");
        let next = writer.next_ids().expect("numbers");
        Self {
            _dir: dir,
            writer,
            plan: Arc::new(plan),
            engine: Engine::new(Capacity::of(slots), next),
            running: Vec::new(),
        }
    }

    /// Another pipeline, and each slot is taken.
    fn start(&mut self) {
        let mut out = Outbox::default();
        let started = self.engine.step(NOW, work::start(&self.plan), &mut out);
        assert!(started.is_ok(), "nothing is refused");
        self.flush(out);
    }

    fn end(&mut self, out: &mut Outbox) {
        let key = self.running.pop().expect("something runs");
        let event = work::ended(key, b"what a short script prints\n");
        let ended = self.engine.step(NOW, event, out);
        assert!(ended.is_ok(), "a fact is never refused");
    }

    /// Gives slots away and commits; gives how long the commit took.
    fn flush(&mut self, mut out: Outbox) -> Duration {
        self.engine.dispatch(NOW, &mut out);
        let began = Instant::now();
        self.writer.commit(&out).expect("committed");
        let took = began.elapsed();
        self.running
            .extend(out.effects.iter().filter_map(|effect| match effect {
                Effect::Launch(key) => Some(*key),
                Effect::Kill { .. }
                | Effect::EndSurvivors { .. }
                | Effect::Clean(_)
                | Effect::Settled(_) => None,
            }));
        took
    }
}

fn graph() -> NewGraph {
    let vertex = |i| Vertex {
        name: format!("v{i}"),
        script: "true".to_owned(),
        ..Vertex::default()
    };
    let graph = Graph {
        name: "wide".to_owned(),
        vertices: (0..VERTICES).map(vertex).collect(),
        ..Graph::default()
    };
    let outputs = Outputs::of(&graph);
    let compiled = graph.vertices.iter().map(|v| outputs.runnable(v)).collect();
    NewGraph {
        graph,
        compiled,
        source: String::new(),
        format: "yaml",
        digest: "wide".to_owned(),
        checked: true,
        problems: Vec::new(),
        creator: "bench".to_owned(),
        terms: Terms::default(),
    }
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(20)
        .measurement_time(Duration::from_secs(4))
        .warm_up_time(Duration::from_secs(1))
        .configure_from_args();
    let mut group = criterion.benchmark_group("commit");
    for changes in [1_u32, 8, 64, 512] {
        let mut base = Base::new(changes);
        group.throughput(Throughput::Elements(changes.into()));
        group.bench_function(format!("{changes} ends"), |bench| {
            bench.iter_custom(|n| {
                let mut took = Duration::ZERO;
                for _ in 0..n {
                    if base.running.len() < changes as usize {
                        base.start();
                    }
                    let mut out = Outbox::default();
                    (0..changes).for_each(|_| base.end(&mut out));
                    took += base.flush(out);
                }
                took
            });
        });
    }
    group.finish();
    criterion.final_summary();
}
