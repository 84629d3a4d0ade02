//! What is always so of a picture: nothing that a graph says is lost in it.

use std::collections::BTreeSet;

use proptest::prelude::proptest;

use super::{Detail, Drawn, MOST_CARDS, Picture, cut, picture};
use crate::graph::drawing::layout::samples::{dag, graph};
use crate::graph::model::Graph;
use crate::graph::policy::When;

fn drawn(graph: &Graph, detail: Detail) -> Picture {
    match picture(graph, detail) {
        Drawn::Picture(picture) => picture,
        much @ Drawn::TooMuch { .. } => panic!("{much:?}"),
    }
}

/// The edges that a picture says: from each vertex of a card to each of another that its lines lead to,
/// through dots or not.
fn said(picture: &Picture) -> BTreeSet<(u32, u32)> {
    let cards = picture.cards.len();
    let heads = |tail: usize| {
        let own = picture
            .lines
            .iter()
            .filter(move |line| line.tail as usize == tail);
        own.map(|line| line.head as usize)
    };
    let mut edges = BTreeSet::new();
    for tail in 0..cards {
        let through = heads(tail).flat_map(|head| match head < cards {
            true => vec![head],
            false => heads(head).collect(),
        });
        for head in through {
            for from in &picture.cards[tail].vertices {
                edges.extend(picture.cards[head].vertices.iter().map(|to| (*from, *to)));
            }
        }
    }
    edges
}

fn edges(graph: &Graph) -> BTreeSet<(u32, u32)> {
    graph
        .edges
        .iter()
        .map(|edge| (edge.tail, edge.head))
        .collect()
}

proptest! {
    #[test]
    fn every_vertex_has_one_card_and_every_edge_is_said(graph in dag()) {
        for detail in [Detail::Whole, Detail::Folded] {
            let picture = drawn(&graph, detail);
            let mut all: Vec<u32> = picture.cards.iter().flat_map(|c| c.vertices.clone()).collect();
            all.sort_unstable();
            assert_eq!(all, (0..graph.vertices.len() as u32).collect::<Vec<_>>());
            assert_eq!(said(&picture), edges(&graph), "{picture:?}");
            assert!(detail == Detail::Folded || picture.cards.len() == all.len());
        }
    }

    #[test]
    fn stages_of_any_size_are_said(sizes in proptest::collection::vec(1_u32..7, 1..5)) {
        let graph = stages(&sizes);
        for detail in [Detail::Whole, Detail::Folded] {
            assert_eq!(said(&drawn(&graph, detail)), edges(&graph), "{sizes:?}");
        }
    }
}

/// Each vertex of a stage before each of the next.
fn stages(sizes: &[u32]) -> Graph {
    let mut first = 0;
    let mut all = Vec::new();
    for pair in sizes.windows(2) {
        let next = first + pair[0];
        all.extend(
            (first..next).flat_map(|tail| (next..next + pair[1]).map(move |head| (tail, head))),
        );
        first = next;
    }
    graph(sizes.iter().sum(), all)
}

#[test]
fn stages_meet_in_dots_and_fold() {
    let graph = stages(&[15, 15, 15, 15]);
    let whole = drawn(&graph, Detail::Whole);
    assert_eq!(
        (whole.cards.len(), whole.dots.len(), whole.lines.len()),
        (60, 3, 90)
    );
    let folded = drawn(&graph, Detail::Folded);
    assert_eq!(
        (folded.cards.len(), folded.dots.len(), folded.lines.len()),
        (4, 0, 3)
    );
    let few = drawn(&stages(&[2, 9]), Detail::Whole);
    assert_eq!(few.dots.len(), 0, "two sides of three or more");
    let three = drawn(&stages(&[3, 3]), Detail::Folded);
    assert_eq!(
        (three.cards.len(), three.dots.len()),
        (6, 1),
        "three are not stacked"
    );
}

#[test]
fn a_stack_is_named_by_what_its_names_have_in_common() {
    let mut fan = graph(6, [(0, 2), (0, 3), (0, 4), (0, 5)]);
    for (vertex, name) in
        fan.vertices
            .iter_mut()
            .zip(["a", "b", "分片-一", "分片-二", "分片", "分片-三"])
    {
        vertex.name = name.to_owned();
    }
    let folded = drawn(&fan, Detail::Folded);
    let names: Vec<&str> = folded.cards.iter().map(|card| card.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "分片…"]);
    fan.vertices[2].name = "x".to_owned();
    assert_eq!(drawn(&fan, Detail::Folded).cards[2].name, "x…");
}

#[test]
fn what_runs_after_the_verdict_is_never_folded_and_stands_below() {
    let mut alone = graph(12, []);
    for vertex in &mut alone.vertices[6..] {
        vertex.handler = Some(When::Exit);
    }
    let folded = drawn(&alone, Detail::Folded);
    assert_eq!(folded.cards.len(), 7);
    let line = folded.after.expect("a row of its own");
    assert!(
        folded
            .cards
            .iter()
            .all(|card| card.handler == (card.y > line))
    );
}

#[test]
fn what_nothing_joins_stands_in_a_grid_below_the_rest() {
    let many = drawn(&graph(102, [(0, 1)]), Detail::Whole);
    let rows: BTreeSet<i32> = many.cards[2..].iter().map(|card| card.y).collect();
    let columns: BTreeSet<i32> = many.cards[2..].iter().map(|card| card.x).collect();
    assert!(rows.len() * columns.len() >= 100 && rows.len() > 5 && columns.len() > 5);
    assert!(rows.iter().all(|y| *y > many.cards[0].y));
}

#[test]
fn pictures_of_every_size() {
    for count in [0_u32, 1, 42, 300, 1_000] {
        let near = (1..count)
            .flat_map(|n| [(n.saturating_sub(7), n), (n - 1, n)])
            .filter(|(a, b)| a < b);
        let graph = graph(count, near);
        let picture = drawn(&graph, Detail::Whole);
        assert_eq!(
            (picture.cards.len(), said(&picture)),
            (count as usize, edges(&graph))
        );
    }
    let fan = graph(10_002, (1..=10_000).flat_map(|n| [(0, n), (n, 10_001)]));
    assert_eq!(drawn(&fan, Detail::Folded).cards.len(), 3);
    let much = picture(&fan, Detail::Whole);
    assert!(matches!(much, Drawn::TooMuch { cards: 10_002, .. }));
    let chain = graph(10_000, (1..10_000).map(|n| (n - 1, n)));
    let much = picture(&chain, Detail::Folded);
    assert!(matches!(much, Drawn::TooMuch { cards, .. } if cards > MOST_CARDS));
}

#[test]
fn an_edge_that_leads_back_swings_out() {
    let ring = drawn(&graph(2, [(0, 1), (1, 0)]), Detail::Whole);
    assert_eq!(ring.lines.len(), 2);
    assert!(ring.lines.iter().any(|line| line.path.contains('C')));
}

#[test]
fn long_names_are_cut_by_their_width() {
    assert_eq!(cut("only-one-line-of", 11.2), "only-one-line-of");
    assert_eq!(cut("a-name-that-is-far-too-long", 11.2), "a-name-that-is-…");
    assert_eq!(cut(&"W".repeat(20), 11.2), format!("{}…", "W".repeat(9)));
    assert_eq!(
        cut("数据库备份任务夜间运行", 11.2),
        "数据库备份任务夜间运行"
    );
    assert_eq!(
        cut("数据库备份任务夜间运行检查", 11.2),
        "数据库备份任务夜间运…"
    );
    assert_eq!(cut("日志清理", 3.5), "日志…");
    assert_eq!(cut("ｆｕｌｌ width 👍", 5.5), "ｆｕｌｌ…");
}
