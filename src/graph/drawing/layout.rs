//! Where the vertices and edges of a graph stand in a picture: from left to right in ranks, each vertex
//! after all that it needs, no edge across a card. Coordinates alone; what is drawn there is others'.
//!
//! The work has a bound. What is beyond it stands in ranks too, in the order of the definition, and its
//! edges go straight.

mod crossings;
mod rows;
mod spread;

use crate::graph::model::{Edge, Graph};
use crate::graph::topology;

/// The width of a card.
pub const CARD_WIDTH: i32 = 184;
/// The height of a card.
pub const CARD_HEIGHT: i32 = 44;
/// The room that a dot takes in a rank that holds no card.
const DOT: i32 = 8;
/// Around the picture.
pub(super) const MARGIN: i32 = 24;
/// Between cards of one rank.
const BETWEEN: f64 = 20.0;
/// Between an edge that passes a rank and what is next to it.
const BESIDE: f64 = 12.0;
/// Between two ranks: more where edges are steep.
const GAP: (f64, f64, f64) = (40.0, 56.0, 260.0);
/// Vertices, edges, and ranks that edges pass, of which a layout is worked out.
const MOST_PARTS: usize = 100_000;

/// A picture's coordinates; x grows to the right, y downward.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The picture is so wide.
    pub width: i32,
    /// And so high.
    pub height: i32,
    /// One for each vertex, in the order of the definition.
    pub cards: Vec<Card>,
    /// Where edges meet, in the order of the graph's last vertices.
    pub dots: Vec<Dot>,
    /// Below this is what runs after the verdict.
    pub after: Option<i32>,
    /// One for each edge, in the order of the graph's.
    pub ways: Vec<Way>,
    /// False: there was too much of it, so edges may lie across cards.
    pub routed: bool,
}

/// The upper left corner of a vertex's card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Card {
    /// From the left.
    pub x: i32,
    /// From above.
    pub y: i32,
}

/// Where edges of many vertices meet: a point in the middle of a straight line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dot {
    /// The left end of its line.
    pub x: i32,
    /// From above.
    pub y: i32,
    /// The length of its line.
    pub width: i32,
}

/// The way of an edge from the right side of its tail to the left side of its head: a curve from the
/// first point to the second, a straight line to the third, a curve to the fourth, and so on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The place of the vertex that comes first.
    pub tail: u32,
    /// The place of the vertex that comes after it.
    pub head: u32,
    /// An even number of points.
    pub points: Vec<(i32, i32)>,
}

/// What has a place in a rank: the cards, then the dots, then a bend for each rank that an edge passes.
struct Parts {
    /// How many of them are cards.
    cards: usize,
    /// By rank, in their order from above.
    ranks: Vec<Vec<u32>>,
    /// What stands in neighbouring ranks and is joined: before and after each part.
    before: Vec<Vec<u32>>,
    after: Vec<Vec<u32>>,
    /// The bends of each edge.
    bends: Vec<Vec<u32>>,
}

impl Parts {
    fn is_card(&self, part: u32) -> bool {
        (part as usize) < self.cards
    }

    fn join(&mut self, tail: u32, head: u32) {
        self.after[tail as usize].push(head);
        self.before[head as usize].push(tail);
    }

    /// All parts that stand in ranks; `routed`: with bends, and in the order in which few edges cross.
    fn of(graph: &Graph, cards: usize, rank: &[u32], (routed, alone): (bool, &[u32])) -> Self {
        let vertices = graph.vertices.len();
        let columns = rank.iter().max().map_or(0, |last| *last as usize + 1);
        let mut parts = Self {
            cards,
            ranks: vec![Vec::new(); columns],
            before: vec![Vec::new(); vertices],
            after: vec![Vec::new(); vertices],
            bends: Vec::with_capacity(graph.edges.len()),
        };
        for (place, vertex) in (0..).zip(&graph.vertices) {
            if vertex.handler.is_none() && alone.binary_search(&place).is_err() {
                parts.ranks[rank[place as usize] as usize].push(place);
            }
        }
        for edge in &graph.edges {
            let (from, to) = (rank[edge.tail as usize], rank[edge.head as usize]);
            let (mut bends, mut last) = (Vec::new(), edge.tail);
            for passed in (from + 1..to).filter(|_| routed) {
                let bend = parts.before.len() as u32;
                parts.before.push(Vec::new());
                parts.after.push(Vec::new());
                parts.ranks[passed as usize].push(bend);
                parts.join(last, bend);
                bends.push(bend);
                last = bend;
            }
            // One that leads back, of a graph that waits for itself, has no say.
            if from < to {
                parts.join(last, edge.head);
            }
            parts.bends.push(bends);
        }
        if routed {
            crossings::reduce(&mut parts);
        }
        parts
    }
}

/// Lays a graph out.
pub fn layout(graph: &Graph) -> Layout {
    arranged(graph, 0)
}

/// Lays a graph out whose last vertices are no cards but dots.
pub(super) fn arranged(graph: &Graph, dots: usize) -> Layout {
    let rank = topology::layers(graph);
    let passed = |e: &Edge| rank[e.head as usize].saturating_sub(rank[e.tail as usize]) as usize;
    let all = graph.edges.iter().map(passed).sum::<usize>() + graph.vertices.len();
    let routed = all + graph.edges.len() <= MOST_PARTS;
    let cards = graph.vertices.len() - dots;
    let alone = rows::alone(graph, cards);
    let parts = Parts::of(graph, cards, &rank, (routed, &alone));
    let y = match routed {
        true => spread::even(&parts),
        false => spread::stacked(&parts),
    };
    let column = columns(&parts, &y);
    let mut layout = Layout {
        width: 0,
        height: 0,
        cards: vec![Card::default(); cards],
        dots: vec![Dot::default(); dots],
        after: None,
        ways: Vec::with_capacity(graph.edges.len()),
        routed,
    };
    let half = CARD_HEIGHT / 2;
    for (ranked, (x, width)) in parts.ranks.iter().zip(&column) {
        for part in ranked {
            let (at, middle) = (*part as usize, y[*part as usize].round() as i32);
            layout.height = layout.height.max(middle + half + MARGIN);
            layout.width = layout.width.max(x + width + MARGIN);
            if let Some(card) = layout.cards.get_mut(at) {
                let y = middle - half;
                *card = Card { x: *x, y };
            } else if let Some(dot) = layout.dots.get_mut(at - cards) {
                let (x, width) = (*x, *width);
                *dot = Dot {
                    x,
                    y: middle,
                    width,
                };
            }
        }
    }
    // Where edges leave a card or a dot, and where they reach it.
    let ends = |layout: &Layout, vertex: u32| match layout.cards.get(vertex as usize) {
        Some(card) => (card.x, card.x + CARD_WIDTH, card.y + half),
        None => {
            let dot = layout.dots[vertex as usize - cards];
            (dot.x, dot.x + dot.width, dot.y)
        }
    };
    for (edge, bends) in graph.edges.iter().zip(&parts.bends) {
        let (tail, head) = (ends(&layout, edge.tail), ends(&layout, edge.head));
        let mut points = vec![(tail.1, tail.2)];
        let from = rank[edge.tail as usize] as usize + 1;
        for ((x, width), bend) in column.iter().skip(from).zip(bends) {
            let y = y[*bend as usize].round() as i32;
            points.extend([(*x, y), (x + width, y)]);
        }
        points.push((head.0, head.2));
        layout.ways.push(Way {
            tail: edge.tail,
            head: edge.head,
            points,
        });
    }
    rows::grid(&alone, &mut layout);
    rows::handlers(graph, &mut layout);
    layout
}

/// The left side and the width of each rank.
fn columns(parts: &Parts, y: &[f64]) -> Vec<(i32, i32)> {
    let (base, least, most) = GAP;
    let mut x = MARGIN;
    let one = |ranked: &Vec<u32>| {
        let width = match ranked.iter().any(|part| parts.is_card(*part)) {
            true => CARD_WIDTH,
            false => DOT,
        };
        let here = (x, width);
        let rise = |part: &u32| {
            let after = parts.after[*part as usize].iter();
            let rise = after.map(|next| (y[*next as usize] - y[*part as usize]).abs());
            rise.fold(0.0, f64::max)
        };
        let steepest = ranked.iter().map(rise).fold(0.0, f64::max);
        let gap = (base + 0.1 * steepest).clamp(least, most);
        x += width + gap.round() as i32;
        here
    };
    parts.ranks.iter().map(one).collect()
}

#[cfg(test)]
pub(super) mod samples;
#[cfg(test)]
mod tests;
