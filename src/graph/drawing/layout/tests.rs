//! What is always so of a layout.

use proptest::prelude::proptest;

use super::samples::{dag, graph};
use super::{BETWEEN, CARD_HEIGHT, CARD_WIDTH, Layout, arranged, layout};
use crate::graph::model::{Graph, Vertex};
use crate::graph::policy::When;
use crate::graph::topology;

/// Whether the line or curve from `a` to `b` may touch a card: a curve stays between the heights of
/// its ends.
fn touches(layout: &Layout, (a, b): ((i32, i32), (i32, i32))) -> Option<usize> {
    layout.cards.iter().position(|card| {
        let across = a.0 < card.x + CARD_WIDTH && card.x < b.0;
        let (top, bottom) = (a.1.min(b.1), a.1.max(b.1));
        across && top <= card.y + CARD_HEIGHT && card.y <= bottom
    })
}

proptest! {
    #[test]
    fn cards_stand_apart_and_no_edge_lies_across_one(graph in dag()) {
        let found = layout(&graph);
        assert!(found.routed);
        let rank = topology::layers(&graph);
        for (i, a) in found.cards.iter().enumerate() {
            assert!(a.x >= 0 && a.x + CARD_WIDTH <= found.width, "{found:?}");
            assert!(a.y >= 0 && a.y + CARD_HEIGHT <= found.height, "{found:?}");
            for b in &found.cards[..i] {
                let apart = (a.y - b.y).abs() >= CARD_HEIGHT + BETWEEN as i32 / 2;
                assert!((a.x - b.x).abs() >= CARD_WIDTH || apart, "{a:?} {b:?}");
            }
        }
        for (way, edge) in found.ways.iter().zip(&graph.edges) {
            assert_eq!((way.tail, way.head), (edge.tail, edge.head));
            let (tail, head) = (found.cards[edge.tail as usize], found.cards[edge.head as usize]);
            let half = CARD_HEIGHT / 2;
            assert_eq!(way.points.first(), Some(&(tail.x + CARD_WIDTH, tail.y + half)));
            assert_eq!(way.points.last(), Some(&(head.x, head.y + half)));
            let passed = rank[edge.head as usize] - rank[edge.tail as usize];
            assert_eq!(way.points.len(), 2 * passed as usize);
            for two in way.points.windows(2) {
                assert!(two[0].0 < two[1].0, "from left to right: {way:?}");
                assert_eq!(touches(&found, (two[0], two[1])), None, "{way:?} {found:?}");
            }
        }
    }

    #[test]
    fn edges_that_meet_in_dots_lie_across_no_card(graph in dag(), dots in 0_usize..20) {
        let dots = dots.min(graph.vertices.len());
        let found = arranged(&graph, dots);
        assert_eq!((found.dots.len(), found.cards.len()), (dots, graph.vertices.len() - dots));
        for way in &found.ways {
            for two in way.points.windows(2) {
                assert!(two[0].0 < two[1].0, "from left to right: {way:?}");
                assert_eq!(touches(&found, (two[0], two[1])), None, "{way:?} {found:?}");
            }
        }
    }

    #[test]
    fn the_same_graph_is_laid_out_the_same(graph in dag()) {
        assert_eq!(layout(&graph), layout(&graph));
    }
}

#[test]
fn a_chain_is_straight_and_a_fan_even() {
    let chain = layout(&graph(4, [(0, 1), (1, 2), (2, 3)]));
    let level: Vec<i32> = chain.cards.iter().map(|card| card.y).collect();
    assert_eq!(level, [level[0]; 4]);
    let fan = layout(&graph(5, [(0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (3, 4)]));
    let y: Vec<i32> = fan.cards.iter().map(|card| card.y).collect();
    assert_eq!((y[0], y[4]), (y[2], y[2]), "in the middle");
    assert_eq!((y[2] - y[1], y[3] - y[2]), (64, 64));
}

/// Two chains that are written crosswise need not cross.
#[test]
fn what_need_not_cross_does_not() {
    let found = layout(&graph(6, [(0, 3), (1, 2), (3, 4), (2, 5)]));
    let y = |n: usize| found.cards[n].y;
    for (a, b) in [((0, 3), (1, 2)), ((3, 4), (2, 5))] {
        assert_eq!(y(a.0) < y(b.0), y(a.1) < y(b.1), "{found:?}");
    }
}

#[test]
fn what_waits_for_itself_is_drawn_too_and_scripts_after_the_verdict_stand_below() {
    let mut ring = graph(3, [(0, 1), (1, 2), (2, 0)]);
    ring.vertices.push(Vertex {
        name: "on_exit".to_owned(),
        handler: Some(When::Exit),
        ..Vertex::default()
    });
    let found = layout(&ring);
    assert_eq!((found.cards.len(), found.ways.len()), (4, 3));
    let lowest = found.cards[..3].iter().map(|card| card.y).max();
    assert!(Some(found.cards[3].y) > lowest.map(|y| y + CARD_HEIGHT));
    assert!(found.height >= found.cards[3].y + CARD_HEIGHT);
    let none = layout(&Graph::default());
    assert!(none.width > 0 && none.height > 0 && none.cards.is_empty());
}

/// 1,000 vertices in 30 ranks, joined over up to four of them, and 10,000 joined all over.
#[test]
fn the_work_is_bounded() {
    let far = |n: u32, most: u32| {
        (1..n).flat_map(move |head| {
            let tails = (1..4).map(move |k| head.saturating_sub(1 + head * 7_919 * k % most));
            tails.map(move |tail| (tail, head))
        })
    };
    let thousand = layout(&graph(1_000, far(1_000, 120)));
    assert!(thousand.routed);
    let chain = layout(&graph(10_000, (1..10_000).map(|n| (n - 1, n))));
    assert!(chain.routed);
    let beyond = layout(&graph(10_000, far(10_000, 5_000)));
    assert!(!beyond.routed);
    assert_eq!(beyond.cards.len(), 10_000);
}
