//! Starting and stopping the driver's thread.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded};
use tracing::info;

use super::command::Command;
use super::draining::{Draining, Shown};
use super::drive::Drive;
use super::handle::Handle;
use super::trouble::{Ballast, Trouble};
use super::updates::Subscribers;
use crate::engine::{Effect, Engine, Time};
use crate::executor::{Backend, Fact, Verdict};
use crate::spool::Spool;
use crate::store::{StoreError, Writer};

/// What the driver is told once.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// How many scripts may run at once.
    pub slots: u32,
    /// How many commands may wait; one more is refused.
    pub commands_waiting: usize,
    /// The most events of one commit.
    pub batch: usize,
    /// From TERM to KILL when a script is ended, in milliseconds.
    pub grace_ms: u64,
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
    inputs: Arc<Mutex<()>>,
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
        let engine = Engine::load(settings.slots, next, &writer.live()?);
        for (key, verdict) in backend.probe(&writer.running()?) {
            info!(attempt = %key, ?verdict, "attempt {key} was running: {verdict:?}");
            if verdict == Verdict::LaunchAgain {
                backend.launch(key);
            }
        }
        for effect in engine.resume() {
            if let Effect::Kill(key) = effect {
                backend.kill(key, settings.grace_ms);
            }
        }
        let (commands, receive) = bounded(settings.commands_waiting);
        let (running, stop) = bounded(0);
        let trouble = Trouble::default();
        let ballast = Ballast(spool);
        ballast.hold();
        let draining = Draining::default();
        let shown = draining.shown();
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
            plans: BTreeMap::new(),
            watches: BTreeMap::new(),
            subscribers: Subscribers::default(),
            draining,
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
            inputs: Arc::default(),
            thread,
        })
    }

    /// How others speak with it.
    pub fn handle(&self) -> Handle {
        Handle {
            commands: self.commands.clone(),
            trouble: self.trouble.clone(),
            draining: self.draining.clone(),
            inputs: Arc::clone(&self.inputs),
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

struct AbortOnPanic;

impl Drop for AbortOnPanic {
    fn drop(&mut self) {
        std::process::abort();
    }
}
