//! The gate: the one file that decides whether an attempt runs.
//!
//! Creating it is exclusive, so of a supervisor that wants to start the script and a person who
//! wants to cancel it exactly one gets through, whatever is killed in between.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;

use super::Spool;
use crate::engine::AttemptKey;

const CANCELLED: &str = "cancelled\n";

/// What the gate of an attempt says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// Nobody has decided yet.
    Open,
    /// A supervisor went through: the script may have started.
    Started {
        /// The script's process, once it was there.
        pid: Option<i32>,
    },
    /// It was cancelled before anybody started it; it never will be.
    Cancelled,
}

/// A gate that was just taken to start the script.
#[derive(Debug)]
pub struct GateFile(File);

impl GateFile {
    /// Notes the script's process, for people who look for it later. Nothing depends on it.
    pub fn note_pid(mut self, pid: i32) -> io::Result<()> {
        self.0.write_all(format!("{pid}\n").as_bytes())
    }
}

impl Spool {
    /// Takes the gate to start the script; `None`: it is taken already.
    pub fn take_gate(&self, key: AttemptKey) -> io::Result<Option<GateFile>> {
        let path = self.file(key, "gate");
        match OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
        {
            Ok(file) => Ok(Some(GateFile(file))),
            Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Opens a gate again. Only for the one who took it and knows that nothing was started.
    pub fn give_gate_back(&self, key: AttemptKey) -> io::Result<()> {
        fs::remove_file(self.file(key, "gate"))
    }

    /// Takes the gate so that the script can never start; false: somebody was there first.
    ///
    /// The gate appears together with its content, so a crash cannot leave a cancelled gate that
    /// reads as a started one.
    pub fn cancel(&self, key: AttemptKey) -> io::Result<bool> {
        let mut file = tempfile::Builder::new()
            .prefix(".gate-")
            .tempfile_in(self.dir())?;
        file.write_all(CANCELLED.as_bytes())?;
        match file.persist_noclobber(self.file(key, "gate")) {
            Ok(_) => Ok(true),
            Err(e) if e.error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(e) => Err(e.error),
        }
    }

    /// Reads the gate of an attempt.
    pub fn gate(&self, key: AttemptKey) -> io::Result<Gate> {
        match fs::read(self.file(key, "gate")) {
            Ok(bytes) if bytes == CANCELLED.as_bytes() => Ok(Gate::Cancelled),
            Ok(bytes) => {
                let pid = str::from_utf8(&bytes)
                    .ok()
                    .and_then(|text| text.trim().parse().ok());
                Ok(Gate::Started { pid })
            }
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(Gate::Open),
            Err(e) => Err(e),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{PipelineId, TrackId};

    const KEY: AttemptKey = AttemptKey {
        pipeline: PipelineId(1),
        track: TrackId(2),
        attempt: 1,
    };

    #[test]
    fn one_of_start_and_cancel_wins() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path()).unwrap();
        assert_eq!(spool.gate(KEY).unwrap(), Gate::Open);
        let gate = spool.take_gate(KEY).unwrap().unwrap();
        assert!(!spool.cancel(KEY).unwrap());
        assert!(spool.take_gate(KEY).unwrap().is_none());
        assert_eq!(spool.gate(KEY).unwrap(), Gate::Started { pid: None });
        gate.note_pid(4711).unwrap();
        assert_eq!(spool.gate(KEY).unwrap(), Gate::Started { pid: Some(4711) });

        spool.give_gate_back(KEY).unwrap();
        assert!(spool.cancel(KEY).unwrap());
        assert!(spool.take_gate(KEY).unwrap().is_none());
        assert_eq!(spool.gate(KEY).unwrap(), Gate::Cancelled);
    }

    #[test]
    fn many_threads_find_one_winner() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path()).unwrap();
        for attempt in 0..50 {
            let key = AttemptKey { attempt, ..KEY };
            let won: usize = std::thread::scope(|scope| {
                let takers = [0, 1, 2, 3].map(|n| {
                    let spool = &spool;
                    scope.spawn(move || match n % 2 {
                        0 => spool.take_gate(key).unwrap().is_some(),
                        _ => spool.cancel(key).unwrap(),
                    })
                });
                takers
                    .into_iter()
                    .map(|t| usize::from(t.join().unwrap()))
                    .sum()
            });
            assert_eq!(won, 1);
        }
    }
}
