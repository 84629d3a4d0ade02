//! The JSON form of a graph.

use super::print::tree;
use crate::graph::model::Graph;

/// A graph as JSON that [`super::parse`] reads back as the same graph. Indented by two spaces.
pub fn to_json(graph: &Graph) -> String {
    format!("{:#}\n", tree(graph))
}
