//! What a vertex needs and what comes next: names first, and edges once all vertices are known.

use std::collections::BTreeMap;

use super::read::Reading;
use super::tree::{Data, Node};
use crate::graph::codes;
use crate::graph::model::{Edge, Vertex};
use crate::graph::places::Mark;
use crate::graph::policy::When;
use crate::graph::similar::quote;

/// An edge whose other end is only a name so far.
pub(super) struct Named {
    vertex: u32,
    other: String,
    mark: Mark,
    /// `needs` or `next`.
    key: &'static str,
}

impl Named {
    /// Where it was written, e.g. `vertices.ping.needs`.
    fn place(&self, vertices: &[Vertex]) -> String {
        format!(
            "vertices.{}.{}",
            vertices[self.vertex as usize].name, self.key
        )
    }
}

impl Reading {
    /// Reads the names under `needs` or `next` of the vertex at `index`.
    pub(super) fn edges_of(&mut self, index: usize, key: &'static str, node: &Node, place: &str) {
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
    pub(super) fn resolve(&mut self) {
        let vertices = &self.graph.vertices;
        let places = (0..).zip(vertices).filter(|(_, v)| v.handler.is_none());
        let index: BTreeMap<&str, u32> = places.map(|(i, v)| (v.name.as_str(), i)).collect();
        let mut edges = Vec::with_capacity(self.edges.len());
        for (written, named) in self.edges.iter().enumerate() {
            match index.get(named.other.as_str()) {
                None if When::from_word(&named.other).is_some() => {
                    let message = format!(
                        "{} is a script that runs after the verdict, and nothing can wait for it",
                        quote(&named.other)
                    );
                    let place = named.place(vertices);
                    self.reader
                        .error(codes::DANGLING_EDGE, named.mark, &place, message);
                }
                None => {
                    let hint = self
                        .reader
                        .suggester
                        .hint(&named.other, index.keys().copied());
                    let message = format!("there is no vertex {}.{hint}", quote(&named.other));
                    self.reader.error(
                        codes::DANGLING_EDGE,
                        named.mark,
                        &named.place(vertices),
                        message,
                    );
                }
                Some(other) if *other == named.vertex => {
                    let message = format!(
                        "{} cannot wait for itself; remove this edge",
                        quote(&named.other)
                    );
                    self.reader.error(
                        codes::SELF_EDGE,
                        named.mark,
                        &named.place(vertices),
                        message,
                    );
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
                self.reader.error(
                    codes::DUPLICATE_EDGE,
                    named.mark,
                    &named.place(vertices),
                    message,
                );
                continue;
            }
            self.graph.edges.push(edge);
            self.reader.places.edges.push(named.mark);
        }
    }
}
