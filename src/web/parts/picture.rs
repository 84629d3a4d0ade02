//! The picture of a graph: inline SVG that needs no script, with a state on each card when it is
//! of a pipeline. What is drawn where is kept by the desk; here it gets its states and its words.

mod looks;
mod near;
mod notes;
mod stands;
mod wish;

use std::sync::Arc;

use crate::desk::{Desk, Pictured};
use crate::engine::GraphId;
use crate::graph::drawing::{Drawn, Picture, Stack, cut};
use crate::l10n::Words;
use crate::store::{GraphHead, PipelineHead};
use crate::web::edge::answer::Failure;
use crate::web::parts::marks::Mark;
pub(in crate::web) use near::Near;
use stands::{need, of_tracks, stands};
pub(in crate::web) use wish::Wish;
use wish::asked;

/// The room for a name in heights of its font: beside the mark of a state, and where there is none.
const NAME: f32 = 11.2;
const NAME_ALONE: f32 = 13.4;

/// A card with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Card {
    /// Its place, and the vertices on it.
    pub(in crate::web) at: Stack,
    /// The number of its first vertex.
    pub(in crate::web) vertex: i64,
    /// The number of its track, when it has one alone.
    pub(in crate::web) track: Option<i64>,
    /// Where a click leads; a path or a fragment of fixed words and numbers.
    pub(in crate::web) href: String,
    /// The state in a pipeline: of several the one that most needs somebody.
    pub(in crate::web) mark: Option<Mark>,
    /// How many of its tracks stand at a state, the one that most needs somebody first.
    counts: Vec<(Mark, usize)>,
    /// Name and note in full.
    pub(in crate::web) title: String,
    /// The name, cut to the card.
    pub(in crate::web) short: String,
    /// The second line: no number in it goes stale or is cut.
    pub(in crate::web) note: String,
}

/// A way to the first card of a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Jump {
    pub(in crate::web) mark: Mark,
    pub(in crate::web) count: usize,
    /// The number of the first vertex of the card.
    pub(in crate::web) vertex: i64,
}

/// A picture as a page shows it.
#[derive(Debug)]
pub(in crate::web) struct Drawing {
    kept: Arc<Pictured>,
    pub(in crate::web) cards: Vec<Card>,
    /// States from the one that most needs somebody; empty: it is of no pipeline.
    pub(in crate::web) jumps: Vec<Jump>,
    /// The address of the page with `?` at its end, and of the picture alone; the second is empty when it
    /// is of no pipeline.
    pub(in crate::web) page: String,
    pub(in crate::web) part: String,
    /// How many vertices the graph has.
    pub(in crate::web) vertices: usize,
    folded: bool,
    /// It is of what is near one vertex.
    pub(in crate::web) near: Option<Near>,
}

/// What a page has in the place of a picture.
#[derive(Debug)]
pub(in crate::web) enum Shown {
    /// The picture.
    Picture(Box<Drawing>),
    /// Why there is none.
    Not(String),
}

impl Drawing {
    pub(in crate::web) fn drawn(&self) -> &Picture {
        static NONE: Picture = Picture {
            width: 0,
            height: 0,
            cards: Vec::new(),
            folded: 0,
            dots: Vec::new(),
            lines: Vec::new(),
            after: None,
        };
        match &self.kept.drawn {
            Drawn::Picture(picture) => picture,
            Drawn::TooMuch { .. } => &NONE,
        }
    }
}

/// The picture of a graph; `href`: where the card of the vertex with this place and number leads.
pub(in crate::web) fn of_graph(
    desk: &Desk,
    head: &GraphHead,
    wish: Wish,
    t: Words,
    href: impl Fn(u32, i64) -> String,
) -> Result<Shown, Failure> {
    let detail = wish.detail(head.vertices);
    let kept = desk.picture(head, detail)?;
    let why = not_drawn(head, kept.as_deref(), t);
    if wish.around.is_some() || why.is_some() {
        return near::of_graph(
            desk,
            GraphId(head.id),
            wish.around,
            why.unwrap_or_default(),
            href,
        );
    }
    let page = format!("/graphs/{}?", head.id);
    let card = |first: i64| {
        move |at: &Stack| {
            let place = at.vertices[0];
            Card {
                vertex: first + i64::from(place),
                track: None,
                href: href(place, first + i64::from(place)),
                mark: None,
                counts: Vec::new(),
                title: at.name.clone(),
                short: cut(&at.name, NAME_ALONE),
                note: match at.vertices.len() {
                    1 => String::new(),
                    n => format!("× {n}"),
                },
                at: at.clone(),
            }
        }
    };
    Ok(shown(head, kept, (page, String::new()), t, card))
}

/// The picture of a pipeline.
pub(in crate::web) fn of_pipeline(
    desk: &Desk,
    head: &PipelineHead,
    wish: Wish,
    t: Words,
) -> Result<Shown, Failure> {
    let graph = desk.store.graph(GraphId(head.graph_id))?;
    let graph = graph.ok_or(Failure::Missing("graph"))?;
    let detail = wish.detail(graph.vertices);
    let kept = desk.picture(&graph, detail)?;
    let why = not_drawn(&graph, kept.as_deref(), t);
    if wish.around.is_some() || why.is_some() {
        let why = why.unwrap_or_default();
        return near::of_pipeline(desk, head, wish.around, why, t);
    }
    let stands = stands(desk, head, t)?;
    let page = format!("/pipelines/{}?", head.id);
    let part = format!("/pipelines/{}/part/picture?{}", head.id, asked(wish));
    let whole = page.clone();
    let card = |first: i64| {
        move |at: &Stack| of_tracks(at, first, &stands, t).leading(&whole, graph.vertices as usize)
    };
    Ok(shown(&graph, kept, (page, part), t, card))
}

fn shown<C: Fn(&Stack) -> Card>(
    head: &GraphHead,
    kept: Option<Arc<Pictured>>,
    (page, part): (String, String),
    t: Words,
    card: impl FnOnce(i64) -> C,
) -> Shown {
    if let Some(why) = not_drawn(head, kept.as_deref(), t) {
        return Shown::Not(why);
    }
    let Some(kept) =
        kept.filter(|kept| matches!(&kept.drawn, Drawn::Picture(p) if !p.cards.is_empty()))
    else {
        return Shown::Not(t.picture_none());
    };
    let cards: Vec<Card> = match &kept.drawn {
        Drawn::Picture(picture) => picture.cards.iter().map(card(kept.first)).collect(),
        Drawn::TooMuch { .. } => Vec::new(),
    };
    let vertices = cards.iter().map(|card| card.at.vertices.len()).sum();
    Shown::Picture(Box::new(Drawing {
        jumps: jumps(&cards),
        folded: cards.len() < vertices,
        cards,
        page,
        part,
        vertices,
        near: None,
        kept,
    }))
}

/// Why the whole graph is not drawn.
fn not_drawn(head: &GraphHead, kept: Option<&Pictured>, t: Words) -> Option<String> {
    match kept.map(|kept| &kept.drawn) {
        None => Some(t.picture_too_large(head.vertices)),
        Some(Drawn::TooMuch { cards, lines }) => {
            Some(t.picture_too_much(*cards as i64, *lines as i64))
        }
        Some(Drawn::Picture(_)) => None,
    }
}

/// The first card of each state.
fn jumps(cards: &[Card]) -> Vec<Jump> {
    let mut jumps: Vec<Jump> = Vec::new();
    for card in cards {
        for (mark, count) in &card.counts {
            match jumps.iter_mut().find(|jump| jump.mark == *mark) {
                Some(jump) => jump.count += count,
                None => jumps.push(Jump {
                    mark: *mark,
                    count: *count,
                    vertex: card.vertex,
                }),
            }
        }
    }
    jumps.sort_by_key(|jump| need(jump.mark));
    jumps
}

#[cfg(test)]
pub(in crate::web) mod tests;
