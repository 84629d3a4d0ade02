//! Edges that join what they may, and no vertex that waits for itself by way of others.

use super::codes;
use super::model::{Edge, Limits};
use super::places::{Part, Sink, Spot};
use super::problem::Severity;
use super::similar::quote;
use super::topology;

/// How many names of a cycle a message shows at its beginning.
const SHOWN: usize = 20;

/// Checks the edges and looks for cycles.
pub(super) fn check(sink: &mut Sink<'_>, limits: &Limits) {
    edges(sink, limits);
    cycles(sink);
}

/// Rows may hold any pair of numbers; a text's edges were made clean while they were read.
fn edges(sink: &mut Sink<'_>, limits: &Limits) {
    let graph = sink.graph;
    if graph.edges.len() > limits.edges {
        let message = format!(
            "the graph has {} edges and the limit is {}; split it",
            graph.edges.len(),
            limits.edges
        );
        sink.error(
            codes::TOO_MANY_EDGES,
            Spot::graph(Part::Key("vertices")),
            message,
        );
    }
    let count = graph.vertices.len();
    let label = |i: u32| {
        graph
            .vertices
            .get(i as usize)
            .map_or(format!("number {}", u64::from(i) + 1), |v| quote(&v.name))
    };
    let mut sorted = graph.edges.clone();
    sorted.sort_unstable();
    let mut last: Option<Edge> = None;
    for edge in sorted {
        let spot = Spot::vertex(edge.head as usize, Part::Key("needs"));
        let handler = |i: u32| {
            let vertex = graph.vertices.get(i as usize);
            vertex.is_some_and(|vertex| vertex.handler.is_some())
        };
        if handler(edge.head) || handler(edge.tail) {
            let message = format!(
                "the edge from vertex {} to vertex {} has an end that runs after the verdict; remove it",
                label(edge.tail),
                label(edge.head)
            );
            sink.error(codes::DANGLING_EDGE, spot, message);
        } else if edge.head as usize >= count || edge.tail as usize >= count {
            let message = format!(
                "the edge from vertex {} to vertex {} has an end that is not in the graph; remove it",
                label(edge.tail),
                label(edge.head)
            );
            sink.error(codes::DANGLING_EDGE, spot, message);
        } else if edge.head == edge.tail {
            let message = format!(
                "{} cannot wait for itself; remove this edge",
                label(edge.head)
            );
            sink.error(codes::SELF_EDGE, spot, message);
        } else if last == Some(edge) {
            let message = format!(
                "that {} comes after {} is said twice; remove one",
                label(edge.head),
                label(edge.tail)
            );
            sink.error(codes::DUPLICATE_EDGE, spot, message);
        }
        last = Some(edge);
    }
}

fn cycles(sink: &mut Sink<'_>) {
    let graph = sink.graph;
    for path in topology::cycles(graph) {
        let names = path
            .iter()
            .map(|i| graph.vertices[*i as usize].name.as_str());
        let mut shown: Vec<String> = names
            .take(SHOWN)
            .map(|n| quote(n).trim_matches('`').to_owned())
            .collect();
        if path.len() > SHOWN {
            shown.push(format!("({} more)", path.len() - SHOWN));
        }
        let first = path[0];
        shown.push(shown[0].clone());
        let message = format!(
            "these vertices wait for each other: `{}`; remove one of these edges",
            shown.join(" -> ")
        );
        let last = path[path.len() - 1];
        let mark = sink.places.edge(
            graph,
            Edge {
                head: first,
                tail: last,
            },
        );
        let spot = Spot::vertex(first as usize, Part::Key("needs"));
        sink.add_at(Severity::Error, codes::CYCLE, spot, mark, message);
    }
}
