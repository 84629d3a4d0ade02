//! How the tracks of a pipeline stand, in the words of the cards of its picture.

use super::notes::{Note, of_several, of_track};
use super::{Card, NAME};
use crate::desk::Desk;
use crate::engine::{PipelineId, Reason, TrackState};
use crate::graph::drawing::{MOST_CARDS, Stack, cut};
use crate::l10n::Words;
use crate::store::{PipelineHead, TrackHead};
use crate::web::edge::answer::Failure;
use crate::web::parts::marks::{self, Mark};

/// Of a pipeline with so many tracks each card says more than a state.
const MOST_NOTES: i32 = 500;

/// From the state that most needs somebody to the one that least does.
pub(super) const WORST: [TrackState; 8] = [
    TrackState::Failed,
    TrackState::Interrupted,
    TrackState::Stopped,
    TrackState::Running,
    TrackState::Pending,
    TrackState::Waiting,
    TrackState::Succeed,
    TrackState::Skipped,
];

/// How the track of a vertex stands.
pub(super) struct Stand {
    pub(super) track: i64,
    pub(super) mark: Mark,
    pub(super) note: Note,
}

/// The place of a state among all, from the one that most needs somebody.
pub(super) fn need(mark: Mark) -> usize {
    let state = WORST.iter().position(|state| state.word() == mark.word);
    state.unwrap_or(WORST.len())
}

/// How each track of a pipeline stands, in the order of the vertices.
pub(super) fn stands(desk: &Desk, head: &PipelineHead, t: Words) -> Result<Vec<Stand>, Failure> {
    let over = head.finished_at.is_some();
    if head.vertices <= MOST_NOTES {
        let tracks = desk
            .store
            .tracks(PipelineId(head.id), 0, i64::from(MOST_NOTES))?;
        let stand = |track| stand(track, over, t);
        return Ok(tracks.iter().map(stand).collect());
    }
    let found = desk.store.standing(PipelineId(head.id))?;
    let stand = |(track, state): (i64, &i16)| {
        let late = found.timed_out.binary_search(&track).is_ok();
        let reason = late.then_some(Reason::Timeout.code());
        let mark = marks::track(*state, reason);
        let mark = if over { mark.over(0) } else { mark };
        Stand {
            track,
            mark,
            note: Note::of(vec![mark.said(&t)]),
        }
    };
    Ok((found.first..).zip(&found.states).map(stand).collect())
}

/// How a track stands, in its own words; `over`: nothing of its pipeline moves.
pub(super) fn stand(track: &TrackHead, over: bool, t: Words) -> Stand {
    let mark = marks::track(track.state, track.reason);
    let mark = if over { mark.over(track.attempt) } else { mark };
    Stand {
        track: track.id,
        note: of_track(track, mark, t),
        mark,
    }
}

/// The card of one track, or of several.
pub(super) fn of_tracks(at: &Stack, first: i64, stands: &[Stand], t: Words) -> Card {
    let own = at
        .vertices
        .iter()
        .filter_map(|place| stands.get(*place as usize));
    let own: Vec<&Stand> = own.collect();
    let mut counts: Vec<(Mark, usize)> = Vec::new();
    for stand in &own {
        match counts.iter_mut().find(|(mark, _)| *mark == stand.mark) {
            Some((_, count)) => *count += 1,
            None => counts.push((stand.mark, 1)),
        }
    }
    counts.sort_by_key(|(mark, _)| need(*mark));
    let note = match &own[..] {
        [one] => one.note.clone(),
        _ => of_several(at.vertices.len(), &counts, t),
    };
    let name = &at.name;
    Card {
        vertex: first + i64::from(at.vertices[0]),
        track: own.first().map(|stand| stand.track),
        href: String::new(),
        mark: counts.first().map(|(mark, _)| *mark),
        counts,
        title: format!("{name}: {}", note.full),
        short: cut(name, NAME),
        note: note.short,
        at: at.clone(),
    }
}

impl Card {
    /// The same with where it leads: to its track; of several to their cards, where those can be drawn, else
    /// to their rows in the table.
    pub(super) fn leading(self, page: &str, vertices: usize) -> Self {
        let track = self.track.unwrap_or_default();
        let href = match self.at.vertices.len() {
            1 => format!("/tracks/{track}"),
            _ if vertices <= MOST_CARDS => format!("{page}all=1#v{}", self.vertex),
            _ => format!("{page}after={}", track - 1),
        };
        let track = self.track.filter(|_| self.at.vertices.len() == 1);
        Self {
            href,
            track,
            ..self
        }
    }
}
