//! What is committed, and what every commit is checked against.

use std::collections::BTreeMap;
use std::sync::Arc;

use trackyard::engine::{
    AttemptKey, Engine, LoadedPipeline, LoadedTrack, NewPipeline, NextIds, Outbox, PendingOn,
    PipelineId, PipelineState, Reason, Time, TrackId, TrackRow, TrackState,
};

use crate::oracles::{Checked, Oracle, Truth, check_idle, check_rows, check_settled, ensure};

/// The rows.
pub(crate) struct Database {
    pub(crate) live: BTreeMap<PipelineId, LoadedPipeline>,
    pub(crate) settled: BTreeMap<PipelineId, PipelineState>,
    /// Each attempt that was ever ordered, and the boot of the host in which it was.
    pub(crate) ordered: BTreeMap<AttemptKey, u32>,
    pub(crate) ended: BTreeMap<AttemptKey, Option<Reason>>,
    pub(crate) next: NextIds,
}

impl Database {
    pub(crate) fn new() -> Self {
        Self {
            live: BTreeMap::new(),
            settled: BTreeMap::new(),
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
    pub(crate) fn load(&self, slots: u32) -> Engine {
        let rows: Vec<_> = self.live.values().cloned().collect();
        Engine::load(slots, self.next, &rows)
    }

    /// Attempts that are committed as running, and the boot in which they were ordered.
    pub(crate) fn running(&self) -> impl Iterator<Item = (AttemptKey, u32)> + '_ {
        let tracks = self
            .live
            .values()
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

    /// The vertex and the row of a track of a live pipeline.
    pub(crate) fn track(&self, id: TrackId) -> Option<(&LoadedPipeline, u32)> {
        let row = self.live.values().rfind(|p| p.first_track <= id)?;
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
            self.ended.insert(*key, end.reason);
        }
        for (id, change) in &out.tracks {
            let (pipeline, index) = self.track(*id).expect("its path was checked");
            let pipeline = pipeline.id;
            let pipeline = self.live.get_mut(&pipeline).expect("found just now");
            let track = &mut pipeline.tracks[index as usize];
            track.row = change.to;
            if let Some(input) = &change.input {
                track.missing = input.missing;
            }
        }
        if let Some(entry) = out.journal.last() {
            self.next.journal = entry.sequence + 1;
        }
        self.settle(out)?;
        for (key, _) in &out.attempts {
            self.order(*key, boot, truth)?;
        }
        self.live.values().try_for_each(check_rows)
    }

    /// Changes a row behind the engine's back.
    pub(crate) fn meddle(&mut self) {
        let tracks = self
            .live
            .values_mut()
            .flat_map(|pipeline| &mut pipeline.tracks);
        let mut waiting = tracks.filter(|track| track.row.state == TrackState::Waiting);
        if let Some(track) = waiting.next() {
            track.row.state = TrackState::Stopped;
        }
    }

    fn settle(&mut self, out: &Outbox) -> Checked {
        for (id, change) in &out.pipelines {
            let row = self.live.get_mut(id);
            let as_believed = row.as_ref().is_some_and(|row| row.state == change.from);
            ensure(as_believed, Oracle::Transitions, || {
                format!("pipeline {id} is not live as {}", change.from)
            })?;
            let row = row.expect("checked just now");
            let (from, to) = (row.state, change.to.state);
            let running = from == PipelineState::Running;
            let stopped = from == PipelineState::Failed && to == PipelineState::Stopped;
            ensure(
                from == to || running || stopped,
                Oracle::Transitions,
                || format!("pipeline {id} went from {from} to {to}"),
            )?;
            row.state = to;
            if change.to.finished_at.is_some() {
                let row = self.live.remove(id).expect("found above");
                check_settled(&row)?;
                self.settled.insert(*id, row.state);
            }
        }
        Ok(())
    }

    /// No slot is exceeded; with `idle`, none is free while work is ready.
    pub(crate) fn check_slots(&self, slots: u32, idle: Option<Time>) -> Checked {
        let running = self.running().count() as u32;
        ensure(running <= slots, Oracle::SlotsExceeded, || {
            format!("{running} attempts in {slots} slots")
        })?;
        idle.map_or(Ok(()), |now| {
            check_idle(self.live.values(), slots - running, now)
        })
    }

    fn start(&mut self, new: &NewPipeline) {
        let plan = Arc::clone(&new.order.plan);
        let tracks: Vec<_> = (0..plan.len())
            .map(|i| fresh(plan.in_degree(i as u32), new.order.inputs[i].missing))
            .collect();
        self.next.pipeline = new.id.0 + 1;
        self.next.track = new.first_track.0 + tracks.len() as i64;
        let row = LoadedPipeline {
            id: new.id,
            plan,
            state: PipelineState::Running,
            first_track: new.first_track,
            tracks,
        };
        self.live.insert(new.id, row);
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
        due_at: None,
        reason: None,
        exit_code: None,
        attempt: 0,
        retries: 0,
        started_at: None,
        finished_at: None,
    };
    LoadedTrack { row, missing }
}
