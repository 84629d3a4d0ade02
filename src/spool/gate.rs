//! The gate: the one name that decides whether an attempt runs.
//!
//! A name can be given once, so of a supervisor that wants to start the script and a person who
//! wants to cancel it exactly one gets through, whatever is killed in between. To start, the gate
//! is made a second name of the script's file, which is much cheaper than a file of its own; to
//! cancel, it is made a symbolic link that says so. Both say all they say from the moment they
//! exist.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;

use super::Spool;
use crate::engine::{AttemptKey, Time};

const CANCELLED: &str = "cancelled";

/// What the gate of an attempt says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// Nobody has decided yet.
    Open,
    /// A supervisor went through: the script may have started.
    Started,
    /// It was cancelled before anybody started it; it never will be.
    Cancelled,
}

impl Spool {
    /// Takes the gate to start the script, which must have been written; false: it was taken
    /// before.
    pub fn take_gate(&self, key: AttemptKey) -> io::Result<bool> {
        let gate = self.file(key, "gate");
        match won(fs::hard_link(self.script(key), &gate)) {
            // Some file systems know no second names. A file of its own is as exclusive.
            Err(e)
                if matches!(
                    e.kind(),
                    ErrorKind::PermissionDenied | ErrorKind::Unsupported
                ) =>
            {
                won(File::create_new(gate).map(drop))
            }
            other => other,
        }
    }

    /// Opens a gate again. Only for the one who took it and knows that nothing was started.
    pub fn give_gate_back(&self, key: AttemptKey) -> io::Result<()> {
        fs::remove_file(self.file(key, "gate"))
    }

    /// Takes the gate so that the script can never start; false: it was taken before.
    pub fn cancel(&self, key: AttemptKey) -> io::Result<bool> {
        won(symlink(CANCELLED, self.file(key, "gate")))
    }

    /// When the gate was taken, if it is.
    pub fn taken_at(&self, key: AttemptKey) -> io::Result<Option<Time>> {
        match fs::symlink_metadata(self.file(key, "gate")) {
            // A second name changes the file: not what is in it, but when it was changed.
            Ok(gate) => Ok(Some(Time(
                gate.ctime() * 1_000 + gate.ctime_nsec() / 1_000_000,
            ))),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Reads the gate of an attempt.
    pub fn gate(&self, key: AttemptKey) -> io::Result<Gate> {
        match fs::read_link(self.file(key, "gate")) {
            Ok(says) if says == Path::new(CANCELLED) => Ok(Gate::Cancelled),
            Ok(_) => Err(ErrorKind::InvalidData.into()),
            // It is no symbolic link.
            Err(e) if e.kind() == ErrorKind::InvalidInput => Ok(Gate::Started),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(Gate::Open),
            Err(e) => Err(e),
        }
    }
}

/// Whether a name was given, or was there before.
fn won(result: io::Result<()>) -> io::Result<bool> {
    match result {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(e) => Err(e),
    }
}

#[cfg(test)]
mod tests {
    use crate::clock;
    use crate::engine::{AttemptKey, PipelineId, TrackId};
    use crate::spool::{Gate, Spool};

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
        assert!(spool.take_gate(KEY).is_err(), "there is no script to start");
        spool.write_script(KEY, "cancelled").unwrap();
        assert_eq!(spool.taken_at(KEY).unwrap(), None);
        // The clock of files is a few ticks of the kernel behind.
        let before = clock::now() - 20;
        assert!(spool.take_gate(KEY).unwrap());
        let taken = spool.taken_at(KEY).unwrap().expect("it is taken").0;
        assert!((before..=clock::now()).contains(&taken));
        assert!(!spool.cancel(KEY).unwrap());
        assert!(!spool.take_gate(KEY).unwrap());
        assert_eq!(spool.gate(KEY).unwrap(), Gate::Started);

        spool.give_gate_back(KEY).unwrap();
        assert!(spool.cancel(KEY).unwrap());
        assert!(!spool.take_gate(KEY).unwrap());
        assert_eq!(spool.gate(KEY).unwrap(), Gate::Cancelled);
    }

    #[test]
    fn many_threads_find_one_winner() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path()).unwrap();
        for attempt in 0..50 {
            let key = AttemptKey { attempt, ..KEY };
            spool.write_script(key, "true").unwrap();
            let won: usize = std::thread::scope(|scope| {
                let takers = [0, 1, 2, 3].map(|n| {
                    let spool = &spool;
                    scope.spawn(move || match n % 2 {
                        0 => spool.take_gate(key).unwrap(),
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
