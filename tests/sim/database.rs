//! What is committed, and what every commit is checked against.

use std::collections::BTreeMap;
use std::sync::Arc;

use trackyard::engine::{
    AttemptEnd, AttemptKey, Capacity, Engine, Entry, LoadedPipeline, LoadedTrack, NewPipeline,
    NextIds, Outbox, PendingOn, PipelineChange, PipelineId, PipelineState, Reason, Time,
    TrackChange, TrackId, TrackRow, TrackState,
};
use trackyard::graph::OnFailure;

use crate::oracles::{Checked, Oracle, Truth, check_rows, check_settled, ensure};
use crate::room::{check_idle, check_room};

/// The rows.
pub(crate) struct Database {
    pub(crate) rows: BTreeMap<PipelineId, LoadedPipeline>,
    /// Each attempt that was ever ordered, and the boot of the host in which it was.
    pub(crate) ordered: BTreeMap<AttemptKey, u32>,
    pub(crate) ended: BTreeMap<AttemptKey, AttemptEnd>,
    pub(crate) next: NextIds,
}

impl Database {
    pub(crate) fn new() -> Self {
        Self {
            rows: BTreeMap::new(),
            ordered: BTreeMap::new(),
            ended: BTreeMap::new(),
            next: NextIds {
                pipeline: 1,
                track: 1,
                journal: 1,
            },
        }
    }

    /// An engine that knows what is committed and nothing else.
    pub(crate) fn load(&self, capacity: &Capacity) -> Engine {
        let rows: Vec<_> = self.live().cloned().collect();
        Engine::load(capacity.clone(), self.next, &rows)
    }

    /// The pipelines of which something can still move.
    pub(crate) fn live(&self) -> impl Iterator<Item = &LoadedPipeline> {
        let live = |row: &&LoadedPipeline| row.row.finished_at.is_none();
        self.rows.values().filter(live)
    }

    /// Attempts that are committed as running, and the boot in which they were ordered.
    pub(crate) fn running(&self) -> impl Iterator<Item = (AttemptKey, u32)> + '_ {
        let tracks = self
            .live()
            .flat_map(|p| (0..p.tracks.len()).map(move |i| (p, i)));
        let running = tracks.filter(|(p, i)| p.tracks[*i].row.state == TrackState::Running);
        running.map(|(p, i)| {
            let key = AttemptKey {
                pipeline: p.id,
                track: TrackId(p.first_track.0 + i as i64),
                attempt: p.tracks[i].row.attempt,
            };
            (key, self.ordered[&key])
        })
    }

    /// The vertex and the row of a track.
    pub(crate) fn track(&self, id: TrackId) -> Option<(&LoadedPipeline, u32)> {
        let row = self.rows.values().rfind(|p| p.first_track <= id)?;
        let index = id.0 - row.first_track.0;
        ((index as usize) < row.tracks.len()).then_some((row, index as u32))
    }

    /// Whether an attempt is the one that is committed as running.
    pub(crate) fn runs(&self, key: AttemptKey) -> bool {
        self.track(key.track).is_some_and(|(pipeline, index)| {
            let row = pipeline.tracks[index as usize].row;
            (pipeline.id, row.state, row.attempt)
                == (key.pipeline, TrackState::Running, key.attempt)
        })
    }

    /// One transaction.
    pub(crate) fn commit(&mut self, out: &Outbox, boot: u32, truth: &Truth) -> Checked {
        out.starts.iter().for_each(|new| self.start(new));
        for (id, change) in &out.tracks {
            self.check_path(*id, change, out, truth)?;
        }
        for (key, end) in &out.ends {
            truth.check_end(*key, end, self.ordered.get(key) == Some(&boot))?;
            self.ended.insert(*key, end.clone());
        }
        for (id, change) in &out.tracks {
            let (pipeline, index) = self.track(*id).expect("its path was checked");
            let pipeline = pipeline.id;
            let pipeline = self.rows.get_mut(&pipeline).expect("found just now");
            let track = &mut pipeline.tracks[index as usize];
            track.row = change.to;
            if let Some(input) = &change.input {
                track.missing = input.missing;
            }
        }
        if let Some(entry) = out.journal.last() {
            self.next.journal = entry.sequence + 1;
        }
        for (id, change) in &out.pipelines {
            self.change(*id, change, out, truth)?;
        }
        for (key, _) in &out.attempts {
            self.order(*key, boot, truth)?;
        }
        for (id, change) in &out.tracks {
            self.check_skip(*id, change, out)?;
        }
        self.live().try_for_each(check_rows)
    }

    /// Changes a row behind the engine's back.
    pub(crate) fn meddle(&mut self) {
        let tracks = self
            .rows
            .values_mut()
            .filter(|row| row.row.finished_at.is_none())
            .flat_map(|pipeline| &mut pipeline.tracks);
        let mut waiting = tracks.filter(|track| track.row.state == TrackState::Waiting);
        if let Some(track) = waiting.next() {
            track.row.state = TrackState::Stopped;
        }
    }

    /// A pipeline changes as a person asked or as its tracks say.
    fn change(
        &mut self,
        id: PipelineId,
        change: &PipelineChange,
        out: &Outbox,
        truth: &Truth,
    ) -> Checked {
        use PipelineState::{Failed, Finish, Paused, Running, Stopped};
        let row = self.rows.get_mut(&id);
        let as_believed = row.as_ref().is_some_and(|row| row.row.state == change.from);
        ensure(as_believed, Oracle::Transitions, || {
            format!("pipeline {id} is not {}", change.from)
        })?;
        let row = row.expect("checked just now");
        let (from, to) = (change.from, change.to.state);
        let asked = truth.asked.contains(&id);
        let by_itself = match from {
            Running => true,
            Paused => to != Running,
            Failed | Finish | Stopped => from == to,
        };
        let back = row.row.finished_at.is_some() && change.to.finished_at.is_none();
        ensure(asked || (by_itself && !back), Oracle::Transitions, || {
            format!("nobody asked, and pipeline {id} went from {from} to {to}")
        })?;
        row.row = change.to;
        let ends = match to {
            Stopped => true,
            Failed if row.row.reason == Some(Reason::Timeout) => true,
            Failed => row.plan.policies.on_failure == OnFailure::CancelRunning,
            _ => false,
        };
        if ends && from != to && !asked {
            let fresh = |i: usize| {
                let track = TrackId(row.first_track.0 + i as i64);
                out.attempts.iter().any(|(key, _)| key.track == track)
            };
            let deaf = (0..row.plan.scripts()).find(|i| {
                let track = row.tracks[*i].row;
                track.state == TrackState::Running && track.ending.is_none() && !fresh(*i)
            });
            ensure(deaf.is_none(), Oracle::Ends, || {
                format!("pipeline {id} is {to}, and vertex {deaf:?} runs on")
            })?;
        }
        if row.row.finished_at.is_some() {
            check_settled(row)?;
        }
        Ok(())
    }

    /// What is passed over has its turn: all before it is done.
    fn check_skip(&self, id: TrackId, change: &TrackChange, out: &Outbox) -> Checked {
        let skipped = change.to.state == TrackState::Skipped && change.from != change.to.state;
        let (row, index) = self.track(id).expect("its path was checked");
        // What was before it may have been set back since, in the same batch.
        let set_back = |entry: &Entry| {
            entry.pipeline == row.id && !entry.who.is_empty() && entry.to == "WAITING"
        };
        let again = out.journal.iter().any(set_back);
        let early = skipped && !again && crate::oracles::open(row)[index as usize] > 0;
        ensure(!early, Oracle::RunsAllowed, || {
            format!("track {id} is passed over before its turn")
        })
    }

    /// Nothing that is shared is exceeded; with `idle`, nothing is free while work is ready.
    pub(crate) fn check_slots(&self, capacity: &Capacity, idle: Option<Time>) -> Checked {
        let used = check_room(self.live(), capacity)?;
        idle.map_or(Ok(()), |now| check_idle(self.live(), &used, capacity, now))
    }

    fn start(&mut self, new: &NewPipeline) {
        let plan = Arc::clone(&new.order.plan);
        let tracks: Vec<_> = (0..plan.len())
            .map(|i| {
                let open = plan.in_degree(i as u32) + u32::from(i >= plan.scripts());
                fresh(open, new.order.inputs[i].missing)
            })
            .collect();
        self.next.pipeline = new.id.0 + 1;
        self.next.track = new.first_track.0 + tracks.len() as i64;
        let row = LoadedPipeline {
            id: new.id,
            plan,
            row: new.row,
            priority: new.order.priority,
            first_track: new.first_track,
            tracks,
        };
        self.rows.insert(new.id, row);
    }
}

fn fresh(in_degree: u32, missing: bool) -> LoadedTrack {
    let (state, pending_on) = match (in_degree, missing) {
        (0, false) => (TrackState::Pending, Some(PendingOn::Slot)),
        (0, true) => (TrackState::Pending, Some(PendingOn::Input)),
        _ => (TrackState::Waiting, None),
    };
    let row = TrackRow {
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
    };
    LoadedTrack { row, missing }
}
