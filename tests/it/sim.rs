//! The engine under a simulated world: random graphs, results, delays, crashes and people.
//!
//! One seed is one run. The world keeps what a database and supervisors would keep; a crash throws
//! the engine away between any two steps and loads it from the rows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use trackyard::engine::{
    AttemptEnd, AttemptKey, Effect, Engine, Event, GraphId, LoadedPipeline, LoadedTrack, NextIds,
    Outbox, PendingOn, PipelineId, PipelineState, Plan, PlanVertex, Reason, Resolution, StartOrder,
    Time, TrackId, TrackInput, TrackRow, TrackState, VertexId,
};
use trackyard::graph::{Millis, OnFailure, OnInterrupt, Retry};

use crate::random::Random;

/// What is outside the engine.
struct World {
    random: Random,
    now: Time,
    engine: Engine,
    slots: u32,
    rows: BTreeMap<PipelineId, LoadedPipeline>,
    settled: BTreeMap<PipelineId, (PipelineState, Vec<TrackRow>)>,
    ordered: BTreeSet<AttemptKey>,
    started: BTreeSet<AttemptKey>,
    killed: BTreeSet<AttemptKey>,
    /// Facts that are on their way; a crash loses none, because they are files.
    facts: Vec<Event>,
    succeeded: BTreeSet<TrackId>,
    /// Percent of attempts that fail, that the machine cannot start, that are interrupted.
    rates: (usize, usize, usize),
}

fn plan(random: &mut Random, number: i64) -> Plan {
    let n = 1 + random.below(12);
    let edges = random.edges(n);
    let policies = [
        OnFailure::StopNew,
        OnFailure::CancelRunning,
        OnFailure::ContinueIndependent,
    ];
    let on_failure = policies[random.below(3)];
    let vertex = |i: usize, random: &mut Random| PlanVertex {
        id: VertexId(number * 100 + i as i64),
        on_interrupt: OnInterrupt::ALL[random.below(3)],
        retry: random.chance(30).then(|| Retry {
            limit: 1 + random.below(3) as u32,
            delay: Millis(random.below(500) as u64),
            backoff: 2.0,
            max_delay: Millis(1_000),
        }),
    };
    let vertices = (0..n).map(|i| vertex(i, random)).collect();
    Plan::new(GraphId(number), 1, on_failure, vertices, &edges)
}

impl World {
    fn new(seed: u64) -> Self {
        let mut random = Random(seed);
        let slots = 1 + random.below(4) as u32;
        let next = NextIds {
            pipeline: 1,
            track: 1,
            journal: 1,
        };
        let rates = [(0, 0, 0), (20, 5, 0), (10, 10, 10)][random.below(3)];
        Self {
            random,
            now: Time(1_000),
            engine: Engine::new(slots, next),
            slots,
            rows: BTreeMap::new(),
            settled: BTreeMap::new(),
            ordered: BTreeSet::new(),
            started: BTreeSet::new(),
            killed: BTreeSet::new(),
            facts: Vec::new(),
            succeeded: BTreeSet::new(),
            rates,
        }
    }

    fn start(&mut self) -> Event {
        let number = self.rows.len() as i64 + self.settled.len() as i64 + 1;
        let plan = Arc::new(plan(&mut self.random, number));
        let inputs = (0..plan.len())
            .map(|_| TrackInput {
                values: "{}".to_owned(),
                missing: self.random.chance(10),
            })
            .collect();
        Event::Start(Arc::new(StartOrder {
            plan,
            name: String::new(),
            desc: String::new(),
            request_key: None,
            who: String::new(),
            trigger: "rest",
            given: String::new(),
            inputs,
        }))
    }

    /// A person gives a value that some track waits for, or stops a pipeline.
    fn person(&mut self) -> Option<Event> {
        let pipelines: Vec<_> = self.rows.keys().copied().collect();
        let pipeline = *pipelines.get(self.random.below(pipelines.len().max(1)))?;
        let who = "somebody".to_owned();
        if self.random.chance(5) {
            return Some(Event::Stop {
                pipeline,
                who,
                why: String::new(),
            });
        }
        let rows = &self.rows[&pipeline];
        if self.random.chance(50) {
            let interrupted = |t: &LoadedTrack| t.row.state == TrackState::Interrupted;
            let index = rows.tracks.iter().position(interrupted)?;
            let track = TrackId(rows.first_track.0 + index as i64);
            let verdicts = [
                Resolution::Succeeded,
                Resolution::Failed,
                Resolution::RunAgain,
            ];
            let verdict = verdicts[self.random.below(3)];
            return Some(Event::Resolve {
                pipeline,
                track,
                verdict,
                who,
                why: String::new(),
            });
        }
        let index = rows.tracks.iter().position(|track| track.missing)?;
        let track = TrackId(rows.first_track.0 + index as i64);
        let input = TrackInput {
            values: "{\"x\":1}".to_owned(),
            missing: self.random.chance(20),
        };
        Some(Event::Input {
            pipeline,
            track,
            input,
            who,
        })
    }

    /// One batch of the driver, with a crash at any point of it.
    fn batch(&mut self, events: Vec<Event>, crashes: bool) {
        let mut out = Outbox::default();
        for event in events {
            // A person may be refused; that changes nothing.
            let _ = self.engine.step(self.now, event, &mut out);
        }
        self.engine.dispatch(self.now, &mut out);
        self.engine.check_invariants();
        if crashes && self.random.chance(5) {
            return self.crash();
        }
        self.commit(&out);
        let loaded = self.loaded();
        loaded.check_invariants();
        assert!(self.engine.agrees_with(&loaded), "load(rows) is the engine");
        for effect in out.effects {
            if crashes && self.random.chance(3) {
                return self.crash();
            }
            self.perform(effect);
        }
    }

    fn commit(&mut self, out: &Outbox) {
        for new in &out.starts {
            let plan = Arc::clone(&new.order.plan);
            let tracks = (0..plan.len())
                .map(|i| fresh(&plan, i, &new.order.inputs[i]))
                .collect();
            let row = LoadedPipeline {
                id: new.id,
                plan,
                state: PipelineState::Running,
                first_track: new.first_track,
                tracks,
            };
            self.rows.insert(new.id, row);
        }
        for (id, change) in &out.tracks {
            let pipeline = self.rows.values_mut().find(|p| {
                (p.first_track.0..p.first_track.0 + p.tracks.len() as i64).contains(&id.0)
            });
            let pipeline = pipeline.expect("a changed track is of a live pipeline");
            let track = &mut pipeline.tracks[(id.0 - pipeline.first_track.0) as usize];
            assert_eq!(
                track.row.state, change.from,
                "the row is as the engine believes"
            );
            assert!(
                !self.succeeded.contains(id),
                "a delivered success is never touched"
            );
            track.row = change.to;
            if let Some(input) = &change.input {
                track.missing = input.missing;
            }
            if change.to.state == TrackState::Succeed {
                self.succeeded.insert(*id);
            }
        }
        for (key, _) in &out.attempts {
            assert!(self.ordered.insert(*key), "attempt {key} is ordered once");
        }
        for (id, change) in &out.pipelines {
            let row = self.rows.get_mut(id).expect("a changed pipeline is live");
            assert_eq!(row.state, change.from);
            row.state = change.to.state;
            if change.to.finished_at.is_some() {
                let row = self.rows.remove(id).expect("found above");
                let tracks = row.tracks.iter().map(|t| t.row).collect();
                self.settled.insert(*id, (row.state, tracks));
            }
        }
        let running = self.rows.values().flat_map(|p| &p.tracks);
        let running = running
            .filter(|t| t.row.state == TrackState::Running)
            .count();
        assert!(
            running <= self.slots as usize,
            "{running} scripts in {} slots",
            self.slots
        );
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Launch(key) => self.launch(key),
            Effect::Kill(key) => drop(self.killed.insert(key)),
            Effect::Clean(_) | Effect::Settled(_) => {}
        }
    }

    /// The supervisor's part: the gate lets each attempt through once.
    fn launch(&mut self, key: AttemptKey) {
        assert!(
            self.ordered.contains(&key),
            "nothing runs that no committed row ordered"
        );
        if self.started.contains(&key) {
            return;
        }
        let (fail, unstarted, interrupted) = self.rates;
        if self.random.chance(unstarted) {
            return self.facts.push(Event::NotStarted {
                key,
                why: "no process".to_owned(),
            });
        }
        self.started.insert(key);
        if self.random.chance(interrupted) {
            return self.facts.push(Event::Interrupted {
                key,
                why: "killed".to_owned(),
            });
        }
        let reason = self.random.chance(fail).then_some(Reason::ExitCode);
        let end = AttemptEnd {
            reason,
            exit_code: Some(reason.map_or(0, |_| 3)),
            signal: None,
            detail: None,
            started_at: self.now,
            finished_at: self.now,
            log_bytes: 0,
            dropped_bytes: 0,
        };
        self.facts.push(Event::Ended {
            key,
            end,
            output: Vec::new(),
        });
    }

    fn loaded(&self) -> Engine {
        let rows: Vec<_> = self.rows.values().cloned().collect();
        Engine::load(self.slots, self.engine_ids(), &rows)
    }

    fn engine_ids(&self) -> NextIds {
        self.engine.next_ids()
    }

    /// The server dies and another begins from the rows: what was ordered and never started is
    /// launched again under the same key, what ended is told again.
    fn crash(&mut self) {
        self.engine = self.loaded();
        for effect in self.engine.resume() {
            self.perform(effect);
        }
        for key in self.engine.running() {
            let told = self.facts.iter().any(|fact| key_of(fact) == Some(key));
            if !told {
                self.launch(key);
            }
        }
    }

    fn run(&mut self) {
        for round in 0..2_000 {
            self.now.0 += self.random.below(300) as i64;
            let crashes = round < 300;
            let mut events = Vec::new();
            if round < 40 && self.random.chance(30) {
                events.push(self.start());
            }
            if self.random.chance(30) {
                events.extend(self.person());
            }
            for _ in 0..self.random.below(4) {
                if !self.facts.is_empty() {
                    let fact = self.facts.remove(self.random.below(self.facts.len()));
                    // Some facts are told twice: a stale one changes nothing.
                    if self.random.chance(10) {
                        events.push(fact.clone());
                    }
                    if crashes {
                        self.facts.push(fact.clone())
                    }
                    events.push(fact);
                }
            }
            self.batch(events, crashes);
            if round > 40 && self.rows.values().all(waits_for_people) && self.facts.is_empty() {
                return;
            }
            self.drop_old_facts();
        }
        panic!("once crashes stop, everything ends: {:?}", self.rows);
    }

    /// Forgets facts of attempts that are over, as the clean-up of their files does.
    fn drop_old_facts(&mut self) {
        let running: BTreeSet<_> = self.engine.running().into_iter().collect();
        let extra = self.random.chance(50);
        self.facts
            .retain(|fact| extra || key_of(fact).is_some_and(|key| running.contains(&key)));
        if extra {
            let seen = &mut BTreeSet::new();
            self.facts
                .retain(|fact| key_of(fact).is_some_and(|key| seen.insert(key)));
        }
    }
}

fn fresh(plan: &Plan, index: usize, input: &TrackInput) -> LoadedTrack {
    let (state, pending_on) = match (plan.in_degree(index as u32), input.missing) {
        (0, false) => (TrackState::Pending, Some(PendingOn::Slot)),
        (0, true) => (TrackState::Pending, Some(PendingOn::Input)),
        _ => (TrackState::Waiting, None),
    };
    let row = TrackRow {
        state,
        pending_on,
        due_at: None,
        reason: None,
        exit_code: None,
        attempt: 0,
        retries: 0,
        started_at: None,
        finished_at: None,
    };
    LoadedTrack {
        row,
        missing: input.missing,
    }
}

fn key_of(fact: &Event) -> Option<AttemptKey> {
    match fact {
        Event::Ended { key, .. }
        | Event::NotStarted { key, .. }
        | Event::Interrupted { key, .. } => Some(*key),
        Event::Start(_) | Event::Input { .. } | Event::Stop { .. } | Event::Resolve { .. } => None,
    }
}

/// Nothing of the pipeline can go on without a person.
fn waits_for_people(row: &LoadedPipeline) -> bool {
    let held = |track: &LoadedTrack| match track.row.state {
        TrackState::Running => false,
        TrackState::Pending => track.row.pending_on == Some(PendingOn::Input),
        _ => true,
    };
    let stuck = row
        .tracks
        .iter()
        .any(|t| t.row.state == TrackState::Interrupted || t.missing);
    stuck && row.tracks.iter().all(held)
}

#[test]
fn random_pipelines_end_well_whatever_crashes() {
    let mut verdicts = BTreeMap::new();
    for seed in 0..400 {
        let mut world = World::new(seed);
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| world.run()));
        assert!(result.is_ok(), "seed {seed} found the fault above");
        for (id, (state, tracks)) in &world.settled {
            *verdicts.entry(state.word()).or_insert(0) += 1;
            let all_done = tracks.iter().all(|t| t.state.is_done());
            match state {
                PipelineState::Finish => assert!(all_done, "seed {seed}, pipeline {id}"),
                PipelineState::Failed => assert!(!all_done, "seed {seed}, pipeline {id}"),
                // What ran when it was stopped may have succeeded all the same.
                PipelineState::Stopped => {}
                PipelineState::Running | PipelineState::Paused => panic!("{state} is no verdict"),
            }
        }
    }
    // The world is rich enough to see every verdict.
    assert_eq!(verdicts.len(), 3, "{verdicts:?}");
}
