//! A tree to a graph: the keys of a graph, its vertices and their edges.

use std::collections::BTreeMap;

use super::params;
use super::reader::{Keys, Reader};
use super::tree::{Data, Node, Refused};
use super::{json, yaml};
use crate::graph::check::check_with;
use crate::graph::codes;
use crate::graph::model::{Edge, Graph, Limits, Millis, OnFailure, Retry, Vertex};
use crate::graph::places::{Mark, Part, Places, Spot};
use crate::graph::problem::Problem;
use crate::graph::similar::quote;

/// In which notation a definition is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// YAML 1.2, one document.
    Yaml,
    /// JSON as RFC 8259 has it.
    Json,
}

/// What came of reading a definition.
#[derive(Debug)]
pub struct Parsed {
    /// The graph, as far as it can be represented; none when the text is no mapping at all. It can
    /// be started only if no problem is an error.
    pub graph: Option<Graph>,
    /// Everything found, ordered by place.
    pub problems: Vec<Problem>,
    /// Where the parts of the graph stand.
    pub places: Places,
}

const GRAPH_KEYS: &[&str] = &[
    "name",
    "desc",
    "on_failure",
    "input",
    "env",
    "workdir",
    "vertices",
];
const VERTEX_KEYS: &[&str] = &[
    "desc", "needs", "next", "script", "input", "env", "workdir", "timeout", "retry",
];
const LISTED_VERTEX_KEYS: &[&str] = &[
    "name", "desc", "needs", "next", "script", "input", "env", "workdir", "timeout", "retry",
];
const RETRY_KEYS: &[&str] = &["limit", "delay", "backoff", "max_delay"];

/// The longest wait between attempts when a retry policy does not name one.
const MAX_DELAY: Millis = Millis(3_600_000);

/// Reads a definition and checks it. All problems are listed at once.
pub fn parse(source: &str, format: Format, limits: &Limits) -> Parsed {
    let mut reading = Reading::default();
    if source.len() > limits.file_bytes {
        let message = format!(
            "the text has {} bytes and the limit is {}; split the graph or move long scripts into files",
            source.len(),
            limits.file_bytes
        );
        let start = Mark { line: 1, column: 1 };
        return reading.refuse(Refused {
            code: codes::FILE_TOO_LARGE,
            mark: start,
            message,
        });
    }
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let mut found = Vec::new();
    let tree = match format {
        Format::Yaml => yaml::read(source, &mut found),
        Format::Json => json::read(source),
    };
    for Refused {
        code,
        mark,
        message,
    } in found
    {
        reading.reader.error(code, mark, "graph", message);
    }
    match tree {
        Err(refused) => reading.refuse(refused),
        Ok(node) if matches!(node.data, Data::Map(_)) => {
            reading.graph(&node);
            reading.finish(limits)
        }
        Ok(node) => {
            let message = format!(
                "a graph is a mapping with the keys {}, not {}",
                GRAPH_KEYS.join(", "),
                node.phrase()
            );
            reading.refuse(Refused {
                code: codes::NOT_A_MAPPING,
                mark: node.mark,
                message,
            })
        }
    }
}

/// An edge whose other end is only a name so far.
struct Named {
    vertex: u32,
    other: String,
    mark: Mark,
    key: &'static str,
}

#[derive(Default)]
struct Reading {
    reader: Reader,
    graph: Graph,
    edges: Vec<Named>,
}

impl Reading {
    fn refuse(mut self, refused: Refused) -> Parsed {
        self.reader
            .error(refused.code, refused.mark, "graph", refused.message);
        Parsed {
            graph: None,
            problems: self.reader.problems,
            places: self.reader.places,
        }
    }

    fn finish(mut self, limits: &Limits) -> Parsed {
        self.resolve();
        let mut problems = self.reader.problems;
        problems.extend(check_with(&self.graph, limits, &self.reader.places));
        problems.sort_by_key(|p| (p.line, p.column));
        Parsed {
            graph: Some(self.graph),
            problems,
            places: self.reader.places,
        }
    }

    fn graph(&mut self, node: &Node) {
        self.reader.places.has_text = true;
        self.reader
            .places
            .marks
            .insert(Spot::graph(Part::Whole), node.mark);
        let entries = self.reader.entries(node, "graph", &Keys::Known(GRAPH_KEYS));
        for entry in entries.into_iter().filter(|e| !e.value.is_null()) {
            let (key, value) = (entry.key.as_str(), &entry.value);
            let reader = &mut self.reader;
            let known = GRAPH_KEYS
                .iter()
                .find(|k| **k == key)
                .copied()
                .unwrap_or("");
            let spot = Spot::graph(Part::Key(known));
            reader.places.marks.insert(spot, value.mark);
            match known {
                "name" => self.graph.name = reader.text(value, key, spot).unwrap_or_default(),
                "desc" => self.graph.desc = reader.text(value, key, spot).unwrap_or_default(),
                "workdir" => self.graph.workdir = reader.text(value, key, spot),
                "on_failure" => self.graph.on_failure = on_failure(reader, value),
                "input" => self.graph.input = params::read(reader, value, None, "input"),
                "env" => self.graph.env = env(reader, value, None, "env"),
                _ => self.vertices(value),
            }
        }
    }

    fn vertices(&mut self, node: &Node) {
        match &node.data {
            Data::Map(_) => {
                for entry in
                    self.reader
                        .entries(node, "vertices", &Keys::Any(codes::DUPLICATE_VERTEX))
                {
                    self.vertex(&entry.key, entry.mark, &entry.value, VERTEX_KEYS);
                }
            }
            Data::List(items) => self.listed(items),
            Data::Scalar(_) => {
                let message = format!(
                    "this must be a mapping from names to vertices, or a list of them, not {}",
                    node.phrase()
                );
                let spot = Spot::graph(Part::Key("vertices"));
                self.reader
                    .broken(codes::WRONG_TYPE, node, "vertices", spot, message);
            }
        }
    }

    /// A list of vertices that say their names themselves.
    fn listed(&mut self, items: &[Node]) {
        let mut seen = std::collections::BTreeSet::new();
        for (place, item) in items.iter().enumerate() {
            let Data::Map(entries) = &item.data else {
                let message = format!(
                    "a vertex in a list is a mapping with `name` and `script`, not {}",
                    item.phrase()
                );
                self.reader.error(
                    codes::WRONG_TYPE,
                    item.mark,
                    &format!("vertices.{}", place + 1),
                    message,
                );
                continue;
            };
            let named = entries
                .iter()
                .find(|e| e.key == "name")
                .and_then(|e| Some((e.value.scalar()?, e.value.mark)));
            let (name, mark) = named.map_or(("", item.mark), |(s, mark)| (s.text.as_str(), mark));
            if !name.is_empty() && !seen.insert(name) {
                let message = format!(
                    "a vertex called {} stands above already; rename one",
                    quote(name)
                );
                self.reader.error(
                    codes::DUPLICATE_VERTEX,
                    mark,
                    &format!("vertices.{name}"),
                    message,
                );
                continue;
            }
            self.vertex(name, mark, item, LISTED_VERTEX_KEYS);
        }
    }

    fn vertex(&mut self, name: &str, mark: Mark, node: &Node, keys: &[&'static str]) {
        let index = self.graph.vertices.len();
        let place = format!("vertices.{name}");
        let mut vertex = Vertex {
            name: name.to_owned(),
            ..Vertex::default()
        };
        let spot = |key| Spot::vertex(index, Part::Key(key));
        self.reader
            .places
            .marks
            .insert(Spot::vertex(index, Part::Whole), mark);
        if node.scalar().is_some() {
            self.script(&mut vertex, index, node, &place);
        } else if !matches!(node.data, Data::Map(_)) {
            let message = format!("a vertex is a mapping or its script, not {}", node.phrase());
            self.reader
                .broken(codes::WRONG_TYPE, node, &place, spot("script"), message);
        } else {
            for entry in self.reader.entries(node, &place, &Keys::Known(keys)) {
                let Some(key) = keys.iter().find(|k| **k == entry.key).copied() else {
                    continue;
                };
                let inside = format!("{place}.{key}");
                let (value, reader) = (&entry.value, &mut self.reader);
                if value.is_null() && key != "name" {
                    continue;
                }
                reader.places.marks.insert(spot(key), value.mark);
                match key {
                    "desc" => {
                        vertex.desc = reader.text(value, &inside, spot(key)).unwrap_or_default()
                    }
                    "workdir" => vertex.workdir = reader.text(value, &inside, spot(key)),
                    "timeout" => vertex.timeout = reader.duration(value, &inside, spot(key)),
                    "retry" => vertex.retry = retry(reader, value, index, &inside),
                    "input" => vertex.input = params::read(reader, value, Some(index), &inside),
                    "env" => vertex.env = env(reader, value, Some(index), &inside),
                    "script" => self.script(&mut vertex, index, value, &inside),
                    "needs" | "next" => self.edges_of(index, key, value, &inside),
                    _ => drop(reader.text(value, &inside, spot(key))),
                }
            }
        }
        self.graph.vertices.push(vertex);
    }

    fn script(&mut self, vertex: &mut Vertex, index: usize, node: &Node, place: &str) {
        let spot = Spot::vertex(index, Part::Key("script"));
        self.reader.places.marks.insert(spot, node.mark);
        if node.is_null() {
            return;
        }
        if let (Some(mark), Ok(index)) = (node.scalar().and_then(|s| s.exact), u32::try_from(index))
        {
            self.reader.places.scripts.insert(index, mark);
        }
        vertex.script = self.reader.text(node, place, spot).unwrap_or_default();
    }

    fn edges_of(&mut self, index: usize, key: &'static str, node: &Node, place: &str) {
        let one = std::slice::from_ref(node);
        let items = match &node.data {
            Data::List(items) => items.as_slice(),
            Data::Scalar(_) => one,
            Data::Map(_) => {
                let message =
                    format!("`{key}` takes a vertex name or a list of names, not a mapping");
                self.reader
                    .error(codes::WRONG_TYPE, node.mark, place, message);
                return;
            }
        };
        let Ok(vertex) = u32::try_from(index) else {
            return;
        };
        for item in items {
            match item.scalar() {
                Some(name) if !item.is_null() => {
                    self.edges.push(Named {
                        vertex,
                        other: name.text.clone(),
                        mark: item.mark,
                        key,
                    });
                }
                _ => {
                    let message = format!("`{key}` takes vertex names, not {}", item.phrase());
                    self.reader
                        .error(codes::WRONG_TYPE, item.mark, place, message);
                }
            }
        }
    }

    /// Names to places: dangling, self and duplicate edges are reported and dropped.
    fn resolve(&mut self) {
        let vertices = &self.graph.vertices;
        let index: BTreeMap<&str, u32> =
            vertices.iter().map(|v| v.name.as_str()).zip(0..).collect();
        let mut edges = Vec::with_capacity(self.edges.len());
        for (written, named) in self.edges.iter().enumerate() {
            let place = || {
                format!(
                    "vertices.{}.{}",
                    vertices[named.vertex as usize].name, named.key
                )
            };
            match index.get(named.other.as_str()) {
                None => {
                    let hint = self
                        .reader
                        .suggester
                        .hint(&named.other, vertices.iter().map(|v| v.name.as_str()));
                    let message = format!("there is no vertex {}.{hint}", quote(&named.other));
                    self.reader
                        .error(codes::DANGLING_EDGE, named.mark, &place(), message);
                }
                Some(other) if *other == named.vertex => {
                    let message = format!(
                        "{} cannot wait for itself; remove this edge",
                        quote(&named.other)
                    );
                    self.reader
                        .error(codes::SELF_EDGE, named.mark, &place(), message);
                }
                Some(other) if named.key == "needs" => edges.push((
                    Edge {
                        head: named.vertex,
                        tail: *other,
                    },
                    written,
                )),
                Some(other) => edges.push((
                    Edge {
                        head: *other,
                        tail: named.vertex,
                    },
                    written,
                )),
            }
        }
        self.keep_once(edges);
    }

    /// Keeps each edge once, in order; further mentions are reported.
    fn keep_once(&mut self, mut edges: Vec<(Edge, usize)>) {
        let vertices = &self.graph.vertices;
        edges.sort_unstable();
        for (edge, written) in edges {
            let named = &self.edges[written];
            if self.graph.edges.last() == Some(&edge) {
                let (tail, head) = (
                    &vertices[edge.tail as usize].name,
                    &vertices[edge.head as usize].name,
                );
                let message = format!(
                    "that {} comes after {} is said twice; remove one",
                    quote(head),
                    quote(tail)
                );
                let place = format!(
                    "vertices.{}.{}",
                    vertices[named.vertex as usize].name, named.key
                );
                self.reader
                    .error(codes::DUPLICATE_EDGE, named.mark, &place, message);
                continue;
            }
            self.graph.edges.push(edge);
            self.reader.places.edges.push(named.mark);
        }
    }
}

fn on_failure(reader: &mut Reader, node: &Node) -> OnFailure {
    let word = node.scalar().map_or("", |s| s.text.as_str());
    OnFailure::from_word(word).unwrap_or_else(|| {
        let known = OnFailure::ALL.map(OnFailure::word);
        let hint = reader.suggester.hint(word, known.into_iter());
        let message = format!(
            "{} is not a policy.{hint} Write one of {}",
            node.phrase(),
            known.join(", ")
        );
        reader.error(codes::UNKNOWN_WORD, node.mark, "on_failure", message);
        OnFailure::default()
    })
}

fn env(
    reader: &mut Reader,
    node: &Node,
    owner: Option<usize>,
    place: &str,
) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    for entry in reader.entries(node, place, &Keys::Any(codes::DUPLICATE_ENV)) {
        let part = Part::Env(u32::try_from(out.len()).unwrap_or(u32::MAX));
        let spot = owner.map_or(Spot::graph(part), |i| Spot::vertex(i, part));
        reader.places.marks.insert(spot, entry.mark);
        let value = reader.text(&entry.value, &format!("{place}.{}", entry.key), spot);
        out.push((entry.key.clone(), value.unwrap_or_default()));
    }
    out
}

/// A retry policy. Left out: delay 0s, backoff 1, and no wait above one hour (or the delay, if longer).
fn retry(reader: &mut Reader, node: &Node, vertex: usize, place: &str) -> Option<Retry> {
    let spot = Spot::vertex(vertex, Part::Key("retry"));
    if let Some(text) = node.plain_text()
        && let Ok(limit) = text.parse()
    {
        return Some(Retry {
            limit,
            delay: Millis(0),
            backoff: 1.0,
            max_delay: MAX_DELAY,
        });
    }
    let (mut limit, mut delay, mut backoff, mut longest) = (None, Millis(0), 1.0, None);
    let mut said = false;
    for entry in reader.entries(node, place, &Keys::Known(RETRY_KEYS)) {
        let (value, inside) = (&entry.value, format!("{place}.{}", entry.key));
        if value.is_null() {
            continue;
        }
        match entry.key.as_str() {
            "limit" => (said, limit) = (true, reader.whole(value, &inside, spot)),
            "delay" => delay = reader.duration(value, &inside, spot).unwrap_or_default(),
            "backoff" => backoff = reader.factor(value, &inside, spot).unwrap_or(1.0),
            _ => longest = reader.duration(value, &inside, spot),
        }
    }
    if !said && matches!(node.data, Data::Map(_)) {
        let message =
            "a retry policy needs `limit`: how many attempts may follow the first".to_owned();
        reader.broken(codes::BAD_RETRY, node, place, spot, message);
    }
    let max_delay = longest.unwrap_or(MAX_DELAY.max(delay));
    Some(Retry {
        limit: limit?,
        delay,
        backoff,
        max_delay,
    })
}
