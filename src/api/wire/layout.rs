//! Where the parts of a graph stand in a picture.

use serde::Serialize;
use utoipa::ToSchema;

use crate::graph::Graph;
use crate::graph::drawing::{CARD_HEIGHT, CARD_WIDTH, Layout};

/// The coordinates of a picture: x grows to the right, y downward.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct GraphLayout {
    width: i32,
    height: i32,
    /// Of each card.
    card_width: i32,
    /// Of each card.
    card_height: i32,
    /// False: there was too much of it, so edges may lie across cards.
    routed: bool,
    vertices: Vec<PlacedVertex>,
    edges: Vec<PlacedEdge>,
}

/// The card of a vertex.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct PlacedVertex {
    name: String,
    /// It runs after the verdict.
    handler: bool,
    /// Its left side.
    x: i32,
    /// Its upper side.
    y: i32,
}

/// The way of an edge.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct PlacedEdge {
    /// The name of the vertex that comes first.
    tail: String,
    /// The name of the vertex that comes after it.
    head: String,
    /// `[x, y]` in turn: a curve to the second point, a straight line to the third, and so on.
    points: Vec<[i32; 2]>,
}

impl GraphLayout {
    pub(in crate::api) fn of(graph: &Graph, layout: &Layout) -> Self {
        let name = |place: u32| graph.vertices[place as usize].name.clone();
        let vertices = graph.vertices.iter().zip(&layout.cards);
        let vertices = vertices.map(|(vertex, card)| PlacedVertex {
            name: vertex.name.clone(),
            handler: vertex.handler.is_some(),
            x: card.x,
            y: card.y,
        });
        let edges = layout.ways.iter().map(|way| PlacedEdge {
            tail: name(way.tail),
            head: name(way.head),
            points: way.points.iter().map(|(x, y)| [*x, *y]).collect(),
        });
        Self {
            width: layout.width,
            height: layout.height,
            card_width: CARD_WIDTH,
            card_height: CARD_HEIGHT,
            routed: layout.routed,
            vertices: vertices.collect(),
            edges: edges.collect(),
        }
    }
}
