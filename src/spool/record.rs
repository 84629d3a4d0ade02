//! The exit record: how an attempt ended, written once, complete from the moment it exists.

use std::fs;
use std::io::{self, ErrorKind, Write};

use serde::{Deserialize, Serialize};

use super::instance::UNFINISHED;
use super::{Gate, Instance, Spool};
use crate::clock;
use crate::engine::{AttemptKey, Time};

/// The newest format of exit records that this build writes; it reads this one and those before.
pub const FORMAT: u32 = 1;

/// Why an attempt is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The script ended by itself; `code` is its exit code.
    Exited,
    /// A signal that we did not send ended it; `signal` is its number.
    Signalled,
    /// It ran longer than it may and was ended.
    TimedOut,
    /// A person or a policy ended it, or cancelled it before it started.
    Stopped,
    /// It exited with 0, but an output is missing or against its rules.
    BadOutput {
        /// Which and why, in words for the script's author.
        why: String,
    },
    /// Its interpreter or working directory cannot be used; nothing ran.
    CouldNotStart {
        /// The reason, in words for the script's author.
        why: String,
    },
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExitRecord {
    /// The format of this record.
    pub format: u32,
    /// Why it is over.
    pub cause: Cause,
    /// The exit code, if the script's process ended with one.
    pub code: Option<i32>,
    /// The signal that ended the script's process, if one did.
    pub signal: Option<i32>,
    /// When the script's process was started, in milliseconds since 1970.
    pub started_at: i64,
    /// When the script's process ended, in milliseconds since 1970.
    pub finished_at: i64,
    /// Bytes of the script's output that the log keeps.
    pub log_bytes: u64,
    /// Bytes of the script's output that the log does not keep.
    pub dropped_bytes: u64,
    /// Why output could not be written, if that happened.
    pub log_problem: Option<String>,
    /// Processor time in the script's own code and that of the children it waited for.
    pub user_ms: u64,
    /// Processor time in the kernel on their behalf.
    pub system_ms: u64,
    /// What a success left for the scripts after it, as a JSON object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outputs: Option<String>,
    /// What the script's author may want to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
}

impl ExitRecord {
    /// A record of something that never ran.
    pub fn never_ran(cause: Cause, at: Time) -> ExitRecord {
        ExitRecord {
            format: FORMAT,
            cause,
            code: None,
            signal: None,
            started_at: at.0,
            finished_at: at.0,
            log_bytes: 0,
            dropped_bytes: 0,
            log_problem: None,
            user_ms: 0,
            system_ms: 0,
            outputs: None,
            notice: None,
        }
    }

    /// True if the script ended by itself with exit code 0.
    pub fn success(&self) -> bool {
        self.cause == Cause::Exited && self.code == Some(0)
    }
}

impl Spool {
    /// Writes the exit record under its name at once, or not at all. A record that is there stays.
    /// What a supervisor that dies over it leaves is in its own directory, and goes with that.
    pub fn write_exit(
        &self,
        by: &Instance,
        key: AttemptKey,
        record: &ExitRecord,
    ) -> io::Result<()> {
        let mut file = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempfile_in(&by.dir)?;
        file.write_all(&serde_json::to_vec(record)?)?;
        match file.persist_noclobber(self.file(key, "exit")) {
            Err(e) if e.error.kind() != ErrorKind::AlreadyExists => Err(e.error),
            _ => Ok(()),
        }
    }

    /// The exit record of an attempt; `None`: there is none. An error means it cannot be used.
    pub fn read_exit(&self, key: AttemptKey) -> io::Result<Option<ExitRecord>> {
        let bytes = match fs::read(self.file(key, "exit")) {
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        let record: ExitRecord = serde_json::from_slice(&bytes)?;
        if record.format > FORMAT {
            let why = format!("format {} is newer than this program", record.format);
            return Err(io::Error::new(ErrorKind::InvalidData, why));
        }
        Ok(Some(record))
    }

    /// What is known for certain of an attempt: its exit record, or that it was cancelled.
    pub fn result(&self, key: AttemptKey) -> io::Result<Option<ExitRecord>> {
        if let Some(record) = self.read_exit(key)? {
            return Ok(Some(record));
        }
        Ok(match self.gate(key)? {
            Gate::Cancelled => Some(ExitRecord::never_ran(Cause::Stopped, Time(clock::now()))),
            Gate::Open | Gate::Started => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::ErrorKind;

    use super::{Cause, ExitRecord};
    use crate::engine::{AttemptKey, PipelineId, Time, TrackId};
    use crate::spool::Spool;

    const KEY: AttemptKey = AttemptKey {
        pipeline: PipelineId(1),
        track: TrackId(2),
        attempt: 1,
    };

    #[test]
    fn a_record_is_read_as_it_was_written_and_never_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path()).unwrap();
        assert_eq!(spool.read_exit(KEY).unwrap(), None);
        let by = spool.new_instance().unwrap();
        let why = "the interpreter `/x` does not exist".to_owned();
        let first = ExitRecord::never_ran(Cause::CouldNotStart { why }, Time(5));
        spool.write_exit(&by, KEY, &first).unwrap();
        spool
            .write_exit(&by, KEY, &ExitRecord::never_ran(Cause::Stopped, Time(6)))
            .unwrap();
        assert_eq!(spool.read_exit(KEY).unwrap().as_ref(), Some(&first));
        assert_eq!(
            fs::read_dir(spool.dir()).unwrap().count(),
            2,
            "the record and the supervisor"
        );
        let left = fs::read_dir(&by.dir).unwrap().count();
        assert_eq!(left, 0, "no temporary file stays");
        by.remove().unwrap();
        let gone = spool.write_exit(&by, KEY, &first).unwrap_err();
        assert_eq!(gone.kind(), ErrorKind::NotFound, "it is made there");
    }

    #[test]
    fn format_1_is_frozen() {
        let text = r#"{"format":1,"cause":"exited","code":3,"signal":null,"started_at":10,"finished_at":20,"log_bytes":7,"dropped_bytes":0,"log_problem":null,"user_ms":1,"system_ms":2}"#;
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path()).unwrap();
        fs::write(spool.file(KEY, "exit"), text).unwrap();
        let record = spool.read_exit(KEY).unwrap().unwrap();
        assert_eq!((record.code, record.finished_at), (Some(3), 20));
        assert_eq!(serde_json::to_string(&record).unwrap(), text);
    }

    #[test]
    fn what_cannot_be_read_is_an_error_not_a_missing_record() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path()).unwrap();
        let newer = ExitRecord {
            format: 2,
            ..ExitRecord::never_ran(Cause::Exited, Time(1))
        };
        for bytes in [
            Vec::new(),
            b"{".to_vec(),
            serde_json::to_vec(&newer).unwrap(),
        ] {
            fs::write(spool.file(KEY, "exit"), bytes).unwrap();
            assert!(spool.read_exit(KEY).is_err());
        }
    }

    #[test]
    fn a_cancelled_gate_is_a_result() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path()).unwrap();
        assert_eq!(spool.result(KEY).unwrap(), None);
        spool.cancel(KEY).unwrap();
        assert_eq!(spool.result(KEY).unwrap().unwrap().cause, Cause::Stopped);
    }
}
