//! Who does the next step: anybody who has something to do, or death.

use crate::random::Random;
use crate::world::World;

/// One thing that happens.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    Boot,
    Act,
    Start,
    Person,
    Stop,
    Job,
    Hear(u64),
    Notice(u64),
    Supervise(u64),
    Drain,
    Time,
    Repeat,
    CrashServer,
    KillSupervisor(u64),
    Leave(u64),
    BreakConnection(u64),
    Reboot,
}

/// How likely each of those who have something to do goes on: so the slow ones differ from seed to
/// seed.
pub(crate) struct Pace {
    driver: usize,
    pool: usize,
    reader: usize,
    supervisor: usize,
}

/// How likely each way to die is, of those deaths that come: seeds without one kind see more of the
/// others.
pub(crate) struct Deaths {
    reboot: usize,
    crash: usize,
    stop: usize,
    supervisor: usize,
    connection: usize,
}

impl Deaths {
    pub(crate) fn of(random: &mut Random) -> Self {
        let mut often = |most: usize| [0, most, most, most * 4][random.below(4)];
        Self {
            reboot: often(2),
            crash: often(20),
            stop: often(6),
            supervisor: often(6),
            connection: often(6),
        }
    }
}

impl Pace {
    pub(crate) fn of(random: &mut Random) -> Self {
        let mut pace = || [4, 20, 20, 80][random.below(4)];
        Self {
            driver: pace(),
            pool: pace(),
            reader: pace(),
            supervisor: pace(),
        }
    }
}

impl World {
    pub(crate) fn choose(&mut self) -> Step {
        let death = !self.calm && self.random.below(1_000) < self.dangers;
        let steps = if death { self.dying() } else { self.steps() };
        let all: usize = steps.iter().map(|(weight, _)| weight).sum();
        let mut at = self.random.below(all);
        for (weight, step) in steps {
            if at < weight {
                return step;
            }
            at -= weight;
        }
        unreachable!("`at` is below the sum of the weights")
    }

    /// Who may go on, and how likely that is.
    fn steps(&self) -> Vec<(usize, Step)> {
        let pace = &self.pace;
        let mut steps = vec![(2, Step::Time)];
        match &self.server {
            None => steps.push((20, Step::Boot)),
            Some(server) => {
                let due = server.engine.next_due().is_some_and(|due| due <= self.now);
                let free = server.acts.is_empty();
                if !free || !server.facts.is_empty() || due || server.fresh {
                    steps.push((pace.driver, Step::Act));
                }
                if free && self.starts > 0 && !self.calm {
                    steps.push((2, Step::Start));
                }
                if free && !self.database.rows.is_empty() {
                    steps.push((2, Step::Person));
                }
                if free && server.draining {
                    steps.push((1, Step::Drain));
                }
                if !server.taken.is_empty() && !self.calm {
                    steps.push((1, Step::Repeat));
                }
                if !server.jobs.is_empty() {
                    steps.push((pace.pool, Step::Job));
                }
                for number in server.links.keys() {
                    let there = self.host.supervisors.get(number);
                    if there.is_some_and(|s| !s.outbox.is_empty()) {
                        steps.push((pace.reader, Step::Hear(*number)));
                    } else if there.is_none_or(|s| s.dead || !s.connected) {
                        steps.push((pace.reader, Step::Notice(*number)));
                    }
                }
            }
        }
        for (number, supervisor) in self.host.supervisors.iter().filter(|(_, s)| !s.dead) {
            if !supervisor.is_idle() {
                steps.push((pace.supervisor, Step::Supervise(*number)));
            } else if !supervisor.connected && self.server.is_none() {
                steps.push((1, Step::Leave(*number)));
            }
        }
        steps
    }

    /// What may die or go wrong now.
    fn dying(&self) -> Vec<(usize, Step)> {
        let often = &self.deaths;
        // A host that restarts again and again would hide all else.
        let mut steps = vec![(often.reboot, Step::Reboot), (10, Step::Time)];
        if let Some(server) = &self.server {
            steps.push((often.crash, Step::CrashServer));
            if server.acts.is_empty() {
                steps.push((often.stop, Step::Drain));
                steps.push((often.stop, Step::Stop));
            }
        }
        let alive = self.host.supervisors.iter().filter(|(_, s)| !s.dead);
        for (number, supervisor) in alive {
            steps.push((often.supervisor, Step::KillSupervisor(*number)));
            if supervisor.connected {
                steps.push((often.connection, Step::BreakConnection(*number)));
            }
        }
        steps
    }
}
