//! The executor's pool: launches, kills, results and files, in steps as small as what a crash or
//! another thread can come between.

use trackyard::engine::{AttemptKey, Remains};
use trackyard::executor::Fact;
use trackyard::spool::{Cause, ExitRecord, Gate};

use crate::faults::Fault;
use crate::host::Asked;
use crate::oracles::{Broken, Checked};
use crate::server::{Entry, Job};
use crate::world::World;

/// Threads of the pool: so many jobs are under way at once.
const THREADS: usize = 4;
/// So many supervisors may be lost under one launch before it is given up for now.
const TRIES: usize = 3;

impl World {
    /// One step of a thread of the pool.
    pub(crate) fn job(&mut self) -> Checked {
        let under_way = self.server().jobs.len().min(THREADS);
        let nth = self.random.below(under_way);
        let job = self.server().jobs.remove(nth);
        self.story.tell(|| format!("pool: {job}"));
        let next = match job {
            Job::Launch(key) => {
                let wanted = self.entry(key).is_some_and(|entry| !entry.kill);
                self.host.files_mut(key).script |= wanted;
                wanted.then_some(Job::HandOver(key))
            }
            Job::HandOver(key) => self.hand_over(key)?,
            Job::Say(key, number, connection) => {
                let link = self.server().links.get(&number);
                let same = link.is_some_and(|link| link.connections == connection);
                if same || self.has(Fault::LateLaunch) {
                    self.say(number, Asked::Launch(key));
                }
                if self.entry(key).is_some_and(|entry| entry.kill) {
                    self.say(number, Asked::Kill(key));
                }
                None
            }
            Job::Kill(key) => {
                self.kill(key);
                None
            }
            Job::TakeResult(key) => {
                self.take_result(key);
                None
            }
            Job::Clean(key, done) => self.clean(key, done),
        };
        // The same thread goes on with it.
        next.into_iter()
            .for_each(|job| self.server().jobs.insert(0, job));
        Ok(())
    }

    fn clean(&mut self, key: AttemptKey, done: u8) -> Option<Job> {
        let files = self.host.files_mut(key);
        match done {
            0 => files.script = false,
            1 => files.exit = None,
            _ => {
                self.host.spool.remove(&key);
                return None;
            }
        }
        Some(Job::Clean(key, done + 1))
    }

    fn hand_over(&mut self, key: AttemptKey) -> Result<Option<Job>, Broken> {
        for _ in 0..TRIES {
            let Some(number) = self.current()? else {
                break;
            };
            let server = self.server();
            let usable = server.links.get(&number).map_or(0, |link| link.usable);
            let Some(entry) = server.attempts.get_mut(&key).filter(|e| !e.kill) else {
                return Ok(None);
            };
            if usable > 0 {
                (entry.on, entry.adopted) = (Some(number), false);
                return Ok(Some(Job::Say(key, number, usable)));
            }
        }
        self.not_started(key);
        Ok(None)
    }

    fn kill(&mut self, key: AttemptKey) {
        let Some(Entry { kill: true, .. }) = self.entry(key) else {
            return;
        };
        let full = self.random.chance(self.rates.no_room);
        let files = self.host.files_mut(key);
        let open = files.gate == Gate::Open;
        let cancelled = (!full || !open).then_some(open);
        if cancelled == Some(true) {
            files.gate = Gate::Cancelled;
        }
        match (cancelled, self.entry(key).and_then(|entry| entry.on)) {
            (Some(true), _) | (None, None) => self.cancelled(key),
            (_, Some(number)) if self.server().links.contains_key(&number) => {
                self.say(number, Asked::Kill(key));
            }
            (_, Some(_)) => {}
            (Some(false), None) => self.settle(key, false),
        }
    }

    fn cancelled(&mut self, key: AttemptKey) {
        let now = self.now;
        match self.host.files(key).exit {
            Some(_) => self.take_result(key),
            None => {
                let never_ran = ExitRecord::never_ran(Cause::Stopped, now);
                self.server().ended(key, never_ran);
            }
        }
    }

    pub(crate) fn not_started(&mut self, key: AttemptKey) {
        let now = self.now;
        let server = self.server();
        match server.attempts.get(&key) {
            Some(Entry { kill: true, .. }) => {
                server.ended(key, ExitRecord::never_ran(Cause::Stopped, now));
            }
            Some(_) | None => {
                let why = "no room".to_owned();
                server.tell(Fact::NotStarted { key, why });
            }
        }
    }

    pub(crate) fn take_result(&mut self, key: AttemptKey) {
        match self.host.result(key, self.now) {
            Ok(record) => self.server().ended(key, record),
            Err(why) => self.interrupted(key, why.to_owned()),
        }
    }

    pub(crate) fn interrupted(&mut self, key: AttemptKey, why: String) {
        let remains = Remains {
            survivor: self.random.chance(20).then_some(42),
            ..Remains::default()
        };
        self.server().tell(Fact::Interrupted { key, why, remains });
    }
}
