//! A server that is being emptied: nothing new starts, and somebody waits until nothing runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_channel::Sender;
use tracing::{info, warn};

use super::command::Reply;
use super::drive::Drive;
use crate::engine::Time;
use crate::store::{Deed, Object};

/// The driver's own side.
#[derive(Default)]
pub(super) struct Draining {
    shown: Shown,
    watches: Vec<Sender<()>>,
}

/// Whether it is on; shared by the driver and all its handles.
#[derive(Clone, Default)]
pub(super) struct Shown(Arc<AtomicBool>);

impl Shown {
    pub(super) fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Draining {
    pub(super) fn shown(&self) -> Shown {
        self.shown.clone()
    }

    pub(super) fn set(&self, on: bool) {
        self.shown.0.store(on, Ordering::Relaxed);
    }

    pub(super) fn watch(&mut self, watch: Sender<()>) {
        self.watches.push(watch);
    }

    /// Nothing runs any more.
    pub(super) fn tell(&mut self) {
        for watch in self.watches.drain(..) {
            // One that has gone away waits no more.
            let _ = watch.try_send(());
        }
    }
}

impl Drive {
    /// Writes who asked for it. A server that cannot write it can be emptied all the same.
    pub(super) fn tell_drain(&mut self, on: bool, who: String, now: Time) {
        let deed = Deed {
            who,
            verb: if on { "drain" } else { "undrain" },
            object: Object::Server,
            name: String::new(),
            number: None,
            detail: String::new(),
        };
        if let Err(why) = self.writer.tell(&deed, now) {
            warn!(%why, "who asked for the drain cannot be written: {why}");
        }
    }

    /// Orders nothing new any more, or does so again, and tells how many scripts run.
    pub(super) fn drain(&mut self, on: bool, reply: &Reply<u32>) {
        self.engine.drain(on);
        self.draining.set(on);
        let (running, _) = self.engine.slots();
        info!(on, running, "draining: {on}, scripts that run: {running}");
        // A caller that has gone away has said what it wants.
        let _ = reply.send(Ok(running));
    }
}
