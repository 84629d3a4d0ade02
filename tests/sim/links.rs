//! The server's side of its supervisors: connections, what is heard over them, and the judgement
//! of attempts whose end nobody told.

use trackyard::engine::AttemptKey;
use trackyard::executor::Verdict;

use crate::faults::Fault;
use crate::host::{Asked, Told};
use crate::oracles::{Broken, Checked};
use crate::server::{Entry, Job};
use crate::world::World;

impl World {
    /// The supervisor whose turn it is; one is started when there are too few.
    pub(crate) fn current(&mut self) -> Result<Option<u64>, Broken> {
        let server = self.server();
        let links = &server.links;
        server
            .current
            .retain(|number| links.get(number).is_some_and(|link| link.usable > 0));
        while self.server().current.len() < self.supervisors {
            if self.random.chance(self.rates.no_room) {
                return Ok(None);
            }
            let number = self.host.next_supervisor;
            self.host.next_supervisor += 1;
            self.host.supervisors.entry(number).or_default();
            self.connect(number)?;
            self.server().current.push_front(number);
            self.story
                .tell(|| format!("supervisor {number} is started"));
        }
        self.server().current.rotate_left(1);
        Ok(self.server().current.back().copied())
    }

    /// Greets a supervisor that lives: it does all that was asked before it answers.
    pub(crate) fn connect(&mut self, number: u64) -> Checked {
        self.drain(number)?;
        let supervisor = self.host.supervisors.get_mut(&number).expect("it lives");
        supervisor.connected = true;
        supervisor.outbox.clear();
        let runs = supervisor.scripts.keys().copied().collect();
        let link = self.server().links.entry(number).or_default();
        link.connections += 1;
        link.usable = link.connections;
        link.runs = runs;
        Ok(())
    }

    pub(crate) fn say(&mut self, number: u64, asked: Asked) {
        match self.host.supervisors.get_mut(&number) {
            Some(supervisor) if supervisor.connected && !supervisor.dead => {
                supervisor.inbox.push_back(asked);
            }
            _ => {
                if let Some(link) = self.server().links.get_mut(&number) {
                    link.usable = 0;
                }
            }
        }
    }

    /// Takes one thing that a supervisor has said.
    pub(crate) fn hear(&mut self, number: u64) {
        let supervisor = self
            .host
            .supervisors
            .get_mut(&number)
            .expect("it has said something");
        let told = supervisor
            .outbox
            .pop_front()
            .expect("it has said something");
        self.story.tell(|| format!("server hears {number}: {told}"));
        match told {
            Told::Ended(..) if self.has(Fault::FactDropped) && self.random.chance(20) => {}
            Told::Ended(key, record) => {
                let link = self.server().links.get_mut(&number);
                link.map(|link| link.runs.remove(&key));
                self.server().ended(key, record);
            }
            Told::NotStarted(key) => self.not_started(key),
            Told::GateTaken(key, running) => self.settle(key, running),
        }
    }

    /// The server notices that a connection is broken; then it connects again, or buries the dead.
    pub(crate) fn notice(&mut self, number: u64) -> Checked {
        let server = self.server.as_mut().expect("only a living server is asked");
        let link = server.links.get_mut(&number).expect("it was connected");
        let with = server.attempts.iter();
        let with = with.filter(|(_, entry)| entry.on == Some(number));
        let with: Vec<_> = with.map(|(key, _)| *key).collect();
        link.usable = 0;
        let Some(handed) = link.handed.take() else {
            link.handed = Some(with);
            return Ok(());
        };
        if self.host.supervisors.get(&number).is_none_or(|s| s.dead) {
            self.story
                .tell(|| format!("server buries supervisor {number}"));
            self.host.supervisors.remove(&number);
            server.links.remove(&number);
            with.into_iter().for_each(|key| self.settle(key, false));
            return Ok(());
        }
        self.story
            .tell(|| format!("server connects to {number} again"));
        self.connect(number)?;
        let late = self.has(Fault::LateLaunch);
        let adopted = |key: &AttemptKey| {
            let entry = self
                .server
                .as_ref()
                .and_then(|server| server.attempts.get(key));
            handed.contains(key) || entry.is_some_and(|entry| entry.adopted)
        };
        let all: Vec<_> = with
            .into_iter()
            .filter(|key| late || adopted(key))
            .collect();
        for key in all {
            let server = self.server();
            let runs = server.links[&number].runs.contains(&key);
            let kill = server.attempts.get(&key).is_some_and(|entry| entry.kill);
            match runs {
                false => self.settle(key, false),
                true if kill => self.say(number, Asked::Kill(key)),
                true => {}
            }
        }
        Ok(())
    }

    /// Looks at the files of an attempt and does what follows.
    pub(crate) fn settle(&mut self, key: AttemptKey, alive: bool) {
        let verdict = self.host.judge(key, alive, self.host.boot);
        self.note(key, &verdict);
        match verdict {
            Verdict::TakeResult => self.take_result(key),
            Verdict::Adopt => {}
            Verdict::LaunchAgain => {
                let server = self.server();
                if let Some(entry) = server.attempts.get_mut(&key) {
                    entry.on = None;
                    let job = if entry.kill { Job::Kill } else { Job::Launch };
                    server.jobs.push(job(key));
                }
            }
            Verdict::Interrupted(why) => self.interrupted(key, why),
        }
    }

    /// Judges an attempt of a former server; true: it is to be launched again.
    pub(crate) fn probe(&mut self, key: AttemptKey, boot: u32) -> bool {
        let server = self.server();
        let on = server
            .links
            .iter()
            .find(|(_, link)| link.runs.contains(&key));
        let on = on.map(|(number, _)| *number);
        let (kill, adopted) = (false, true);
        server.attempts.insert(key, Entry { on, kill, adopted });
        let verdict = self.host.judge(key, on.is_some(), boot);
        self.note(key, &verdict);
        match verdict {
            Verdict::TakeResult => self.server().jobs.push(Job::TakeResult(key)),
            Verdict::Adopt => {}
            Verdict::LaunchAgain => {
                self.server().attempts.remove(&key);
                return true;
            }
            Verdict::Interrupted(why) => self.interrupted(key, why),
        }
        false
    }

    fn note(&mut self, key: AttemptKey, verdict: &Verdict) {
        let word = match verdict {
            Verdict::TakeResult => "take the result",
            Verdict::Adopt => "adopt",
            Verdict::LaunchAgain => "launch again",
            Verdict::Interrupted(_) => "interrupted",
        };
        *self.seen.entry(word).or_insert(0) += 1;
        self.story
            .tell(|| format!("attempt {key} is judged: {word}"));
    }
}
