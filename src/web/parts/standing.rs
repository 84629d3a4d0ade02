//! What the page of a pipeline is made from, and how it stands.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use crate::desk::Desk;
use crate::engine::{PipelineId, PipelineStand, PipelineState, Reason as Failed, TrackState};
use crate::graph::When;
use crate::l10n::Words;
use crate::store::{JournalRow, PipelineHead, TrackHead};
use crate::web::edge::answer::Failure;
use crate::web::parts::around::Around;
use crate::web::parts::reason::{PATIENCE, Reason, reason};

/// Tracks on one page.
pub(in crate::web) const PAGE: usize = 200;
/// Of a pipeline with so many tracks at most all are read, for the guess of its end.
const WHOLE: usize = 300;
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
    /// All of its tracks, where they are few; else none.
    pub(in crate::web) whole: Vec<TrackHead>,
    /// A page of those that are asked for.
    pub(in crate::web) tracks: Vec<TrackHead>,
    /// Where the next page begins.
    pub(in crate::web) next: Option<Place>,
    pub(in crate::web) journal: Vec<JournalRow>,
    pub(in crate::web) reason: Option<Reason>,
}

/// Reads a pipeline, and a page of its tracks that stand at one of these states (none: at any).
pub(in crate::web) fn find(
    desk: &Desk,
    id: PipelineId,
    states: &[TrackState],
    after: Option<Place>,
    now: i64,
) -> Result<Found, Failure> {
    let store = &desk.store;
    let head = store.pipeline(id)?.ok_or(Failure::Missing("pipeline"))?;
    let all = head.vertices as usize;
    let most = WHOLE + When::ALL.len();
    let mut whole = match all <= WHOLE {
        true => store.tracks(id, 0, most as i64)?,
        false => Vec::new(),
    };
    let (mut tracks, next) = page(desk, id, (all, &whole), states, after)?;
    let ids = || whole.iter().chain(&tracks).map(|track| track.id);
    let around = Around::read(desk, &head, ids().min().zip(ids().max()), now)?;
    tracks.retain(|track| !around.is_handler(track.id));
    whole.retain(|track| !around.is_handler(track.id));
    // A failure that counts as done needs nobody.
    let most = ATTENTION + 1 + around.ignored.len();
    let mut attention = store.attention(id, most as i64)?;
    attention.retain(|track| !around.ignored.contains(&track.id));
    Ok(Found {
        counts: around.scripts(&store.counts(&[id.0])?),
        attention,
        ending: store.ending(id)?,
        again: store.again_of(id, AGAIN)?,
        whole,
        tracks,
        next,
        around,
        journal: store.journal_tail(id, JOURNAL)?,
        reason: reason(desk.why_pipeline(id, PATIENCE))?,
        head,
    })
}

/// Where a page of tracks begins: after a track of one of the groups of [`ORDER`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) struct Place {
    group: usize,
    after: i64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.group, self.after)
    }
}

impl FromStr for Place {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (group, after) = text.split_once('.').unwrap_or(("0", text));
        Ok(Self {
            group: group.parse()?,
            after: after.parse()?,
        })
    }
}

/// Where there is more than one page, those come first that need somebody.
const ORDER: [&[TrackState]; 4] = [
    &[
        TrackState::Failed,
        TrackState::Interrupted,
        TrackState::Stopped,
    ],
    &[TrackState::Running],
    &[TrackState::Pending, TrackState::Waiting],
    &[TrackState::Succeed, TrackState::Skipped],
];

/// A page of tracks: in the order of the definition where one page has all of them.
fn page(
    desk: &Desk,
    id: PipelineId,
    (all, whole): (usize, &[TrackHead]),
    states: &[TrackState],
    after: Option<Place>,
) -> Result<(Vec<TrackHead>, Option<Place>), Failure> {
    let fits = |state: &TrackState| states.is_empty() || states.contains(state);
    if all <= PAGE {
        let wanted =
            |track: &&TrackHead| TrackState::from_code(track.state).is_some_and(|s| fits(&s));
        return Ok((whole.iter().filter(wanted).cloned().collect(), None));
    }
    let Place { group, mut after } = after.unwrap_or(Place { group: 0, after: 0 });
    let mut tracks = Vec::new();
    for (group, of) in ORDER.iter().enumerate().skip(group) {
        let of: Vec<TrackState> = of.iter().copied().filter(fits).collect();
        let room = PAGE - tracks.len();
        if !of.is_empty() {
            let found = desk.store.track_page(id, &of, after, room as i64 + 1)?;
            let more = found.len() > room;
            tracks.extend(found.into_iter().take(room));
            if more {
                let after = tracks.last().map_or(after, |track| track.id);
                return Ok((tracks, Some(Place { group, after })));
            }
        }
        after = 0;
    }
    Ok((tracks, None))
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
    pub(in crate::web) fn news(&self, t: Words) -> String {
        use TrackState::{Interrupted, Pending, Running};
        let head = &self.head;
        let open = [PipelineState::Running, PipelineState::Paused].map(PipelineState::code);
        let runs = |track: &TrackHead| {
            [Pending, Running]
                .map(TrackState::code)
                .contains(&track.state)
        };
        if head.finished_at.is_some() {
            String::new()
        } else if head.queued && head.paused {
            t.pipeline_news_queued_paused()
        } else if head.queued {
            t.pipeline_news_queued()
        } else if head.paused {
            t.pipeline_news_paused()
        } else if open.contains(&head.state) {
            String::new()
        } else if self.ending > 0 {
            t.pipeline_news_ending()
        } else if self.at(Running) > 0 {
            t.pipeline_news_runs_on()
        } else if self.at(Interrupted) > 0 {
            t.pipeline_news_unclear()
        } else if self.around.handlers.iter().any(|(track, _)| runs(track)) {
            t.pipeline_news_after()
        } else {
            t.pipeline_news_moves()
        }
    }

    /// What else is to be known, in few words.
    pub(in crate::web) fn facts(&self, t: Words) -> Vec<String> {
        let ignored = self.around.ignored.len();
        let late = self.head.reason == Some(Failed::Timeout.code());
        let priority = self.head.priority;
        let facts = [
            (ignored > 0).then(|| t.pipeline_ignored(ignored as i64)),
            late.then(|| t.pipeline_out_of_time()),
            (priority != 0).then(|| t.pipeline_priority(priority.to_string())),
        ];
        facts.into_iter().flatten().collect()
    }
}
