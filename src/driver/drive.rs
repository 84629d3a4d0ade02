//! The loop: drain, step, ONE commit, reply, effects.
//!
//! It wakes on its channels alone (and on the next wait that ends by itself). Nothing in it may
//! fail half-way: an event is either committed with all that follows from it, or the process ends
//! and the next one starts from what is committed. Told to stop while the database cannot be
//! written it gives up at once: nothing was promised, and facts are files that come again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, after, never, select};
use tracing::info;

use super::acts::Question;
use super::command::{Command, CommandError};
use super::draining::Draining;
use super::fact::event;
use super::flush::{Answered, answer};
use super::measures::Meter;
use super::removals::Removals;
use super::ring::Ring;
use super::trouble::{Ballast, Trouble};
use crate::engine::{Engine, Outbox, PipelineId, PipelineState, Plan, Time};
use crate::executor::{Backend, Fact};
use crate::store::{OfGraphs, Writer};

/// The driver's state. It lives on one thread.
pub(super) struct Drive {
    pub(super) engine: Engine,
    pub(super) writer: Writer,
    pub(super) backend: Arc<dyn Backend>,
    pub(super) trouble: Trouble,
    pub(super) ballast: Ballast,
    /// From TERM to KILL, in milliseconds.
    pub(super) grace_ms: u64,
    pub(super) commands: Receiver<Command>,
    pub(super) facts: Receiver<Fact>,
    /// Closed when the driver is to stop; nothing is ever sent.
    pub(super) stop: Receiver<()>,
    /// A batch was left uncommitted to stop: the engine is ahead of the database.
    pub(super) given_up: bool,
    pub(super) now: fn() -> Time,
    /// The most events of one commit.
    pub(super) batch: usize,
    /// For the next start of their graph, which can be started: they go with any change of definitions, which
    /// nobody but the driver makes.
    pub(super) plans: OfGraphs<Plan>,
    pub(super) watches: BTreeMap<PipelineId, Vec<Sender<PipelineState>>>,
    pub(super) ring: Ring,
    pub(super) draining: Draining,
    pub(super) questions: Vec<Question>,
    pub(super) meter: Meter,
    pub(super) removals: Removals,
}

enum Woken {
    Command(Command),
    Fact(Fact),
    Due,
    FilesGone(PipelineId),
    Stop,
}

impl Drive {
    /// Runs until it is told to stop. What runs goes on without it.
    pub(super) fn run(mut self) {
        // What the rows have ready is ordered without waiting for an event: after a stop none may come.
        let mut begun = Some(Woken::Due);
        loop {
            let first = begun.take().unwrap_or_else(|| self.wake());
            let now = (self.now)();
            let mut out = Outbox::default();
            let mut answers = Vec::new();
            let mut writable = false;
            let mut stop = self.take(first, now, &mut out, &mut answers, &mut writable);
            let mut taken = 1;
            while taken < self.batch {
                let next = match (self.facts.try_recv(), stop) {
                    (Ok(fact), _) => Woken::Fact(fact),
                    (Err(_), true) => break,
                    (Err(_), false) => match self.commands.try_recv() {
                        Ok(command) => Woken::Command(command),
                        Err(_) => break,
                    },
                };
                stop |= self.take(next, now, &mut out, &mut answers, &mut writable);
                taken += 1;
            }
            self.meter.batch(taken);
            if !stop {
                self.engine.dispatch(now, &mut out);
            }
            stop |= !self.flush(&mut out, &mut answers);
            self.explain(stop);
            stop = stop || !self.remove_rows();
            self.ballast.keep(now);
            if self.engine.is_drained() {
                self.draining.tell();
            }
            if stop {
                match self.engine.running().len() {
                    0 => info!("the driver has stopped; nothing was running"),
                    n => info!("the driver has stopped; {n} running scripts go on"),
                }
                self.ring.close();
                return;
            }
        }
    }

    fn wake(&self) -> Woken {
        let due = self.engine.next_due().into_iter();
        let due = due.chain(self.ballast.due()).chain(self.removals.due());
        let due = due.min();
        let timer = due.map_or_else(never, |due| {
            let wait = due.0.saturating_sub((self.now)().0).max(0);
            after(Duration::from_millis(wait.unsigned_abs()))
        });
        select! {
            recv(self.facts) -> fact => fact.map_or(Woken::Stop, Woken::Fact),
            recv(self.commands) -> command => command.map_or(Woken::Stop, Woken::Command),
            recv(self.removals.gone()) -> id => id.map_or(Woken::Due, Woken::FilesGone),
            recv(self.stop) -> _ => Woken::Stop,
            recv(timer) -> _ => Woken::Due,
        }
    }

    /// Applies one thing that woke the driver; true: stop after this batch. `writable`: the
    /// database could be written in this batch, so that commands are carried out.
    fn take(
        &mut self,
        woken: Woken,
        now: Time,
        out: &mut Outbox,
        answers: &mut Vec<Answered>,
        writable: &mut bool,
    ) -> bool {
        match woken {
            Woken::Due => {}
            Woken::FilesGone(id) => return !self.files_gone(id),
            Woken::Stop => return true,
            Woken::Fact(fact) => {
                // A fact is never refused; one of an attempt that is over changes nothing.
                let _ = self.engine.step(now, event(fact), out);
            }
            Woken::Command(Command::Ask(question)) => self.questions.push(question),
            Woken::Command(command) => {
                if !*writable && let Err(why) = self.writer.try_lock() {
                    self.refuse(command, &why.to_string(), out);
                    return !self.write(out, answers, Writer::try_lock);
                }
                *writable = true;
                self.command(command, now, out, answers);
                return self.given_up;
            }
        }
        false
    }

    /// Says that nothing can be changed now, to what needs the database.
    pub(super) fn refuse(&mut self, command: Command, why: &str, out: &Outbox) {
        match command {
            Command::Watch(pipeline, watch) => self.watch(pipeline, watch, out),
            Command::Drain(on, _, reply) => self.drain(on, &reply),
            Command::WatchDrained(watch) => self.draining.watch(watch),
            // A caller that has gone away misses nothing.
            Command::Ask(Question::Census(reply)) => drop(reply.send(Ok(self.engine.census()))),
            other => other.refuse(CommandError::Unwritable(why.to_owned())),
        }
    }

    fn watch(&mut self, pipeline: PipelineId, watch: Sender<PipelineState>, out: &Outbox) {
        // One that has ended in this batch is told with the batch.
        if self.engine.is_live(pipeline) || out.pipelines.contains_key(&pipeline) {
            self.watches.entry(pipeline).or_default().push(watch);
        }
    }

    pub(super) fn command(
        &mut self,
        command: Command,
        now: Time,
        out: &mut Outbox,
        answers: &mut Vec<Answered>,
    ) {
        match command {
            Command::Noted(noted) => self.noted(*noted, now, out, answers),
            Command::Start(start, reply) => {
                let result = self.start(start, now, out);
                answers.push(Answered::Start(reply, result));
            }
            Command::Act(request, reply) => {
                let result = self.act(request, now, out, answers);
                answers.push(Answered::Act(reply, result));
            }
            Command::Done(made, reply) => answer(&reply, self.writer.done(made)),
            Command::Preview(request, reply) => {
                // A caller that has gone away misses nothing.
                let _ = reply.send(self.preview(request, now, out, answers));
            }
            Command::Remove(id, who, why, reply) => {
                let result = self.remove(id, (&who, &why), now, out, answers);
                answers.push(Answered::Act(reply, result));
            }
            Command::PreviewStart(what, reply) => self.preview_start(what, now, &reply),
            Command::Ask(question) => self.questions.push(question),
            Command::Define(job) => self.define(job, now, out, answers),
            Command::AddSession {
                digest,
                expires_at,
                reply,
            } => {
                answer(&reply, self.writer.add_session(&digest, now, expires_at));
            }
            Command::RemoveSession { digest, reply } => {
                answer(&reply, self.writer.remove_session(&digest));
            }
            Command::TokenRotated(who, mark, reply) => {
                answer(&reply, self.writer.token_rotated(&who, mark, now));
            }
            Command::Tell(deed, reply) => answer(&reply, self.writer.tell(&deed, now)),
            Command::SetSecret {
                name,
                sealed,
                who,
                reply,
            } => answer(&reply, self.writer.set_secret(&name, &sealed, &who, now)),
            Command::RemoveSecret { name, who, reply } => {
                answer(&reply, self.writer.remove_secret(&name, &who, now));
            }
            Command::Hook(deed, who, reply) => {
                answer(&reply, self.writer.hook(&deed, &who, now));
            }
            Command::Watch(pipeline, watch) => self.watch(pipeline, watch, out),
            Command::Drain(on, who, reply) => match self.writer.done(0) {
                Ok(()) => {
                    self.tell_drain(on, who, now);
                    self.drain(on, &reply);
                }
                // A caller that has gone away misses nothing.
                Err(why) => drop(reply.send(Err(why.into()))),
            },
            Command::WatchDrained(watch) => self.draining.watch(watch),
        }
    }
}
