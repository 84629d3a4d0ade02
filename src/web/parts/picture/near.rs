//! The picture of what is near one vertex: in the place of one that is too large, and for whoever asks.

use std::sync::Arc;

use super::stands::{Stand, of_tracks, stand};
use super::{Card, Drawing, NAME_ALONE, Shown, jumps};
use crate::desk::{Desk, MOST_NEAR, Pictured};
use crate::engine::{GraphId, PipelineId, TrackState};
use crate::graph::drawing::{Drawn, Stack, cut};
use crate::l10n::Words;
use crate::store::{Nearby, PipelineHead};
use crate::web::edge::answer::Failure;

/// The states whose first track is looked at, when nobody said at which: what failed, else what runs.
const FIRST: [&[TrackState]; 2] = [
    &[TrackState::Failed, TrackState::Interrupted],
    &[TrackState::Running],
];

/// What such a picture says beside its cards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Near {
    /// The vertex in the middle.
    pub(in crate::web) vertex: i64,
    /// Its name.
    pub(in crate::web) name: String,
    /// Where all of it stands.
    pub(in crate::web) href: String,
    /// So many cards are drawn, and there are more; 0: these are all.
    pub(in crate::web) most: usize,
    /// Why the whole graph is not drawn; empty: it can be.
    pub(in crate::web) why: String,
}

/// Near a vertex of a graph, or near the first one.
pub(super) fn of_graph(
    desk: &Desk,
    id: GraphId,
    vertex: Option<i64>,
    why: String,
    href: impl Fn(u32, i64) -> String,
) -> Result<Shown, Failure> {
    let (near, drawn) = read(desk, id, vertex)?;
    let page = format!("/graphs/{id}?");
    let card = |at: &Stack, (vertex, place): (i64, u32)| Card {
        vertex,
        track: None,
        href: match vertex == near.vertex {
            true => href(place, vertex),
            false => walk(&page, vertex),
        },
        mark: None,
        counts: Vec::new(),
        title: at.name.clone(),
        short: cut(&at.name, NAME_ALONE),
        note: String::new(),
        at: at.clone(),
    };
    Ok(shown(&near, drawn, (&page, String::new()), why, card))
}

/// Near a vertex of a pipeline, or near the first one that failed, else runs.
pub(super) fn of_pipeline(
    desk: &Desk,
    head: &PipelineHead,
    vertex: Option<i64>,
    why: String,
    t: Words,
) -> Result<Shown, Failure> {
    let id = PipelineId(head.id);
    let mut vertex = vertex;
    for states in FIRST {
        if vertex.is_none() {
            let found = desk.store.track_page(id, states, 0, 1)?;
            vertex = found.first().map(|track| track.vertex_id);
        }
    }
    let (near, drawn) = read(desk, GraphId(head.graph_id), vertex)?;
    let places: Vec<i32> = near.vertices.iter().map(|(_, place, ..)| *place).collect();
    let tracks = desk.store.tracks_at(id, &places)?;
    let over = head.finished_at.is_some();
    let stand = |track| stand(track, over, t);
    let stands: Vec<Stand> = tracks.iter().map(stand).collect();
    let page = format!("/pipelines/{id}?");
    let card = |at: &Stack, (vertex, _): (i64, u32)| {
        let card = of_tracks(at, 0, &stands, t);
        Card {
            vertex,
            href: match vertex == near.vertex {
                true => format!("/tracks/{}", card.track.unwrap_or_default()),
                false => walk(&page, vertex),
            },
            ..card
        }
    };
    let part = format!("/pipelines/{id}/part/picture?around={}", near.vertex);
    Ok(shown(&near, drawn, (&page, part), why, card))
}

/// Where a card leads that is not in the middle.
fn walk(page: &str, vertex: i64) -> String {
    format!("{page}around={vertex}#picture")
}

fn read(desk: &Desk, id: GraphId, vertex: Option<i64>) -> Result<(Nearby, Drawn), Failure> {
    desk.near(id, vertex)?.ok_or(Failure::Missing("vertex"))
}

fn shown(
    near: &Nearby,
    drawn: Drawn,
    (page, part): (&str, String),
    why: String,
    card: impl Fn(&Stack, (i64, u32)) -> Card,
) -> Shown {
    let Drawn::Picture(picture) = &drawn else {
        return Shown::Not(why);
    };
    let cards = picture.cards.iter().filter_map(|at| {
        let (vertex, place, ..) = near.vertices.get(at.vertices[0] as usize)?;
        Some(card(at, (*vertex, *place as u32)))
    });
    let cards: Vec<Card> = cards.collect();
    let middle = cards.iter().find(|card| card.vertex == near.vertex);
    let near = Near {
        vertex: near.vertex,
        name: middle.map_or_else(String::new, |card| card.at.name.clone()),
        href: middle.map_or_else(String::new, |card| card.href.clone()),
        most: if near.more { MOST_NEAR } else { 0 },
        why,
    };
    Shown::Picture(Box::new(Drawing {
        jumps: jumps(&cards),
        folded: false,
        vertices: cards.len(),
        cards,
        page: page.to_owned(),
        part,
        near: Some(near),
        kept: Arc::new(Pictured { first: 0, drawn }),
    }))
}
