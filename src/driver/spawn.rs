//! Starting and stopping the driver's thread.

use std::collections::BTreeMap;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::backend::Backend;
use super::command::Command;
use super::drive::Drive;
use super::handle::Handle;
use crate::engine::{Effect, Engine, Event, Time};
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
    /// Reads the clock.
    pub now: fn() -> Time,
}

/// The running driver.
pub struct Driver {
    commands: Sender<Command>,
    thread: JoinHandle<()>,
}

impl Driver {
    /// Loads what is committed and starts the thread. Facts that are waiting already (results of
    /// attempts that ended while no driver ran) are taken before anything new is ordered.
    pub fn spawn(
        settings: Settings,
        mut writer: Writer,
        backend: Box<dyn Backend>,
        facts: Receiver<Event>,
    ) -> Result<Self, StoreError> {
        let next = writer.next_ids()?;
        let engine = Engine::load(settings.slots, next, &writer.live()?);
        for effect in engine.resume() {
            if let Effect::Kill(key) = effect {
                backend.kill(key);
            }
        }
        let (commands, receive) = bounded(settings.commands_waiting);
        let drive = Drive {
            engine,
            writer,
            backend,
            commands: receive,
            facts,
            now: settings.now,
            batch: settings.batch,
            plans: BTreeMap::new(),
            watches: BTreeMap::new(),
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
        Ok(Self { commands, thread })
    }

    /// How others speak with it.
    pub fn handle(&self) -> Handle {
        Handle {
            commands: self.commands.clone(),
        }
    }

    /// Commits what has arrived, then ends the thread. Running scripts go on.
    pub fn stop(self) {
        // A driver that has ended already needs no word.
        let _ = self.commands.send(Command::Stop);
        let _ = self.thread.join();
    }
}

struct AbortOnPanic;

impl Drop for AbortOnPanic {
    fn drop(&mut self) {
        std::process::abort();
    }
}
