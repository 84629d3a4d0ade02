//! Pictures of every size in both languages, and what their cards say.

use std::sync::Arc;

use askama::Template;

use super::notes::Note;
use super::stands::{Stand, of_tracks};
use super::{Card, Shown, Wish, asked, shown};
use crate::desk::Pictured;
use crate::engine::{Reason, TrackState};
use crate::graph::drawing::{Detail, Drawn, picture};
use crate::graph::{Edge, Graph, Vertex, When};
use crate::l10n::{L10n, Words};
use crate::web::edge::look::Look;
use crate::web::parts::frame::{Frame, Section};
use crate::web::parts::marks::{self, Mark};
use crate::web::tests::harness::{HOSTILE, browser, graph_head, keep};
use crate::web::tests::wellformed;

#[derive(Template)]
#[template(source = "{% include \"parts/picture.html\" %}", ext = "html")]
struct Alone {
    frame: Frame,
    picture: Shown,
    caption: &'static str,
}

fn mark(state: TrackState) -> Mark {
    marks::track(state.code(), None)
}

fn english() -> Words {
    browser().look.t
}

/// A graph in which each comes after one before it, and one script after the verdict.
fn graph(count: i64) -> Graph {
    let vertex = |place| Vertex {
        name: format!("{place} {HOSTILE}"),
        handler: (place > 1 && place == count - 1).then_some(When::Exit),
        ..Vertex::default()
    };
    let edge = |head: u32| Edge {
        head,
        tail: head.saturating_sub(1 + head % 5),
    };
    Graph {
        vertices: (0..count).map(vertex).collect(),
        edges: (1..count.max(2) as u32 - 1).map(edge).collect(),
        ..Graph::default()
    }
}

/// The picture of a pipeline of that graph, its tracks at each state in turn.
pub(in crate::web) fn drawn(count: i64) -> Shown {
    of(&graph(count), Detail::Whole, english())
}

fn of(graph: &Graph, detail: Detail, t: Words) -> Shown {
    let kept = Arc::new(Pictured {
        first: 1_000_000,
        drawn: picture(graph, detail),
    });
    let states = (0..graph.vertices.len()).map(|n| Stand {
        track: 900 + n as i64,
        mark: marks::track(
            (n % 8) as i16,
            (n % 16 == 4).then_some(Reason::Timeout.code()),
        ),
        note: Note {
            full: HOSTILE.to_owned(),
            short: HOSTILE.to_owned(),
        },
    });
    let (stands, whole): (Vec<Stand>, _) = (states.collect(), graph.vertices.len());
    let mut head = graph_head(1, "x");
    head.vertices = whole as i32;
    let pages = (
        "/pipelines/7?".to_owned(),
        "/pipelines/7/picture?".to_owned(),
    );
    shown(&head, Some(kept), pages, t, |first| {
        move |at: &_| of_tracks(at, first, &stands, t).leading("/pipelines/7?", whole)
    })
}

fn rendered(picture: Shown, look: &Look) -> String {
    let mut who = browser();
    who.look = look.clone();
    let html = Alone {
        frame: Frame::new(&who, Section::Pipelines),
        picture,
        caption: "A graph",
    };
    let html = html.render().expect("renders");
    wellformed::check(&html);
    assert!(!html.contains("<script") && !html.contains("style="));
    html
}

#[test]
fn pictures_of_every_size_in_both_languages() {
    for language in L10n::iter() {
        let t = Words::of(*language);
        let look = Look {
            t,
            ..Look::default()
        };
        for count in [0, 1, 42, 300, 1_000, 10_000] {
            let graph = graph(count);
            let html = rendered(of(&graph, Detail::Whole, t), &look);
            keep(
                &format!("picture-{count}-{}", language.language_name()),
                &html,
            );
            let (cards, lines) = match count {
                10_000 => (0, 0),
                _ => (graph.vertices.len(), graph.edges.len()),
            };
            assert_eq!(html.matches("class=\"box\"").count(), cards, "{count}");
            assert_eq!(html.matches("<path class=\"e").count(), lines, "{count}");
            assert_eq!(
                html.contains(&t.picture_after()),
                (3..10_000).contains(&count)
            );
            assert_eq!(html.contains(&t.picture_none()), count == 0);
        }
    }
}

fn card(states: &[TrackState]) -> Card {
    let stands: Vec<Stand> = (1..)
        .zip(states)
        .map(|(track, state)| Stand {
            track,
            mark: mark(*state),
            note: Note::of(vec!["note".to_owned()]),
        })
        .collect();
    let vertices = vec![
        Vertex {
            name: "part-1".to_owned(),
            ..Vertex::default()
        };
        states.len()
    ];
    let graph = Graph {
        vertices,
        ..Graph::default()
    };
    let Drawn::Picture(picture) = picture(&graph, Detail::Folded) else {
        panic!("it is small");
    };
    of_tracks(&picture.cards[0], 10, &stands, english())
}

#[test]
fn a_stack_looks_like_what_most_needs_somebody_and_counts_all() {
    use TrackState::{Failed, Running, Succeed};
    let stack = card(&[Succeed, Running, Failed, Succeed, Running]);
    assert_eq!(stack.mark, Some(mark(Failed)));
    assert_eq!(
        stack.title,
        "part-1…: × 5 · Failed 1 · Running 2 · Succeeded 2"
    );
    assert_eq!(stack.note, "× 5 · Failed 1…");
    let leads = |vertices| stack.clone().leading("/pipelines/7?", vertices).href;
    assert_eq!(leads(1_000), "/pipelines/7?all=1#v10");
    assert_eq!(leads(10_000), "/pipelines/7?after=0");
    assert_eq!(stack.clone().leading("", 5).track, None);
    let one = card(&[Failed]).leading("/pipelines/7?", 1);
    assert_eq!(
        (one.href.as_str(), one.note.as_str(), one.track),
        ("/tracks/1", "note", Some(1))
    );
}

#[test]
fn a_look_begins_at_what_failed_else_at_what_runs() {
    let first = |states: fn(usize) -> TrackState| {
        let picture = of(&graph(9), Detail::Whole, english());
        let Shown::Picture(mut picture) = picture else {
            panic!("it is small");
        };
        for (nth, card) in picture.cards.iter_mut().enumerate() {
            card.counts = vec![(mark(states(nth)), 1)];
        }
        picture.jumps = super::jumps(&picture.cards);
        picture.first()
    };
    use TrackState::{Failed, Running, Succeed};
    assert_eq!(first(|_| Succeed), None);
    assert_eq!(
        first(|nth| if nth > 3 { Running } else { Succeed }),
        Some(1_000_004)
    );
    assert_eq!(
        first(|nth| if nth > 3 { Running } else { Failed }),
        Some(1_000_000)
    );
}

#[test]
fn large_graphs_are_folded_until_somebody_wants_all_of_them() {
    let wish = |all, fold| Wish {
        all,
        fold,
        around: None,
    };
    for (wish, small, large, address) in [
        (wish(false, false), Detail::Whole, Detail::Folded, ""),
        (wish(true, false), Detail::Whole, Detail::Whole, "all=1"),
        (wish(false, true), Detail::Folded, Detail::Folded, "fold=1"),
    ] {
        assert_eq!((wish.detail(300), wish.detail(301)), (small, large));
        assert_eq!(asked(wish), address);
    }
}
