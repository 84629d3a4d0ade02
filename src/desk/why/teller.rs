//! Names for what facts speak of, and what happens next in words.

use std::collections::{BTreeMap, BTreeSet};

use super::lacks::lacks;
use super::words::{Code, actions, joined, told};
use super::{Moves, Refer, ReferKind, Why};
use crate::driver::CommandError;
use crate::engine::{
    Because, Facts, Few, Next, Party, PipelineId, PipelineState, Time, TrackId, TrackState, Wanted,
};
use crate::store::{Named, Store};

/// What happens next to what is over.
pub(super) const NOTHING: &str = "Nothing follows by itself.";

/// Finds words for facts.
pub(super) struct Teller<'a> {
    pub(super) store: &'a Store,
    pub(super) pipeline: PipelineId,
    pub(super) track: Option<TrackId>,
    tracks: BTreeMap<i64, String>,
    pipelines: BTreeMap<i64, Named>,
    refers: Vec<Refer>,
    /// Those without whose outputs the track that is to be repaired fails again.
    lacks: Option<Few<Party>>,
}

impl<'a> Teller<'a> {
    /// Reads the names of all that the facts speak of: two statements, whatever they are.
    pub(super) fn new(
        store: &'a Store,
        pipeline: PipelineId,
        track: Option<TrackId>,
        facts: &Facts,
    ) -> Result<Self, CommandError> {
        let (mut tracks, mut pipelines) = (BTreeSet::new(), BTreeSet::new());
        let mut all = |few: &Few<Party>| tracks.extend(few.first.iter().map(|p| p.track.0));
        all(&facts.failing);
        match &facts.because {
            Because::Predecessors(few)
            | Because::Verdict(few)
            | Because::Handlers(few)
            | Because::MaxParallel(_, few)
            | Because::Running(few)
            | Because::Asks(_, few)
            | Because::Backoff(few)
            | Because::Pool { holders: few, .. }
            | Because::Slots { holders: few, .. } => all(few),
            Because::Queued { begun, .. } => pipelines.extend(begun.first.iter().map(|p| p.0)),
            Because::Over
            | Because::Paused
            | Because::Draining
            | Because::Turn
            | Because::Input
            | Because::Retry
            | Because::Spawn
            | Because::Held
            | Because::Runs
            | Because::Ended => {}
        }
        match &facts.next {
            Next::Person(_, few) => all(few),
            Next::Later(first, _, few) => {
                all(first);
                all(few);
            }
            Next::Others(few) => pipelines.extend(few.first.iter().map(|p| p.0)),
            Next::ByItself | Next::Nothing => {}
        }
        let lacks = match &facts.next {
            Next::Person(Wanted::Repair, few) if few.count == 1 => lacks(store, few.first[0])?,
            _ => None,
        };
        tracks.extend(lacks.iter().flat_map(|few| &few.first).map(|p| p.track.0));
        let tracks: Vec<i64> = tracks.into_iter().collect();
        let pipelines: Vec<i64> = pipelines.into_iter().collect();
        let tracks = store.named_tracks(&tracks)?.into_iter();
        let pipelines = store.named_pipelines(&pipelines)?.into_iter();
        Ok(Self {
            store,
            pipeline,
            track,
            tracks: tracks.map(|named| (named.id, named.name)).collect(),
            pipelines: pipelines.map(|named| (named.id, named)).collect(),
            refers: Vec::new(),
            lacks,
        })
    }

    pub(super) fn refer(&mut self, refer: Refer) {
        if !self.refers.contains(&refer) {
            self.refers.push(refer);
        }
    }

    /// `` `a` (RUNNING), `b` of pipeline #7 (RUNNING) and 3 more ``
    pub(super) fn parties(&mut self, few: &Few<Party>, states: bool) -> String {
        let mut words = Vec::new();
        for party in &few.first {
            let name = self.tracks.get(&party.track.0).cloned().unwrap_or_default();
            self.refer(Refer {
                kind: ReferKind::Track,
                id: Some(party.track.0),
                name: name.clone(),
                state: Some(party.state.word()),
            });
            let of = match party.pipeline == self.pipeline {
                true => String::new(),
                false => format!(" of pipeline #{}", party.pipeline),
            };
            let state = match states {
                true => format!(" ({})", party.state),
                false => String::new(),
            };
            words.push(format!("`{name}`{of}{state}"));
        }
        joined(words, few.count)
    }

    /// `#7 (RUNNING) and #9 (PAUSED)`
    pub(super) fn others(&mut self, few: &Few<PipelineId>) -> String {
        let mut words = Vec::new();
        for id in &few.first {
            let named = self.pipelines.get(&id.0);
            let state = named.and_then(|n| PipelineState::from_code(n.state));
            let refer = Refer {
                kind: ReferKind::Pipeline,
                id: Some(id.0),
                name: named.map(|n| n.name.clone()).unwrap_or_default(),
                state: state.map(PipelineState::word),
            };
            self.refer(refer);
            words.push(format!("#{id}"));
        }
        joined(words, few.count)
    }

    /// What happens next, in words.
    fn next(&mut self, facts: &Facts) -> (String, Moves, &'static [&'static str]) {
        let own = |few: &Few<Party>, track: Option<TrackId>| {
            few.count == 1 && few.first.first().map(|party| party.track) == track
        };
        match &facts.next {
            Next::ByItself => {
                let runs = facts.track.is_some_and(|t| t.state == TrackState::Running);
                let paused = facts.track.is_none() && facts.pipeline.paused && facts.unstarted;
                if paused && !matches!(facts.because, Because::Running(_)) {
                    let text = "What is to run alone starts by itself when its turn comes; nothing else starts until a person resumes the pipeline.";
                    return (text.to_owned(), Moves::Itself, &[]);
                }
                if paused {
                    let text =
                        "What runs ends by itself; nothing new starts until a person resumes it.";
                    return (
                        text.to_owned(),
                        Moves::Person,
                        actions(Wanted::Resume, false),
                    );
                }
                if facts.track.is_none() && facts.draining && facts.unstarted {
                    let text = "What runs ends by itself; the server starts nothing new, because it is being emptied.";
                    return (
                        text.to_owned(),
                        Moves::Person,
                        actions(Wanted::Undrain, false),
                    );
                }
                let text = match runs {
                    true => "It ends by itself.",
                    false => "It goes on by itself.",
                };
                (text.to_owned(), Moves::Itself, &[])
            }
            Next::Nothing => (NOTHING.to_owned(), Moves::Nobody, &[]),
            Next::Others(few) => {
                let text = match few.count {
                    1 => format!("A person has to go on with pipeline {}.", self.others(few)),
                    _ => format!("A person has to go on with pipelines {}.", self.others(few)),
                };
                (text, Moves::Person, &[])
            }
            Next::Person(_, few) if self.lacks.is_some() => {
                let givers = self.lacks.take().unwrap_or_else(|| few.clone());
                let (them, they) = match givers.count {
                    1 => ("it", "it was"),
                    _ => ("them", "they were"),
                };
                let (list, own) = (self.parties(&givers, true), self.parties(few, false));
                let text = format!(
                    "A person has to retry {list} with all after {them}: {own} lacks what {they} to leave."
                );
                (text, Moves::Person, &["retry with all after it"])
            }
            Next::Person(wanted, few) => {
                let it = match own(few, self.track) {
                    true => "it".to_owned(),
                    false => self.parties(few, true),
                };
                let text = told("A person has", *wanted, (&it, few.count));
                (text, Moves::Person, actions(*wanted, !few.is_empty()))
            }
            Next::Later(first, wanted, few) => {
                let have = if first.count == 1 { "has" } else { "have" };
                let it = match (first == few, first.count) {
                    (true, 1) => "it".to_owned(),
                    (true, _) => "them".to_owned(),
                    (false, _) if own(few, self.track) => "it".to_owned(),
                    (false, _) => self.parties(few, true),
                };
                let first = self.parties(first, true);
                let who = format!("When {first} {have} ended, a person has");
                (told(&who, *wanted, (&it, few.count)), Moves::Person, &[])
            }
        }
    }

    pub(super) fn why(
        mut self,
        facts: &Facts,
        code: Code,
        sentence: String,
        until: Option<Time>,
    ) -> Why {
        let (next, moves, actions) = self.next(facts);
        Why {
            code,
            sentence: one_line(&sentence),
            next,
            moves,
            actions,
            until,
            refers: self.refers,
        }
    }
}

/// What people wrote may have lines; a sentence has one.
pub(super) fn one_line(text: &str) -> String {
    let lines = text.split(['\n', '\r']).map(str::trim);
    let lines: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
    lines.join(" ")
}
