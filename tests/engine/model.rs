//! The rules of `docs/actions.md`, written a second time and naively: after each event everything
//! that follows is worked out from scratch. No code of the engine; slow on purpose.

use std::collections::BTreeMap;
use std::sync::Arc;

use trackyard::engine::{
    Capacity, Ending, Mark, PendingOn, PipelineState, Plan, Reason, TrackState,
};
use trackyard::graph::{OnFailure, OnInterrupt, OnLimit, When};

use crate::bench::End;
use crate::model_times::{longest_way, wait};

/// What is known of a track besides what follows from the others.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Track {
    /// WAITING stands for what has not started, be its turn here or not.
    pub(crate) at: TrackState,
    /// Its turn has come.
    pub(crate) turn: bool,
    /// Until when it waits for its next attempt, and what for.
    pub(crate) wait: Option<(i64, PendingOn)>,
    pub(crate) mark: Option<Mark>,
    pub(crate) ending: Option<Ending>,
    pub(crate) missing: bool,
    pub(crate) attempt: u32,
    pub(crate) retries: u32,
    /// The last attempt of which nobody knows how it ended.
    pub(crate) lost: u32,
    /// When its last attempt began.
    pub(crate) begun: Option<i64>,
}

/// A pipeline.
#[derive(Debug, Clone)]
pub(crate) struct Pipe {
    pub(crate) plan: Arc<Plan>,
    pub(crate) priority: i32,
    pub(crate) verdict: PipelineState,
    pub(crate) timed_out: bool,
    pub(crate) paused: bool,
    pub(crate) queued: bool,
    pub(crate) due: Option<i64>,
    pub(crate) over: bool,
    /// Of which tracks what still runs was to be ended, and whether at once.
    pub(crate) ended: Vec<(usize, bool)>,
    pub(crate) tracks: Vec<Track>,
}

/// All of them, by number.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub(crate) now: i64,
    pub(crate) capacity: Capacity,
    pub(crate) pipes: Vec<Pipe>,
}

impl Pipe {
    pub(crate) fn scripts(&self) -> usize {
        self.plan.scripts()
    }

    pub(crate) fn is_handler(&self, i: usize) -> bool {
        i >= self.scripts()
    }

    pub(crate) fn done(&self, i: usize) -> bool {
        match self.tracks[i].at {
            TrackState::Succeed | TrackState::Skipped => true,
            TrackState::Failed => self.plan.vertex(i as u32).ignore,
            _ => false,
        }
    }

    pub(crate) fn free(&self, i: usize) -> bool {
        let before = |tail: &usize| self.plan.successors(*tail as u32).contains(&(i as u32));
        (0..self.scripts())
            .filter(before)
            .all(|tail| self.done(tail))
    }

    pub(crate) fn failing(&self) -> bool {
        (0..self.scripts()).any(|i| self.tracks[i].at == TrackState::Failed && !self.done(i))
    }

    pub(crate) fn going(&self) -> bool {
        matches!(self.verdict, PipelineState::Running | PipelineState::Paused)
    }

    pub(crate) fn goes_on(&self) -> bool {
        let branches = self.plan.policies.on_failure == OnFailure::ContinueIndependent;
        let failed = self.verdict == PipelineState::Failed;
        self.going() || (failed && branches && !self.timed_out)
    }

    /// The state that people see.
    pub(crate) fn state(&self, i: usize) -> TrackState {
        match (self.tracks[i].at, self.tracks[i].turn) {
            (TrackState::Waiting, true) => TrackState::Pending,
            (at, _) => at,
        }
    }

    pub(crate) fn stands(&self, handlers: bool, state: TrackState) -> bool {
        (0..self.tracks.len()).any(|i| self.is_handler(i) == handlers && self.state(i) == state)
    }

    pub(crate) fn alone(&self, i: usize) -> bool {
        self.tracks[i].mark == Some(Mark::Alone)
    }

    /// What a track whose turn it is waits for.
    pub(crate) fn waits_on(&self, i: usize) -> Option<PendingOn> {
        let track = &self.tracks[i];
        if self.state(i) != TrackState::Pending {
            return None;
        }
        Some(
            if !self.goes_on() && !self.is_handler(i) && !self.alone(i) {
                PendingOn::Failure
            } else if track.missing {
                PendingOn::Input
            } else if track.mark == Some(Mark::Hold) {
                PendingOn::Hold
            } else {
                track.wait.map_or(PendingOn::Slot, |(_, on)| on)
            },
        )
    }

    /// The verdict is there, and of what it is about nothing moves.
    pub(crate) fn at_rest(&self) -> bool {
        let alone = |i| self.state(i) == TrackState::Pending && self.alone(i);
        let failed = self.verdict == PipelineState::Failed;
        let open = self.stands(false, TrackState::Interrupted)
            || (0..self.scripts()).any(alone)
            || (self.goes_on() && self.stands(false, TrackState::Pending));
        let moves = self.going() || self.stands(false, TrackState::Running);
        !(moves || (failed && open))
    }

    pub(crate) fn settled(&self) -> bool {
        let open = [
            TrackState::Waiting,
            TrackState::Pending,
            TrackState::Running,
        ];
        self.at_rest() && !open.iter().any(|state| self.stands(true, *state))
    }

    pub(crate) fn end_what_runs(&mut self, how: Ending) {
        for i in 0..self.tracks.len() {
            let track = &mut self.tracks[i];
            if track.at == TrackState::Running {
                end_one(track, how);
            }
        }
        for i in 0..self.tracks.len() {
            self.end_survivors(i, how == Ending::Kill);
        }
    }

    /// What may still run of an attempt that was lost is ended; the track stays as it is.
    pub(crate) fn end_survivors(&mut self, i: usize, now: bool) {
        let track = &mut self.tracks[i];
        if track.lost == 0 {
            return;
        }
        if track.at == TrackState::Interrupted {
            track.ending = Some(if now { Ending::Kill } else { Ending::Stop });
        }
        self.ended.push((i, now));
    }

    pub(crate) fn stop_what_waits(&mut self, handlers: bool) {
        for i in 0..self.tracks.len() {
            if self.is_handler(i) == handlers && self.tracks[i].at == TrackState::Waiting {
                self.finish(i, TrackState::Stopped);
            }
        }
    }

    pub(crate) fn finish(&mut self, i: usize, at: TrackState) {
        let track = &mut self.tracks[i];
        (track.at, track.turn, track.wait, track.mark) = (at, false, None, None);
        track.ending = None;
    }

    pub(crate) fn set_back(&mut self, i: usize) {
        self.finish(i, TrackState::Waiting);
        (self.tracks[i].retries, self.tracks[i].begun) = (0, None);
    }

    /// Whether a pipeline, a moment after a failure, goes by its policy.
    fn fail(&mut self) {
        if self.going() && self.failing() {
            self.verdict = PipelineState::Failed;
            if self.plan.policies.on_failure == OnFailure::CancelRunning {
                self.end_what_runs(Ending::Stop);
            }
        }
    }

    /// Turns come and go, verdicts follow, until nothing changes any more.
    pub(crate) fn follow(&mut self) {
        loop {
            let before = format!("{self:?}");
            self.fail();
            self.give_turns();
            self.give_verdict();
            self.give_handlers_turns();
            for i in 0..self.tracks.len() {
                let wait = self.tracks[i].wait;
                self.tracks[i].wait = wait.filter(|(_, on)| self.waits_on(i) == Some(*on));
            }
            if before == format!("{self:?}") {
                return;
            }
        }
    }

    /// Until no track that is passed over lets another have its turn.
    fn give_turns(&mut self) {
        loop {
            let before = self.tracks.clone();
            for i in 0..self.scripts() {
                if self.tracks[i].at != TrackState::Waiting {
                    continue;
                }
                if !self.free(i) {
                    if std::mem::take(&mut self.tracks[i].turn) {
                        // As before its start: with all its automatic retries.
                        (self.tracks[i].retries, self.tracks[i].begun) = (0, None);
                    }
                    self.tracks[i].wait = None;
                    self.tracks[i].mark = self.tracks[i].mark.filter(|m| *m != Mark::Alone);
                } else if self.goes_on() || self.alone(i) {
                    self.take_turn(i);
                }
            }
            if before == self.tracks {
                return;
            }
        }
    }

    fn take_turn(&mut self, i: usize) {
        if self.tracks[i].mark == Some(Mark::Skip) {
            self.finish(i, TrackState::Skipped);
        } else {
            self.tracks[i].turn = true;
        }
    }

    fn give_verdict(&mut self) {
        let moves = [
            TrackState::Running,
            TrackState::Pending,
            TrackState::Interrupted,
        ];
        if self.going() && (0..self.scripts()).all(|i| self.done(i)) {
            (self.verdict, self.paused) = (PipelineState::Finish, false);
        } else if self.verdict == PipelineState::Running
            && !moves.iter().any(|state| self.stands(false, *state))
        {
            self.verdict = PipelineState::Stopped;
            self.stop_what_waits(false);
        }
    }

    fn give_handlers_turns(&mut self) {
        if !self.at_rest() {
            return;
        }
        let on = |i: usize| self.plan.handler(i as u32).expect("a handler");
        let all: Vec<(usize, When)> = (self.scripts()..self.tracks.len())
            .map(|i| (i, on(i)))
            .collect();
        let open = [
            TrackState::Waiting,
            TrackState::Pending,
            TrackState::Running,
        ];
        for last in [false, true] {
            let first =
                |(i, on): &(usize, When)| *on != When::Exit && open.contains(&self.state(*i));
            if last && all.iter().any(first) {
                return;
            }
            for (i, on) in all.iter().filter(|(_, on)| (*on == When::Exit) == last) {
                if self.state(*i) != TrackState::Waiting {
                    continue;
                }
                let runs = match on {
                    When::Success => self.verdict == PipelineState::Finish,
                    When::Failure => self.verdict == PipelineState::Failed,
                    When::Stop => self.verdict == PipelineState::Stopped,
                    When::Exit => true,
                };
                match runs {
                    true => self.take_turn(*i),
                    false => self.finish(*i, TrackState::Skipped),
                }
            }
        }
    }
}

pub(crate) fn end_one(track: &mut Track, how: Ending) {
    track.ending = match (track.ending, how) {
        (None, how) | (Some(Ending::Stop), how @ Ending::Kill) => Some(how),
        (kept, _) => kept,
    };
}

impl Model {
    pub(crate) fn new(capacity: Capacity) -> Self {
        Self {
            now: 0,
            capacity,
            pipes: Vec::new(),
        }
    }

    /// Of the pipelines of a graph, those that are live: all, or those that have begun.
    fn live<'a>(&'a self, plan: &'a Plan, begun: bool) -> impl Iterator<Item = usize> + 'a {
        let of = move |i: &usize| {
            let pipe = &self.pipes[*i];
            !pipe.over && pipe.plan.family == plan.family && !(begun && pipe.queued)
        };
        (0..self.pipes.len()).filter(of)
    }

    /// A start; false: refused.
    pub(crate) fn start(&mut self, plan: &Arc<Plan>, priority: i32, missing: &[bool]) -> bool {
        let limit = plan.policies.concurrency;
        let most = limit.map_or(usize::MAX, |limit| limit.limit as usize);
        match limit.map(|limit| limit.on_limit) {
            Some(OnLimit::Reject) if self.live(plan, true).count() >= most => return false,
            Some(OnLimit::CancelOldest) => {
                let going: Vec<usize> = self
                    .live(plan, false)
                    .filter(|i| self.pipes[*i].going())
                    .collect();
                let many = (going.len() + 1).saturating_sub(most);
                for i in going.into_iter().take(many) {
                    self.stop(i, Ending::Stop);
                    self.settle();
                }
            }
            _ => {}
        }
        let queued = self.live(plan, true).count() >= most;
        let track = |i: usize| Track {
            at: TrackState::Waiting,
            turn: false,
            wait: None,
            mark: None,
            ending: None,
            missing: missing.get(i).copied().unwrap_or(false),
            attempt: 0,
            retries: 0,
            lost: 0,
            begun: None,
        };
        let mut pipe = Pipe {
            plan: Arc::clone(plan),
            priority,
            verdict: PipelineState::Running,
            timed_out: false,
            paused: false,
            queued,
            due: None,
            over: false,
            ended: Vec::new(),
            tracks: (0..plan.len()).map(track).collect(),
        };
        pipe.due = self.deadline(&pipe).filter(|_| !queued);
        self.pipes.push(pipe);
        self.settle();
        true
    }

    pub(crate) fn deadline(&self, pipe: &Pipe) -> Option<i64> {
        pipe.plan
            .policies
            .timeout
            .map(|limit| self.now + limit.0 as i64)
    }

    /// Everything that follows, then what has ended leaves and others begin.
    pub(crate) fn settle(&mut self) {
        loop {
            for pipe in self.pipes.iter_mut().filter(|pipe| !pipe.over) {
                pipe.follow();
                pipe.due = pipe.due.filter(|_| !pipe.at_rest());
            }
            let ended = self
                .pipes
                .iter()
                .position(|pipe| !pipe.over && pipe.settled());
            if let Some(ended) = ended {
                let pipe = &mut self.pipes[ended];
                (pipe.over, pipe.due, pipe.paused, pipe.queued) = (true, None, false, false);
            }
            self.admit();
            if ended.is_none() {
                return;
            }
        }
    }

    fn admit(&mut self) {
        loop {
            let turn = |i: &usize| {
                let pipe = &self.pipes[*i];
                let limit = pipe
                    .plan
                    .policies
                    .concurrency
                    .expect("it waits for its turn");
                self.live(&pipe.plan, true).count() < limit.limit as usize
            };
            let queued = (0..self.pipes.len()).filter(|i| {
                let pipe = &self.pipes[*i];
                // A pause holds back all but what is to run alone.
                let alone = |t| pipe.alone(t) && pipe.state(t) == TrackState::Pending;
                pipe.queued && (!pipe.paused || (0..pipe.tracks.len()).any(alone))
            });
            let next = queued
                .filter(turn)
                .min_by_key(|i| (-self.pipes[*i].priority, *i));
            let Some(next) = next else { return };
            let due = self.deadline(&self.pipes[next]);
            let pipe = &mut self.pipes[next];
            pipe.queued = false;
            pipe.due = due.filter(|_| !pipe.at_rest());
        }
    }

    /// The attempt of a track ends.
    pub(crate) fn end(&mut self, i: usize, t: usize, end: End) {
        let now = self.now;
        let pipe = &mut self.pipes[i];
        let vertex = pipe.plan.vertex(t as u32).clone();
        let own = pipe.alone(t) || pipe.is_handler(t) || pipe.goes_on();
        let track = pipe.tracks[t].clone();
        let again = own && track.ending.is_none();
        let forced = track.ending == Some(Ending::Fail);
        let stopped = match forced {
            true => TrackState::Failed,
            false => TrackState::Stopped,
        };
        if matches!(end, End::Code(_) | End::Stopped) {
            pipe.tracks[t].begun = Some(now);
        }
        match end {
            End::Code(0) => pipe.finish(t, TrackState::Succeed),
            End::Stopped => pipe.finish(t, stopped),
            End::Code(code) => {
                let retry = vertex.retry.filter(|retry| {
                    let named = retry.exit_codes.is_none_or(|codes| codes.has(code));
                    again && named && track.retries < retry.limit
                });
                match retry {
                    None => pipe.finish(t, TrackState::Failed),
                    Some(retry) => {
                        let due = now + wait(retry, track.retries);
                        let track = &mut pipe.tracks[t];
                        (track.at, track.turn) = (TrackState::Waiting, true);
                        track.wait = Some((due, PendingOn::Retry));
                        track.retries += 1;
                    }
                }
            }
            End::Interrupted | End::Survived => {
                pipe.tracks[t].lost = track.attempt;
                match vertex.on_interrupt {
                    OnInterrupt::Rerun if again && end == End::Interrupted => {
                        (pipe.tracks[t].at, pipe.tracks[t].turn) = (TrackState::Waiting, true);
                    }
                    on_interrupt => {
                        pipe.finish(
                            t,
                            match on_interrupt {
                                OnInterrupt::Fail => TrackState::Failed,
                                _ => TrackState::Interrupted,
                            },
                        );
                        // Somebody has asked for its end before, or the graph says that it is over.
                        if track.ending.is_some() || on_interrupt == OnInterrupt::Fail {
                            pipe.end_survivors(t, track.ending == Some(Ending::Kill));
                        }
                    }
                }
            }
            End::NotStarted if track.ending.is_some() => pipe.finish(t, stopped),
            End::NotStarted => {
                let tries = track.attempt.saturating_sub(track.retries + 1).min(16);
                let due = now + (200_i64 << tries).min(30_000);
                let track = &mut pipe.tracks[t];
                (track.at, track.turn) = (TrackState::Waiting, true);
                track.wait = again.then_some((due, PendingOn::Spawn));
            }
        }
        self.settle();
    }

    /// Times run out, waits end, free slots are given away.
    pub(crate) fn dispatch(&mut self) {
        let due = |pipe: &Pipe| pipe.due;
        let mut late: Vec<(i64, usize)> = (0..self.pipes.len())
            .filter_map(|i| Some((due(&self.pipes[i]).filter(|due| *due <= self.now)?, i)))
            .collect();
        late.sort_unstable();
        for (_, i) in late {
            let pipe = &mut self.pipes[i];
            // It may have begun just now.
            if pipe.due.is_none_or(|due| due > self.now) {
                continue;
            }
            pipe.due = None;
            pipe.stop_what_waits(false);
            (pipe.verdict, pipe.timed_out, pipe.paused) = (PipelineState::Failed, true, false);
            pipe.end_what_runs(Ending::Stop);
            self.settle();
        }
        for pipe in &mut self.pipes {
            for track in &mut pipe.tracks {
                track.wait = track.wait.filter(|(due, _)| *due > self.now);
            }
        }
        while let Some((i, t)) = self.next_to_run() {
            let track = &mut self.pipes[i].tracks[t];
            (track.at, track.turn) = (TrackState::Running, false);
            track.attempt += 1;
            track.begun = Some(self.now);
        }
    }

    fn next_to_run(&self) -> Option<(usize, usize)> {
        let running = |pipe: &Pipe| {
            pipe.tracks
                .iter()
                .filter(|t| t.at == TrackState::Running)
                .count() as u32
        };
        if self.pipes.iter().map(running).sum::<u32>() >= self.capacity.slots {
            return None;
        }
        let mut pools = BTreeMap::new();
        for pipe in &self.pipes {
            for (i, track) in pipe.tracks.iter().enumerate() {
                let pool = pipe.plan.vertex(i as u32).pool.clone();
                *pools.entry(pool).or_insert(0_u32) += u32::from(track.at == TrackState::Running);
            }
        }
        let mut all = Vec::new();
        for (i, pipe) in self
            .pipes
            .iter()
            .enumerate()
            .filter(|(_, pipe)| !pipe.over && !pipe.queued)
        {
            let runs = running(pipe);
            if pipe
                .plan
                .policies
                .max_parallel
                .is_some_and(|most| runs >= most)
            {
                continue;
            }
            for t in 0..pipe.tracks.len() {
                let pool = &pipe.plan.vertex(t as u32).pool;
                let room = pool
                    .as_ref()
                    .is_none_or(|name| pools[pool] < self.capacity.pool(name));
                let held = pipe.paused && !pipe.alone(t);
                if room && !held && pipe.waits_on(t) == Some(PendingOn::Slot) {
                    let way = longest_way(&pipe.plan, t);
                    let last = pipe.tracks.iter().filter_map(|t| t.begun).max();
                    all.push(((-pipe.priority, runs, last, i), (-way, t)));
                }
            }
        }
        all.into_iter().min().map(|((.., i), (_, t))| (i, t))
    }

    /// What a preview or a page would show of the reason.
    pub(crate) fn reason(pipe: &Pipe) -> Option<Reason> {
        pipe.timed_out.then_some(Reason::Timeout)
    }
}
