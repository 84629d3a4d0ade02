//! What stands in no rank: what nothing joins, and what runs after the verdict.

use super::{BETWEEN, CARD_HEIGHT, CARD_WIDTH, Card, Layout, MARGIN};
use crate::graph::model::Graph;

/// Above the row of what runs after the verdict: a line, and words over the row.
const AFTER: i32 = 30;
/// The width of a grid of cards that nothing joins is so many times its height, about.
const GRID: f64 = 1.6;

/// The cards of vertices that nothing joins, which the verdict is about.
pub(super) fn alone(graph: &Graph, cards: usize) -> Vec<u32> {
    let mut joined = vec![false; graph.vertices.len()];
    for edge in &graph.edges {
        joined[edge.tail as usize] = true;
        joined[edge.head as usize] = true;
    }
    let vertices = (0..).zip(graph.vertices.iter().zip(joined).take(cards));
    vertices
        .filter(|(_, (vertex, joined))| !joined && vertex.handler.is_none())
        .map(|(place, _)| place)
        .collect()
}

/// What nothing joins, in rows below: as wide as what is above, or of a shape that a page can show.
pub(super) fn grid(alone: &[u32], layout: &mut Layout) {
    if alone.is_empty() {
        return;
    }
    let (right, below) = (CARD_WIDTH + BETWEEN as i32, CARD_HEIGHT + BETWEEN as i32);
    let square = (alone.len() as f64 * GRID * f64::from(below) / f64::from(right)).sqrt();
    let columns = ((layout.width - MARGIN) / right).max(square.ceil() as i32);
    let top = layout.height.max(MARGIN);
    for (nth, vertex) in (0..).zip(alone) {
        let (x, y) = (MARGIN + nth % columns * right, top + nth / columns * below);
        layout.cards[*vertex as usize] = Card { x, y };
        layout.width = layout.width.max(x + CARD_WIDTH + MARGIN);
        layout.height = y + CARD_HEIGHT + MARGIN;
    }
}

/// The scripts after the verdict, in a row below.
pub(super) fn handlers(graph: &Graph, layout: &mut Layout) {
    let (mut x, top) = (MARGIN, layout.height.max(MARGIN));
    for (card, vertex) in layout.cards.iter_mut().zip(&graph.vertices) {
        if vertex.handler.is_some() {
            let y = top + AFTER;
            *card = Card { x, y };
            x += CARD_WIDTH + BETWEEN as i32;
            layout.after = Some(top);
            layout.width = layout.width.max(x - BETWEEN as i32 + MARGIN);
            layout.height = y + CARD_HEIGHT + MARGIN;
        }
    }
    layout.width = layout.width.max(2 * MARGIN);
    layout.height = layout.height.max(2 * MARGIN);
}
