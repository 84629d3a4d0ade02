//! How long a pipeline will still take, by what its vertices took before. Honest and simple: who has
//! never run makes the answer unknown, and a queue of other pipelines is not foreseen.

use std::collections::BTreeMap;

use crate::engine::{PipelineState, Plan};
use crate::store::{PipelineHead, RecentRun, Store, StoreError};

/// The newest pipelines of a graph that are looked at.
const PIPELINES: i64 = 9;
/// The most tracks of them that are looked at.
const MOST_TRACKS: i64 = 20_000;
/// The newest runs of a graph that tell how long a whole one takes.
pub const RUNS: usize = 30;

/// How long scripts usually take, by the names of their vertices, in milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usual(BTreeMap<String, i64>);

/// How far a track is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Far {
    /// It runs no more.
    Done,
    /// It has run for so many milliseconds.
    Running(i64),
    /// It has not begun.
    Left,
}

impl Usual {
    /// The median of what each vertex of a graph took in the newest pipelines of all its versions in
    /// which it succeeded.
    pub fn read(store: &Store, graph: &str) -> Result<Self, StoreError> {
        Ok(Self::of(store.took(graph, PIPELINES, MOST_TRACKS)?))
    }

    fn of(took: Vec<(String, i64)>) -> Self {
        let mut all: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for (name, ms) in took {
            all.entry(name).or_default().push(ms.max(0));
        }
        let median = |(name, mut took): (String, Vec<i64>)| {
            took.sort_unstable();
            (name, took[took.len() / 2])
        };
        Self(all.into_iter().map(median).collect())
    }

    /// How long the script of a vertex usually takes.
    pub fn get(&self, vertex: &str) -> Option<i64> {
        self.0.get(vertex).copied()
    }
}

/// How many milliseconds the scripts of a plan still take before there is a verdict: the longest way
/// that is left, or all that is left on so many slots, whichever is longer. `tracks` says how far
/// each vertex is and how long it usually takes. None: it is not known of one that is left.
pub fn remaining(plan: &Plan, tracks: &[(Far, Option<i64>)], slots: u32) -> Option<i64> {
    let most = plan.policies.max_parallel.unwrap_or(u32::MAX);
    let slots = i64::from(slots.min(most).max(1));
    let scripts = plan.scripts().min(tracks.len());
    let mut order: Vec<u32> = (0..scripts as u32).collect();
    // From the ends to the beginnings: those after a vertex have shorter ways to an end.
    order.sort_by_key(|&index| plan.rank(index));
    let (mut ways, mut work) = (vec![0; scripts], 0);
    for index in order {
        let (far, usual) = tracks[index as usize];
        let left = match far {
            Far::Done => 0,
            Far::Running(ms) => (usual? - ms).max(0),
            Far::Left => usual?,
        };
        let after = plan.successors(index).iter();
        let longest = after.filter_map(|&head| ways.get(head as usize)).max();
        ways[index as usize] = left + longest.copied().unwrap_or(0);
        work += left;
    }
    Some(ways.into_iter().max().unwrap_or(0).max(work / slots))
}

/// How many milliseconds each of these pipelines still takes, by its number, as far as the newest runs of
/// its graph tell. What is held, waits for its turn or is `stuck` is left out.
pub fn of_heads(
    heads: &[PipelineHead],
    recent: &[RecentRun],
    stuck: &[i64],
    now: i64,
) -> BTreeMap<i64, i64> {
    let mut took: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for run in recent {
        if let (true, Some(end)) = (run.state == PipelineState::Finish.code(), run.finished_at) {
            let of_graph = took.entry(&run.graph).or_default();
            of_graph.push(end - run.created_at);
        }
    }
    let left = |head: &PipelineHead| {
        let took = took.get(head.graph.as_str())?;
        let left = of_whole(took, now - head.created_at)?;
        Some((head.id, left))
    };
    let moves = |head: &&PipelineHead| moves(head) && !stuck.contains(&head.id);
    heads.iter().filter(moves).filter_map(left).collect()
}

/// The same, with what it needs read: two statements however many they are, none where none runs.
pub fn of_running(
    store: &Store,
    heads: &[PipelineHead],
    now: i64,
) -> Result<BTreeMap<i64, i64>, StoreError> {
    let moving = || heads.iter().filter(|head| moves(head));
    let mut names: Vec<&str> = moving().map(|head| head.graph.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ids: Vec<i64> = moving().map(|head| head.id).collect();
    let recent = store.recent_runs(&names, RUNS)?;
    Ok(of_heads(heads, &recent, &store.stuck(&ids)?, now))
}

/// Whether it goes on by itself.
fn moves(head: &PipelineHead) -> bool {
    head.state == PipelineState::Running.code() && !head.queued && !head.paused
}

/// How many milliseconds a pipeline still takes that has run for so long, by what whole pipelines of its
/// graph took: the median. None: there were none, or it has taken longer already.
pub fn of_whole(took: &[i64], passed: i64) -> Option<i64> {
    let mut took = took.to_vec();
    took.sort_unstable();
    let usual = took.get(took.len() / 2)?;
    Some(usual - passed).filter(|left| *left > 0)
}

/// A length of time as a guess is told: no more exact than it is.
pub fn about(ms: i64) -> String {
    const SECOND: i64 = 1_000;
    const MINUTE: i64 = 60 * SECOND;
    const HOUR: i64 = 60 * MINUTE;
    // To the nearest, halves up.
    let rounded = |unit: i64| (ms + unit / 2) / unit;
    match ms {
        ..=0 => "any moment now".to_owned(),
        1..5_000 => "a few seconds".to_owned(),
        5_000..90_000 => format!("about {} s", rounded(5 * SECOND) * 5),
        90_000..5_400_000 => format!("about {} min", rounded(MINUTE)),
        _ => format!("about {} h", rounded(HOUR)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Far, Usual, about, of_heads, of_whole, remaining};
    use crate::engine::{GraphId, PipelineState, Plan, PlanVertex, Policies};
    use crate::graph::When;
    use crate::store::{PipelineHead, RecentRun};

    /// `a` and `b` before `c`; `d` alone; one script after the verdict.
    fn plan(max_parallel: Option<u32>) -> Plan {
        let policies = Policies {
            max_parallel,
            ..Policies::default()
        };
        let vertices = vec![PlanVertex::default(); 4];
        let handlers = vec![(When::ALL[0], PlanVertex::default())];
        let graph = (GraphId(1), GraphId(1));
        Plan::new(graph, 1, policies, vertices, &[(0, 2), (1, 2)], handlers)
    }

    #[test]
    fn the_longest_way_that_is_left_or_all_work_on_the_slots() {
        use Far::{Done, Left, Running};
        let all = |far: [Far; 4], usual: [i64; 4]| {
            let tracks = far.into_iter().zip(usual.map(Some));
            tracks.chain([(Left, None)]).collect::<Vec<_>>()
        };
        let usual = [10_000, 20_000, 5_000, 8_000];
        for (far, slots, ms) in [
            ([Left; 4], 8, 25_000),
            ([Left; 4], 1, 43_000),
            ([Done, Running(4_000), Left, Left], 8, 21_000),
            ([Done, Running(90_000), Left, Done], 8, 5_000),
            ([Done, Running(4_000), Left, Left], 1, 29_000),
            // One that takes longer than usual takes nothing from the others.
            ([Done, Running(90_000), Left, Left], 1, 13_000),
            ([Done; 4], 1, 0),
        ] {
            let told = remaining(&plan(None), &all(far, usual), slots);
            assert_eq!(told, Some(ms), "{far:?} {slots}");
        }
        let one = remaining(&plan(Some(1)), &all([Left; 4], usual), 8);
        assert_eq!(one, Some(43_000), "the graph lets one run at a time");
    }

    #[test]
    fn what_has_never_run_makes_it_unknown() {
        let mut tracks = vec![(Far::Left, Some(1)); 4];
        tracks[3].1 = None;
        assert_eq!(remaining(&plan(None), &tracks, 2), None);
        tracks[3].0 = Far::Running(7);
        assert_eq!(remaining(&plan(None), &tracks, 2), None);
        tracks[3].0 = Far::Done;
        assert_eq!(remaining(&plan(None), &tracks, 2), Some(2));
    }

    #[test]
    fn the_median_is_usual() {
        // The clock was set back while `d` ran.
        let took = [("a", 9), ("b", 1), ("a", 1), ("a", 2), ("b", 5), ("d", -5)];
        let usual = Usual::of(took.map(|(name, ms)| (name.to_owned(), ms)).to_vec());
        let told = ["a", "b", "c", "d"].map(|name| usual.get(name));
        assert_eq!(told, [Some(2), Some(5), None, Some(0)]);
    }

    #[test]
    fn a_whole_pipeline_takes_what_others_took() {
        assert_eq!(of_whole(&[], 5), None);
        assert_eq!(of_whole(&[9_000, 1_000, 5_000], 2_000), Some(3_000));
        assert_eq!(of_whole(&[1_000], 1_000), None, "nobody knows");
    }

    #[test]
    fn pipelines_that_move_take_what_their_graph_took() {
        let run = |id, graph: &str, state: PipelineState, ms: i64| RecentRun {
            id,
            graph: graph.to_owned(),
            state: state.code(),
            created_at: 0,
            finished_at: Some(ms),
            vertices: 1,
        };
        let recent = [
            run(1, "a", PipelineState::Finish, 9_000),
            run(2, "a", PipelineState::Failed, 1),
            run(3, "b", PipelineState::Finish, 70_000),
        ];
        let head = |id, graph: &str| PipelineHead {
            id,
            graph_id: 1,
            graph: graph.to_owned(),
            version: 1,
            name: String::new(),
            desc: String::new(),
            state: PipelineState::Running.code(),
            creator: String::new(),
            trigger: String::new(),
            input: String::new(),
            vertices: 1,
            created_at: 1_000,
            finished_at: None,
            priority: 0,
            again_of: None,
            queued: false,
            reason: None,
            paused: false,
            due_at: None,
            again_of_deleted: false,
        };
        let mut heads = vec![head(5, "a"), head(6, "b"), head(7, "c"), head(8, "b")];
        heads.extend([head(9, "b"), head(10, "b"), head(11, "b")]);
        heads[4].paused = true;
        heads[5].queued = true;
        heads[6].state = PipelineState::Finish.code();
        let left = of_heads(&heads, &recent, &[8], 3_000);
        assert_eq!(left, [(5, 7_000), (6, 68_000)].into());
    }

    #[test]
    fn guesses_are_told_as_guesses() {
        for (ms, told) in [
            (-3, "any moment now"),
            (4_999, "a few seconds"),
            (41_000, "about 40 s"),
            (89_999, "about 90 s"),
            (170_000, "about 3 min"),
            (3_600_000, "about 60 min"),
            (9_000_000, "about 3 h"),
        ] {
            assert_eq!(about(ms), told);
        }
    }
}
