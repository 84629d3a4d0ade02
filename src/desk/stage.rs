//! The stage of a simulation: the engine on one side, on the other what scripts are said to do.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::simulate::{Acts, Attempted, Endless, MOST_ATTEMPTS};
use crate::engine::{
    AttemptEnd, AttemptKey, Capacity, Effect, Engine, Event, NextIds, Outbox, PipelineState, Plan,
    Reason, StartOrder, Time, TrackState,
};
use crate::graph::Graph;

/// A run while it goes on.
pub(super) struct Stage<'s> {
    graph: &'s Graph,
    acts: &'s [Acts],
    engine: Engine,
    out: Outbox,
    pub(super) now: u64,
    /// When attempts end.
    ends: BTreeSet<(u64, AttemptKey)>,
    /// The place in `attempts` of each that runs.
    running: BTreeMap<AttemptKey, (u64, usize)>,
    pub(super) attempts: Vec<Attempted>,
    pub(super) states: Vec<TrackState>,
    pub(super) state: PipelineState,
}

impl<'s> Stage<'s> {
    pub(super) fn new(graph: &'s Graph, acts: &'s [Acts], capacity: Capacity) -> Self {
        let next = NextIds {
            pipeline: 1,
            track: 0,
            journal: 1,
        };
        Self {
            graph,
            acts,
            engine: Engine::new(capacity, next),
            out: Outbox::default(),
            now: 0,
            ends: BTreeSet::new(),
            running: BTreeMap::new(),
            attempts: Vec::new(),
            states: vec![TrackState::Waiting; graph.vertices.len()],
            state: PipelineState::Running,
        }
    }

    fn time(&self) -> Time {
        Time(i64::try_from(self.now).unwrap_or(i64::MAX))
    }

    pub(super) fn start(&mut self, plan: Plan) {
        let order = StartOrder {
            plan: Arc::new(plan),
            name: String::new(),
            desc: String::new(),
            request_key: None,
            who: String::new(),
            trigger: "simulate",
            given: String::new(),
            inputs: Vec::new(),
            priority: 0,
            again_of: None,
            why: String::new(),
        };
        let start = Event::Start(Arc::new(order));
        // One pipeline alone is never over a limit.
        let _ = self.engine.step(self.time(), start, &mut self.out);
    }

    /// What follows at this moment, then the next one; false: nothing comes any more.
    pub(super) fn turn(&mut self) -> Result<bool, Endless> {
        self.engine.dispatch(self.time(), &mut self.out);
        self.take()?;
        let due = self.engine.next_due().map(|due| due.0.unsigned_abs());
        let end = self.ends.first().map(|(at, _)| *at);
        let Some(next) = due.into_iter().chain(end).min() else {
            return Ok(false);
        };
        self.now = self.now.max(next);
        if end.is_some_and(|end| end <= self.now)
            && let Some((_, key)) = self.ends.pop_first()
        {
            self.end(key, None);
        }
        Ok(true)
    }

    /// What the engine has said since.
    fn take(&mut self) -> Result<(), Endless> {
        let out = std::mem::take(&mut self.out);
        for (id, change) in &out.tracks {
            if let Ok(place) = usize::try_from(id.0) {
                self.states[place] = change.to.state;
            }
        }
        for change in out.pipelines.values() {
            self.state = change.to.state;
        }
        for effect in out.effects {
            match effect {
                Effect::Launch(key) => self.launch(key)?,
                Effect::Kill { key, .. } => {
                    if let Some((end, _)) = self.running.get(&key) {
                        self.ends.remove(&(*end, key));
                        self.end(key, Some(Reason::Stopped));
                    }
                }
                Effect::Clean(_) | Effect::EndSurvivors { .. } | Effect::Settled(_) => {}
            }
        }
        Ok(())
    }

    fn launch(&mut self, key: AttemptKey) -> Result<(), Endless> {
        if self.attempts.len() >= MOST_ATTEMPTS {
            return Err(Endless);
        }
        let vertex = u32::try_from(key.track.0).unwrap_or_default();
        let acts = &self.acts[vertex as usize];
        let limit = self.graph.vertices[vertex as usize].timeout;
        let limit = limit.map_or(u64::MAX, |limit| limit.0);
        let reason = match (acts.lasts > limit, exit_code(acts, key)) {
            (true, _) => Some(Reason::Timeout),
            (false, 0) => None,
            (false, _) => Some(Reason::ExitCode),
        };
        let to = self.now.saturating_add(acts.lasts.min(limit));
        self.ends.insert((to, key));
        self.running.insert(key, (to, self.attempts.len()));
        self.attempts.push(Attempted {
            vertex,
            attempt: key.attempt,
            from: self.now,
            to,
            reason,
        });
        Ok(())
    }

    fn end(&mut self, key: AttemptKey, stopped: Option<Reason>) {
        let Some((_, place)) = self.running.remove(&key) else {
            return;
        };
        let now = self.time();
        let attempt = &mut self.attempts[place];
        attempt.to = self.now;
        attempt.reason = stopped.or(attempt.reason);
        let exited = matches!(attempt.reason, None | Some(Reason::ExitCode));
        let code = exit_code(&self.acts[attempt.vertex as usize], key);
        let end = AttemptEnd {
            reason: attempt.reason,
            exit_code: exited.then_some(i32::from(code)),
            signal: None,
            detail: None,
            started_at: Time(i64::try_from(attempt.from).unwrap_or(i64::MAX)),
            finished_at: now,
            log_bytes: 0,
            dropped_bytes: 0,
            outputs: None,
        };
        let ended = Event::Ended {
            key,
            end,
            output: Vec::new(),
        };
        // Facts are never refused.
        let _ = self.engine.step(now, ended, &mut self.out);
    }
}

/// The code with which an attempt exits: the last one that is given holds for all that follow.
fn exit_code(acts: &Acts, key: AttemptKey) -> u8 {
    let own = acts.exits.get(key.attempt as usize - 1);
    own.or(acts.exits.last()).copied().unwrap_or_default()
}
