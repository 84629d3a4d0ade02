//! What dies with the server: the engine, and the executor's picture of attempts and supervisors.
//!
//! It follows `src/executor` rule by rule; what its threads do is in `pool` and `links`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;

use trackyard::driver::event;
use trackyard::engine::{AttemptKey, Effect, Engine, Event, Outbox};
use trackyard::executor::Fact;
use trackyard::spool::ExitRecord;

use crate::world::World;

/// What a thread of the pool does next.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Job {
    Launch(AttemptKey),
    HandOver(AttemptKey),
    /// Over this connection to this supervisor.
    Say(AttemptKey, u64, u64),
    Kill(AttemptKey),
    TakeResult(AttemptKey),
    /// Removes script, exit record and gate, in this order.
    Clean(AttemptKey, u8),
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Launch(key) => write!(f, "write the script of {key}"),
            Self::HandOver(key) => write!(f, "choose a supervisor for {key}"),
            Self::Say(key, number, _) => write!(f, "say to {number}: launch {key}"),
            Self::Kill(key) => write!(f, "kill {key}"),
            Self::TakeResult(key) => write!(f, "read the result of {key}"),
            Self::Clean(key, done) => write!(f, "remove file {} of {key}", done + 1),
        }
    }
}

/// What the executor knows of an attempt that has led to no fact yet.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Entry {
    pub(crate) on: Option<u64>,
    pub(crate) kill: bool,
    /// The supervisor had it before this server spoke with it.
    pub(crate) adopted: bool,
}

/// The server's end of a connection.
#[derive(Debug, Default)]
pub(crate) struct Link {
    /// The connection that can be spoken over; 0: it is broken.
    pub(crate) usable: u64,
    /// How many connections to it there were.
    pub(crate) connections: u64,
    /// What was handed over when it broke, until another one is made.
    pub(crate) handed: Option<Vec<AttemptKey>>,
    /// What the supervisor said in its greeting that it runs.
    pub(crate) runs: BTreeSet<AttemptKey>,
}

/// One thing that the driver does.
#[derive(Debug)]
pub(crate) enum Act {
    Commit(Outbox),
    Perform(Effect),
    Judge(AttemptKey, u32),
    /// All are judged: the driver begins to wait for events.
    Begin,
    End,
}

/// A server that lives.
pub(crate) struct Server {
    pub(crate) engine: Engine,
    /// What the driver has to do before it takes another batch.
    pub(crate) acts: VecDeque<Act>,
    /// The driver has just begun and has not looked for work yet.
    pub(crate) fresh: bool,
    /// It was told to order nothing new.
    pub(crate) draining: bool,
    pub(crate) facts: VecDeque<Event>,
    /// Facts that were taken, to be told again.
    pub(crate) taken: Vec<Event>,
    pub(crate) jobs: Vec<Job>,
    pub(crate) attempts: BTreeMap<AttemptKey, Entry>,
    pub(crate) links: BTreeMap<u64, Link>,
    pub(crate) current: VecDeque<u64>,
}

impl Server {
    pub(crate) fn new(engine: Engine, acts: VecDeque<Act>) -> Self {
        Self {
            engine,
            acts,
            fresh: true,
            draining: false,
            facts: VecDeque::new(),
            taken: Vec::new(),
            jobs: Vec::new(),
            attempts: BTreeMap::new(),
            links: BTreeMap::new(),
            current: VecDeque::new(),
        }
    }

    /// Whether nothing is under way and each attempt has led to its fact.
    pub(crate) fn is_quiet(&self) -> bool {
        let idle = self.acts.is_empty() && self.facts.is_empty() && self.jobs.is_empty();
        idle && self.attempts.is_empty()
    }

    pub(crate) fn tell(&mut self, fact: Fact) {
        if self.attempts.remove(&fact.key()).is_some() {
            self.facts.push_back(event(fact));
        }
    }

    pub(crate) fn ended(&mut self, key: AttemptKey, record: ExitRecord) {
        let tail = Vec::new();
        self.tell(Fact::Ended { key, record, tail });
    }
}

impl World {
    pub(crate) fn server(&mut self) -> &mut Server {
        self.server.as_mut().expect("only a living server is asked")
    }

    /// `Backend::launch`, `kill`, `clean`.
    pub(crate) fn perform(&mut self, effect: Effect) {
        let server = self.server();
        match effect {
            Effect::Launch(key) => {
                if server.attempts.insert(key, Entry::default()).is_none() {
                    server.jobs.push(Job::Launch(key));
                }
            }
            Effect::Kill { key, .. } => {
                if let Some(entry) = server.attempts.get_mut(&key) {
                    entry.kill = true;
                    server.jobs.push(Job::Kill(key));
                }
            }
            Effect::Clean(key) => server.jobs.push(Job::Clean(key, 0)),
            // No supervisor knows of them, and no fact follows.
            Effect::EndSurvivors { .. } | Effect::Settled(_) => {}
        }
    }

    pub(crate) fn entry(&mut self, key: AttemptKey) -> Option<Entry> {
        self.server().attempts.get(&key).copied()
    }
}
