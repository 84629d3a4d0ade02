//! How long a pipeline will still take, by what its vertices took before. Honest and simple: who has
//! never run makes the answer unknown, and a queue of other pipelines is not foreseen.

use std::collections::BTreeMap;

use crate::engine::Plan;
use crate::store::{Store, StoreError};

/// The newest pipelines of a graph that are looked at.
const PIPELINES: i64 = 9;
/// The most tracks of them that are looked at.
const MOST_TRACKS: i64 = 20_000;

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
    use super::{Far, Usual, about, remaining};
    use crate::engine::{GraphId, Plan, PlanVertex, Policies};
    use crate::graph::When;

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
