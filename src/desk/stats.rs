//! How the newest pipelines of a graph went, and each of its vertices in them.

use std::collections::BTreeMap;

use super::Desk;
use crate::engine::{GraphId, PipelineState, Time, TrackState};
use crate::store::{STATS_TRACKS, Store, StoreError, TrackRow};

/// How the newest pipelines of a graph went.
#[derive(Debug, Clone, PartialEq)]
pub struct Stats {
    /// The name of the graph.
    pub graph: String,
    /// All of them.
    pub runs: Tally,
    /// How many of the newest ones the vertices are counted in.
    pub vertex_runs: usize,
    /// The vertices by name, also those that only an older version has.
    pub vertices: BTreeMap<String, Tally>,
}

/// What became of all that is of one kind.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tally {
    /// How many were looked at.
    pub count: usize,
    /// How many stand at each state, by its word.
    pub states: BTreeMap<&'static str, usize>,
    /// How many have ended: with success, in all.
    pub ended: (usize, usize),
    /// How many attempts there were beyond the first ones.
    pub retries: u64,
    /// How long each took that has ended, in milliseconds, the shortest first.
    pub took: Vec<i64>,
}

impl Tally {
    fn add(&mut self, state: &'static str, ended: Option<bool>, took: Option<i64>) {
        self.count += 1;
        *self.states.entry(state).or_default() += 1;
        if let Some(good) = ended {
            self.ended = (self.ended.0 + usize::from(good), self.ended.1 + 1);
        }
        self.took.extend(took.map(|ms| ms.max(0)));
    }

    /// The share of success of those that have ended, from 0 to 1; none: none has.
    pub fn success(&self) -> Option<f64> {
        let (good, all) = self.ended;
        (all > 0).then(|| good as f64 / all as f64)
    }

    /// So many hundredths took no longer than this; none: none has ended.
    pub fn within(&self, hundredths: usize) -> Option<i64> {
        let nth = (self.took.len() * hundredths).div_ceil(100).max(1);
        self.took.get(nth - 1).copied()
    }
}

impl Desk {
    /// How the newest pipelines of all versions of a graph went that were started since then; none:
    /// there is no such graph.
    pub fn stats(&self, id: GraphId, since: Time) -> Result<Option<Stats>, StoreError> {
        Stats::read(&self.store, id, since)
    }
}

impl Stats {
    /// The same of a database that no server needs to work with.
    pub fn read(store: &Store, id: GraphId, since: Time) -> Result<Option<Self>, StoreError> {
        let Some(head) = store.graph(id)? else {
            return Ok(None);
        };
        let rows = store.stats_runs(&head.name, since)?;
        let mut runs = Tally::default();
        let (mut sum, mut newest) = (0, Vec::new());
        for row in &rows {
            let Some(state) = PipelineState::from_code(row.state) else {
                continue;
            };
            let good = row.finished_at.map(|_| state == PipelineState::Finish);
            runs.add(
                state.word(),
                good,
                row.finished_at.map(|end| end - row.created_at),
            );
            sum += i64::from(row.tracks);
            if newest.is_empty() || sum <= STATS_TRACKS {
                newest.push(row.id);
            }
        }
        runs.took.sort_unstable();
        let mut vertices = BTreeMap::<_, Tally>::new();
        for track in store.stats_tracks(&newest)? {
            let tally = vertices.entry(track.name.clone()).or_default();
            count(tally, &track);
        }
        vertices.values_mut().for_each(|v| v.took.sort_unstable());
        Ok(Some(Stats {
            graph: head.name,
            runs,
            vertex_runs: newest.len(),
            vertices,
        }))
    }
}

fn count(tally: &mut Tally, track: &TrackRow) {
    let Some(state) = TrackState::from_code(track.state) else {
        return;
    };
    let ended = match state {
        TrackState::Succeed => Some(true),
        TrackState::Failed => Some(false),
        TrackState::Waiting
        | TrackState::Pending
        | TrackState::Running
        | TrackState::Skipped
        | TrackState::Stopped
        | TrackState::Interrupted => None,
    };
    let took = track.last.and_then(|(began, ended)| Some(ended? - began?));
    tally.add(state.word(), ended, ended.and(took));
    tally.retries += u64::try_from(track.attempts - 1).unwrap_or_default();
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn a_share_of_what_took_no_longer() {
        let of = |took: &[i64]| Tally {
            took: took.to_vec(),
            ..Tally::default()
        };
        let hundred: Vec<i64> = (1..=100).collect();
        for (took, expected) in [
            (&[][..], [None; 3]),
            (&[7], [Some(7); 3]),
            (&[1, 9], [Some(1), Some(9), Some(9)]),
            (&hundred, [Some(50), Some(90), Some(100)]),
        ] {
            assert_eq!([50, 90, 100].map(|p| of(took).within(p)), expected);
        }
        assert_eq!(of(&[]).success(), None);
    }
}
