//! Graphs, starts and people: what comes from outside.

use std::sync::Arc;

use trackyard::engine::{
    Action, Capacity, Event, Expect, GraphId, LoadedPipeline, LoadedTrack, Mark, PendingOn, Plan,
    PlanVertex, Policies, Request, Scope, StartOrder, TrackAction, TrackId, TrackInput, TrackState,
    VertexId,
};
use trackyard::graph::{
    Concurrency, ExitCodes, Millis, OnFailure, OnInterrupt, OnLimit, Retry, When,
};

use crate::random::Random;
use crate::world::World;

/// The most vertices of a graph; most graphs are much smaller.
const SIZES: [usize; 4] = [2, 6, 12, 40];

pub(crate) fn capacity(random: &mut Random) -> Capacity {
    let pools = [("one".into(), 1), ("two".into(), 2)];
    Capacity {
        slots: 1 + random.below(4) as u32,
        pools: pools.into_iter().collect(),
    }
}

/// The graphs of a seed.
pub(crate) fn plans(random: &mut Random) -> Vec<Arc<Plan>> {
    let n = 1 + random.below(3);
    (1..=n as i64)
        .map(|id| Arc::new(plan(random, id)))
        .collect()
}

fn some<T>(random: &mut Random, percent: usize, value: impl FnOnce(&mut Random) -> T) -> Option<T> {
    random.chance(percent).then(|| value(random))
}

fn pick<T: Clone>(random: &mut Random, all: &[T]) -> T {
    all[random.below(all.len())].clone()
}

fn plan(random: &mut Random, id: i64) -> Plan {
    let most = SIZES[random.below(SIZES.len())];
    let n = 1 + random.below(most);
    let edges = random.edges(n);
    // Each seed has its own mix: what is in all graphs hides what is in none.
    let often = pick(random, &[0, 30]);
    let policies = Policies {
        on_failure: pick(random, &OnFailure::ALL),
        max_parallel: some(random, often, |r| 1 + r.below(2) as u32),
        concurrency: some(random, often * 2, |r| Concurrency {
            limit: 1 + r.below(2) as u32,
            on_limit: pick(r, &[OnLimit::Queue, OnLimit::Reject, OnLimit::CancelOldest]),
        }),
        timeout: some(random, often / 2, |r| {
            Millis(1_000 + r.below(30_000) as u64)
        }),
    };
    let mut vertex = |i: usize| PlanVertex {
        id: VertexId(i as i64),
        on_interrupt: pick(random, &OnInterrupt::ALL),
        retry: some(random, 40, |r| Retry {
            limit: 1 + r.below(3) as u32,
            delay: Millis(r.below(500) as u64),
            backoff: 2.0,
            max_delay: Millis(1_000),
            jitter: pick(r, &[0.0, 0.5]),
            exit_codes: some(r, 30, |_| ExitCodes::of([3])),
        }),
        ignore: random.chance(often / 2),
        pool: some(random, often, |r| pick(r, &["one", "two"]).into()),
    };
    let vertices = (0..n).map(&mut vertex).collect();
    let handlers = When::ALL.into_iter().filter(|_| often > 0);
    let handlers: Vec<_> = handlers.zip(n..).map(|(on, i)| (on, vertex(i))).collect();
    let handlers = handlers.into_iter().filter(|_| random.chance(40)).collect();
    Plan::new(
        (GraphId(id), GraphId(id)),
        1,
        policies,
        vertices,
        &edges,
        handlers,
    )
}

impl World {
    /// A person or a program starts a graph.
    pub(crate) fn start(&mut self) -> Event {
        let plan = pick(&mut self.random, &self.plans);
        let input = |_| TrackInput {
            values: "{}".to_owned(),
            missing: self.random.chance(8),
            secrets: Vec::new(),
        };
        let inputs = (0..plan.len()).map(input).collect();
        Event::Start(Arc::new(StartOrder {
            plan,
            name: String::new(),
            desc: String::new(),
            request_key: None,
            who: String::new(),
            trigger: "rest",
            given: String::new(),
            inputs,
            priority: self.random.below(3) as i32,
            again_of: None,
        }))
    }

    /// A person asks for anything, of any pipeline. While all is calm nobody leaves anything open.
    pub(crate) fn person(&mut self) -> Option<Request> {
        let random = &mut self.random;
        let all: Vec<_> = self.database.live().map(|row| row.id).collect();
        let over = !self.calm && random.chance(25);
        let every = self.database.rows.keys().copied();
        let all = if over { every.collect() } else { all };
        let id = *all.get(random.below(all.len().max(1)))?;
        let rows = &self.database.rows[&id];
        let action = match self.calm {
            true => last_word(random, rows)?,
            false if random.chance(40) => last_word(random, rows)?,
            false => anything(random, rows),
        };
        let expect = random.chance(20).then(|| match &action {
            Action::Track(track, _) => {
                let row = rows.tracks[(track.0 - rows.first_track.0) as usize].row;
                Expect::Track(row.state, random.chance(50).then_some(row.attempt))
            }
            _ => Expect::Pipeline(rows.row.state),
        });
        Some(Request {
            pipeline: id,
            action,
            expect,
            who: "somebody".to_owned(),
            why: pick(random, &["", "because"]).to_owned(),
        })
    }
}

fn given(random: &mut Random, missing: usize) -> TrackInput {
    let missing = random.chance(missing);
    let values = "{\"x\":1}".to_owned();
    TrackInput {
        values,
        missing,
        secrets: Vec::new(),
    }
}

/// What lets a pipeline come to its end, whatever holds it.
fn last_word(random: &mut Random, rows: &LoadedPipeline) -> Option<Action> {
    if rows.row.paused && random.chance(50) {
        return Some(Action::Resume);
    }
    if random.chance(3) {
        let now = random.chance(50);
        return Some(Action::Stop { now });
    }
    let mut open: Vec<(TrackId, TrackAction)> = Vec::new();
    for (i, LoadedTrack { row, missing }) in (0..).zip(&rows.tracks) {
        let track = TrackId(rows.first_track.0 + i);
        if row.state == TrackState::Interrupted {
            let verdicts = [
                TrackAction::ForceSuccess(None),
                TrackAction::ForceFailure,
                TrackAction::Retry(Scope::Only, None),
                TrackAction::Skip,
            ];
            open.push((track, pick(random, &verdicts)));
        }
        if row.mark == Some(Mark::Hold) {
            open.push((track, TrackAction::Release));
        }
        if *missing && row.pending_on == Some(PendingOn::Input) {
            open.push((track, TrackAction::Input(given(random, 0))));
        }
    }
    let nth = random.below(open.len().max(1));
    let (track, action) = open.into_iter().nth(nth)?;
    Some(Action::Track(track, action))
}

fn anything(random: &mut Random, rows: &LoadedPipeline) -> Action {
    let now = random.chance(30);
    match random.below(20) {
        0 => return Action::Pause,
        1 => return Action::Resume,
        2 => return Action::Stop { now },
        3 | 4 => return Action::RetryFailed,
        _ => {}
    }
    let track = TrackId(rows.first_track.0 + random.below(rows.tracks.len()) as i64);
    let scopes = [Scope::Only, Scope::After, Scope::Alone];
    let action = match random.below(8) {
        0 | 1 => {
            let input = some(random, 30, |r| given(r, 20));
            TrackAction::Retry(pick(random, &scopes), input)
        }
        2 => TrackAction::Skip,
        3 => TrackAction::ForceSuccess(None),
        4 => TrackAction::ForceFailure,
        5 => pick(random, &[TrackAction::Hold, TrackAction::Release]),
        6 => TrackAction::Stop { now },
        _ => TrackAction::Input(given(random, 20)),
    };
    Action::Track(track, action)
}
