//! A graph as a picture: in text for a terminal, for Graphviz, for Mermaid, and in SVG.

mod condense;
mod dot;
mod lanes;
mod layout;
mod mermaid;
mod picture;
mod svg;

pub use dot::dot;
pub use lanes::{Lanes, Row, lanes};
pub use layout::{CARD_HEIGHT, CARD_WIDTH, Card, Dot, Layout, Way, layout};
pub use mermaid::mermaid;
pub use picture::{
    Detail, Drawn, Line, MOST_CARDS, MOST_LINES, Picture, Stack, cut, picture, width,
};
pub use svg::svg;

use super::model::Graph;
use super::policy::When;

/// The scripts that run after the verdict, with the word of their key.
fn handlers(graph: &Graph) -> impl Iterator<Item = (usize, When)> + '_ {
    let vertices = graph.vertices.iter().enumerate();
    vertices.filter_map(|(place, vertex)| Some((place, vertex.handler?)))
}
