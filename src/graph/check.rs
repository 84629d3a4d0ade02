//! Every check of a graph, whether it comes from a text or from rows. All problems at once.

use std::collections::{BTreeMap, BTreeSet};

use super::check_policies::{limited, operations, retry, tags, timeout};
use super::codes;
use super::identifiers::is_identifier;
use super::model::{Graph, Limits};
use super::outputs::Outputs;
use super::places::{Part, Places, Sink, Spot};
use super::problem::Problem;
use super::secret_names::{SECRET_NAMES, is_secret_name};
use super::similar::quote;
use super::{check_edges, check_params, check_scripts, check_settings};

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
    check_edges::check(&mut sink, limits);
    check_params::check(&mut sink, limits);
    let outputs = Outputs::of(graph);
    check_settings::check(&mut sink, &outputs, limits);
    check_scripts::check(&mut sink, &outputs, limits);
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
    tags(sink, limits);
    settings(sink, None, graph.workdir.as_deref(), &graph.env);
    timeout(sink, None, graph.timeout);
    let concurrency = graph.concurrency.map(|c| c.limit);
    for (key, limit) in [
        ("max_parallel", graph.max_parallel),
        ("concurrency", concurrency),
    ] {
        if limit == Some(0) {
            let message = format!("`{key}` is 0, so nothing could ever run; write 1 or more");
            sink.error(codes::BAD_CONCURRENCY, Spot::graph(Part::Key(key)), message);
        }
    }
    for message in graph.retention.faults() {
        let spot = Spot::graph(Part::Key("retention"));
        sink.error(codes::BAD_RETENTION, spot, message);
    }
    limited(sink, None, graph.limits);
    secrets(sink, None, &graph.secrets, &graph.env);
    let spot = Spot::graph(Part::Key("vertices"));
    if graph.vertices.iter().all(|v| v.handler.is_some()) {
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
        } else if vertex.handler.is_some() {
            // It has its name from what it is.
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
        timeout(sink, Some(index), vertex.timeout);
        operations(sink, index);
        limited(sink, Some(index), vertex.limits);
        secrets(sink, Some(index), &vertex.secrets, &vertex.env);
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
    let spot = |part| Spot::of(owner, part);
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
    let mut seen = BTreeSet::new();
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

/// Named secrets: they are variables of the environment, so nothing else there may set those.
fn secrets(sink: &mut Sink<'_>, owner: Option<usize>, names: &[String], env: &[(String, String)]) {
    let spot = Spot::of(owner, Part::Key("secrets"));
    let mut seen = BTreeSet::new();
    for name in names {
        if !is_secret_name(name) {
            let message = format!("{} cannot name a secret; {SECRET_NAMES}", quote(name));
            sink.error(codes::BAD_SECRET_NAME, spot, message);
        }
        if !seen.insert(name) || env.iter().any(|(variable, _)| variable == name) {
            let message = format!("{} is set twice; remove one", quote(name));
            sink.error(codes::DUPLICATE_ENV, spot, message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::graph::codes;
    use crate::graph::model::{Edge, Graph, Limits, Millis, Vertex};
    use crate::graph::policy::{Retry, When};
    use crate::graph::rlimits::{Resource, Rlimits};

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
            (vec!["on_exit"], vec![], vec![codes::RESERVED_VERTEX_NAME]),
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
    fn nothing_comes_before_or_after_what_runs_after_the_verdict() {
        let mut graph = graph(&["a", "b", "on_exit"], &[(0, 1), (0, 2), (2, 1)]);
        graph.vertices[2].handler = Some(When::Exit);
        assert_eq!(
            codes_of(&graph),
            [codes::DANGLING_EDGE, codes::DANGLING_EDGE]
        );
        graph.edges.truncate(1);
        assert_eq!(codes_of(&graph), [""; 0]);
        assert_eq!(crate::graph::topology::starts(&graph), [0]);
        graph.vertices.drain(..2);
        graph.edges.clear();
        assert_eq!(codes_of(&graph), [codes::EMPTY_GRAPH]);
    }

    #[test]
    fn an_environment_that_no_script_starts_with_is_refused() {
        let found = |lengths: &[usize]| {
            let mut graph = graph(&["a"], &[]);
            let env = lengths.iter().enumerate();
            graph.vertices[0].env = env
                .map(|(i, n)| (format!("V{i}"), "v".repeat(*n)))
                .collect();
            codes_of(&graph)
        };
        let most = (128 << 10) - "V0=\0".len();
        assert_eq!(found(&[most]), Vec::<&str>::new());
        assert_eq!(found(&[most + 1]), [codes::VALUE_TOO_LARGE]);
        assert_eq!(found(&[most; 7]), Vec::<&str>::new());
        assert_eq!(found(&[most; 8]), [codes::VALUE_TOO_LARGE]);
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
            jitter: 0.0,
            exit_codes: None,
        });
        graph.vertices[0].limits = Rlimits::default().with(Resource::Cpu, 1);
        graph.env = vec![("A-B".to_owned(), "\0".to_owned())];
        graph.workdir = Some("\n".to_owned());
        let expected = [
            codes::CONTROL_CHARACTER,
            codes::BAD_ENV_NAME,
            codes::NUL_BYTE,
            codes::BAD_DURATION,
            codes::BAD_LIMIT,
            codes::BAD_RETRY,
        ];
        assert_eq!(codes_of(&graph), expected);
    }
}
