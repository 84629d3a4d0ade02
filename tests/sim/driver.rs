//! The driver, one act at a time: a batch, its commit, each of its effects; and its first acts
//! after a start. Anything may happen between two of them.

use std::collections::VecDeque;

use trackyard::engine::{
    AttemptKey, Effect, Engine, Entry, Event, LoadedPipeline, Mark, Outbox, PendingOn, Time,
    TrackState,
};

use crate::faults::Fault;
use crate::oracles::{Checked, Oracle, ensure};
use crate::server::{Act, Server};
use crate::story;
use crate::world::World;

/// The most facts of one batch.
const BATCH: usize = 6;

/// What a batch has besides facts.
#[derive(Debug)]
pub(crate) enum Asks {
    Nothing,
    Event(Event),
    /// The server is told to stop: it commits what has arrived and starts nothing.
    Stop,
}

impl World {
    /// A server begins: it greets the supervisors that live, loads the rows, and has each attempt
    /// that is committed as running judged.
    pub(crate) fn boot(&mut self) -> Checked {
        // A restart may come with new settings.
        self.capacity.slots += u32::from(self.random.chance(5));
        let mut capacity = self.capacity.clone();
        capacity.slots += u32::from(self.has(Fault::ExtraSlot));
        if self.has(Fault::PoolOverdrawn) {
            capacity.pools.values_mut().for_each(|most| *most += 1);
        }
        let held: Vec<_> = self.database.live().cloned().map(let_go).collect();
        let engine = match self.has(Fault::HoldForgotten) {
            true => Engine::load(capacity, self.database.next, &held),
            false => self.database.load(&capacity),
        };
        engine.check_invariants();
        let judged = self.database.running();
        let mut acts: VecDeque<_> = judged.map(|(key, boot)| Act::Judge(key, boot)).collect();
        acts.push_back(Act::Begin);
        self.story
            .tell(|| format!("a server begins, {} to judge", acts.len() - 1));
        self.server = Some(Server::new(engine, acts));
        self.host
            .supervisors
            .retain(|_, supervisor| !supervisor.dead);
        let numbers: Vec<_> = self.host.supervisors.keys().copied().collect();
        for number in numbers {
            self.connect(number)?;
            self.server().current.push_back(number);
        }
        Ok(())
    }

    /// What the driver does next.
    pub(crate) fn act(&mut self) -> Checked {
        let Some(act) = self.server().acts.pop_front() else {
            return self.batch(Asks::Nothing);
        };
        match act {
            Act::Commit(out) => self.commit(out)?,
            Act::Perform(effect) => {
                self.story
                    .tell(|| format!("driver: {}", story::effect(&effect)));
                self.perform(effect);
            }
            Act::Judge(key, boot) => {
                if self.probe(key, boot) {
                    let again = Act::Perform(Effect::Launch(key));
                    self.server().acts.push_back(again);
                }
            }
            Act::Begin => {
                let asleep = self.has(Fault::SleepAfterStart);
                let forgets = self.has(Fault::KillsForgotten);
                let server = self.server();
                let kills = server.engine.resume().into_iter().filter(|_| !forgets);
                server.acts.extend(kills.map(Act::Perform));
                server.fresh = !asleep;
            }
            Act::End => self.lose_server("stops"),
        }
        self.check_awake()
    }

    /// A driver that waits for events has left nothing to do that no event will bring.
    fn check_awake(&self) -> Checked {
        let waits = |server: &&Server| {
            server.acts.is_empty() && server.facts.is_empty() && !server.fresh && !server.draining
        };
        match self.server.as_ref().filter(waits) {
            Some(_) => self
                .database
                .check_slots(&self.capacity, Some(Time(i64::MIN))),
            None => Ok(()),
        }
    }

    /// Applies what has arrived; the commit and the effects are acts of their own.
    pub(crate) fn batch(&mut self, asks: Asks) -> Checked {
        let mut out = Outbox::default();
        let facts = 1 + self.random.below(BATCH);
        for _ in 0..facts {
            let Some(mut fact) = self.server().facts.pop_front() else {
                break;
            };
            if self.has(Fault::StaleAccepted) {
                self.freshen(&mut fact);
            }
            self.server().taken.push(fact.clone());
            let (now, told) = (self.now, story::event(&fact));
            let answer = self.server().engine.step(now, fact, &mut out);
            self.story.tell(|| format!("driver: {told}, {answer:?}"));
        }
        let mut stop = false;
        match asks {
            Asks::Nothing => {}
            Asks::Event(Event::Act(request)) => self.ask(request, &mut out)?,
            Asks::Event(event) => {
                let now = self.now;
                let answer = self.server().engine.step(now, event, &mut out);
                self.story.tell(|| format!("driver: a start, {answer:?}"));
            }
            Asks::Stop => stop = true,
        }
        let (now, fault) = (self.now, self.host.fault);
        let server = self.server();
        server.fresh = false;
        if !stop {
            server.engine.dispatch(now, &mut out);
        }
        server.engine.check_invariants();
        server.acts = acts(out, fault);
        let draining = self.server().draining;
        self.dispatched = (!stop && !draining).then_some(now);
        if stop {
            self.server().acts.push_back(Act::End);
        }
        Ok(())
    }

    fn commit(&mut self, mut out: Outbox) -> Checked {
        if self.has(Fault::ValuesLost) {
            out.tracks
                .values_mut()
                .for_each(|change| change.input = None);
        }
        if self.has(Fault::SkipJumps) {
            skip_at_once(&mut out);
        }
        if self.has(Fault::LimitForgotten) {
            out.pipelines
                .values_mut()
                .for_each(|change| change.to.queued = false);
        }
        if self.has(Fault::AnotherWriter) && self.random.chance(5) {
            self.database.meddle();
        }
        self.story.tell(|| {
            let tracks = out
                .tracks
                .iter()
                .map(|(id, c)| format!("{id} {}", c.to.state));
            let tracks = tracks.collect::<Vec<_>>().join(", ");
            format!("commit: {} starts; {tracks}", out.starts.len())
        });
        let drains = self.server().draining && !out.attempts.is_empty();
        ensure(!drains, Oracle::RunsAllowed, || {
            "a server that is to drain orders an attempt".to_owned()
        })?;
        self.database.commit(&out, self.host.boot, &self.truth)?;
        let more = |act: &Act| matches!(act, Act::Commit(_));
        if self.server().acts.iter().any(more) {
            return Ok(());
        }
        self.database.check_slots(&self.capacity, self.dispatched)?;
        let loaded = self.database.load(&self.capacity);
        loaded.check_invariants();
        let agrees = self.server().engine.agrees_with(&loaded);
        ensure(agrees, Oracle::LoadAgrees, || {
            "the engine is not what its rows say".to_owned()
        })
    }

    /// Makes a stale fact one of the attempt that runs.
    fn freshen(&self, fact: &mut Event) {
        let (Event::Ended { key, .. }
        | Event::NotStarted { key, .. }
        | Event::Interrupted { key, .. }) = fact
        else {
            return;
        };
        if let Some((row, index)) = self.database.track(key.track) {
            let row = row.tracks[index as usize].row;
            if row.state == TrackState::Running {
                key.attempt = row.attempt;
            }
        }
    }
}

/// One commit, then the effects: or what a fault makes of it.
fn acts(mut out: Outbox, fault: Option<Fault>) -> VecDeque<Act> {
    let effects = std::mem::take(&mut out.effects);
    let nothing = out.is_empty();
    let (early, late): (Vec<_>, Vec<_>) = effects.into_iter().partition(|effect| match fault {
        Some(Fault::EffectsFirst) => true,
        Some(Fault::CleanFirst) => matches!(effect, Effect::Clean(_)),
        _ => false,
    });
    let mut acts: VecDeque<_> = early.into_iter().map(Act::Perform).collect();
    if fault == Some(Fault::TornCommit) {
        acts.push_back(Act::Commit(tear(&mut out)));
    }
    if !nothing {
        acts.push_back(Act::Commit(out));
    }
    acts.extend(late.into_iter().map(Act::Perform));
    acts
}

/// Takes the ends of attempts out of a batch, without what follows from them.
fn tear(out: &mut Outbox) -> Outbox {
    let ended: Vec<AttemptKey> = out.ends.iter().map(|(key, _)| *key).collect();
    let ended = |id| ended.iter().any(|key| key.track == id);
    let mut torn = Outbox {
        starts: std::mem::take(&mut out.starts),
        attempts: std::mem::take(&mut out.attempts),
        ends: std::mem::take(&mut out.ends),
        ..Outbox::default()
    };
    let tracks = std::mem::take(&mut out.tracks).into_iter();
    (torn.tracks, out.tracks) = tracks.partition(|(id, _)| ended(*id));
    let journal = std::mem::take(&mut out.journal).into_iter();
    (torn.journal, out.journal) = journal.partition(|entry| entry.track.is_some_and(ended));
    torn
}

/// A row as a server reads it that knows of no hold.
fn let_go(mut row: LoadedPipeline) -> LoadedPipeline {
    for track in &mut row.tracks {
        if track.row.mark == Some(Mark::Hold) {
            track.row.mark = None;
            let on_hold = track.row.pending_on == Some(PendingOn::Hold);
            track.row.pending_on = track.row.pending_on.filter(|_| !on_hold);
            if on_hold {
                track.row.pending_on = Some(PendingOn::Slot);
            }
        }
    }
    row
}

/// Passes over what was only marked for it.
fn skip_at_once(out: &mut Outbox) {
    for (track, change) in &mut out.tracks {
        let row = &mut change.to;
        if row.state == TrackState::Waiting && row.mark == Some(Mark::Skip) {
            (row.state, row.mark) = (TrackState::Skipped, None);
            let of = |entry: &&mut Entry| entry.track == Some(*track);
            if let Some(entry) = out.journal.iter_mut().rev().find(of) {
                entry.to = TrackState::Skipped.word();
            }
        }
    }
}
