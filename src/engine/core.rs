//! The engine: one `step` for each event, one `dispatch` for each batch.

use std::collections::{BTreeMap, BTreeSet};

use super::dispatch::{Capacity, Lines};
use super::event::{Event, LoadedPipeline, NextIds};
use super::family::Family;
use super::ids::{AttemptKey, GraphId, PipelineId, Time};
use super::outbox::{Effect, Outbox};
use super::plan::Pool;
use super::request::{Answer, Refusal};
use super::run::Run;
use super::state::{Ending, TrackState};

/// All live pipelines and the slots that they share.
#[derive(Debug, Clone)]
pub struct Engine {
    pub(super) capacity: Capacity,
    /// How many attempts run.
    pub(super) running: u32,
    /// How many of them are of each pool.
    pub(super) used: BTreeMap<Pool, u32>,
    pub(super) runs: BTreeMap<PipelineId, Run>,
    /// The live pipelines of each graph, all its versions taken together.
    pub(super) families: BTreeMap<GraphId, Family>,
    pub(super) lines: Lines,
    /// Waits of tracks that end by themselves.
    pub(super) timers: BTreeSet<(Time, PipelineId, u32)>,
    /// When pipelines run out of time.
    pub(super) deadlines: BTreeSet<(Time, PipelineId)>,
    /// Nothing new is ordered.
    pub(super) draining: bool,
    pub(super) next: NextIds,
}

/// Who asked and why, for the journal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cause<'a> {
    pub(super) who: &'a str,
    pub(super) why: &'a str,
}

impl Cause<'_> {
    /// The engine's own rules.
    pub(super) const RULE: Self = Self { who: "", why: "" };
}

impl Engine {
    /// An engine with no pipeline.
    pub fn new(capacity: Capacity, next: NextIds) -> Self {
        assert!(capacity.slots > 0, "at least one slot");
        Self {
            capacity,
            running: 0,
            used: BTreeMap::new(),
            runs: BTreeMap::new(),
            families: BTreeMap::new(),
            lines: Lines::default(),
            timers: BTreeSet::new(),
            deadlines: BTreeSet::new(),
            draining: false,
            next,
        }
    }

    /// An engine that goes on from what is committed: `load(rows)` of an engine's rows equals it.
    pub fn load(capacity: Capacity, next: NextIds, rows: &[LoadedPipeline]) -> Self {
        let mut engine = Self::new(capacity, next);
        for loaded in rows {
            engine.enter(Run::load(loaded));
        }
        engine
    }

    /// Takes a pipeline that is over back, so that something may be asked of it. It leaves again
    /// with [`Engine::forget`] unless what is asked gives it something to do.
    pub fn revive(&mut self, rows: &LoadedPipeline) {
        self.enter(Run::load(rows));
    }

    /// Lets a pipeline go that [`Engine::revive`] brought and of which still nothing can move.
    pub fn forget(&mut self, pipeline: PipelineId) {
        if self.runs.get(&pipeline).is_some_and(Run::is_settled) {
            self.leave_engine(pipeline);
        }
    }

    /// One more live pipeline.
    pub(super) fn enter(&mut self, run: Run) {
        let id = run.id;
        for (index, track) in (0..).zip(&run.tracks) {
            if let Some(due) = track.row.due_at {
                self.timers.insert((due, id, index));
            }
        }
        if let Some(due) = run.row.due_at {
            self.deadlines.insert((due, id));
        }
        let running = run.at(TrackState::Running);
        self.families
            .entry(run.plan.family)
            .or_default()
            .enter(&run);
        self.lines.has_moved(id);
        self.runs.insert(id, run);
        for index in running {
            self.hold_slot(id, index, true);
        }
    }

    /// One less. Nothing of it runs.
    pub(super) fn leave_engine(&mut self, pipeline: PipelineId) {
        let Some(run) = self.runs.remove(&pipeline) else {
            return;
        };
        self.lines.has_moved(pipeline);
        if let Some(due) = run.row.due_at {
            self.deadlines.remove(&(due, pipeline));
        }
        let family = run.plan.family;
        if let Some(all) = self.families.get_mut(&family) {
            all.leave(&run);
            if all.is_empty() {
                self.families.remove(&family);
            }
        }
    }

    /// The attempts that are committed as running.
    pub fn running(&self) -> Vec<AttemptKey> {
        let keys = |run: &Run| {
            run.at(TrackState::Running)
                .into_iter()
                .map(|i| run.key(i))
                .collect::<Vec<_>>()
        };
        self.runs.values().flat_map(keys).collect()
    }

    /// What was ordered before a restart and must be said again: ends of attempts.
    pub fn resume(&self) -> Vec<Effect> {
        let kills = |run: &Run| {
            let running = run.at(TrackState::Running).into_iter();
            let ending = running.filter_map(|i| Some((i, run.track(i).row.ending?)));
            let kills = ending.map(|(i, ending)| Effect::Kill {
                key: run.key(i),
                now: ending == Ending::Kill,
            });
            kills.collect::<Vec<_>>()
        };
        self.runs.values().flat_map(kills).collect()
    }

    /// Orders nothing new any more, or does so again. What runs goes on, and everything else still
    /// moves. No row says this: an engine that is loaded orders.
    pub fn drain(&mut self, on: bool) {
        self.draining = on;
    }

    /// Nothing new is ordered, and nothing runs any more.
    pub fn is_drained(&self) -> bool {
        self.draining && self.running == 0
    }

    /// Whether something of this pipeline can still move.
    pub fn is_live(&self, pipeline: PipelineId) -> bool {
        self.runs.contains_key(&pipeline)
    }

    /// The number of live pipelines.
    pub fn live(&self) -> usize {
        self.runs.len()
    }

    /// The first numbers that are free.
    pub fn next_ids(&self) -> NextIds {
        self.next
    }

    /// Slots in use and slots there are.
    pub fn slots(&self) -> (u32, u32) {
        (self.running, self.capacity.slots)
    }

    /// Applies one event. A refusal changes nothing.
    pub fn step(&mut self, now: Time, event: Event, out: &mut Outbox) -> Result<Answer, Refusal> {
        match event {
            Event::Start(order) => self.start(now, order, out).map(Answer::Started),
            Event::Act(request) => self.act(now, request, out),
            Event::Ended { key, end, output } => Ok(self.ended(now, key, end, output, out)),
            Event::NotStarted { key, why } => Ok(self.not_started(now, key, &why, out)),
            Event::Interrupted { key, why, remains } => {
                Ok(self.interrupted(now, key, (&why, remains), out))
            }
        }
    }
}
