//! How far an attempt has come.

use std::time::Instant;

use crate::spool::ExitRecord;

#[derive(Debug)]
pub(super) enum Stage {
    Running,
    Asked {
        until: Instant,
    },
    Killed,
    Leftover {
        until: Instant,
    },
    /// What left its group is being ended, once it is known what that is.
    Straying {
        until: Instant,
        look: Instant,
        rounds: u32,
    },
    Draining {
        until: Instant,
    },
    Recording {
        record: Box<ExitRecord>,
        again: Instant,
    },
    /// Its exit record is written, or there is none to write.
    Over {
        record: Option<Box<ExitRecord>>,
    },
}
