//! A graph as a picture in text: for a terminal, for Graphviz, for Mermaid.

mod dot;
mod lanes;
mod mermaid;

pub use dot::dot;
pub use lanes::{Lanes, Row, lanes};
pub use mermaid::mermaid;

use super::model::Graph;
use super::policy::When;

/// The scripts that run after the verdict, with the word of their key.
fn handlers(graph: &Graph) -> impl Iterator<Item = (usize, When)> + '_ {
    let vertices = graph.vertices.iter().enumerate();
    vertices.filter_map(|(place, vertex)| Some((place, vertex.handler?)))
}
