//! What the server asks for, and the answers.

use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use super::Supervisor;
use super::token::{Token, add};
use crate::engine::AttemptKey;
use crate::executor::supervisor::attempt::Attempt;
use crate::executor::supervisor::spawning::Refusal;
use crate::executor::wire::{Launch, PROTOCOL, ToServer, ToSupervisor};
use crate::failpoint::{Point, reach};
use crate::spool::Cause;

impl Supervisor {
    pub(super) fn on_message(&mut self, message: ToSupervisor) {
        match message {
            ToSupervisor::Hello { .. } => {
                let running = self
                    .attempts
                    .values()
                    .map(|attempt| attempt.key.into())
                    .collect();
                self.say(&ToServer::Hello {
                    protocol: PROTOCOL,
                    version: self.options.version.clone(),
                    pid: std::process::id(),
                    running,
                });
                let numbers: Vec<u64> = self.attempts.keys().copied().collect();
                numbers.into_iter().for_each(|n| self.tell_unwritten(n));
            }
            ToSupervisor::Launch(launch) => self.launch(&launch),
            ToSupervisor::Kill { key, grace_ms } => {
                if let Some(&number) = self.numbers.get(&key.into()) {
                    let grace = Duration::from_millis(grace_ms);
                    self.with(number, |attempt, _| {
                        attempt.stop(Cause::Stopped, grace, Instant::now());
                    });
                }
            }
            ToSupervisor::Retire => self.retiring = true,
            ToSupervisor::Unknown => {}
        }
    }

    /// The one way a script starts: through its gate.
    fn launch(&mut self, launch: &Launch) {
        let key = AttemptKey::from(launch.key);
        reach(Point::SupervisorTold, &key);
        match self.tools.spool.take_gate(key) {
            Ok(true) => {
                reach(Point::SupervisorGated, &key);
                self.start(key, launch);
            }
            Ok(false) => {
                let running = self.numbers.contains_key(&key);
                self.say(&ToServer::GateTaken {
                    key: launch.key,
                    running,
                });
            }
            Err(e) => {
                let why = format!("its gate could not be taken: {e}");
                self.say(&ToServer::NotStarted {
                    key: launch.key,
                    why,
                });
            }
        }
    }

    /// Starts the script of an attempt whose gate was just taken for it.
    fn start(&mut self, key: AttemptKey, launch: &Launch) {
        let work = self.tools.spool.work(key.pipeline);
        let workdir = launch
            .workdir
            .as_deref()
            .map_or(work.as_path(), AsRef::as_ref);
        let watch = |output: &OwnedFd| add(&self.epoll, output, Token::Output(self.next));
        match self
            .spawner
            .spawn(launch, &self.tools.spool.script(key), workdir, watch)
        {
            Ok(spawned) => {
                reach(Point::SupervisorRunning, &key);
                self.insert(Attempt::started(launch, spawned, &self.tools.spool));
            }
            Err(Refusal::Lasting(why)) => {
                self.insert(Attempt::refused(key, why, &self.tools.spool))
            }
            Err(Refusal::Passing(why)) => match self.tools.spool.give_gate_back(key) {
                Ok(()) => self.say(&ToServer::NotStarted {
                    key: launch.key,
                    why,
                }),
                // With its gate taken it can never start again: its end must be told.
                Err(_) => self.insert(Attempt::refused(key, why, &self.tools.spool)),
            },
        }
    }
}
