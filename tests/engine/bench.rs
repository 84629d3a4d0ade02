//! An engine with the rows that a database would keep, one event at a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use trackyard::engine::{
    Action, Answer, AttemptEnd, AttemptKey, Capacity, Effect, Engine, Event, Expect,
    LoadedPipeline, LoadedTrack, Mark, NextIds, Outbox, PipelineId, PipelineStand, PipelineState,
    Plan, Preview, Reason, Refusal, Remains, Request, Scope, StartOrder, Time, TrackAction,
    TrackId, TrackInput, TrackRow, TrackStand, TrackState,
};
use trackyard::graph::OnFailure;

/// How an attempt ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum End {
    Code(i32),
    Stopped,
    Interrupted,
    /// The same, and a process of it still runs.
    Survived,
    NotStarted,
}

/// The engine and its rows.
#[derive(Clone)]
pub(crate) struct Bench {
    pub(crate) engine: Engine,
    pub(crate) now: Time,
    pub(crate) rows: BTreeMap<PipelineId, LoadedPipeline>,
    /// What was said in words of each track.
    pub(crate) details: BTreeMap<TrackId, String>,
    /// Of which attempts what still runs was to be ended, and whether at once.
    pub(crate) ended: Vec<(AttemptKey, bool)>,
    /// What the last preview said.
    pub(crate) foretold: Option<Preview>,
    /// Free slots are given away after each event.
    pub(crate) dispatches: bool,
}

impl Bench {
    pub(crate) fn new(capacity: Capacity) -> Self {
        let next = NextIds {
            pipeline: 1,
            track: 1,
            journal: 1,
        };
        Self {
            engine: Engine::new(capacity, next),
            now: Time(0),
            rows: BTreeMap::new(),
            details: BTreeMap::new(),
            ended: Vec::new(),
            foretold: None,
            dispatches: true,
        }
    }

    pub(crate) fn start(
        &mut self,
        plan: &Arc<Plan>,
        priority: i32,
        missing: &[bool],
    ) -> Result<PipelineId, Refusal> {
        let input = |missing: &bool| TrackInput {
            values: String::new(),
            missing: *missing,
            secrets: Vec::new(),
        };
        let order = StartOrder {
            plan: Arc::clone(plan),
            name: String::new(),
            desc: String::new(),
            request_key: None,
            who: "ann".to_owned(),
            trigger: "rest",
            given: String::new(),
            inputs: missing.iter().map(input).collect(),
            priority,
            again_of: None,
            why: String::new(),
        };
        match self.step(Event::Start(Arc::new(order)))? {
            Answer::Started(id) => Ok(id),
            other => panic!("a start is answered by {other:?}"),
        }
    }

    pub(crate) fn request(pipeline: PipelineId, action: Action) -> Request {
        Request {
            pipeline,
            action,
            expect: None,
            who: "ann".to_owned(),
            why: "because".to_owned(),
        }
    }

    /// Asks for something. A preview has to say before what is done.
    pub(crate) fn ask(&mut self, pipeline: PipelineId, action: Action) -> Result<(), Refusal> {
        let row = &self.rows[&pipeline];
        let seen = match &action {
            Action::Track(track, _) => {
                let row = self.track(*track);
                Expect::Track(row.state, Some(row.attempt))
            }
            _ => Expect::Pipeline(row.row.state),
        };
        let expect = Some(seen);
        let request = Request {
            expect,
            ..Self::request(pipeline, action)
        };
        self.revive(pipeline);
        let preview = self.engine.preview(self.now, request.clone());
        self.check_offer(pipeline, &request.action, preview.as_ref().err());
        let dispatches = std::mem::replace(&mut self.dispatches, false);
        let answer = self.step(Event::Act(request));
        self.dispatches = dispatches;
        match (&preview, &answer) {
            (Ok(preview), Ok(_)) => {
                self.check(pipeline, preview);
                self.foretold = Some(preview.clone());
            }
            _ => assert_eq!(preview.as_ref().err(), answer.as_ref().err()),
        }
        self.dispatch();
        answer.map(drop)
    }

    /// What is refused for the state alone is not offered to anybody, and what is not offered is
    /// refused, but for two things that are of no use there.
    fn check_offer(&self, pipeline: PipelineId, action: &Action, refused: Option<&Refusal>) {
        let rows = &self.rows[&pipeline];
        let offered = match action {
            Action::Track(track, action) => self.track_stand(*track).offers(action),
            _ => self.pipeline_stand(pipeline).offers(action),
        };
        let told = format!("{action:?} in {rows:?}: {refused:?}");
        match refused {
            Some(Refusal::Track(..) | Refusal::Pipeline(..) | Refusal::NotItsTurn(_)) => {
                assert!(!offered, "offered and refused: {told}");
            }
            Some(_) => {}
            None => {
                let of_no_use = match action {
                    // Nothing of it is being ended yet, or it is at once already.
                    Action::Stop { now } | Action::Track(_, TrackAction::Stop { now }) => *now,
                    // Nothing comes after what runs after the verdict.
                    Action::Track(track, TrackAction::Retry(scope, _)) => {
                        *scope != Scope::Only && self.track_stand(*track).handler
                    }
                    _ => false,
                };
                assert!(offered || of_no_use, "done and not offered: {told}");
            }
        }
    }

    fn pipeline_stand(&self, pipeline: PipelineId) -> PipelineStand {
        let rows = &self.rows[&pipeline];
        let scripts = &rows.tracks[..rows.plan.scripts()];
        let fails = |(index, track): (usize, &LoadedTrack)| match track.row.state {
            TrackState::Failed => !rows.plan.vertex(index as u32).ignore,
            state => matches!(state, TrackState::Interrupted | TrackState::Stopped),
        };
        let rests = is_at_rest(rows);
        let left = |(index, track): (usize, &LoadedTrack)| match track.row.state {
            TrackState::Running => track.row.ending.is_none(),
            TrackState::Waiting | TrackState::Pending => (index >= scripts.len()) == rests,
            _ => false,
        };
        let ends = |t: &LoadedTrack| t.row.state == TrackState::Running && t.row.ending.is_some();
        PipelineStand {
            state: rows.row.state,
            paused: rows.row.paused,
            over: rows.row.finished_at.is_some(),
            runs: scripts.iter().any(|t| t.row.state == TrackState::Running),
            ends: rows.tracks.iter().any(ends),
            left: rows.tracks.iter().enumerate().any(left),
            unsuccessful: scripts.iter().enumerate().any(fails),
        }
    }

    fn track_stand(&self, track: TrackId) -> TrackStand {
        let rows = &self.rows[&self.pipeline_of(track)];
        let index = (track.0 - rows.first_track.0) as u32;
        let handler = rows.plan.handler(index).is_some();
        let is_done = |tail: u32| {
            let state = rows.tracks[tail as usize].row.state;
            let ignored = state == TrackState::Failed && rows.plan.vertex(tail).ignore;
            state.is_done() || ignored
        };
        let is_tail = |tail: &u32| rows.plan.successors(*tail).contains(&index);
        let mut tails = (0..rows.plan.len() as u32).filter(is_tail);
        let row = self.track(track);
        TrackStand {
            state: row.state,
            pending_on: row.pending_on,
            mark: row.mark,
            ending: row.ending,
            lost: row.lost > 0,
            handler,
            waits: match handler {
                true => !is_at_rest(rows),
                false => tails.any(|tail| !is_done(tail)),
            },
        }
    }

    fn check(&self, pipeline: PipelineId, preview: &Preview) {
        let row = &self.rows[&pipeline];
        assert_eq!(
            (preview.to, preview.queued),
            (row.row.state, row.row.queued)
        );
        let states: Vec<_> = row.tracks.iter().map(|track| track.row.state).collect();
        let told: Vec<_> = preview.tracks.iter().map(|fate| fate.to).collect();
        assert_eq!(told, states, "what was foretold of pipeline {pipeline}");
    }

    pub(crate) fn ask_track(&mut self, track: TrackId, action: TrackAction) -> Result<(), Refusal> {
        let pipeline = self.pipeline_of(track);
        self.ask(pipeline, Action::Track(track, action))
    }

    /// The attempt of a track that runs ends.
    pub(crate) fn end(&mut self, track: TrackId, end: End) -> Answer {
        let row = self.track(track);
        assert_eq!(row.state, TrackState::Running, "track {track} runs");
        let key = AttemptKey {
            pipeline: self.pipeline_of(track),
            track,
            attempt: row.attempt,
        };
        let why = "gone".to_owned();
        let event = match end {
            End::Interrupted | End::Survived => {
                let remains = Remains {
                    survivor: (end == End::Survived).then_some(42),
                    ..Remains::default()
                };
                Event::Interrupted { key, why, remains }
            }
            End::NotStarted => Event::NotStarted { key, why },
            End::Code(_) | End::Stopped => Event::Ended {
                key,
                end: attempt_end(end, self.now),
                output: Vec::new(),
            },
        };
        self.step(event).expect("facts are never refused")
    }

    fn revive(&mut self, pipeline: PipelineId) {
        if !self.engine.is_live(pipeline) {
            self.engine.revive(&self.rows[&pipeline]);
        }
    }

    fn step(&mut self, event: Event) -> Result<Answer, Refusal> {
        let act = match &event {
            Event::Act(request) => Some(request.pipeline),
            _ => None,
        };
        if let Some(pipeline) = act {
            self.revive(pipeline);
        }
        let mut out = Outbox::default();
        let before = act.map(|_| self.engine.clone());
        let answer = self.engine.step(self.now, event, &mut out);
        if answer.is_err() {
            let same = before.is_none_or(|before| self.engine.agrees_with(&before));
            assert!(out.is_empty() && same, "a refusal changes nothing: {out:?}");
        }
        if let Some(pipeline) = act {
            self.engine.forget(pipeline);
        }
        self.keep(out);
        self.dispatch();
        answer
    }

    /// Time passes.
    pub(crate) fn pass(&mut self, ms: i64) {
        self.now = Time(self.now.0 + ms);
        self.dispatch();
    }

    fn dispatch(&mut self) {
        if self.dispatches {
            let mut out = Outbox::default();
            self.engine.dispatch(self.now, &mut out);
            self.keep(out);
        }
    }

    fn keep(&mut self, out: Outbox) {
        for effect in out.effects {
            if let Effect::EndSurvivors { key, now } = effect {
                self.ended.push((key, now));
            }
        }
        for new in out.starts {
            let plan = &new.order.plan;
            let track = |i: usize| {
                let missing = new.order.inputs.get(i).is_some_and(|input| input.missing);
                let row = first_row(plan, i, missing);
                LoadedTrack { row, missing }
            };
            let rows = LoadedPipeline {
                id: new.id,
                plan: Arc::clone(plan),
                row: new.row,
                priority: new.order.priority,
                first_track: new.first_track,
                tracks: (0..plan.len()).map(track).collect(),
            };
            self.rows.insert(new.id, rows);
        }
        for (track, change) in out.tracks {
            let pipeline = self.pipeline_of(track);
            let rows = self.rows.get_mut(&pipeline).expect("its row is kept");
            let kept = &mut rows.tracks[(track.0 - rows.first_track.0) as usize];
            assert_eq!(kept.row.state, change.from, "track {track}");
            kept.row = change.to;
            if let Some(detail) = change.detail {
                self.details.insert(track, detail);
            }
            kept.missing = change.input.map_or(kept.missing, |input| input.missing);
        }
        for (pipeline, change) in out.pipelines {
            let rows = self.rows.get_mut(&pipeline).expect("its row is kept");
            assert_eq!(rows.row.state, change.from, "pipeline {pipeline}");
            rows.row = change.to;
        }
        self.engine.check_invariants();
    }

    pub(crate) fn pipeline_of(&self, track: TrackId) -> PipelineId {
        let rows = self.rows.values().rfind(|rows| rows.first_track <= track);
        rows.expect("some pipeline has it").id
    }

    pub(crate) fn track_of(&self, pipeline: PipelineId, index: usize) -> TrackId {
        TrackId(self.rows[&pipeline].first_track.0 + index as i64)
    }

    pub(crate) fn track(&self, track: TrackId) -> TrackRow {
        let rows = &self.rows[&self.pipeline_of(track)];
        rows.tracks[(track.0 - rows.first_track.0) as usize].row
    }
}

fn attempt_end(end: End, now: Time) -> AttemptEnd {
    let (reason, exit_code) = match end {
        End::Code(0) => (None, Some(0)),
        End::Code(code) => (Some(Reason::ExitCode), Some(code)),
        _ => (Some(Reason::Stopped), None),
    };
    AttemptEnd {
        reason,
        exit_code,
        signal: None,
        detail: None,
        started_at: now,
        finished_at: now,
        log_bytes: 0,
        dropped_bytes: 0,
        outputs: None,
    }
}

/// What a start writes for the track of a vertex.
fn first_row(plan: &Plan, index: usize, missing: bool) -> TrackRow {
    use trackyard::engine::PendingOn;
    let free = index < plan.scripts() && plan.in_degree(index as u32) == 0;
    let (state, pending_on) = match (free, missing) {
        (true, true) => (TrackState::Pending, Some(PendingOn::Input)),
        (true, false) => (TrackState::Pending, Some(PendingOn::Slot)),
        (false, _) => (TrackState::Waiting, None),
    };
    TrackRow {
        state,
        pending_on,
        mark: None,
        ending: None,
        due_at: None,
        reason: None,
        exit_code: None,
        attempt: 0,
        retries: 0,
        started_at: None,
        finished_at: None,
        lost: 0,
    }
}

/// Whether the tracks that the verdict is about move no more.
fn is_at_rest(rows: &LoadedPipeline) -> bool {
    use TrackState::{Interrupted, Pending, Running};
    let scripts = &rows.tracks[..rows.plan.scripts()];
    let at = |state: TrackState| scripts.iter().filter(move |t| t.row.state == state);
    let branches = rows.plan.policies.on_failure == OnFailure::ContinueIndependent;
    let alone = at(Pending).any(|track| track.row.mark == Some(Mark::Alone));
    at(Running).count() == 0
        && match rows.row.state {
            PipelineState::Running | PipelineState::Paused => false,
            PipelineState::Finish | PipelineState::Stopped => true,
            PipelineState::Failed => {
                let branches = branches && rows.row.reason != Some(Reason::Timeout);
                at(Interrupted).count() == 0 && !alone && !(branches && at(Pending).count() > 0)
            }
        }
}
