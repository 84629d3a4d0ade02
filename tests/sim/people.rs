//! Graphs, starts and people: what comes from outside.

use std::sync::Arc;

use trackyard::engine::{
    Event, GraphId, LoadedTrack, Plan, PlanVertex, Resolution, StartOrder, TrackId, TrackInput,
    TrackState, VertexId,
};
use trackyard::graph::{Millis, OnFailure, OnInterrupt, Retry};

use crate::random::Random;
use crate::world::World;

/// The most vertices of a graph; most graphs are much smaller.
const SIZES: [usize; 4] = [2, 6, 12, 40];

fn plan(random: &mut Random) -> Plan {
    let most = SIZES[random.below(SIZES.len())];
    let n = 1 + random.below(most);
    let edges = random.edges(n);
    let policies = [
        OnFailure::StopNew,
        OnFailure::CancelRunning,
        OnFailure::ContinueIndependent,
    ];
    let on_failure = policies[random.below(policies.len())];
    let vertex = |i: usize| PlanVertex {
        id: VertexId(i as i64),
        on_interrupt: OnInterrupt::ALL[random.below(OnInterrupt::ALL.len())],
        retry: random.chance(40).then(|| Retry {
            limit: 1 + random.below(3) as u32,
            delay: Millis(random.below(500) as u64),
            backoff: 2.0,
            max_delay: Millis(1_000),
        }),
    };
    let vertices = (0..n).map(vertex).collect();
    Plan::new(GraphId(1), 1, on_failure, vertices, &edges)
}

impl World {
    /// A person or a program starts a graph.
    pub(crate) fn start(&mut self) -> Event {
        let plan = Arc::new(plan(&mut self.random));
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
        }))
    }

    /// A person answers for an interrupted track, gives a value, or stops a pipeline. While all
    /// is calm nobody leaves anything open.
    pub(crate) fn person(&mut self) -> Option<Event> {
        let live = self.database.live.len();
        let nth = self.random.below(live.max(1));
        let rows = self.database.live.values().nth(nth)?;
        let (pipeline, who) = (rows.id, "somebody".to_owned());
        if self.random.chance(if self.calm { 2 } else { 8 }) {
            let why = String::new();
            return Some(Event::Stop { pipeline, who, why });
        }
        let any = |wanted: fn(&LoadedTrack) -> bool, nth: usize| {
            let all = rows
                .tracks
                .iter()
                .enumerate()
                .filter(|(_, track)| wanted(track));
            let all: Vec<_> = all
                .map(|(i, _)| TrackId(rows.first_track.0 + i as i64))
                .collect();
            all.get(nth % all.len().max(1)).copied()
        };
        let nth = self.random.below(1_000);
        let interrupted = any(|track| track.row.state == TrackState::Interrupted, nth);
        if let Some(track) = interrupted.filter(|_| self.random.chance(70)) {
            let verdicts = [
                Resolution::Succeeded,
                Resolution::Failed,
                Resolution::RunAgain,
            ];
            let verdict = verdicts[self.random.below(verdicts.len())];
            let why = String::new();
            return Some(Event::Resolve {
                pipeline,
                track,
                verdict,
                outputs: None,
                who,
                why,
            });
        }
        // Values of any track may change until it starts; most often the missing ones do.
        let anyone = self.random.chance(10);
        let track = any(
            if anyone {
                |_| true
            } else {
                |track| track.missing
            },
            nth,
        )?;
        let missing = !self.calm && self.random.chance(20);
        let input = TrackInput {
            values: "{\"x\":1}".to_owned(),
            missing,
            secrets: Vec::new(),
        };
        Some(Event::Input {
            pipeline,
            track,
            input,
            who,
        })
    }
}
