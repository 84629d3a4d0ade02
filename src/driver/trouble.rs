//! When the database cannot be written: what people are told, and the room that is kept for it.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::engine::Time;
use crate::spool::Spool;

/// Why the database cannot be written now; shared by the driver and all its handles.
#[derive(Clone, Default)]
pub(super) struct Trouble(Arc<Mutex<Option<String>>>);

impl Trouble {
    pub(super) fn set(&self, why: Option<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = why;
    }

    pub(super) fn get(&self) -> Option<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Bytes that are given back to a full disk, so that results can still be written.
const BALLAST_BYTES: usize = 1 << 20;

/// How soon the reserve is tried again that there was no room for, in milliseconds.
const RESERVE_AGAIN_MS: i64 = 5_000;

/// The file of [`Spool::ballast`]. The driver gives it back for a commit, a supervisor for a result;
/// the driver makes it again as soon as there is room.
pub(super) struct Ballast {
    spool: Spool,
    /// Why there is none now.
    missing: Trouble,
    again: Option<Time>,
}

impl Ballast {
    pub(super) fn new(spool: Spool) -> Self {
        let (missing, again) = (Trouble::default(), None);
        Self {
            spool,
            missing,
            again,
        }
    }

    /// Why there is none, for pages.
    pub(super) fn missing(&self) -> Trouble {
        self.missing.clone()
    }

    /// When [`Ballast::keep`] has something to do.
    pub(super) fn due(&self) -> Option<Time> {
        self.again
    }

    /// Makes the file when there is none and there is room for it.
    pub(super) fn keep(&mut self, now: Time) {
        if self.again.is_some_and(|again| now < again) {
            return;
        }
        let path = self.spool.ballast();
        let made = if path.exists() { Ok(()) } else { write(&path) };
        if let Err(why) = &made {
            if self.again.is_none() {
                tracing::warn!(%why, "there is no room for the reserve of the disk: {why}");
            }
            // Half of it would only take room.
            self.spool.release_ballast();
        }
        self.again = made.is_err().then_some(Time(now.0 + RESERVE_AGAIN_MS));
        self.missing.set(made.err().map(|why| why.to_string()));
    }

    /// Gives the room back; true when there was some.
    pub(super) fn release(&self) -> bool {
        self.spool.release_ballast()
    }
}

fn write(path: &Path) -> io::Result<()> {
    let mut options = File::options();
    let options = options.write(true).create_new(true).mode(0o600);
    options.open(path)?.write_all(&vec![0xff; BALLAST_BYTES])
}
