//! One seed, one world: who may do the next step, and what dies between two of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use trackyard::engine::{Capacity, Event, Plan, Time};

use crate::choice::{Deaths, Pace, Step};
use crate::database::Database;
use crate::driver::Asks;
use crate::faults::Fault;
use crate::host::Host;
use crate::oracles::{Broken, Checked, Oracle, Truth, ensure};
use crate::people;
use crate::random::Random;
use crate::server::Server;
use crate::story::{self, Story};
use crate::supervise::Rates;

/// So many steps everything may take to end, once nothing dies any more.
const CALM_STEPS: usize = 30_000;
/// The most steps in which things die.
const WILD_STEPS: usize = 1_500;

/// Everything that there is.
pub(crate) struct World {
    pub(crate) random: Random,
    pub(crate) now: Time,
    pub(crate) capacity: Capacity,
    /// The graphs of this seed, so that several pipelines are of one.
    pub(crate) plans: Vec<Arc<Plan>>,
    pub(crate) supervisors: usize,
    pub(crate) rates: Rates,
    /// Nothing dies any more, and people answer.
    pub(crate) calm: bool,
    pub(crate) database: Database,
    pub(crate) host: Host,
    pub(crate) server: Option<Server>,
    pub(crate) truth: Truth,
    /// When the batch that is under way was dispatched, if it was.
    pub(crate) dispatched: Option<Time>,
    pub(crate) story: Story,
    /// How often what happened.
    pub(crate) seen: BTreeMap<&'static str, u64>,
    pub(crate) starts: usize,
    /// Of a thousand steps so many are a death.
    pub(crate) dangers: usize,
    pub(crate) deaths: Deaths,
    pub(crate) pace: Pace,
}

impl World {
    pub(crate) fn new(seed: u64, fault: Option<Fault>, story: Story) -> Self {
        let mut random = Random(seed);
        let rates = [(0, 0, 0), (5, 2, 20), (15, 5, 10)][random.below(3)];
        Self {
            now: Time(1_000),
            capacity: people::capacity(&mut random),
            plans: people::plans(&mut random),
            supervisors: 1 + random.below(2),
            rates: Rates {
                no_room: rates.0,
                refused: rates.1,
                fails: rates.2,
                hang: random.chance(50),
            },
            calm: false,
            database: Database::new(),
            host: Host {
                fault,
                ..Host::default()
            },
            server: None,
            truth: Truth::default(),
            dispatched: None,
            story,
            seen: BTreeMap::new(),
            starts: 1 + random.below(6),
            dangers: [0, 10, 40, 120][random.below(4)],
            deaths: Deaths::of(&mut random),
            pace: Pace::of(&mut random),
            random,
        }
    }

    /// Whether this fault is planted.
    pub(crate) fn has(&self, fault: Fault) -> bool {
        self.host.fault == Some(fault)
    }

    /// Runs until everything has ended; gives the number of steps.
    pub(crate) fn run(&mut self) -> Result<usize, Broken> {
        let wild = 100 + self.random.below(WILD_STEPS);
        for number in 0..wild + CALM_STEPS {
            self.calm = number >= wild;
            if self.calm && self.is_over() {
                return Ok(number);
            }
            self.story.at(number, self.now);
            let step = self.choose();
            self.step(step)?;
        }
        let live = self.database.live().next().map(|row| {
            let tracks = row.tracks.iter().map(|track| track.row.state.word());
            (row.id, row.row, tracks.collect::<Vec<_>>())
        });
        ensure(false, Oracle::Ends, || {
            format!("nothing dies, and this does not end: {live:?}")
        })?;
        Ok(0)
    }

    fn is_over(&self) -> bool {
        let quiet = self.server.as_ref().is_some_and(Server::is_quiet);
        quiet
            && self.database.live().next().is_none()
            && self.host.supervisors.values().all(|s| s.is_idle())
    }

    fn step(&mut self, step: Step) -> Checked {
        match step {
            Step::Boot => self.boot()?,
            Step::Act => self.act()?,
            Step::Start => {
                self.starts -= 1;
                let event = self.start();
                self.batch(Asks::Event(event))?;
            }
            Step::Person => {
                if let Some(request) = self.person() {
                    self.batch(Asks::Event(Event::Act(request)))?;
                }
            }
            Step::Stop => self.batch(Asks::Stop)?,
            Step::Job => self.job()?,
            Step::Hear(number) => self.hear(number),
            Step::Notice(number) => self.notice(number)?,
            Step::Supervise(number) => self.supervise(number)?,
            Step::Time => self.pass_time(),
            Step::Drain => {
                *self.seen.entry("drains").or_insert(0) += 1;
                let server = self.server();
                server.draining = !server.draining;
                server.engine.drain(server.draining);
                server.fresh = true;
                self.story
                    .tell(|| "the server is told to drain, or not to".to_owned());
            }
            Step::Repeat => {
                let taken = self.server().taken.len();
                let nth = self.random.below(taken);
                let fact = self.server().taken.swap_remove(nth);
                self.story
                    .tell(|| format!("told again: {}", story::event(&fact)));
                self.server().facts.push_back(fact);
            }
            Step::CrashServer => self.lose_server("is killed"),
            Step::KillSupervisor(number) => {
                *self.seen.entry("supervisors killed").or_insert(0) += 1;
                self.story.tell(|| format!("supervisor {number} is killed"));
                let orphans = self.host.kill(number, &mut self.random);
                self.truth.orphaned.extend(orphans);
                if self
                    .server
                    .as_ref()
                    .is_none_or(|s| !s.links.contains_key(&number))
                {
                    self.host.supervisors.remove(&number);
                }
            }
            Step::Leave(number) => {
                self.story
                    .tell(|| format!("supervisor {number} has nothing to do and leaves"));
                self.host.supervisors.remove(&number);
            }
            Step::BreakConnection(number) => {
                let supervisor = self.host.supervisors.get_mut(&number).expect("it lives");
                supervisor.connected = false;
                supervisor.outbox.clear();
                self.story
                    .tell(|| format!("the connection to {number} breaks"));
            }
            Step::Reboot => {
                *self.seen.entry("hosts restarted").or_insert(0) += 1;
                self.lose_server("dies with the host");
                for key in self.host.reboot(&mut self.random) {
                    self.truth.delivered.remove(&key);
                }
            }
        }
        Ok(())
    }

    fn pass_time(&mut self) {
        let due = self
            .server
            .as_ref()
            .and_then(|server| server.engine.next_due());
        let near = Time(self.now.0 + self.random.below(300) as i64);
        self.now = due
            .filter(|_| self.random.chance(30))
            .unwrap_or(near)
            .max(near);
    }

    /// The server ends, somehow: what only it knew is gone, and nobody hears the supervisors.
    pub(crate) fn lose_server(&mut self, how: &'static str) {
        let lives = self.server.is_some();
        *self.seen.entry("servers ended").or_insert(0) += u64::from(lives);
        self.story.tell(|| format!("the server {how}"));
        self.server = None;
        self.host
            .supervisors
            .retain(|_, supervisor| !supervisor.dead);
        for supervisor in self.host.supervisors.values_mut() {
            supervisor.connected = false;
            supervisor.outbox.clear();
        }
    }
}
