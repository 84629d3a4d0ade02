//! What a decision costs: starts, the end of a track, and who gets the next slot.
//!
//! ```sh
//! cargo bench --bench engine
//! ```
//!
//! Nothing is committed here: benches/commit.rs does that.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{BatchSize, Criterion};
use trackyard::engine::{
    AttemptKey, Capacity, Effect, Engine, Event, GraphId, NextIds, Outbox, Plan, PlanVertex,
    Policies, VertexId,
};

use work::{NOW, ended, start};

mod work;

/// Tracks that wait for a slot.
const WAITING: usize = 1_000;

/// A graph of so many vertices and edges.
fn plan(vertices: usize, edges: &[(u32, u32)]) -> Arc<Plan> {
    let vertex = |i| PlanVertex {
        id: VertexId(i as i64 + 1),
        ..PlanVertex::default()
    };
    let ids = (GraphId(1), GraphId(1));
    let all = (0..vertices).map(vertex).collect();
    Arc::new(Plan::new(
        ids,
        1,
        Policies::default(),
        all,
        edges,
        Vec::new(),
    ))
}

/// Each vertex needs up to three of the hundred before it.
fn joined(vertices: usize) -> Arc<Plan> {
    let of =
        |head: u32| (1..4).map(move |k| (head.saturating_sub(1 + head * 7_919 * k % 100), head));
    let mut edges: Vec<_> = (1..vertices as u32).flat_map(of).collect();
    edges.sort_unstable();
    edges.dedup();
    plan(vertices, &edges)
}

fn empty(slots: u32) -> Engine {
    let next = NextIds {
        pipeline: 1,
        track: 1,
        journal: 1,
    };
    Engine::new(Capacity::of(slots), next)
}

fn apply(engine: &mut Engine, event: Event, out: &mut Outbox) {
    assert!(engine.step(NOW, event, out).is_ok(), "nothing is refused");
}

/// An engine, and the attempts that it has ordered.
struct At {
    engine: Engine,
    running: Vec<AttemptKey>,
}

impl At {
    /// So many pipelines have started, and each slot is taken.
    fn begun(plan: &Arc<Plan>, pipelines: usize, slots: u32) -> Self {
        let (mut engine, mut out) = (empty(slots), Outbox::default());
        for _ in 0..pipelines {
            apply(&mut engine, start(plan), &mut out);
        }
        engine.dispatch(NOW, &mut out);
        let running = launched(&out).collect();
        Self { engine, running }
    }
}

fn launched(out: &Outbox) -> impl Iterator<Item = AttemptKey> {
    out.effects.iter().filter_map(|effect| match effect {
        Effect::Launch(key) => Some(*key),
        Effect::Kill { .. }
        | Effect::EndSurvivors { .. }
        | Effect::Clean(_)
        | Effect::Settled(_) => None,
    })
}

/// Ends one track after the other: `timed` gives how long what counts has taken of each.
fn one_by_one(
    iterations: u64,
    begin: impl Fn() -> At,
    enough: usize,
    timed: impl Fn(&mut Engine, AttemptKey, &mut Outbox) -> Duration,
) -> Duration {
    let (mut at, mut ends, mut took) = (begin(), 0, Duration::ZERO);
    for _ in 0..iterations {
        if ends == enough || at.running.is_empty() {
            (at, ends) = (begin(), 0);
        }
        let key = at.running.pop().expect("something runs");
        let mut out = Outbox::default();
        took += timed(&mut at.engine, key, &mut out);
        at.running.extend(launched(&out));
        black_box(out);
        ends += 1;
    }
    took
}

/// The end of a track, and what it gives a slot to.
fn whole(engine: &mut Engine, key: AttemptKey, out: &mut Outbox) -> Duration {
    let (event, began) = (ended(key, b""), Instant::now());
    apply(engine, event, out);
    engine.dispatch(NOW, out);
    began.elapsed()
}

/// The dispatch alone.
fn dispatch(engine: &mut Engine, key: AttemptKey, out: &mut Outbox) -> Duration {
    apply(engine, ended(key, b""), out);
    let began = Instant::now();
    engine.dispatch(NOW, out);
    began.elapsed()
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(20)
        .measurement_time(Duration::from_secs(3))
        .warm_up_time(Duration::from_secs(1))
        .configure_from_args();
    let mut group = criterion.benchmark_group("engine");
    for vertices in [1_000, 10_000] {
        let plan = joined(vertices);
        group.bench_function(format!("start of {vertices} vertices"), |bench| {
            let new = || (empty(8), Outbox::default(), start(&plan));
            let work = |(mut engine, mut out, event)| {
                apply(&mut engine, event, &mut out);
                (engine, out)
            };
            bench.iter_batched(new, work, BatchSize::LargeInput);
        });
    }
    for vertices in [100, 10_000] {
        let plan = joined(vertices);
        group.bench_function(format!("end of a track of {vertices}"), |bench| {
            bench.iter_custom(|n| one_by_one(n, || At::begun(&plan, 1, 8), usize::MAX, whole));
        });
    }
    // A tenth of those that wait may have had their turn before there are new ones.
    let (one, many) = (plan(WAITING + 108, &[]), plan(2, &[]));
    group.bench_function("dispatch, 1,000 tracks of one pipeline wait", |bench| {
        bench.iter_custom(|n| one_by_one(n, || At::begun(&one, 1, 8), 100, dispatch));
    });
    group.bench_function("dispatch, 1,000 pipelines wait", |bench| {
        bench.iter_custom(|n| one_by_one(n, || At::begun(&many, WAITING, 8), 100, dispatch));
    });
    group.finish();
    criterion.final_summary();
}
