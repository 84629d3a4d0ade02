//! The machine: files of attempts, supervisors, scripts. What dies with what is decided here.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use trackyard::engine::{AttemptKey, Time};
use trackyard::executor::{Evidence, Verdict, verdict};
use trackyard::spool::{Cause, ExitRecord, Gate};

use crate::faults::Fault;
use crate::random::Random;

/// An exit record, or what a restart of the host has left of one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Exit {
    Whole(ExitRecord),
    Damaged,
}

/// The files of one attempt.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    pub(crate) script: bool,
    pub(crate) gate: Gate,
    pub(crate) exit: Option<Exit>,
}

const NO_FILES: Files = Files {
    script: false,
    gate: Gate::Open,
    exit: None,
};

/// What a server says to a supervisor.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Asked {
    Launch(AttemptKey),
    Kill(AttemptKey),
}

/// What a supervisor says to its server.
#[derive(Debug, Clone)]
pub(crate) enum Told {
    Ended(AttemptKey, ExitRecord),
    NotStarted(AttemptKey),
    GateTaken(AttemptKey, bool),
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended(key, record) => write!(f, "{key} ended, {:?}", record.cause),
            Self::NotStarted(key) => write!(f, "{key} was not started"),
            Self::GateTaken(key, running) => write!(f, "the gate of {key} is taken, {running}"),
        }
    }
}

/// A script between its start and its exit record.
#[derive(Debug, Default)]
pub(crate) struct Script {
    pub(crate) asked_to_end: bool,
    pub(crate) end: Option<ExitRecord>,
}

/// One supervisor, with what is on the way to it and from it.
#[derive(Debug, Default)]
pub(crate) struct Supervisor {
    pub(crate) dead: bool,
    /// A server holds the other end of its connection.
    pub(crate) connected: bool,
    pub(crate) inbox: VecDeque<Asked>,
    pub(crate) outbox: VecDeque<Told>,
    /// The attempt whose gate it has just taken.
    pub(crate) starting: Option<AttemptKey>,
    pub(crate) scripts: BTreeMap<AttemptKey, Script>,
}

impl Supervisor {
    /// Says something, if anybody listens.
    pub(crate) fn say(&mut self, told: Told) {
        if self.connected {
            self.outbox.push_back(told);
        }
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.inbox.is_empty() && self.starting.is_none() && self.scripts.is_empty()
    }
}

/// What outlives a server.
#[derive(Default)]
pub(crate) struct Host {
    pub(crate) boot: u32,
    pub(crate) spool: BTreeMap<AttemptKey, Files>,
    pub(crate) supervisors: BTreeMap<u64, Supervisor>,
    pub(crate) next_supervisor: u64,
    pub(crate) fault: Option<Fault>,
}

impl Host {
    pub(crate) fn files(&self, key: AttemptKey) -> &Files {
        self.spool.get(&key).unwrap_or(&NO_FILES)
    }

    pub(crate) fn files_mut(&mut self, key: AttemptKey) -> &mut Files {
        self.spool.entry(key).or_insert(NO_FILES)
    }

    /// Takes the gate to start the script. `None`: there is no script, `false`: it was taken.
    pub(crate) fn take_gate(&mut self, key: AttemptKey) -> Option<bool> {
        let ungated = self.fault == Some(Fault::NoGate);
        let files = self.files_mut(key);
        if files.gate != Gate::Open && !ungated {
            return Some(false);
        }
        files.gate = if files.script {
            Gate::Started
        } else {
            files.gate
        };
        files.script.then_some(true)
    }

    /// What the files and the supervisors say of an attempt: the evidence is this world's, the
    /// judgement the product's. What cannot be read is never a reason to start anything.
    pub(crate) fn judge(&self, key: AttemptKey, alive: bool, boot: u32) -> Verdict {
        let files = self.files(key);
        let result = match files.exit {
            Some(_) if self.fault == Some(Fault::RecordIgnored) => false,
            Some(Exit::Damaged) if !alive => {
                return Verdict::Interrupted("its exit record cannot be read".to_owned());
            }
            Some(Exit::Damaged) => false,
            Some(Exit::Whole(_)) => true,
            None => files.gate == Gate::Cancelled,
        };
        let ungated = self.fault == Some(Fault::NoGate);
        verdict(&Evidence {
            result,
            alive: alive && self.fault != Some(Fault::LivenessIgnored),
            gate: if ungated { Gate::Open } else { files.gate },
            same_boot: boot == self.boot || self.fault == Some(Fault::BootIgnored),
        })
    }

    /// The result that the files of an attempt hold; the error means that it cannot be used.
    pub(crate) fn result(&self, key: AttemptKey, now: Time) -> Result<ExitRecord, &'static str> {
        let files = self.files(key);
        match (&files.exit, files.gate) {
            (Some(Exit::Whole(record)), _) => Ok(record.clone()),
            (Some(Exit::Damaged), _) => Err("its exit record cannot be read"),
            (None, Gate::Cancelled) => Ok(ExitRecord::never_ran(Cause::Stopped, now)),
            (None, Gate::Open | Gate::Started) => Err("its exit record has gone"),
        }
    }

    /// A supervisor dies: its scripts may go on, but nobody will tell how they end. Gives the
    /// attempts that this leaves without a result.
    pub(crate) fn kill(&mut self, number: u64, random: &mut Random) -> Vec<AttemptKey> {
        let supervisor = self.supervisors.get_mut(&number).expect("it lives");
        supervisor.dead = true;
        supervisor.inbox.clear();
        let heard = random.below(supervisor.outbox.len() + 1);
        supervisor.outbox.truncate(heard);
        let starting = supervisor.starting.take().into_iter();
        let scripts = std::mem::take(&mut supervisor.scripts).into_keys();
        starting.chain(scripts).collect()
    }

    /// The host restarts: nothing runs any more, and files that were not flushed may be gone or
    /// damaged. Gives the attempts whose exit record is lost.
    pub(crate) fn reboot(&mut self, random: &mut Random) -> Vec<AttemptKey> {
        self.boot += 1;
        self.supervisors.clear();
        let unflushed = [0, 30, 100][random.below(3)];
        let mut lost = Vec::new();
        for (key, files) in &mut self.spool {
            files.script &= !random.chance(unflushed);
            if random.chance(unflushed) {
                files.gate = Gate::Open;
            }
            if files.exit.is_some() && random.chance(unflushed) {
                files.exit = random.chance(30).then_some(Exit::Damaged);
                lost.push(*key);
            }
        }
        lost
    }
}
