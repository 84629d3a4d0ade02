//! `trackyard logs TRACK`: the bytes that a track's script printed, and those that it will.

use std::io::Read;
use std::path::Path;

use clap::Args;

use super::context::Context;
use super::error::{CliError, OK};
use super::output::{print_bytes, say};
use crate::app::{DATABASE, Hold};
use crate::engine::{AttemptKey, PipelineId, TrackId, TrackState};
use crate::spool::{Changes, Following, Spool};
use crate::store::Store;

#[derive(Debug, Args)]
pub(super) struct LogsArgs {
    /// The number of a track
    #[arg(value_name = "TRACK")]
    pub(super) track: i64,
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
    let data = &context.config.data;
    let failed = |why: std::io::Error| CliError::Failed(format!("the log cannot be read: {why}"));
    let spool = Spool::open(data).map_err(failed)?;
    let id = TrackId(args.track);
    let missing = || {
        let list = context.command("show PIPELINE");
        CliError::Failed(format!("track {id} does not exist: `{list}` lists tracks"))
    };
    store.track(id)?.ok_or_else(missing)?;
    let changes = if args.follow {
        Some(watched(data).map_err(failed)?)
    } else {
        None
    };
    let mut log = None;
    loop {
        // The state is read before the bytes: what an ended attempt printed is all there.
        let (head, _) = store.track(id)?.ok_or_else(missing)?;
        let attempt = args.attempt.unwrap_or(head.attempt.unsigned_abs());
        let key = AttemptKey {
            pipeline: PipelineId(head.pipeline_id),
            track: id,
            attempt,
        };
        let ended = is_over(&store, id, attempt, args.attempt.is_some())?;
        let path = spool.log(key);
        // The log of another attempt is printed from its beginning.
        log.take_if(|log: &mut Following| log.path() != path);
        let log = log.get_or_insert_with(|| Following::new(path));
        print(log)?;
        let Some(changes) = changes.as_ref().filter(|_| !ended) else {
            return Ok(OK);
        };
        if Hold::holder(data).is_none() {
            say("nobody works on this data directory now: the track goes on at the next start");
            return Ok(OK);
        }
        let late = [spool.logs(key.pipeline), log.tail()];
        changes.wait(&late).map_err(failed)?;
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
