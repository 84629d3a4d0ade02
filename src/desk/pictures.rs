//! Pictures of graphs: drawn once for each version and detail, and kept while they are asked for; and of what
//! is near one vertex of a graph of any size.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::Desk;
use crate::engine::GraphId;
use crate::graph::drawing::{Detail, Drawn, picture};
use crate::graph::{Edge, Graph, Vertex, When};
use crate::store::{GraphHead, NearVertex, Nearby, StoreError};

/// Graphs with more vertices have no picture.
pub const MOST_VERTICES: i32 = 20_000;
/// Graphs with more edges have none either.
const MOST_EDGES: i32 = 100_000;
/// What is near a vertex is drawn with so many cards at most.
pub const MOST_NEAR: usize = 60;
/// So many pictures are kept at most.
const KEPT: usize = 64;
/// And so many cards and lines in all of them.
const KEPT_PARTS: usize = 200_000;

/// A picture, and the number of the first vertex: those of a graph follow each other.
#[derive(Debug, PartialEq, Eq)]
pub struct Pictured {
    /// The number of the vertex that is written first.
    pub first: i64,
    /// What came of drawing.
    pub drawn: Drawn,
}

impl Pictured {
    fn parts(&self) -> usize {
        match &self.drawn {
            Drawn::Picture(picture) => picture.cards.len() + picture.lines.len(),
            Drawn::TooMuch { .. } => 1,
        }
    }
}

/// A version of a graph as it stood after some edit.
type Key = (i64, i64, Detail);

/// The pictures that were asked for last, the newest first.
#[derive(Debug, Default)]
pub struct Pictures(Mutex<VecDeque<(Key, Arc<Pictured>)>>);

impl Pictures {
    fn find(&self, key: Key) -> Option<Arc<Pictured>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|(own, _)| *own == key)?;
        let found = kept.remove(at)?;
        kept.push_front(found.clone());
        Some(found.1)
    }

    fn keep(&self, key: Key, picture: Arc<Pictured>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(own, _)| *own != key);
        kept.push_front((key, picture));
        let parts = |kept: &VecDeque<(Key, Arc<Pictured>)>| -> usize {
            kept.iter().map(|(_, picture)| picture.parts()).sum()
        };
        while kept.len() > KEPT || kept.len() > 1 && parts(&kept) > KEPT_PARTS {
            kept.pop_back();
        }
    }
}

impl Desk {
    /// The picture of a graph; none: it is larger than what is drawn at all.
    pub fn picture(
        &self,
        head: &GraphHead,
        detail: Detail,
    ) -> Result<Option<Arc<Pictured>>, StoreError> {
        if head.vertices > MOST_VERTICES || head.edges > MOST_EDGES {
            return Ok(None);
        }
        let key = (head.id, head.revision, detail);
        if let Some(kept) = self.pictures.find(key) {
            return Ok(Some(kept));
        }
        let (first, graph) = self.store.shape(GraphId(head.id))?;
        let drawn = picture(&graph, detail);
        let made = Arc::new(Pictured { first, drawn });
        self.pictures.keep(key, Arc::clone(&made));
        Ok(Some(made))
    }

    /// What is near a vertex of a graph (none: near the first one) as a picture, whose cards name their places
    /// among those that are near. None: it is no vertex of this graph.
    pub fn near(
        &self,
        graph: GraphId,
        vertex: Option<i64>,
    ) -> Result<Option<(Nearby, Drawn)>, StoreError> {
        let near = self.store.nearby(graph, vertex, MOST_NEAR)?;
        Ok(near.map(|near| {
            let drawn = picture(&small(&near), Detail::Whole);
            (near, drawn)
        }))
    }
}

/// What is near a vertex as a graph of its own.
fn small(near: &Nearby) -> Graph {
    let vertex = |(_, _, name, handler): &NearVertex| Vertex {
        name: name.clone(),
        handler: handler.and_then(When::from_code),
        ..Vertex::default()
    };
    let at = |id| near.vertices.iter().position(|(own, ..)| *own == id);
    let edge = |(tail, head): &(i64, i64)| {
        let (tail, head) = at(*tail).zip(at(*head))?;
        Some(Edge {
            head: head as u32,
            tail: tail as u32,
        })
    };
    Graph {
        vertices: near.vertices.iter().map(vertex).collect(),
        edges: near.edges.iter().filter_map(edge).collect(),
        ..Graph::default()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{KEPT, KEPT_PARTS, Key, Pictured, Pictures};
    use crate::graph::drawing::{Detail, Drawn, Picture, Stack};

    fn pictured(cards: usize) -> Arc<Pictured> {
        let card = Stack {
            x: 0,
            y: 0,
            vertices: Vec::new(),
            name: String::new(),
            handler: false,
        };
        let cards = vec![card; cards];
        Arc::new(Pictured {
            first: 1,
            drawn: Drawn::Picture(Picture {
                cards,
                ..Picture::default()
            }),
        })
    }

    fn key(graph: i64) -> Key {
        (graph, 1, Detail::Whole)
    }

    #[test]
    fn the_one_that_was_not_asked_for_longest_goes_first() {
        let pictures = Pictures::default();
        let most = KEPT as i64;
        (0..most).for_each(|graph| pictures.keep(key(graph), pictured(1)));
        assert!(pictures.find(key(0)).is_some(), "asked for again");
        pictures.keep(key(most), pictured(1));
        assert!(pictures.find(key(0)).is_some() && pictures.find(key(1)).is_none());
        assert!(pictures.find((0, 2, Detail::Whole)).is_none(), "edited");
        assert!(pictures.find((0, 1, Detail::Folded)).is_none());
    }

    #[test]
    fn large_ones_push_out_more_and_the_newest_stays() {
        let pictures = Pictures::default();
        (0..8).for_each(|graph| pictures.keep(key(graph), pictured(KEPT_PARTS / 4)));
        let kept = (0..8).filter(|graph| pictures.find(key(*graph)).is_some());
        assert_eq!(kept.collect::<Vec<_>>(), [4, 5, 6, 7]);
        pictures.keep(key(9), pictured(KEPT_PARTS + 1));
        assert!(pictures.find(key(9)).is_some() && pictures.find(key(7)).is_none());
    }
}
