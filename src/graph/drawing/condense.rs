//! What makes a picture of a large graph small without a change of what it says: vertices with the same
//! neighbours on one stacked card, and a dot where each of many comes before each of many.

use std::collections::BTreeMap;

use crate::graph::model::{Edge, Graph};

/// So many vertices with the same neighbours make a stacked card.
pub(super) const LEAST_STACKED: usize = 4;
/// So many on each side make a dot: fewer are as clear without one.
const LEAST_MEETING: usize = 3;

/// The vertices that stand on one card, each card in the order of its first one: with `fold` those with the
/// same predecessors and the same successors together, else each alone.
pub(super) fn groups(graph: &Graph, fold: bool) -> Vec<Vec<u32>> {
    let each = 0..graph.vertices.len() as u32;
    if !fold {
        return each.map(|vertex| vec![vertex]).collect();
    }
    let (before, after) = neighbours(graph.vertices.len(), &graph.edges);
    let mut same: BTreeMap<_, Vec<u32>> = BTreeMap::new();
    let mut groups = Vec::new();
    for vertex in each {
        let at = vertex as usize;
        match graph.vertices[at].handler {
            // Each of them has a meaning of its own.
            Some(_) => groups.push(vec![vertex]),
            None => same
                .entry((&before[at], &after[at]))
                .or_default()
                .push(vertex),
        }
    }
    for group in same.into_values() {
        match group.len() >= LEAST_STACKED {
            true => groups.push(group),
            false => groups.extend(group.into_iter().map(|vertex| vec![vertex])),
        }
    }
    groups.sort_unstable();
    groups
}

/// The edges between cards.
pub(super) fn between(graph: &Graph, groups: &[Vec<u32>]) -> Vec<Edge> {
    let mut card = vec![0; graph.vertices.len()];
    for (nth, group) in (0..).zip(groups) {
        group.iter().for_each(|vertex| card[*vertex as usize] = nth);
    }
    let joined = graph.edges.iter().map(|edge| Edge {
        head: card[edge.head as usize],
        tail: card[edge.tail as usize],
    });
    let mut edges: Vec<Edge> = joined.filter(|edge| edge.head != edge.tail).collect();
    edges.sort_unstable();
    edges.dedup();
    edges
}

/// Leads the edges of vertices with the same successors through a dot, where both are many. Gives the
/// number of dots, which are numbered after the vertices, and the edges that remain.
pub(super) fn meet(count: usize, edges: &[Edge]) -> (usize, Vec<Edge>) {
    let (_, after) = neighbours(count, edges);
    let mut same: BTreeMap<&Vec<u32>, Vec<u32>> = BTreeMap::new();
    for (vertex, heads) in (0..).zip(&after) {
        if heads.len() >= LEAST_MEETING {
            same.entry(heads).or_default().push(vertex);
        }
    }
    same.retain(|_, tails| tails.len() >= LEAST_MEETING);
    let mut met = vec![false; count];
    let (mut dots, mut led) = (0, Vec::new());
    for (heads, tails) in same {
        let dot = (count + dots) as u32;
        dots += 1;
        for tail in tails {
            met[tail as usize] = true;
            led.push(Edge { head: dot, tail });
        }
        led.extend(heads.iter().map(|head| Edge {
            head: *head,
            tail: dot,
        }));
    }
    led.extend(
        edges
            .iter()
            .filter(|edge| !met[edge.tail as usize])
            .copied(),
    );
    led.sort_unstable();
    (dots, led)
}

/// The predecessors and the successors of each vertex, in order.
fn neighbours(count: usize, edges: &[Edge]) -> (Vec<Vec<u32>>, Vec<Vec<u32>>) {
    let (mut before, mut after) = (vec![Vec::new(); count], vec![Vec::new(); count]);
    for edge in edges {
        before[edge.head as usize].push(edge.tail);
        after[edge.tail as usize].push(edge.head);
    }
    before
        .iter_mut()
        .chain(&mut after)
        .for_each(|all| all.sort_unstable());
    (before, after)
}
