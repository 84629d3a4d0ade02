//! The vertices of a graph: a mapping from their names, or a list of them.

use std::collections::BTreeSet;

use super::read::Reading;
use super::reader::Keys;
use super::tree::{Data, Node};
use super::{params, policies};
use crate::graph::codes;
use crate::graph::model::Vertex;
use crate::graph::places::{Mark, Part, Spot};
use crate::graph::policy::When;
use crate::graph::similar::quote;

const VERTEX_KEYS: &[&str] = &[
    "desc",
    "needs",
    "next",
    "script",
    "input",
    "outputs",
    "env",
    "workdir",
    "secrets",
    "timeout",
    "retry",
    "limits",
    "on_interrupt",
    "on_error",
    "pool",
];
const LISTED_VERTEX_KEYS: &[&str] = &[
    "name",
    "desc",
    "needs",
    "next",
    "script",
    "input",
    "outputs",
    "env",
    "workdir",
    "secrets",
    "timeout",
    "retry",
    "limits",
    "on_interrupt",
    "on_error",
    "pool",
];
/// Of a script after the verdict: nothing waits for it, and its failure changes nothing.
const HANDLER_KEYS: &[&str] = &[
    "desc",
    "script",
    "input",
    "env",
    "workdir",
    "secrets",
    "timeout",
    "retry",
    "limits",
    "on_interrupt",
    "pool",
];

impl Reading {
    /// Reads all vertices, whichever form they have.
    pub(super) fn vertices(&mut self, node: &Node) {
        match &node.data {
            Data::Map(_) => {
                for entry in
                    self.reader
                        .entries(node, "vertices", &Keys::Any(codes::DUPLICATE_VERTEX))
                {
                    self.vertex(&entry.key, entry.mark, &entry.value, (VERTEX_KEYS, None));
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
        let mut seen = BTreeSet::new();
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
            self.vertex(name, mark, item, (LISTED_VERTEX_KEYS, None));
        }
    }

    /// Reads the scripts that run after the verdict; they come after all vertices, in the order in
    /// which they run.
    pub(super) fn handlers(&mut self, node: &Node) {
        let known = When::ALL.map(When::word);
        let entries = self.reader.entries(node, "handlers", &Keys::Known(&known));
        for when in When::ALL {
            let entry = entries.iter().find(|entry| entry.key == when.word());
            for entry in entry.into_iter().filter(|entry| !entry.value.is_null()) {
                let how = (HANDLER_KEYS, Some(when));
                self.vertex(when.word(), entry.mark, &entry.value, how);
            }
        }
    }

    fn vertex(
        &mut self,
        name: &str,
        mark: Mark,
        node: &Node,
        (keys, handler): (&[&'static str], Option<When>),
    ) {
        let index = self.graph.vertices.len();
        let place = match handler {
            None => format!("vertices.{name}"),
            Some(_) => format!("handlers.{name}"),
        };
        let mut vertex = Vertex {
            name: name.to_owned(),
            handler,
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
                    "retry" => vertex.retry = policies::retry(reader, value, index, &inside),
                    "limits" => {
                        vertex.limits = policies::rlimits(reader, value, spot(key), &inside);
                    }
                    "on_interrupt" => {
                        vertex.on_interrupt = policies::on_interrupt(reader, value, &inside);
                    }
                    "on_error" => {
                        vertex.ignore_failure = policies::ignores(reader, value, &inside);
                    }
                    "pool" => vertex.pool = reader.text(value, &inside, spot(key)),
                    "input" => vertex.input = params::read(reader, value, Some(index), &inside),
                    "outputs" => vertex.outputs = params::outputs(reader, value, index, &inside),
                    "env" => vertex.env = policies::env(reader, value, Some(index), &inside),
                    "secrets" => {
                        vertex.secrets = policies::secrets(reader, value, spot(key), &inside);
                    }
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
}
