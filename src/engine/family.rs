//! A pipeline begins; and how many pipelines of one graph run at once.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::core::{Cause, Engine};
use super::event::StartOrder;
use super::ids::{PipelineId, Time, TrackId};
use super::outbox::{NewPipeline, Outbox, PipelineRow};
use super::plan::Plan;
use super::request::Refusal;
use super::run::Run;
use super::state::PipelineState;
use crate::graph::OnLimit;

/// The live pipelines of a graph, all its versions taken together.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Family {
    /// Those that have begun.
    begun: BTreeSet<PipelineId>,
    /// Those that wait for their turn, in the order of their turns. One that is paused lets others go
    /// first, and keeps its place.
    queued: BTreeSet<(Reverse<i32>, PipelineId)>,
}

impl Family {
    pub(super) fn enter(&mut self, run: &Run) {
        if run.row.queued {
            self.queued.insert((Reverse(run.priority), run.id));
        } else {
            self.begun.insert(run.id);
        }
    }

    pub(super) fn leave(&mut self, run: &Run) {
        self.begun.remove(&run.id);
        self.queued.remove(&(Reverse(run.priority), run.id));
    }

    /// Those that have begun, and those that have their turn before a pipeline that waits for its own.
    pub(super) fn before(&self, run: &Run) -> (Vec<PipelineId>, Vec<PipelineId>) {
        let place = (Reverse(run.priority), run.id);
        let before = self.queued.iter().take_while(|other| **other < place);
        let begun = self.begun.iter().copied().collect();
        (begun, before.map(|(_, id)| *id).collect())
    }

    /// For working out what one pipeline may do: nobody else waits.
    pub(super) fn with_queue_of(&self, run: &Run) -> Self {
        let queued = self.queued.iter().filter(|(_, id)| *id == run.id);
        Self {
            begun: self.begun.clone(),
            queued: queued.copied().collect(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.begun.is_empty() && self.queued.is_empty()
    }
}

/// What the limit of a graph would do to a start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Room {
    /// The pipelines that would be stopped.
    pub stops: Vec<PipelineId>,
    /// The new one would have to wait until fewer pipelines of its graph run.
    pub queued: bool,
}

/// When a pipeline that begins now runs out of time.
pub(super) fn deadline(plan: &Plan, now: Time) -> Option<Time> {
    let limit = i64::try_from(plan.policies.timeout?.0).unwrap_or(i64::MAX);
    Some(Time(now.0.saturating_add(limit)))
}

impl Engine {
    pub(super) fn start(
        &mut self,
        now: Time,
        order: Arc<StartOrder>,
        out: &mut Outbox,
    ) -> Result<PipelineId, Refusal> {
        let plan = Arc::clone(&order.plan);
        assert!(plan.scripts() > 0, "a checked graph has a vertex");
        let queued = self.make_room(now, &plan, out)?;
        let id = PipelineId(self.next.pipeline);
        let first_track = TrackId(self.next.track);
        self.next.pipeline += 1;
        self.next.track += plan.len() as i64;
        let row = PipelineRow {
            state: PipelineState::Running,
            reason: None,
            paused: false,
            queued,
            due_at: deadline(&plan, now).filter(|_| !queued),
            finished_at: None,
        };
        let missing = |i: usize| order.inputs.get(i).is_some_and(|input| input.missing);
        self.enter(Run::new(
            id,
            plan,
            (row, order.priority),
            first_track,
            missing,
        ));
        let why = match (order.again_of, order.why.as_str()) {
            (None, "") => order.trigger.to_owned(),
            (None, why) => why.to_owned(),
            (Some(old), "") => format!("again of {old}"),
            (Some(old), why) => format!("again of {old}: {why}"),
        };
        let cause = Cause {
            who: &order.who,
            why: &why,
        };
        let words = ("", PipelineState::Running.word(), 0);
        self.note(now, id, None, words, cause, out);
        out.starts.push(NewPipeline {
            id,
            first_track,
            at: now,
            order,
            row,
        });
        Ok(id)
    }

    /// Whether a new pipeline of this graph has to wait for its turn.
    fn make_room(&mut self, now: Time, plan: &Plan, out: &mut Outbox) -> Result<bool, Refusal> {
        let why = "a newer pipeline of its graph takes its place";
        let cause = Cause { who: "", why };
        for id in self.stopped_by_start(plan)? {
            self.stop(now, id, false, cause, out)?;
            self.settle(now, id, out);
            // What runs after its verdict has its turn before the new one.
            self.admit(now, plan, out);
        }
        let limit = plan.policies.concurrency.map(|c| c.limit as usize);
        Ok(limit.is_some_and(|limit| self.begun(plan) >= limit))
    }

    /// The oldest pipelines of a graph of which as many have to go for one more as the limit says.
    fn oldest(&self, plan: &Plan, limit: usize) -> Vec<PipelineId> {
        let family = self.families.get(&plan.family).into_iter();
        let all = family.flat_map(|f| f.begun.iter().chain(f.queued.iter().map(|q| &q.1)));
        let open = |id: &&PipelineId| self.runs[id].row.state.is_open();
        let going: BTreeSet<_> = all.filter(open).copied().collect();
        let many = (going.len() + 1).saturating_sub(limit);
        going.into_iter().take(many).collect()
    }

    /// What a start of this graph would meet, without anything being done.
    ///
    /// # Errors
    /// What the start would be refused for.
    pub fn preview_start(&self, now: Time, plan: &Plan) -> Result<Room, Refusal> {
        let stops = self.stopped_by_start(plan)?;
        let limit = plan.policies.concurrency.map(|c| c.limit as usize);
        let mut queued = limit.is_some_and(|limit| self.begun(plan) >= limit);
        if !stops.is_empty() {
            // Which of them would leave at once is known when it is done, to pipelines of this graph alone.
            let mut alone = Self::new(self.capacity.clone(), self.next);
            let family = self.families.get(&plan.family).into_iter();
            for id in family.flat_map(|f| f.begun.iter().chain(f.queued.iter().map(|q| &q.1))) {
                alone.enter(self.runs[id].clone());
            }
            queued = alone.make_room(now, plan, &mut Outbox::default())?;
        }
        Ok(Room { stops, queued })
    }

    fn stopped_by_start(&self, plan: &Plan) -> Result<Vec<PipelineId>, Refusal> {
        let Some(concurrency) = plan.policies.concurrency else {
            return Ok(Vec::new());
        };
        let limit = concurrency.limit as usize;
        match concurrency.on_limit {
            OnLimit::Reject if self.begun(plan) >= limit => Err(Refusal::Limit(concurrency.limit)),
            OnLimit::Queue | OnLimit::Reject => Ok(Vec::new()),
            OnLimit::CancelOldest => Ok(self.oldest(plan, limit)),
        }
    }

    /// A pipeline that was over, and of which something can move again, is live like any other:
    /// it waits for its turn while as many run as may.
    pub(super) fn reopen(
        &mut self,
        now: Time,
        pipeline: PipelineId,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) {
        let over = |run: &&Run| run.row.finished_at.is_some() && !run.is_settled();
        let Some(run) = self.runs.get(&pipeline).filter(over) else {
            return;
        };
        let limit = run.plan.policies.concurrency.map(|c| c.limit as usize);
        // It is one of them itself.
        let queued = limit.is_some_and(|limit| self.begun(&run.plan) > limit);
        let limited = !queued && !run.is_at_rest();
        let row = PipelineRow {
            queued,
            due_at: deadline(&run.plan, now).filter(|_| limited),
            finished_at: None,
            ..run.row
        };
        self.set_pipeline(now, pipeline, row, cause, out);
    }

    fn begun(&self, plan: &Plan) -> usize {
        self.families.get(&plan.family).map_or(0, |f| f.begun.len())
    }

    /// The pipeline of a family that may begin now.
    pub(super) fn whose_turn(&self, family: &Family) -> Option<PipelineId> {
        let mut queued = family.queued.iter().map(|(_, id)| *id);
        let id = queued.find(|id| self.runs[id].takes_turn())?;
        let limit = self.runs[&id].plan.policies.concurrency;
        let room = limit.is_none_or(|limit| family.begun.len() < limit.limit as usize);
        room.then_some(id)
    }

    /// Lets those begin whose turn it is, now that a pipeline of their graph has left, or one that
    /// waits is paused no more.
    pub(super) fn admit(&mut self, now: Time, plan: &Plan, out: &mut Outbox) {
        loop {
            let family = self.families.get(&plan.family);
            let Some(id) = family.and_then(|family| self.whose_turn(family)) else {
                return;
            };
            let run = &self.runs[&id];
            let row = PipelineRow {
                queued: false,
                due_at: deadline(&run.plan, now).filter(|_| !run.is_at_rest()),
                ..run.row
            };
            self.set_pipeline(now, id, row, Cause::RULE, out);
        }
    }
}
