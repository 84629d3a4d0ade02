//! The engine: one `step` for each event, one `dispatch` for each batch.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::event::{Answer, Event, LoadedPipeline, NextIds, Refusal};
use super::ids::{AttemptKey, PipelineId, Time};
use super::outbox::{Effect, Outbox};
use super::run::Run;
use super::state::{PendingOn, TrackState};

/// All live pipelines and the slots that they share.
#[derive(Debug, Clone)]
pub struct Engine {
    /// How many attempts may run at once.
    pub(super) slots: u32,
    /// How many do.
    pub(super) running: u32,
    pub(super) runs: BTreeMap<PipelineId, Run>,
    /// Tracks that wait for a slot, in the order in which they became ready. An entry may be out
    /// of date: it counts only while its track is PENDING on a slot.
    pub(super) ready: VecDeque<(PipelineId, u32)>,
    /// Waits that end by themselves.
    pub(super) timers: BTreeSet<(Time, PipelineId, u32)>,
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
    pub fn new(slots: u32, next: NextIds) -> Self {
        assert!(slots > 0, "at least one slot");
        Self {
            slots,
            running: 0,
            runs: BTreeMap::new(),
            ready: VecDeque::new(),
            timers: BTreeSet::new(),
            draining: false,
            next,
        }
    }

    /// An engine that goes on from what is committed: `load(rows)` of an engine's rows equals it.
    pub fn load(slots: u32, next: NextIds, rows: &[LoadedPipeline]) -> Self {
        let mut engine = Self::new(slots, next);
        for loaded in rows {
            let run = Run::load(loaded);
            engine.running += run.count(TrackState::Running);
            for index in run.at(TrackState::Pending) {
                let row = run.track(index).row;
                match (row.pending_on, row.due_at) {
                    (Some(PendingOn::Slot), _) => engine.ready.push_back((run.id, index)),
                    (_, Some(due)) => {
                        engine.timers.insert((due, run.id, index));
                    }
                    (_, None) => {}
                }
            }
            engine.runs.insert(run.id, run);
        }
        engine
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

    /// What was ordered before a restart and must be said again: ends of attempts whose pipeline
    /// is stopped or cancelled.
    pub fn resume(&self) -> Vec<Effect> {
        let ending = self.runs.values().filter(|run| run.is_ending());
        let kills = |run: &Run| {
            run.at(TrackState::Running)
                .into_iter()
                .map(|i| Effect::Kill(run.key(i)))
                .collect::<Vec<_>>()
        };
        ending.flat_map(kills).collect()
    }

    /// When the next wait ends by itself. While nothing may start, none does.
    pub fn next_due(&self) -> Option<Time> {
        let due = self.timers.first().map(|(due, _, _)| *due);
        due.filter(|_| !self.draining)
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
        (self.running, self.slots)
    }

    /// Applies one event. A refusal changes nothing.
    pub fn step(&mut self, now: Time, event: Event, out: &mut Outbox) -> Result<Answer, Refusal> {
        match event {
            Event::Start(order) => Ok(Answer::Started(self.start(now, order, out))),
            Event::Input {
                pipeline,
                track,
                input,
                who,
            } => self.input(now, pipeline, track, input, &who, out),
            Event::Resolve {
                pipeline,
                track,
                verdict,
                who,
                why,
            } => {
                let cause = Cause {
                    who: &who,
                    why: &why,
                };
                self.resolve(now, (pipeline, track), verdict, cause, out)
            }
            Event::Stop { pipeline, who, why } => self.stop(
                now,
                pipeline,
                Cause {
                    who: &who,
                    why: &why,
                },
                out,
            ),
            Event::Ended { key, end, output } => Ok(self.ended(now, key, end, output, out)),
            Event::NotStarted { key, why } => Ok(self.not_started(now, key, &why, out)),
            Event::Interrupted { key, why, remains } => {
                Ok(self.interrupted(now, key, (&why, remains), out))
            }
        }
    }

    /// Ends waits that are over and orders attempts while slots are free. Once for each batch.
    pub fn dispatch(&mut self, now: Time, out: &mut Outbox) {
        if self.draining {
            return;
        }
        while let Some(&(due, pipeline, index)) = self.timers.first() {
            if due > now {
                break;
            }
            self.timers.pop_first();
            self.wake(now, pipeline, index, out);
        }
        while self.running < self.slots {
            let Some((pipeline, index)) = self.ready.pop_front() else {
                break;
            };
            if self.is_ready(pipeline, index) {
                self.order(now, pipeline, index, out);
            }
        }
    }

    fn is_ready(&self, pipeline: PipelineId, index: u32) -> bool {
        let Some(run) = self.runs.get(&pipeline) else {
            return false;
        };
        let row = run.track(index).row;
        run.may_start()
            && row.state == TrackState::Pending
            && row.pending_on == Some(PendingOn::Slot)
    }
}
