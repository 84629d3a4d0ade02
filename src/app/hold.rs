//! `<data>/lock`: exactly one process works on a data directory, and others can find it.
//!
//! The lock is an `flock`, which the kernel gives back when its holder dies, however it dies. The
//! file's text only says who holds it.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crossbeam_channel::after;
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use super::error::AppError;

const NAME: &str = "lock";
/// How often, and how far apart, a held directory is asked for: those who look who holds it do so
/// for a moment.
const TRIES: u32 = 4;
const LOOK: Duration = Duration::from_millis(20);

/// Who works on a data directory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Its process.
    pub pid: u32,
    /// What it does: `serve`, `run`, `import`.
    pub verb: String,
    /// Where it answers, when it is a server.
    pub url: Option<String>,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`trackyard {}` with process id {}", self.verb, self.pid)?;
        match &self.url {
            Some(url) => write!(f, ", which answers at {url}"),
            None => Ok(()),
        }
    }
}

/// The right to work on a data directory, held until it is dropped.
#[derive(Debug)]
pub struct Hold {
    file: File,
    holder: Holder,
}

impl Hold {
    /// Makes the data directory when there is none, and takes the right to work on it.
    pub fn take(data: &Path, verb: &str) -> Result<Self, AppError> {
        let failed = |why: std::io::Error| AppError::Data {
            path: data.to_owned(),
            why: why.to_string(),
        };
        let mut make = std::fs::DirBuilder::new();
        make.recursive(true)
            .mode(0o700)
            .create(data)
            .map_err(failed)?;
        let mut file = open(data).map_err(failed)?;
        for left in (0..TRIES).rev() {
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => break,
                Err(why) if why != rustix::io::Errno::WOULDBLOCK => return Err(failed(why.into())),
                Err(_) if left > 0 => {
                    // Somebody may only be looking who holds it.
                    let _ = after(LOOK).recv();
                }
                Err(_) => {
                    let holder = read(&mut file);
                    return Err(AppError::Held {
                        path: data.to_owned(),
                        holder,
                    });
                }
            }
        }
        let holder = Holder {
            pid: std::process::id(),
            verb: verb.to_owned(),
            url: None,
        };
        let mut hold = Self { file, holder };
        hold.write().map_err(failed)?;
        Ok(hold)
    }

    /// Tells others where this process answers.
    pub fn answers_at(&mut self, url: &str) -> std::io::Result<()> {
        self.holder.url = Some(url.to_owned());
        self.write()
    }

    /// The file that changes when somebody begins to work on a data directory.
    pub fn path(data: &Path) -> PathBuf {
        data.join(NAME)
    }

    /// Who works on a data directory now; none when nobody does.
    pub fn holder(data: &Path) -> Option<Holder> {
        let mut file = File::open(Self::path(data)).ok()?;
        let held = flock(&file, FlockOperation::NonBlockingLockShared).is_err();
        held.then(|| read(&mut file))
    }

    fn write(&mut self) -> std::io::Result<()> {
        let text = serde_json::to_string(&self.holder).map_err(std::io::Error::other)?;
        self.file.rewind()?;
        self.file.set_len(0)?;
        self.file.write_all(text.as_bytes())
    }
}

fn open(data: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600);
    options.open(Hold::path(data))
}

/// What the file says; a holder that has not written yet has no name.
fn read(file: &mut File) -> Holder {
    const MOST_BYTES: u64 = 4_096;
    let mut text = String::new();
    let read = file.take(MOST_BYTES).read_to_string(&mut text);
    read.ok()
        .and_then(|_| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}
