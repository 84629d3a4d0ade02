//! A text to a graph: its own keys, then its vertices and edges, then all checks.

use super::edges::Named;
use super::reader::{Keys, Reader};
use super::tree::{Data, Node, Refused};
use super::{json, params, policies, retention, yaml};
use crate::graph::check::check_with;
use crate::graph::codes;
use crate::graph::model::{Graph, Limits};
use crate::graph::places::{Mark, Part, Places, Spot};
use crate::graph::problem::Problem;

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
    "tags",
    "on_failure",
    "timeout",
    "max_parallel",
    "concurrency",
    "retention",
    "input",
    "env",
    "workdir",
    "secrets",
    "limits",
    "vertices",
    "handlers",
];

/// Reads a definition and checks it. All problems are listed at once.
pub fn parse(source: &str, format: Format, limits: &Limits) -> Parsed {
    let mut reading = Reading::default();
    if source.len() > limits.file_bytes {
        let message = format!(
            "the text has {} bytes and the limit is {}; split the graph or move long scripts into files",
            source.len(),
            limits.file_bytes
        );
        return reading.refuse(Refused::new(codes::FILE_TOO_LARGE, Mark::START, message));
    }
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let mut found = Vec::new();
    let tree = match format {
        Format::Yaml => yaml::read(source, &mut found),
        Format::Json => json::read(source),
    };
    for refused in found {
        reading.report(refused);
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
            reading.refuse(Refused::new(codes::NOT_A_MAPPING, node.mark, message))
        }
    }
}

/// A graph as far as it has been read.
#[derive(Default)]
pub(super) struct Reading {
    pub(super) reader: Reader,
    pub(super) graph: Graph,
    /// In the order written, until all vertices are known.
    pub(super) edges: Vec<Named>,
}

impl Reading {
    fn report(&mut self, refused: Refused) {
        self.reader
            .error(refused.code, refused.mark, "graph", refused.message);
    }

    fn refuse(mut self, refused: Refused) -> Parsed {
        self.report(refused);
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
        let mut after = None;
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
                "tags" => self.graph.tags = policies::tags(reader, value, spot),
                "on_failure" => self.graph.on_failure = policies::on_failure(reader, value),
                "timeout" => self.graph.timeout = reader.duration(value, key, spot),
                "max_parallel" => self.graph.max_parallel = reader.whole(value, key, spot),
                "concurrency" => {
                    self.graph.concurrency = policies::concurrency(reader, value, spot)
                }
                "retention" => self.graph.retention = retention::read(reader, value, spot),
                "input" => self.graph.input = params::read(reader, value, None, "input"),
                "secrets" => self.graph.secrets = policies::secrets(reader, value, spot, key),
                "env" => self.graph.env = policies::env(reader, value, None, "env"),
                "limits" => self.graph.limits = policies::rlimits(reader, value, spot, key),
                "handlers" => after = Some(value),
                _ => self.vertices(value),
            }
        }
        if let Some(node) = after {
            self.handlers(node);
        }
    }
}
