//! When the database cannot be written: what people are told, and the room that is kept for it.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

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

/// Bytes that are given back to a full disk, so that results can still be committed.
const BALLAST_BYTES: usize = 1 << 20;

/// A file whose only purpose is to be removed when the disk is full.
pub(super) struct Ballast {
    path: PathBuf,
    held: bool,
}

impl Ballast {
    /// Makes the file, if there is room for it.
    pub(super) fn new(path: PathBuf) -> Self {
        let mut ballast = Self { path, held: false };
        ballast.hold();
        ballast
    }

    /// Makes the file again after it was given back, if there is room for it.
    pub(super) fn hold(&mut self) {
        if self.held {
            return;
        }
        match self.write() {
            Ok(()) => self.held = true,
            Err(why) => {
                tracing::warn!(%why, "there is no room for the reserve of the disk: {why}");
                // Half of it would only take room.
                let _ = std::fs::remove_file(&self.path);
            }
        }
    }

    fn write(&self) -> io::Result<()> {
        let mut options = File::options();
        let mut file = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&self.path)?;
        file.write_all(&vec![0xff; BALLAST_BYTES])
    }

    /// Gives the room back; true when there was some.
    pub(super) fn release(&mut self) -> bool {
        let released = self.held && std::fs::remove_file(&self.path).is_ok();
        self.held = false;
        released
    }
}
