//! When the database cannot be written: what people are told, and the room that is kept for it.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

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

/// The file of [`Spool::ballast`]. The driver gives it back for a commit, a supervisor for a result.
pub(super) struct Ballast(pub(super) Spool);

impl Ballast {
    /// Makes the file when there is none and there is room for it.
    pub(super) fn hold(&self) {
        let path = self.0.ballast();
        if path.exists() {
            return;
        }
        if let Err(why) = write(&path) {
            tracing::warn!(%why, "there is no room for the reserve of the disk: {why}");
            // Half of it would only take room.
            self.0.release_ballast();
        }
    }

    /// Gives the room back; true when there was some.
    pub(super) fn release(&self) -> bool {
        self.0.release_ballast()
    }
}

fn write(path: &Path) -> io::Result<()> {
    let mut options = File::options();
    let options = options.write(true).create_new(true).mode(0o600);
    options.open(path)?.write_all(&vec![0xff; BALLAST_BYTES])
}
