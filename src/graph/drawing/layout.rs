//! Where the vertices and edges of a graph stand in a picture: from left to right in ranks, each vertex
//! after all that it needs, no edge across a card. Coordinates alone; what is drawn there is others'.
//!
//! The work has a bound. What is beyond it stands in ranks too, in the order of the definition, and its
//! edges go straight.

mod crossings;
mod spread;

use crate::graph::model::Graph;
use crate::graph::topology;

/// The width of a card.
pub const CARD_WIDTH: i32 = 184;
/// The height of a card.
pub const CARD_HEIGHT: i32 = 44;
/// Around the picture.
const MARGIN: i32 = 24;
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

/// What has a place in a rank: the vertices, then a bend for each rank that an edge passes.
struct Parts {
    /// How many of them are vertices.
    vertices: usize,
    /// By rank, in their order from above.
    ranks: Vec<Vec<u32>>,
    /// What stands in neighbouring ranks and is joined: before and after each part.
    before: Vec<Vec<u32>>,
    after: Vec<Vec<u32>>,
    /// The bends of each edge.
    bends: Vec<Vec<u32>>,
}

impl Parts {
    fn is_bend(&self, part: u32) -> bool {
        part as usize >= self.vertices
    }

    fn join(&mut self, tail: u32, head: u32) {
        self.after[tail as usize].push(head);
        self.before[head as usize].push(tail);
    }

    /// All parts; `routed`: with bends, and in the order in which few edges cross.
    fn of(graph: &Graph, rank: &[u32], routed: bool) -> Self {
        let vertices = graph.vertices.len();
        let columns = rank.iter().max().map_or(0, |last| *last as usize + 1);
        let mut parts = Self {
            vertices,
            ranks: vec![Vec::new(); columns],
            before: vec![Vec::new(); vertices],
            after: vec![Vec::new(); vertices],
            bends: Vec::with_capacity(graph.edges.len()),
        };
        for (place, vertex) in (0..).zip(&graph.vertices) {
            if vertex.handler.is_none() {
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
    let rank = topology::layers(graph);
    let passed = |e: &crate::graph::model::Edge| {
        rank[e.head as usize].saturating_sub(rank[e.tail as usize]) as usize
    };
    let all = graph.edges.iter().map(passed).sum::<usize>() + graph.vertices.len();
    let routed = all + graph.edges.len() <= MOST_PARTS;
    let parts = Parts::of(graph, &rank, routed);
    let y = match routed {
        true => spread::even(&parts),
        false => spread::stacked(&parts),
    };
    let column = columns(&parts, &y);
    let mut layout = Layout {
        width: 0,
        height: 0,
        cards: vec![Card::default(); parts.vertices],
        ways: Vec::with_capacity(graph.edges.len()),
        routed,
    };
    let half = CARD_HEIGHT / 2;
    for (ranked, x) in parts.ranks.iter().zip(&column) {
        for part in ranked {
            let middle = y[*part as usize].round() as i32;
            layout.height = layout.height.max(middle + half + MARGIN);
            if !parts.is_bend(*part) {
                let y = middle - half;
                layout.cards[*part as usize] = Card { x: *x, y };
                layout.width = layout.width.max(x + CARD_WIDTH + MARGIN);
            }
        }
    }
    handlers(graph, &mut layout);
    for (edge, bends) in graph.edges.iter().zip(&parts.bends) {
        let (tail, head) = (
            layout.cards[edge.tail as usize],
            layout.cards[edge.head as usize],
        );
        let mut points = vec![(tail.x + CARD_WIDTH, tail.y + half)];
        let from = rank[edge.tail as usize] as usize + 1;
        for (x, bend) in column.iter().skip(from).zip(bends) {
            let y = y[*bend as usize].round() as i32;
            points.extend([(*x, y), (x + CARD_WIDTH, y)]);
        }
        points.push((head.x, head.y + half));
        layout.ways.push(Way {
            tail: edge.tail,
            head: edge.head,
            points,
        });
    }
    layout
}

/// The left side of each rank.
fn columns(parts: &Parts, y: &[f64]) -> Vec<i32> {
    let (base, least, most) = GAP;
    let mut x = MARGIN;
    let one = |ranked: &Vec<u32>| {
        let here = x;
        let rise = |part: &u32| {
            let after = parts.after[*part as usize].iter();
            let rise = after.map(|next| (y[*next as usize] - y[*part as usize]).abs());
            rise.fold(0.0, f64::max)
        };
        let steepest = ranked.iter().map(rise).fold(0.0, f64::max);
        let gap = (base + 0.1 * steepest).clamp(least, most);
        x += CARD_WIDTH + gap.round() as i32;
        here
    };
    parts.ranks.iter().map(one).collect()
}

/// The scripts after the verdict, in a row below.
fn handlers(graph: &Graph, layout: &mut Layout) {
    let (mut x, y) = (MARGIN, layout.height.max(MARGIN));
    for (card, vertex) in layout.cards.iter_mut().zip(&graph.vertices) {
        if vertex.handler.is_some() {
            *card = Card { x, y };
            x += CARD_WIDTH + BETWEEN as i32;
            layout.width = layout.width.max(x - BETWEEN as i32 + MARGIN);
            layout.height = y + CARD_HEIGHT + MARGIN;
        }
    }
    layout.width = layout.width.max(2 * MARGIN);
    layout.height = layout.height.max(2 * MARGIN);
}

#[cfg(test)]
mod tests;
