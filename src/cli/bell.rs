//! What tells that a log has more to show: the server's streams, or the kernel beside a process that
//! cannot be asked.

use std::path::{Path, PathBuf};

use crossbeam_channel::{Receiver, never, select};

use super::context::Context;
use super::error::CliError;
use super::follow::{Heard, follow};
use super::output::say;
use crate::app::{DATABASE, Hold};
use crate::engine::AttemptKey;
use crate::spool::Changes;

/// What tells that another look is worth it.
pub(super) enum Bell {
    /// The server tells how the track stands, and that its attempt has printed something.
    Server {
        states: Receiver<Heard>,
        lines: Receiver<Heard>,
        /// Of which attempt.
        attempt: u32,
        /// It has been said that there is none now.
        gone: bool,
    },
    /// A process that cannot be asked works on the directory: the kernel tells.
    Files(Changes),
}

impl Bell {
    /// None: nobody works on the data directory.
    pub(super) fn of(context: &Context, key: AttemptKey) -> Result<Option<Self>, CliError> {
        let failed =
            |why: std::io::Error| CliError::Failed(format!("the log cannot be followed: {why}"));
        let data = &context.config.data;
        Ok(match Hold::holder(data) {
            None => None,
            Some(holder) if holder.url.is_none() => {
                Some(Self::Files(watched(data).map_err(failed)?))
            }
            Some(_) => Some(Self::Server {
                states: follow(context, format!("/pipelines/{}/stream", key.pipeline))?,
                lines: lines(context, key)?,
                attempt: key.attempt,
                gone: false,
            }),
        })
    }

    /// Waits until another look is worth it; false: nothing more comes.
    pub(super) fn wait(
        &mut self,
        context: &Context,
        key: AttemptKey,
        late: &[PathBuf],
    ) -> Result<bool, CliError> {
        let (states, lines, attempt, gone) = match self {
            Self::Files(changes) => {
                let failed = |why| CliError::Failed(format!("the log cannot be followed: {why}"));
                changes.wait(late).map_err(failed)?;
                return Ok(Hold::holder(&context.config.data).is_some());
            }
            Self::Server {
                states,
                lines,
                attempt,
                gone,
            } => (states, lines, attempt, gone),
        };
        if *attempt != key.attempt {
            *attempt = key.attempt;
            *lines = self::lines(context, key)?;
            return Ok(true);
        }
        loop {
            let (heard, of_log) = select! {
                recv(states) -> heard => (heard, false),
                recv(lines) -> heard => (heard, true),
            };
            match heard {
                // Other tracks of the pipeline say nothing of this one.
                Ok(Heard::Event(event))
                    if event.kind == "track" && event.data["t"] != key.track.0 => {}
                Ok(Heard::Gone(why)) if !of_log => {
                    if !std::mem::replace(gone, true) {
                        say(&format!("{why}\nwaiting for the next server"));
                    }
                }
                Ok(Heard::Open) if !of_log => {
                    *gone = false;
                    return Ok(true);
                }
                // Without a server a script goes on printing.
                Ok(Heard::Event(_) | Heard::Open | Heard::Gone(_) | Heard::Over) => {
                    return Ok(true);
                }
                Ok(Heard::Refused(why)) => return Err(why),
                // Nothing more is told of this attempt; how the track goes on is.
                Err(_) if of_log => *lines = never(),
                Err(_) => return Err(CliError::Failed("the server is not followed".to_owned())),
            }
        }
    }
}

/// What tells that an attempt has printed something.
fn lines(context: &Context, key: AttemptKey) -> Result<Receiver<Heard>, CliError> {
    match key.attempt {
        0 => Ok(never()),
        n => follow(
            context,
            format!("/tracks/{}/log/stream?attempt={n}", key.track),
        ),
    }
}

fn watched(data: &Path) -> std::io::Result<Changes> {
    // The spool loses files once a result is committed.
    let wal = data.join(format!("{DATABASE}-wal"));
    Changes::new(&[wal, data.join("logs"), data.join("spool")])
}
