//! A graph as pages draw it: cards, dots and lines with their places, and nothing of any pipeline, so that
//! it can be kept as long as the graph stays as it is.

use std::fmt::Write;

use unicode_width::UnicodeWidthChar;

use super::condense;
use super::layout::{Dot, arranged};
use crate::graph::model::{Graph, Vertex};

/// More cards than this are not drawn.
pub const MOST_CARDS: usize = 3_000;
/// More lines than this are not drawn.
pub const MOST_LINES: usize = 12_000;

/// How much of a graph is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// A card for each vertex.
    Whole,
    /// Vertices with the same neighbours on one card.
    Folded,
}

/// A card with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stack {
    /// The left side.
    pub x: i32,
    /// The upper side.
    pub y: i32,
    /// The places of its vertices in the definition: one, or several that are folded.
    pub vertices: Vec<u32>,
    /// The name of its vertex, or what the names have in common.
    pub name: String,
    /// It runs after the verdict.
    pub handler: bool,
}

/// A line from a card or a dot to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What comes before: the number of a card, or of a dot after them.
    pub tail: u32,
    /// What comes after it, in the same way.
    pub head: u32,
    /// As the `d` of an SVG path.
    pub path: String,
}

/// A drawn graph.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Picture {
    /// It is so wide.
    pub width: i32,
    /// And so high.
    pub height: i32,
    /// Its cards, in the order of the definition.
    pub cards: Vec<Stack>,
    /// So many they would be if they were folded.
    pub folded: usize,
    /// Where lines meet.
    pub dots: Vec<Dot>,
    /// Its lines.
    pub lines: Vec<Line>,
    /// Below this is what runs after the verdict.
    pub after: Option<i32>,
}

/// What came of drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Drawn {
    /// A picture.
    Picture(Picture),
    /// It would have so many cards and lines: nobody could read it.
    TooMuch {
        /// How many cards.
        cards: usize,
        /// How many lines.
        lines: usize,
    },
}

/// Draws a graph from left to right.
pub fn picture(graph: &Graph, detail: Detail) -> Drawn {
    let mut groups = condense::groups(graph, true);
    let folded = groups.len();
    if detail == Detail::Whole {
        groups = condense::groups(graph, false);
    }
    let (dots, edges) = condense::meet(groups.len(), &condense::between(graph, &groups));
    let (cards, lines) = (groups.len(), edges.len());
    if cards > MOST_CARDS || lines > MOST_LINES {
        return Drawn::TooMuch { cards, lines };
    }
    let handler = |group: &Vec<u32>| graph.vertices[group[0] as usize].handler;
    let card = |handler| Vertex {
        handler,
        ..Vertex::default()
    };
    let handlers = groups.iter().map(handler);
    let all = handlers.chain(std::iter::repeat_n(None, dots));
    let small = Graph {
        vertices: all.map(card).collect(),
        edges,
        ..Graph::default()
    };
    let layout = arranged(&small, dots);
    if !layout.routed {
        return Drawn::TooMuch { cards, lines };
    }
    let lines = layout.ways.iter().map(|way| Line {
        tail: way.tail,
        head: way.head,
        path: path(&way.points),
    });
    let lines = lines.collect();
    let cards = groups.into_iter().zip(&layout.cards);
    let cards = cards.map(|(vertices, at)| Stack {
        x: at.x,
        y: at.y,
        name: name(graph, &vertices),
        handler: graph.vertices[vertices[0] as usize].handler.is_some(),
        vertices,
    });
    Drawn::Picture(Picture {
        width: layout.width,
        height: layout.height,
        cards: cards.collect(),
        folded,
        dots: layout.dots,
        lines,
        after: layout.after,
    })
}

/// The name of a vertex; of several the letters that all names begin with, or the first name.
fn name(graph: &Graph, vertices: &[u32]) -> String {
    let mut names = vertices
        .iter()
        .map(|v| graph.vertices[*v as usize].name.as_str());
    let first = names.next().unwrap_or_default();
    if vertices.len() < 2 {
        return first.to_owned();
    }
    let common = names.fold(first, |common, name| {
        let same = common.chars().zip(name.chars()).take_while(|(a, b)| a == b);
        &common[..same.map(|(c, _)| c.len_utf8()).sum()]
    });
    let stem = if common.is_empty() { first } else { common };
    format!("{stem}…")
}

/// The way of an edge as an SVG path: curves over gaps, straight lines past ranks.
pub(super) fn path(points: &[(i32, i32)]) -> String {
    let mut out = String::new();
    let mut last = (0, 0);
    for (at, (x, y)) in points.iter().enumerate() {
        let _ = match at {
            0 => write!(out, "M{x} {y}"),
            at if at % 2 == 0 || last.1 == *y && last.0 < *x => write!(out, "H{x}"),
            _ => {
                // One that leads back, of a graph that waits for itself, swings out.
                let bend = if *x > last.0 { (x - last.0) / 2 } else { BACK };
                write!(
                    out,
                    "C{} {} {} {y} {x} {y}",
                    last.0 + bend,
                    last.1,
                    x - bend
                )
            }
        };
        last = (*x, *y);
    }
    out
}

/// How far an edge swings out that leads back.
const BACK: i32 = 80;

/// How wide a text is at most, in heights of its font. Letters are as wide as in the widest of the usual fonts
/// in bold; one that terminals give two columns is a square.
pub fn width(text: &str) -> f32 {
    text.chars().map(wide).sum()
}

fn wide(c: char) -> f32 {
    match c {
        'M' | 'W' | 'm' | 'w' | '@' | '%' | '…' => 1.1,
        'A'..='Z' => 0.85,
        'f' | 'i' | 'j' | 'l' | 'r' | 't' | ' ' | '-' | '_' | '.' | ':' | '·' => 0.5,
        c => match c.width() {
            Some(0) => 0.0,
            Some(2) => 1.0,
            _ => 0.72,
        },
    }
}

/// A text cut to a [`width`].
pub fn cut(text: &str, widest: f32) -> String {
    if width(text) <= widest {
        return text.to_owned();
    }
    let mut left = widest - wide('…');
    let fits = |c: &char| {
        left -= wide(*c);
        left >= 0.0
    };
    let mut short: String = text.chars().take_while(fits).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests;
