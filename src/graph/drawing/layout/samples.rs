//! Graphs for tests.

use proptest::prelude::{Strategy, prop};

use crate::graph::model::{Edge, Graph, Vertex};

pub(in crate::graph::drawing) fn graph(
    count: u32,
    edges: impl IntoIterator<Item = (u32, u32)>,
) -> Graph {
    let vertex = |n| Vertex {
        name: format!("v{n}"),
        ..Vertex::default()
    };
    let mut edges: Vec<_> = edges
        .into_iter()
        .map(|(tail, head)| Edge { head, tail })
        .collect();
    edges.sort_unstable();
    edges.dedup();
    Graph {
        vertices: (0..count).map(vertex).collect(),
        edges,
        ..Graph::default()
    }
}

pub(in crate::graph::drawing) fn dag() -> impl Strategy<Value = Graph> {
    (1_u32..40).prop_flat_map(|n| {
        let edge = (0..n, 0..n);
        prop::collection::vec(edge, 0..80).prop_map(move |edges| {
            let ordered = edges.into_iter().map(|(a, b)| (a.min(b), a.max(b)));
            graph(n, ordered.filter(|(a, b)| a != b))
        })
    })
}
