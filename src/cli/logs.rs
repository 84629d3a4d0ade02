//! `trackyard logs TRACK`: the bytes that a track's script printed, and those that it will.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use crossbeam_channel::{Receiver, never, select};

use super::context::Context;
use super::error::{CliError, OK};
use super::follow::{Heard, follow};
use super::naming;
use super::output::{print_bytes, say};
use crate::app::{DATABASE, Hold};
use crate::engine::{AttemptKey, PipelineId, TrackId, TrackState};
use crate::spool::{Changes, Following, Spool};
use crate::store::Store;

#[derive(Debug, Args)]
pub(super) struct LogsArgs {
    #[arg(value_name = "TRACK", help = naming::TRACK)]
    pub(super) track: String,
    /// Go on printing until the track has ended
    #[arg(short, long)]
    pub(super) follow: bool,
    /// The log of this attempt [default: the last one]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) attempt: Option<u32>,
}

/// Bytes that are read at once.
const CHUNK: usize = 64 << 10;

/// Prints the log of a track's attempt.
pub(super) fn logs(context: &Context, args: &LogsArgs) -> Result<u8, CliError> {
    let store = context.store()?;
    let failed = |why: std::io::Error| CliError::Failed(format!("the log cannot be read: {why}"));
    let spool = Spool::open(&context.config.data).map_err(failed)?;
    let id = naming::track(context, &args.track)?;
    let missing = || {
        let list = context.command("show PIPELINE");
        CliError::Failed(format!("track {id} does not exist: `{list}` lists tracks"))
    };
    store.track(id)?.ok_or_else(missing)?;
    let mut bell = None;
    let mut log: Option<Following> = None;
    let mut shown = None;
    loop {
        // The state is read before the bytes: what an ended attempt printed is all there.
        let (head, _) = store.track(id)?.ok_or_else(missing)?;
        let newest = args.attempt.unwrap_or(head.attempt.unsigned_abs());
        let ended = is_over(&store, id, newest, args.attempt.is_some())?;
        let key = |attempt| AttemptKey {
            pipeline: PipelineId(head.pipeline_id),
            track: id,
            attempt,
        };
        // Those that have ended since the last look are printed to their ends.
        for attempt in shown.unwrap_or(newest)..=newest {
            let path = spool.log(key(attempt));
            log.take_if(|log| log.path() != path);
            print(log.get_or_insert_with(|| Following::new(path)))?;
        }
        shown = Some(newest);
        let key = key(newest);
        if ended || !args.follow {
            return Ok(OK);
        }
        let bell = match &mut bell {
            Some(bell) => bell,
            // What is printed before it listens is looked for once more.
            none => none.insert(match Bell::of(context, key)? {
                Some(bell) => bell,
                None => {
                    say("nobody works on this data directory: nothing more comes before a server does");
                    return Ok(OK);
                }
            }),
        };
        let tail = log.as_ref().map(Following::tail);
        let late: Vec<PathBuf> = [Some(spool.logs(key.pipeline)), tail]
            .into_iter()
            .flatten()
            .collect();
        if !bell.wait(context, key, &late)? {
            say("nobody works on this data directory now: the track goes on at the next start");
            return Ok(OK);
        }
    }
}

/// What tells that another look is worth it.
enum Bell {
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
    fn of(context: &Context, key: AttemptKey) -> Result<Option<Self>, CliError> {
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
    fn wait(
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

/// Whether no more output can come: the attempt has ended and, unless one attempt was asked for, no
/// other follows.
fn is_over(store: &Store, id: TrackId, attempt: u32, only: bool) -> Result<bool, CliError> {
    let Some((head, _)) = store.track(id)? else {
        return Ok(true);
    };
    let pipeline = store.pipeline(PipelineId(head.pipeline_id))?;
    if pipeline.is_none_or(|p| p.finished_at.is_some()) {
        return Ok(true);
    }
    if only {
        let attempts = store.attempts(id)?;
        let row = attempts.iter().find(|a| a.number.unsigned_abs() == attempt);
        return Ok(row.is_some_and(|a| a.finished_at.is_some()));
    }
    let state = TrackState::from_code(head.state);
    Ok(state.is_none_or(TrackState::has_ended))
}

/// Prints what is new in a log.
fn print(log: &mut Following) -> Result<(), CliError> {
    let failed = |why| CliError::Failed(format!("the log cannot be read: {why}"));
    let mut new = log.more().map_err(failed)?.bytes;
    let mut bytes = vec![0; CHUNK];
    loop {
        let read = new.read(&mut bytes).map_err(failed)?;
        if read == 0 {
            return Ok(());
        }
        print_bytes(&bytes[..read])?;
    }
}
