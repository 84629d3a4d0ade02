//! What a picture costs: graphs are laid out and drawn as SVG.
//!
//! ```sh
//! cargo bench --bench layout
//! ```
//!
//! `layout` is the places alone, `svg` the whole picture. What is too much for the bound of the layout has
//! straight edges; which graphs that are is told first.

use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;
use trackyard::graph::drawing::{layout, svg};
use trackyard::graph::{Edge, Graph, Vertex};

/// Each vertex needs three of the `most` before it.
fn joined(count: u32, most: u32) -> Graph {
    let of =
        |head: u32| (1..4).map(move |k| (head.saturating_sub(1 + head * 7_919 * k % most), head));
    graph(count, (1..count).flat_map(of))
}

fn chain(count: u32) -> Graph {
    graph(count, (1..count).map(|head| (head - 1, head)))
}

fn graph(count: u32, edges: impl Iterator<Item = (u32, u32)>) -> Graph {
    let vertex = |n| Vertex {
        name: format!("vertex-{n}"),
        ..Vertex::default()
    };
    let mut edges: Vec<_> = edges.map(|(tail, head)| Edge { head, tail }).collect();
    edges.sort_unstable();
    edges.dedup();
    Graph {
        vertices: (0..count).map(vertex).collect(),
        edges,
        ..Graph::default()
    }
}

fn main() {
    let graphs = [
        ("1,000 near by", joined(1_000, 120)),
        ("1,000 all over", joined(1_000, 900)),
        ("1,000 in a chain", chain(1_000)),
        ("10,000 near by", joined(10_000, 120)),
        ("10,000 all over", joined(10_000, 5_000)),
        ("10,000 in a chain", chain(10_000)),
    ];
    let mut criterion = Criterion::default()
        .sample_size(10)
        .measurement_time(Duration::from_secs(3))
        .warm_up_time(Duration::from_secs(1))
        .configure_from_args();
    for (name, graph) in &graphs {
        if !layout(graph).routed {
            println!("{name}: straight edges");
        }
    }
    let mut group = criterion.benchmark_group("layout");
    for (name, graph) in &graphs {
        group.bench_function(*name, |bench| bench.iter(|| black_box(layout(graph))));
    }
    group.finish();
    let mut group = criterion.benchmark_group("svg");
    for (name, graph) in &graphs {
        group.bench_function(*name, |bench| bench.iter(|| black_box(svg(graph))));
    }
    group.finish();
    criterion.final_summary();
}
