//! What is committed, and what every commit is checked against.

use std::collections::BTreeMap;
use std::sync::Arc;

use trackyard::engine::{
    AttemptKey, Engine, LoadedPipeline, LoadedTrack, NewPipeline, NextIds, Outbox, PendingOn,
    PipelineId, PipelineState, Reason, Time, TrackChange, TrackId, TrackRow, TrackState,
};
use trackyard::graph::OnInterrupt;

use crate::oracles::{
    Checked, Oracle, Truth, check_idle, check_rows, check_settled, ensure, may_follow,
};

/// The rows.
pub(crate) struct Database {
    pub(crate) live: BTreeMap<PipelineId, LoadedPipeline>,
    pub(crate) settled: BTreeMap<PipelineId, PipelineState>,
    /// Each attempt that was ever ordered, and the boot of the host in which it was.
    pub(crate) ordered: BTreeMap<AttemptKey, u32>,
    ended: BTreeMap<AttemptKey, Option<Reason>>,
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
        for (key, _) in &out.attempts {
            self.order(*key, boot, truth)?;
        }
        if let Some(entry) = out.journal.last() {
            self.next.journal = entry.sequence + 1;
        }
        self.settle(out)?;
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

    /// The journal says how a track came from its row to its new one, and each of these steps is
    /// in the table.
    fn check_path(
        &self,
        id: TrackId,
        change: &TrackChange,
        out: &Outbox,
        truth: &Truth,
    ) -> Checked {
        let row = self
            .track(id)
            .map(|(pipeline, i)| pipeline.tracks[i as usize].row);
        let as_believed = row.is_some_and(|row| row.state == change.from);
        ensure(as_believed, Oracle::Transitions, || {
            format!("track {id} is no {}: {row:?}", change.from)
        })?;
        let mut at = change.from;
        for entry in out.journal.iter().filter(|entry| entry.track == Some(id)) {
            let state = |word| TrackState::from_word(word).expect("a word of the table");
            let (from, to) = (state(entry.from), state(entry.to));
            // New values for a track that stays where it is are journaled, too.
            let values = from == to && entry.why == "input";
            ensure(
                from == at && (values || may_follow(from, to)),
                Oracle::Transitions,
                || format!("track {id} went from {at} by {from} to {to}"),
            )?;
            let success = to == TrackState::Succeed && from == TrackState::Interrupted;
            let called = truth.called_success.contains(&(id, entry.attempt));
            ensure(!success || called, Oracle::ResultInvented, || {
                format!(
                    "nobody has said that attempt {} of track {id} succeeded",
                    entry.attempt
                )
            })?;
            at = to;
        }
        ensure(at == change.to.state, Oracle::Transitions, || {
            format!(
                "the journal leaves track {id} at {at}, its row at {}",
                change.to.state
            )
        })
    }

    /// An attempt is ordered once, and a second one only for a reason.
    fn order(&mut self, key: AttemptKey, boot: u32, truth: &Truth) -> Checked {
        let new = self.ordered.insert(key, boot).is_none();
        ensure(new, Oracle::RunsOnce, || {
            format!("attempt {key} is ordered twice")
        })?;
        let Some(attempt) = key.attempt.checked_sub(1).filter(|before| *before > 0) else {
            return Ok(());
        };
        let (pipeline, index) = self.track(key.track).expect("its row was written");
        let vertex = pipeline.plan.vertex(index);
        let retries = pipeline.tracks[index as usize].row.retries;
        let before = self.ended.get(&AttemptKey { attempt, ..key });
        let allowed = match before {
            None | Some(None | Some(Reason::Stopped | Reason::Forced)) => false,
            Some(Some(Reason::NotStarted)) => true,
            Some(Some(Reason::Interrupted)) => {
                vertex.on_interrupt == OnInterrupt::Rerun
                    || truth.called_again.contains(&(key.track, attempt))
            }
            Some(Some(
                Reason::ExitCode | Reason::Signal | Reason::Timeout | Reason::CouldNotStart,
            )) => vertex.retry.is_some_and(|retry| retries <= retry.limit),
        };
        ensure(allowed, Oracle::RunsAgain, || {
            format!("attempt {key} follows one that ended by {before:?}")
        })
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
