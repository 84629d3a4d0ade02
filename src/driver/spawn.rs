//! Starting and stopping the driver's thread.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded};
use tracing::{info, warn};

use super::command::Command;
use super::draining::{Draining, Shown};
use super::drive::Drive;
use super::handle::Handle;
use super::measures::{Measures, Meter};
use super::news;
use super::removals::Removals;
use super::ring::Ring;
use super::trouble::{Ballast, Trouble};
use crate::engine::{Capacity, Effect, Engine, Time};
use crate::executor::{Backend, Fact, Verdict};
use crate::spool::Spool;
use crate::store::{OfGraphs, StoreError, Turn, Writer};

/// What the driver is told once.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How many scripts may run at once, in all and of each pool.
    pub capacity: Capacity,
    /// How many commands may wait; one more is refused.
    pub commands_waiting: usize,
    /// The most events of one commit.
    pub batch: usize,
    /// From TERM to KILL when a script is ended, in milliseconds.
    pub grace_ms: u64,
    /// How much of the newest news is kept for those who watch.
    pub news_kept: usize,
    /// How many commands one caller has under way.
    pub asked_at_once: usize,
    /// What one turn takes of a pipeline that is being removed.
    pub removal: Turn,
    /// Reads the clock.
    pub now: fn() -> Time,
}

/// The running driver.
pub struct Driver {
    commands: Sender<Command>,
    /// Dropped to stop the thread.
    running: Option<Sender<()>>,
    trouble: Trouble,
    draining: Shown,
    no_reserve: Trouble,
    measures: Measures,
    inputs: Arc<Mutex<()>>,
    backend: Arc<dyn Backend>,
    ring: Ring,
    asked_at_once: usize,
    thread: JoinHandle<()>,
}

impl Driver {
    /// Loads what is committed, finds out what became of the attempts that are committed as
    /// running, and starts the thread. Facts that arrive by then (results of attempts that ended
    /// while no driver ran) are taken before anything new is ordered. `spool` has the file
    /// that is given back to a full disk.
    pub fn spawn(
        settings: Settings,
        mut writer: Writer,
        backend: Arc<dyn Backend>,
        facts: Receiver<Fact>,
        spool: Spool,
    ) -> Result<Self, StoreError> {
        let next = writer.next_ids()?;
        let engine = Engine::load(settings.capacity, next, &writer.live()?);
        let mut ending = BTreeMap::new();
        for effect in engine.resume() {
            if let Effect::Kill { key, now } = effect {
                ending.insert(key, if now { 0 } else { settings.grace_ms });
            }
        }
        for (key, verdict) in backend.probe(&writer.running()?) {
            info!(attempt = %key, ?verdict, "attempt {key} was running: {verdict:?}");
            match (verdict, ending.get(&key)) {
                // What was stopped before it started must not start only to be ended.
                (Verdict::LaunchAgain, Some(_)) => backend.cancel(key),
                (Verdict::LaunchAgain, None) => backend.launch(key),
                (Verdict::TakeResult | Verdict::Adopt | Verdict::Interrupted(_), Some(grace)) => {
                    backend.kill(key, *grace);
                }
                (Verdict::TakeResult | Verdict::Adopt | Verdict::Interrupted(_), None) => {}
            }
        }
        for (key, now) in writer.survivors_to_end()? {
            backend.end_survivors(key, if now { 0 } else { settings.grace_ms });
        }
        writer.forget_notes((settings.now)())?;
        clean_leftovers(&spool, &mut writer, backend.as_ref())?;
        let (commands, receive) = bounded(settings.commands_waiting);
        let (running, stop) = bounded(0);
        let trouble = Trouble::default();
        let mut ballast = Ballast::new(spool);
        ballast.keep((settings.now)());
        let no_reserve = ballast.missing();
        let entries = writer.last_entries(settings.news_kept)?;
        let news = news::of_journal(entries.into_iter());
        let ring = Ring::new(settings.news_kept, next.journal - 1, news);
        let draining = Draining::default();
        let meter = Meter::default();
        let measures = meter.measures.clone();
        let shown = draining.shown();
        let removals = Removals::new(writer.removals()?, settings.removal, backend.as_ref());
        let processes = Arc::clone(&backend);
        let drive = Drive {
            trouble: trouble.clone(),
            ballast,
            engine,
            writer,
            backend,
            commands: receive,
            facts,
            stop,
            given_up: false,
            now: settings.now,
            batch: settings.batch,
            grace_ms: settings.grace_ms,
            plans: OfGraphs::default(),
            watches: BTreeMap::new(),
            ring: ring.clone(),
            draining,
            questions: Vec::new(),
            meter,
            removals,
        };
        let thread = std::thread::Builder::new()
            .name("driver".to_owned())
            .spawn(move || {
                // A panic in the driver leaves the engine in doubt: only a restart mends that.
                let guard = AbortOnPanic;
                drive.run();
                std::mem::forget(guard);
            });
        let thread = thread
            .map_err(|why| StoreError::Mismatch(format!("no thread for the driver: {why}")))?;
        Ok(Self {
            commands,
            running: Some(running),
            trouble,
            draining: shown,
            no_reserve,
            measures,
            inputs: Arc::default(),
            backend: processes,
            ring,
            asked_at_once: settings.asked_at_once,
            thread,
        })
    }

    /// How others speak with it.
    pub fn handle(&self) -> Handle {
        Handle {
            commands: self.commands.clone(),
            trouble: self.trouble.clone(),
            draining: self.draining.clone(),
            no_reserve: self.no_reserve.clone(),
            measures: self.measures.clone(),
            inputs: Arc::clone(&self.inputs),
            backend: Arc::clone(&self.backend),
            ring: self.ring.clone(),
            asked_at_once: self.asked_at_once,
            note: None,
        }
    }

    /// Tells the thread to commit what has arrived and to end. Whoever waits for it is let go.
    pub fn leave(&mut self) {
        self.running = None;
    }

    /// Commits what has arrived, if that can be done now, then ends the thread. Running scripts
    /// go on.
    pub fn stop(mut self) {
        self.leave();
        // A driver that has ended by a panic has ended the process.
        let _ = self.thread.join();
    }
}

/// Removes the files of attempts whose end a former process has committed and which it did not live
/// to clean. Those of attempts that the database does not know stay: it may be an older copy.
fn clean_leftovers(
    spool: &Spool,
    writer: &mut Writer,
    backend: &dyn Backend,
) -> Result<(), StoreError> {
    let left = spool.list().unwrap_or_else(|why| {
        warn!(%why, "the files that a former process left cannot be listed: {why}");
        Vec::new()
    });
    for key in writer.ended(&left)? {
        backend.clean(key);
    }
    Ok(())
}

struct AbortOnPanic;

impl Drop for AbortOnPanic {
    fn drop(&mut self) {
        std::process::abort();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;
    use std::time::Duration;

    use crossbeam_channel::{Sender, bounded, unbounded};

    use super::{Driver, Settings};
    use crate::driver::command::{Command, Reply};
    use crate::driver::draining::Draining;
    use crate::driver::handle::Handle;
    use crate::driver::measures::Meter;
    use crate::driver::ring::Ring;
    use crate::engine::{
        AttemptKey, Capacity, Engine, Event, Outbox, PipelineId, StartOrder, Time, TrackId,
    };
    use crate::executor::{Backend, Verdict};
    use crate::graph::{Graph, Runnable, Vertex};
    use crate::spool::Spool;
    use crate::store::{Durability, NewGraph, Terms, Turn, Writer};

    /// Says which attempts it is asked to launch, and runs nothing.
    struct Launches(Sender<AttemptKey>);

    impl Backend for Launches {
        fn launch(&self, key: AttemptKey) {
            let _ = self.0.send(key);
        }
        fn kill(&self, _: AttemptKey, _: u64) {}
        fn cancel(&self, _: AttemptKey) {}
        fn probe(&self, _: &[(AttemptKey, String)]) -> Vec<(AttemptKey, Verdict)> {
            Vec::new()
        }
        fn end_survivors(&self, _: AttemptKey, _: u64) {}
        fn survivors(&self, _: &[AttemptKey]) -> BTreeMap<TrackId, Vec<u32>> {
            BTreeMap::new()
        }
        fn clean(&self, _: AttemptKey) {}
        fn finish_pipeline(&self, _: PipelineId) {}
        fn remove_pipeline(&self, _: PipelineId, _: Sender<PipelineId>) {}
    }

    /// A driver that is told to stop commits its last batch and orders nothing of it.
    #[test]
    fn what_was_ready_at_the_last_stop_is_ordered_at_the_next_start() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("trackyard.db");
        let mut writer = Writer::open(&path, Durability::Normal, "boot").unwrap();
        let vertex = Vertex {
            name: "a".to_owned(),
            script: "true".to_owned(),
            ..Vertex::default()
        };
        let new = NewGraph {
            compiled: vec![Runnable {
                body: vertex.script.clone(),
                refers: Vec::new(),
            }],
            digest: String::new(),
            graph: Graph {
                name: "g".to_owned(),
                vertices: vec![vertex],
                ..Graph::default()
            },
            source: String::new(),
            format: "yaml",
            checked: true,
            problems: Vec::new(),
            creator: String::new(),
            terms: Terms::default(),
        };
        let id = writer.save_graph(Time(1), &new).unwrap().id;
        let mut out = Outbox::default();
        let start = Event::Start(Arc::new(StartOrder {
            plan: Arc::new(writer.plan(id).unwrap().unwrap()),
            name: String::new(),
            desc: String::new(),
            request_key: None,
            who: String::new(),
            trigger: "rest",
            given: "{}".to_owned(),
            inputs: Vec::new(),
            priority: 0,
            again_of: None,
            why: String::new(),
        }));
        let mut engine = Engine::new(Capacity::of(1), writer.next_ids().unwrap());
        engine.step(Time(2), start, &mut out).unwrap();
        writer.commit(&out).unwrap();

        let (launched, launches) = unbounded();
        let settings = Settings {
            capacity: Capacity::of(1),
            commands_waiting: 1,
            batch: 10,
            grace_ms: 1,
            news_kept: 100,
            asked_at_once: 50,
            removal: Turn::default(),
            now: || Time(3),
        };
        let (_facts, facts) = unbounded();
        let spool = Spool::open(dir.path()).unwrap();
        let backend = Arc::new(Launches(launched));
        let driver = Driver::spawn(settings, writer, backend, facts, spool).unwrap();
        let key = launches.recv_timeout(Duration::from_secs(20));
        assert_eq!(key.map(|key| key.attempt), Ok(1));
        driver.stop();
    }

    #[test]
    fn so_many_are_under_way_as_may_be() {
        let (commands, asked) = bounded(100);
        let handle = Handle {
            commands,
            trouble: Default::default(),
            draining: Draining::default().shown(),
            no_reserve: Default::default(),
            measures: Meter::default().measures.clone(),
            inputs: Arc::default(),
            backend: Arc::new(Launches(unbounded().0)),
            ring: Ring::new(1, 0, Vec::new()),
            asked_at_once: 3,
            note: None,
        };
        let ids: Vec<PipelineId> = (1..=8).map(PipelineId).collect();
        std::thread::scope(|scope| {
            let all = scope.spawn(|| handle.remove_all(&ids, "me", ""));
            for group in ids.chunks(3) {
                let replies: Vec<(PipelineId, Reply<()>)> = group
                    .iter()
                    .map(|_| match asked.recv() {
                        Ok(Command::Remove(id, _, _, reply)) => (id, reply),
                        _ => panic!("something else was asked"),
                    })
                    .collect();
                let ids: Vec<PipelineId> = replies.iter().map(|(id, _)| *id).collect();
                assert_eq!(ids, group);
                assert!(asked.is_empty(), "more comes when these are answered");
                for (_, reply) in replies {
                    reply.send(Ok(())).expect("somebody waits");
                }
            }
            let answers = all.join().expect("it ends");
            assert!(answers.len() == 8 && answers.iter().all(Result::is_ok));
        });
    }
}
