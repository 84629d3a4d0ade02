//! What the page of a pipeline is made from, and how it stands.

use crate::desk::Desk;
use crate::engine::{
    GraphId, PipelineId, PipelineStand, PipelineState, Reason as Failed, TrackState,
};
use crate::store::{JournalRow, PipelineHead, TrackHead};
use crate::web::edge::answer::Failure;
use crate::web::parts::around::Around;
use crate::web::parts::picture;
use crate::web::parts::reason::{PATIENCE, Reason, reason};

/// Tracks on one page.
pub(in crate::web) const PAGE: usize = 500;
/// Tracks in the list of those that need somebody.
pub(in crate::web) const ATTENTION: usize = 20;
/// Lines of the journal.
pub(in crate::web) const JOURNAL: i64 = 200;
/// Further runs of the same that the page links to.
pub(in crate::web) const AGAIN: i64 = 20;

/// What the page is made from.
pub(in crate::web) struct Found {
    pub(in crate::web) head: PipelineHead,
    pub(in crate::web) around: Around,
    /// How many attempts are being ended.
    pub(in crate::web) ending: i64,
    pub(in crate::web) again: Vec<(i64, i16)>,
    pub(in crate::web) counts: Vec<(i64, i16, i64)>,
    pub(in crate::web) attention: Vec<TrackHead>,
    pub(in crate::web) tracks: Vec<TrackHead>,
    pub(in crate::web) edges: Option<Vec<(i64, i64)>>,
    pub(in crate::web) journal: Vec<JournalRow>,
    pub(in crate::web) reason: Option<Reason>,
}

/// Reads a pipeline, and a page of its tracks.
pub(in crate::web) fn find(
    desk: &Desk,
    id: PipelineId,
    after: i64,
    now: i64,
) -> Result<Found, Failure> {
    let store = &desk.store;
    let head = store.pipeline(id)?.ok_or(Failure::Missing("pipeline"))?;
    let graph = GraphId(head.graph_id);
    let few = head.vertices as usize <= picture::MOST_VERTICES && after == 0;
    let drawn = few
        && store
            .graph(graph)?
            .is_some_and(|graph| graph.edges as usize <= picture::MOST_EDGES);
    let mut tracks = store.tracks(id, after, PAGE as i64 + 1)?;
    let ends = tracks.first().zip(tracks.last()).map(|(a, z)| (a.id, z.id));
    let around = Around::read(desk, &head, ends, now)?;
    tracks.retain(|track| !around.is_handler(track.id));
    // A failure that counts as done needs nobody.
    let most = ATTENTION + 1 + around.ignored.len();
    let mut attention = store.attention(id, most as i64)?;
    attention.retain(|track| !around.ignored.contains(&track.id));
    Ok(Found {
        counts: around.scripts(&store.counts(&[id.0])?),
        attention,
        ending: store.ending(id)?,
        again: store.again_of(id, AGAIN)?,
        tracks,
        around,
        edges: drawn.then(|| store.edges(graph)).transpose()?,
        journal: store.journal_tail(id, JOURNAL)?,
        reason: reason(desk.why_pipeline(id, PATIENCE))?,
        head,
    })
}

impl Found {
    /// How many tracks that the verdict is about stand at a state.
    fn at(&self, state: TrackState) -> i64 {
        let here = self
            .counts
            .iter()
            .filter(|(_, code, _)| *code == state.code());
        here.map(|(_, _, count)| count).sum()
    }

    /// How it stands, as far as that decides what may be asked.
    pub(in crate::web) fn stand(&self) -> Option<PipelineStand> {
        let ignored = self.around.ignored.len() as i64;
        let unanswered = self.at(TrackState::Interrupted) + self.at(TrackState::Stopped);
        let runs = self.at(TrackState::Running);
        let handlers = |states: &[TrackState]| {
            let at = |track: &TrackHead| states.iter().any(|state| state.code() == track.state);
            self.around
                .handlers
                .iter()
                .filter(|(track, _)| at(track))
                .count() as i64
        };
        let unstarted = match runs {
            0 => handlers(&[TrackState::Waiting, TrackState::Pending]),
            _ => self.at(TrackState::Waiting) + self.at(TrackState::Pending),
        };
        Some(PipelineStand {
            state: PipelineState::from_code(self.head.state)?,
            paused: self.head.paused,
            over: self.head.finished_at.is_some(),
            runs: runs > 0,
            ends: self.ending > 0,
            left: unstarted > 0 || runs + handlers(&[TrackState::Running]) > self.ending,
            unsuccessful: unanswered + self.at(TrackState::Failed) > ignored,
        })
    }

    /// Why it stands as it does, where its state does not say it; empty: its state says it.
    pub(in crate::web) fn news(&self) -> &'static str {
        use TrackState::{Interrupted, Pending, Running};
        let head = &self.head;
        let open = [PipelineState::Running, PipelineState::Paused].map(PipelineState::code);
        let runs = |track: &TrackHead| {
            [Pending, Running]
                .map(TrackState::code)
                .contains(&track.state)
        };
        if head.finished_at.is_some() {
            ""
        } else if head.queued && head.paused {
            "It waits for its turn, which others of its graph take before it until it is resumed."
        } else if head.queued {
            "It waits for its turn: as many pipelines of its graph run as its limit allows."
        } else if head.paused {
            "Nothing new of it starts until it is resumed. What runs goes on to its end."
        } else if open.contains(&head.state) {
            ""
        } else if self.ending > 0 {
            "What runs is being ended."
        } else if self.at(Running) > 0 {
            "It has its verdict; what of it still runs goes on to its end."
        } else if self.at(Interrupted) > 0 {
            "It is over when somebody has said how the interrupted scripts ended."
        } else if self.around.handlers.iter().any(|(track, _)| runs(track)) {
            "It has its verdict; what runs after that has not ended."
        } else {
            "It has its verdict; something of it can still move."
        }
    }

    /// What else is to be known, in few words.
    pub(in crate::web) fn facts(&self) -> Vec<String> {
        let mut facts = Vec::new();
        match self.around.ignored.len() {
            0 => {}
            1 => facts.push("1 ignored failure".to_owned()),
            n => facts.push(format!("{n} ignored failures")),
        }
        if self.head.reason == Some(Failed::Timeout.code()) {
            facts.push("it ran out of time".to_owned());
        }
        if self.head.priority != 0 {
            facts.push(format!("priority {}", self.head.priority));
        }
        facts
    }
}
