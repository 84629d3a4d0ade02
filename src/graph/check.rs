//! Every check of a graph, whether it comes from a text or from rows. All problems at once.

use std::collections::BTreeMap;

use super::check_params;
use super::check_scripts;
use super::codes;
use super::duration::LONGEST;
use super::model::{Edge, Graph, Limits, Millis, Retry};
use super::places::{Part, Places, Sink, Spot};
use super::problem::{Problem, Severity};
use super::similar::quote;
use super::topology;

/// How many names of a cycle a message shows at its beginning.
const SHOWN: usize = 20;

/// The most further attempts that a retry policy may allow.
const MOST_RETRIES: u32 = 1000;

/// Checks a graph that has no text. The graph can be started if no problem is an error.
pub fn check(graph: &Graph, limits: &Limits) -> Vec<Problem> {
    check_with(graph, limits, &Places::default())
}

/// Checks a graph whose parts stand at `places`.
pub(super) fn check_with(graph: &Graph, limits: &Limits, places: &Places) -> Vec<Problem> {
    let mut sink = Sink {
        graph,
        places,
        problems: Vec::new(),
    };
    whole(&mut sink, limits);
    vertices(&mut sink, limits);
    edges(&mut sink, limits);
    cycles(&mut sink);
    check_params::check(&mut sink, limits);
    check_scripts::check(&mut sink, limits);
    sink.problems
}

fn whole(sink: &mut Sink<'_>, limits: &Limits) {
    let graph = sink.graph;
    let spot = Spot::graph(Part::Key("name"));
    if graph.name.is_empty() {
        let message = "the graph has no name; write `name:` with one".to_owned();
        sink.error(codes::EMPTY_GRAPH_NAME, spot, message);
    }
    name(sink, spot, &graph.name, limits);
    settings(sink, None, graph.workdir.as_deref(), &graph.env);
    let spot = Spot::graph(Part::Key("vertices"));
    if graph.vertices.is_empty() {
        let message = "the graph has no vertex; write at least one under `vertices:`".to_owned();
        sink.error(codes::EMPTY_GRAPH, spot, message);
    }
    if graph.vertices.len() > limits.vertices {
        let message = format!(
            "the graph has {} vertices and the limit is {}; split it",
            graph.vertices.len(),
            limits.vertices
        );
        sink.error(codes::TOO_MANY_VERTICES, spot, message);
    }
}

fn vertices(sink: &mut Sink<'_>, limits: &Limits) {
    let graph = sink.graph;
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, vertex) in graph.vertices.iter().enumerate() {
        let whole = Spot::vertex(index, Part::Whole);
        if vertex.name.is_empty() {
            let message = format!("vertex number {} has no name; give it one", index + 1);
            sink.error(codes::EMPTY_VERTEX_NAME, whole, message);
        } else if let Some(earlier) = first.insert(&vertex.name, index) {
            let message = format!(
                "{} is the name of vertex number {} too; rename one",
                quote(&vertex.name),
                earlier + 1
            );
            sink.error(codes::DUPLICATE_VERTEX, whole, message);
        }
        name(sink, whole, &vertex.name, limits);
        settings(sink, Some(index), vertex.workdir.as_deref(), &vertex.env);
        if let Some(timeout) = vertex.timeout
            && (timeout == Millis(0) || timeout > LONGEST)
        {
            let message = format!(
                "the timeout {} is out of range; write one from 1ms to {LONGEST}, or none",
                quote(&timeout.to_string())
            );
            sink.error(
                codes::BAD_DURATION,
                Spot::vertex(index, Part::Key("timeout")),
                message,
            );
        }
        if let Some(message) = vertex.retry.and_then(retry) {
            sink.error(
                codes::BAD_RETRY,
                Spot::vertex(index, Part::Key("retry")),
                message,
            );
        }
    }
}

fn name(sink: &mut Sink<'_>, spot: Spot, name: &str, limits: &Limits) {
    let chars = name.chars().count();
    if chars > limits.name_chars {
        let message = format!(
            "the name {} has {chars} characters and the limit is {}; shorten it",
            quote(name),
            limits.name_chars
        );
        sink.error(codes::NAME_TOO_LONG, spot, message);
    }
    if name.chars().any(char::is_control) {
        let message = format!(
            "the name {} contains a control character; remove it",
            quote(name)
        );
        sink.error(codes::CONTROL_CHARACTER, spot, message);
    }
}

/// The working directory and the environment of the graph or of a vertex.
fn settings(
    sink: &mut Sink<'_>,
    owner: Option<usize>,
    workdir: Option<&str>,
    env: &[(String, String)],
) {
    let spot = |part| owner.map_or(Spot::graph(part), |i| Spot::vertex(i, part));
    if let Some(dir) = workdir
        && dir.chars().any(char::is_control)
    {
        let message = format!(
            "the directory {} contains a control character; remove it",
            quote(dir)
        );
        sink.error(
            codes::CONTROL_CHARACTER,
            spot(Part::Key("workdir")),
            message,
        );
    }
    let mut seen = std::collections::BTreeSet::new();
    for (i, (name, value)) in (0..).zip(env) {
        let spot = spot(Part::Env(i));
        if !is_identifier(name) || name.starts_with("TRACKYARD_") || name.starts_with("TY_") {
            let message = format!(
                "{} cannot name an environment variable; use letters, digits and `_`, not a digit first, and no TRACKYARD_ or TY_ in front",
                quote(name)
            );
            sink.error(codes::BAD_ENV_NAME, spot, message);
        }
        if !seen.insert(name) {
            let message = format!("{} is set twice; remove one", quote(name));
            sink.error(codes::DUPLICATE_ENV, spot, message);
        }
        if value.contains('\0') {
            let message = format!(
                "the value of {} contains a NUL byte, which no environment can hold; remove it",
                quote(name)
            );
            sink.error(codes::NUL_BYTE, spot, message);
        }
    }
}

/// Whether `name` is `[A-Za-z_][A-Za-z0-9_]*`.
pub(super) fn is_identifier(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
}

fn retry(retry: Retry) -> Option<String> {
    if retry.limit > MOST_RETRIES {
        return Some(format!(
            "`limit` is {} and may be {MOST_RETRIES} at most",
            retry.limit
        ));
    }
    if !(1.0..=1000.0).contains(&retry.backoff) {
        return Some(format!(
            "`backoff` is `{}` and must be from 1 to 1000",
            retry.backoff
        ));
    }
    if retry.max_delay < retry.delay || retry.max_delay == Millis(0) || retry.max_delay > LONGEST {
        return Some(format!(
            "`max_delay` is {} and must be more than zero, no less than `delay` ({}) and {LONGEST} at most",
            retry.max_delay, retry.delay
        ));
    }
    None
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
        if edge.head as usize >= count || edge.tail as usize >= count {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::model::Vertex;

    fn graph(names: &[&str], edges: &[(u32, u32)]) -> Graph {
        let vertex = |n: &&str| Vertex {
            name: (*n).to_owned(),
            script: "true".to_owned(),
            ..Vertex::default()
        };
        let edges = edges
            .iter()
            .map(|(tail, head)| Edge {
                head: *head,
                tail: *tail,
            })
            .collect();
        Graph {
            name: "g".to_owned(),
            vertices: names.iter().map(vertex).collect(),
            edges,
            ..Graph::default()
        }
    }

    fn codes_of(graph: &Graph) -> Vec<&'static str> {
        check(graph, &Limits::default())
            .iter()
            .map(|p| p.code)
            .collect()
    }

    #[test]
    fn rows_are_checked_like_text() {
        for (names, edges, expected) in [
            (vec!["a", "b"], vec![(0, 1)], vec![]),
            (vec![], vec![], vec![codes::EMPTY_GRAPH]),
            (vec!["a", "a"], vec![], vec![codes::DUPLICATE_VERTEX]),
            (vec!["", "b"], vec![], vec![codes::EMPTY_VERTEX_NAME]),
            (vec!["a\u{7}"], vec![], vec![codes::CONTROL_CHARACTER]),
            (vec!["a"], vec![(0, 0)], vec![codes::SELF_EDGE]),
            (vec!["a"], vec![(0, 7)], vec![codes::DANGLING_EDGE]),
            (
                vec!["a", "b"],
                vec![(0, 1), (0, 1)],
                vec![codes::DUPLICATE_EDGE],
            ),
            (vec!["a", "b"], vec![(0, 1), (1, 0)], vec![codes::CYCLE]),
        ] {
            assert_eq!(
                codes_of(&graph(&names, &edges)),
                expected,
                "{names:?} {edges:?}"
            );
        }
    }

    #[test]
    fn a_cycle_is_named_by_its_path() {
        let problems = check(
            &graph(&["a", "b", "c"], &[(0, 1), (1, 2), (2, 0)]),
            &Limits::default(),
        );
        assert!(
            problems[0].message.contains("`a -> b -> c -> a`"),
            "{}",
            problems[0].message
        );
        assert_eq!(
            (problems[0].line, problems[0].place.as_str()),
            (0, "vertices.a.needs")
        );
    }

    #[test]
    fn policies_are_checked() {
        let mut graph = graph(&["a"], &[]);
        graph.vertices[0].timeout = Some(Millis(0));
        graph.vertices[0].retry = Some(Retry {
            limit: 1,
            delay: Millis(2),
            backoff: 0.5,
            max_delay: Millis(1),
        });
        graph.env = vec![("A-B".to_owned(), "\0".to_owned())];
        graph.workdir = Some("\n".to_owned());
        let expected = [
            codes::CONTROL_CHARACTER,
            codes::BAD_ENV_NAME,
            codes::NUL_BYTE,
            codes::BAD_DURATION,
            codes::BAD_RETRY,
        ];
        assert_eq!(codes_of(&graph), expected);
    }
}
