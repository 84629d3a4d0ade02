//! The life of a supervisor, one step at a time: gate, spawn, end, exit record.

use trackyard::engine::AttemptKey;
use trackyard::spool::{Cause, ExitRecord, FORMAT, Gate};

use crate::host::{Asked, Exit, Script, Told};
use crate::oracles::{Checked, Oracle, ensure};
use crate::world::World;

/// How attempts of one seed come out, in percent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rates {
    /// The machine has no room for a process.
    pub(crate) no_room: usize,
    /// The script cannot be started, ever.
    pub(crate) refused: usize,
    /// The script fails.
    pub(crate) fails: usize,
    /// Scripts of pipelines that are to end do not end before they are asked to.
    pub(crate) hang: bool,
}

impl World {
    /// One step of a supervisor that has something to do.
    pub(crate) fn supervise(&mut self, number: u64) -> Checked {
        let supervisor = self.host.supervisors.get_mut(&number).expect("it lives");
        if let Some(key) = supervisor.starting.take() {
            return self.spawn(number, key);
        }
        let scripts = supervisor.scripts.len();
        if scripts > 0 && (supervisor.inbox.is_empty() || self.random.chance(50)) {
            let nth = self.random.below(scripts);
            let key = *supervisor
                .scripts
                .keys()
                .nth(nth)
                .expect("below their number");
            self.end_or_record(number, key);
        } else if let Some(asked) = supervisor.inbox.pop_front() {
            self.obey(number, asked);
        }
        Ok(())
    }

    /// Does all that it was asked, as it does before it greets another connection.
    pub(crate) fn drain(&mut self, number: u64) -> Checked {
        loop {
            let supervisor = self.host.supervisors.get_mut(&number).expect("it lives");
            if let Some(key) = supervisor.starting.take() {
                self.spawn(number, key)?;
            } else if let Some(asked) = supervisor.inbox.pop_front() {
                self.obey(number, asked);
            } else {
                return Ok(());
            }
        }
    }

    fn obey(&mut self, number: u64, asked: Asked) {
        match asked {
            Asked::Launch(key) => {
                let gate = self.host.take_gate(key);
                let supervisor = self.host.supervisors.get_mut(&number).expect("it lives");
                match gate {
                    Some(true) => supervisor.starting = Some(key),
                    Some(false) => {
                        let running = supervisor.scripts.contains_key(&key);
                        supervisor.say(Told::GateTaken(key, running));
                    }
                    None => supervisor.say(Told::NotStarted(key)),
                }
                self.story
                    .tell(|| format!("supervisor {number}: launch {key}, gate {gate:?}"));
            }
            Asked::Kill(key) => {
                let supervisor = self.host.supervisors.get_mut(&number).expect("it lives");
                let script = supervisor.scripts.get_mut(&key);
                if let Some(script) = script.filter(|script| script.end.is_none()) {
                    script.asked_to_end = true;
                }
                self.story
                    .tell(|| format!("supervisor {number}: kill {key}"));
            }
        }
    }

    /// The script of an attempt whose gate was taken for it is started, or is not.
    fn spawn(&mut self, number: u64, key: AttemptKey) -> Checked {
        let (no_room, refused) = (self.rates.no_room, self.rates.refused);
        if self.random.chance(no_room) {
            self.host.files_mut(key).gate = Gate::Open;
            let supervisor = self.host.supervisors.get_mut(&number).expect("it lives");
            supervisor.say(Told::NotStarted(key));
            self.story
                .tell(|| format!("supervisor {number}: no room for {key}"));
            return Ok(());
        }
        let mut script = Script::default();
        if self.random.chance(refused) {
            let why = "no such interpreter".to_owned();
            script.end = Some(ExitRecord::never_ran(
                Cause::CouldNotStart { why },
                self.now,
            ));
        } else {
            self.story
                .tell(|| format!("supervisor {number}: the script of {key} runs"));
            let first = self.truth.spawned.insert(key);
            ensure(first, Oracle::RunsOnce, || {
                format!("attempt {key} runs a second time")
            })?;
            let ordered = self.database.runs(key);
            ensure(ordered, Oracle::RunsOrdered, || {
                format!("attempt {key} runs and is not committed as running")
            })?;
        }
        let supervisor = self.host.supervisors.get_mut(&number).expect("it lives");
        supervisor.scripts.insert(key, script);
        Ok(())
    }

    /// A script ends; one that has ended gets its exit record, and the server is told.
    fn end_or_record(&mut self, number: u64, key: AttemptKey) {
        let hangs = self.rates.hang && self.is_to_end(key);
        let fails = self.random.chance(self.rates.fails);
        let supervisor = self.host.supervisors.get_mut(&number).expect("it lives");
        let script = supervisor.scripts.get_mut(&key).expect("chosen from these");
        let Some(record) = script.end.take() else {
            if hangs && !script.asked_to_end {
                return;
            }
            let (cause, code, signal) = match (script.asked_to_end, fails) {
                (true, _) => (Cause::Stopped, None, Some(15)),
                (false, false) => (Cause::Exited, Some(0), None),
                (false, true) => [
                    (Cause::Exited, Some(3), None),
                    (Cause::Signalled, None, Some(9)),
                    (Cause::TimedOut, None, Some(15)),
                ][self.random.below(3)]
                .clone(),
            };
            self.story.tell(|| format!("script {key} ends: {cause:?}"));
            script.end = Some(ExitRecord {
                format: FORMAT,
                code,
                signal,
                ..ExitRecord::never_ran(cause, self.now)
            });
            return;
        };
        supervisor.scripts.remove(&key);
        supervisor.say(Told::Ended(key, record.clone()));
        self.story
            .tell(|| format!("supervisor {number}: exit record of {key}"));
        let files = self.host.files_mut(key);
        if files.exit.is_none() {
            files.exit = Some(Exit::Whole(record.clone()));
            self.truth.delivered.insert(key, record);
        }
    }

    /// Whether it is committed that the attempt is to end.
    fn is_to_end(&self, key: AttemptKey) -> bool {
        self.database
            .track(key.track)
            .is_some_and(|(row, index)| row.tracks[index as usize].row.ending.is_some())
    }
}
