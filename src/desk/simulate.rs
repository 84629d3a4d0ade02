//! A run of a graph in which no script is run: the engine decides, what scripts do is given.

use super::stage::Stage;
use crate::engine::{
    Capacity, GraphId, PipelineState, Plan, PlanVertex, Policies, Pool, Reason, TrackState,
    VertexId,
};
use crate::graph::{Graph, topology};

/// More attempts than this are no simulation that anybody reads.
pub(super) const MOST_ATTEMPTS: usize = 1_000_000;

/// What the scripts of a vertex do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acts {
    /// How long each attempt takes, in milliseconds.
    pub lasts: u64,
    /// How each attempt ends: an exit code; the last one holds for all that follow.
    pub exits: Vec<u8>,
}

/// One attempt, as it would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempted {
    /// The place of the vertex in the definition.
    pub vertex: u32,
    /// Its number, from 1.
    pub attempt: u32,
    /// When it begins, in milliseconds after the start.
    pub from: u64,
    /// When it ends.
    pub to: u64,
    /// Why it fails; none: it succeeds.
    pub reason: Option<Reason>,
}

/// What would happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulated {
    /// The verdict.
    pub state: PipelineState,
    /// When nothing of it moves any more, in milliseconds after the start.
    pub lasts: u64,
    /// All attempts in the order in which they begin.
    pub attempts: Vec<Attempted>,
    /// Where each vertex stands at the end.
    pub states: Vec<TrackState>,
    /// The longest way through the graph, by how long its vertices take: without any one of these
    /// being shorter the whole cannot be.
    pub critical: Vec<u32>,
    /// How long that way is, in milliseconds.
    pub shortest: u64,
}

/// Too much would happen.
#[derive(Debug, thiserror::Error)]
#[error(
    "more than {MOST_ATTEMPTS} attempts would be made: give a result that is not retried for ever"
)]
pub struct Endless;

/// Runs a checked graph with so many slots; `acts` has one entry for each vertex.
///
/// # Errors
/// When it would go on for too long.
pub fn simulate(graph: &Graph, acts: &[Acts], capacity: Capacity) -> Result<Simulated, Endless> {
    let mut stage = Stage::new(graph, acts, capacity);
    stage.start(plan(graph));
    while stage.turn()? {}
    let (critical, shortest) = critical(graph, acts);
    Ok(Simulated {
        state: stage.state,
        lasts: stage.now,
        attempts: stage.attempts,
        states: stage.states,
        critical,
        shortest,
    })
}

/// The plan of a definition that is not saved; its vertices have their places as numbers.
fn plan(graph: &Graph) -> Plan {
    let policies = Policies {
        on_failure: graph.on_failure,
        max_parallel: graph.max_parallel,
        concurrency: graph.concurrency,
        timeout: graph.timeout,
    };
    let (mut vertices, mut handlers) = (Vec::new(), Vec::new());
    for (id, vertex) in (0..).zip(&graph.vertices) {
        let planned = PlanVertex {
            id: VertexId(id),
            retry: vertex.retry,
            on_interrupt: vertex.on_interrupt,
            ignore: vertex.ignore_failure,
            pool: vertex.pool.as_deref().map(Pool::from),
        };
        match vertex.handler {
            None => vertices.push(planned),
            Some(when) => handlers.push((when, planned)),
        }
    }
    let edges: Vec<_> = graph.edges.iter().map(|e| (e.tail, e.head)).collect();
    let own = (GraphId(1), GraphId(1));
    Plan::new(own, 1, policies, vertices, &edges, handlers)
}

/// The longest way by how long one attempt of each vertex takes, and how long it is.
fn critical(graph: &Graph, acts: &[Acts]) -> (Vec<u32>, u64) {
    let mut ends = vec![0_u64; graph.vertices.len()];
    let mut before: Vec<Option<u32>> = vec![None; graph.vertices.len()];
    let order = topology::order(graph);
    for &vertex in &order {
        let tails = graph.tails(vertex as usize);
        let last = tails.max_by_key(|tail| (ends[*tail], std::cmp::Reverse(*tail)));
        before[vertex as usize] = last.map(|tail| tail as u32);
        let begin = last.map_or(0, |tail| ends[tail]);
        ends[vertex as usize] = begin.saturating_add(acts[vertex as usize].lasts);
    }
    let end = order
        .iter()
        .copied()
        .rev()
        .max_by_key(|v| ends[*v as usize]);
    let mut way: Vec<u32> = std::iter::successors(end, |v| before[*v as usize]).collect();
    way.reverse();
    (way, end.map_or(0, |end| ends[end as usize]))
}

#[cfg(test)]
mod tests {
    use super::{Acts, Simulated, simulate};
    use crate::engine::{Capacity, PipelineState, Reason, TrackState};
    use crate::graph::text::{Format, parse};
    use crate::graph::{Graph, Limits};

    fn graph(yaml: &str) -> Graph {
        let read = parse(yaml, Format::Yaml, &Limits::default());
        assert!(read.problems.is_empty(), "{:?}", read.problems);
        read.graph.expect("a graph")
    }

    fn run(graph: &Graph, lasts: &[u64], exits: &[&[u8]], slots: u32) -> Simulated {
        let acts = (0..graph.vertices.len()).map(|i| Acts {
            lasts: lasts[i],
            exits: exits.get(i).map(|e| e.to_vec()).unwrap_or_default(),
        });
        let acts: Vec<Acts> = acts.collect();
        simulate(graph, &acts, Capacity::of(slots)).expect("it ends")
    }

    const DIAMOND: &str = "name: d\nvertices:\n  a: 'true'\n  b: {needs: [a], script: 'true'}\n  c: {needs: [a], script: 'true'}\n  d: {needs: [b, c], script: 'true'}\n";

    #[test]
    fn the_order_and_the_critical_path_follow_from_durations_and_slots() {
        let graph = graph(DIAMOND);
        let wide = run(&graph, &[1_000, 5_000, 2_000, 100], &[], 2);
        assert_eq!((wide.state, wide.lasts), (PipelineState::Finish, 6_100));
        assert_eq!(
            (wide.critical.as_slice(), wide.shortest),
            (&[0, 1, 3][..], 6_100)
        );
        let begun: Vec<_> = wide.attempts.iter().map(|a| (a.vertex, a.from)).collect();
        assert_eq!(begun, [(0, 0), (1, 1_000), (2, 1_000), (3, 6_000)]);
        let narrow = run(&graph, &[1_000, 5_000, 2_000, 100], &[], 1);
        assert_eq!((narrow.lasts, narrow.shortest), (8_100, 6_100));
    }

    #[test]
    fn failures_retries_and_timeouts_are_the_engines_own() {
        let graph = graph(
            "name: r\nvertices:\n  a: {retry: {limit: 2, delay: 10s}, script: 'true'}\n  b: {needs: [a], timeout: 3s, script: 'true'}\n  c: {needs: [b], script: 'true'}\nhandlers: {on_failure: 'true'}\n",
        );
        let run = run(&graph, &[1_000, 9_000, 1, 50], &[&[7, 0]], 4);
        assert_eq!(run.state, PipelineState::Failed);
        let told: Vec<_> = run
            .attempts
            .iter()
            .map(|a| (a.vertex, a.attempt, a.reason))
            .collect();
        let expected = [
            (0, 1, Some(Reason::ExitCode)),
            (0, 2, None),
            (1, 1, Some(Reason::Timeout)),
            (3, 1, None),
        ];
        assert_eq!(told, expected);
        assert_eq!(run.lasts, 1_000 + 10_000 + 1_000 + 3_000 + 50);
        use TrackState::{Failed, Succeed, Waiting};
        assert_eq!(run.states, [Succeed, Failed, Waiting, Succeed]);
    }

    #[test]
    fn a_pipeline_that_runs_out_of_time_ends_what_runs() {
        let graph = graph(
            "name: t\ntimeout: 5s\nvertices:\n  a: 'true'\n  b: {needs: [a], script: 'true'}\n",
        );
        let run = run(&graph, &[60_000, 1], &[], 1);
        assert_eq!((run.state, run.lasts), (PipelineState::Failed, 5_000));
        assert_eq!(run.attempts[0].reason, Some(Reason::Stopped));
    }
}
