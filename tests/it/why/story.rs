//! An engine with its rows, to which things happen one by one.

use std::collections::BTreeSet;
use std::sync::Arc;

use trackyard::desk::why::{Code, Source, Why, why_pipeline, why_track};
use trackyard::engine::{
    Action, Answer, AttemptEnd, AttemptKey, Capacity, Engine, Event, GraphId, Outbox, PipelineId,
    Reason, Remains, Request, StartOrder, Time, TrackAction, TrackId, TrackInput, TrackState,
};
use trackyard::graph::text::{Format, parse};
use trackyard::graph::{Limits, Outputs, Problem, Severity};
use trackyard::store::{Durability, NewGraph, Store, Terms, Writer};

/// An engine, its rows, and nobody who runs anything.
pub(super) struct Story {
    _dir: tempfile::TempDir,
    writer: Writer,
    store: Store,
    engine: Engine,
    capacity: Capacity,
    pub(super) now: Time,
    pub(super) seen: BTreeSet<&'static str>,
    /// Why a person does what they do.
    pub(super) reason: String,
    /// Who they are.
    pub(super) who: String,
}

impl Story {
    pub(super) fn new(slots: u32) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("trackyard.db");
        let mut writer = Writer::open(&path, Durability::Normal, "boot").expect("a database");
        let store = Store::open(&path, 2).expect("readers");
        let capacity = Capacity::of(slots);
        let next = writer.next_ids().expect("numbers");
        Self {
            _dir: dir,
            engine: Engine::new(capacity.clone(), next),
            writer,
            store,
            capacity,
            now: Time(1_000),
            seen: BTreeSet::new(),
            reason: "it is late".to_owned(),
            who: "ann".to_owned(),
        }
    }

    pub(super) fn define(&mut self, yaml: &str) -> GraphId {
        let parsed = parse(yaml, Format::Yaml, &Limits::default());
        let error = |p: &&Problem| p.severity == Severity::Error;
        assert_eq!(parsed.problems.iter().find(error), None);
        let graph = parsed.graph.expect("a graph");
        let outputs = Outputs::of(&graph);
        let compiled = graph.vertices.iter().map(|v| outputs.runnable(v)).collect();
        let new = NewGraph {
            compiled,
            digest: yaml.to_owned(),
            source: yaml.to_owned(),
            format: "yaml",
            checked: true,
            problems: Vec::new(),
            creator: "ann".to_owned(),
            terms: Terms::default(),
            graph,
        };
        self.writer.save_graph(self.now, &new).expect("saved").id
    }

    /// A pipeline of which the vertices of these places lack a value.
    pub(super) fn start(&mut self, graph: GraphId, missing: &[usize]) -> PipelineId {
        let plan = self.writer.plan(graph).expect("a plan").expect("a graph");
        let input = |i: usize| TrackInput {
            values: "{}".to_owned(),
            missing: missing.contains(&i),
            secrets: Vec::new(),
        };
        let inputs = (0..plan.len()).map(input).collect();
        let order = StartOrder {
            plan: Arc::new(plan),
            name: "run".to_owned(),
            desc: String::new(),
            request_key: None,
            who: "ann".to_owned(),
            trigger: "rest",
            given: "{}".to_owned(),
            inputs,
            priority: 0,
            again_of: None,
            why: String::new(),
        };
        match self.step(Event::Start(Arc::new(order))) {
            Answer::Started(id) => id,
            other => panic!("a start is answered by {other:?}"),
        }
    }

    pub(super) fn of(&mut self, yaml: &str) -> PipelineId {
        let graph = self.define(yaml);
        self.start(graph, &[])
    }

    pub(super) fn step(&mut self, event: Event) -> Answer {
        let mut out = Outbox::default();
        let answer = self.engine.step(self.now, event, &mut out);
        self.engine.dispatch(self.now, &mut out);
        self.writer.commit(&out).expect("a commit");
        answer.expect("it is not refused")
    }

    pub(super) fn pass(&mut self, ms: i64) {
        self.now = Time(self.now.0 + ms);
        let mut out = Outbox::default();
        self.engine.dispatch(self.now, &mut out);
        self.writer.commit(&out).expect("a commit");
    }

    pub(super) fn track(&self, pipeline: PipelineId, vertex: &str) -> TrackId {
        let tracks = self.store.tracks(pipeline, 0, 100).expect("tracks");
        let found = tracks.iter().find(|track| track.vertex == vertex);
        TrackId(found.expect("a track of that name").id)
    }

    pub(super) fn key(&self, pipeline: PipelineId, vertex: &str) -> AttemptKey {
        let track = self.track(pipeline, vertex);
        let (head, _) = self.store.track(track).expect("read").expect("a track");
        assert_eq!(head.state, TrackState::Running.code(), "{vertex} runs");
        AttemptKey {
            pipeline,
            track,
            attempt: head.attempt.unsigned_abs(),
        }
    }

    pub(super) fn end(
        &mut self,
        pipeline: PipelineId,
        vertex: &str,
        reason: Option<Reason>,
        code: Option<i32>,
    ) {
        let end = AttemptEnd {
            reason,
            exit_code: code,
            signal: (reason == Some(Reason::Signal)).then_some(9),
            detail: None,
            started_at: self.now,
            finished_at: self.now,
            log_bytes: 0,
            dropped_bytes: 0,
            outputs: None,
        };
        let key = self.key(pipeline, vertex);
        let output = Vec::new();
        self.step(Event::Ended { key, end, output });
    }

    pub(super) fn fails(&mut self, pipeline: PipelineId, vertex: &str, code: i32) {
        self.end(pipeline, vertex, Some(Reason::ExitCode), Some(code));
    }

    pub(super) fn succeeds(&mut self, pipeline: PipelineId, vertex: &str) {
        self.end(pipeline, vertex, None, Some(0));
    }

    pub(super) fn interrupt(&mut self, pipeline: PipelineId, vertex: &str) {
        let key = self.key(pipeline, vertex);
        self.step(Event::Interrupted {
            key,
            why: "its host was started again".to_owned(),
            remains: Remains::default(),
        });
    }

    pub(super) fn ask(&mut self, pipeline: PipelineId, action: Action) {
        if !self.engine.is_live(pipeline) {
            let rows = self.writer.one(pipeline).expect("rows");
            self.engine.revive(&rows.expect("a pipeline"));
        }
        self.step(Event::Act(Request {
            pipeline,
            action,
            expect: None,
            who: self.who.clone(),
            why: self.reason.clone(),
        }));
    }

    pub(super) fn act(&mut self, pipeline: PipelineId, vertex: &str, action: TrackAction) {
        let track = self.track(pipeline, vertex);
        self.ask(pipeline, Action::Track(track, action));
    }

    /// The answer of a track, which has this code and this sentence.
    pub(super) fn says(
        &mut self,
        pipeline: PipelineId,
        vertex: &str,
        code: Code,
        sentence: &str,
    ) -> Why {
        let track = self.track(pipeline, vertex);
        let why = why_track(
            &self.store,
            Source::Rows(&self.capacity, &|_| Vec::new()),
            track,
        );
        self.expect(why.expect("read"), code, sentence)
    }

    /// The same of a pipeline.
    pub(super) fn all(&mut self, pipeline: PipelineId, code: Code, sentence: &str) -> Why {
        let why = why_pipeline(
            &self.store,
            Source::Rows(&self.capacity, &|_| Vec::new()),
            pipeline,
        );
        self.expect(why.expect("read"), code, sentence)
    }

    pub(super) fn expect(&mut self, why: Option<Why>, code: Code, sentence: &str) -> Why {
        let why = why.expect("an answer");
        assert_eq!(
            (why.code, why.sentence.as_str()),
            (code, sentence),
            "{why:?}"
        );
        self.seen.insert(code.word());
        why
    }
}
