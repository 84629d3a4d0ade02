//! What a picture costs: graphs are laid out and drawn as SVG.
//!
//! ```sh
//! cargo bench --bench layout
//! ```
//!
//! One line for each graph: the median and the longest of nine times on the clock, for the places alone and
//! for the whole picture. `routed`: no edge lies across a card; what is too much for that has straight edges.

use std::hint::black_box;
use std::time::{Duration, Instant};

use trackyard::graph::drawing::{layout, svg};
use trackyard::graph::{Edge, Graph, Vertex};

const ROUNDS: usize = 9;

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

/// The median and the longest time, in milliseconds.
fn times(mut work: impl FnMut()) -> (f64, f64) {
    let mut round = || {
        let began = Instant::now();
        work();
        began.elapsed()
    };
    let mut all: Vec<Duration> = (0..ROUNDS).map(|_| round()).collect();
    all.sort_unstable();
    let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
    (ms(all[ROUNDS / 2]), ms(all[ROUNDS - 1]))
}

fn main() {
    for (name, graph) in [
        ("1,000 vertices, joined near by", joined(1_000, 120)),
        ("1,000 vertices, joined all over", joined(1_000, 900)),
        ("1,000 vertices in a chain", chain(1_000)),
        ("10,000 vertices, joined near by", joined(10_000, 120)),
        ("10,000 vertices, joined all over", joined(10_000, 5_000)),
        ("10,000 vertices in a chain", chain(10_000)),
    ] {
        let found = layout(&graph);
        let places = times(|| drop(black_box(layout(&graph))));
        let picture = times(|| drop(black_box(svg(&graph))));
        println!(
            "{name}, {} edges: {} x {}, routed: {}; layout {:.1} ms (at most {:.1}), SVG {:.1} ms (at most {:.1})",
            graph.edges.len(),
            found.width,
            found.height,
            found.routed,
            places.0,
            places.1,
            picture.0,
            picture.1
        );
    }
}
