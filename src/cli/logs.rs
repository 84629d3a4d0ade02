//! `trackyard logs TRACK`: what a track's script printed, and what it will: as it came, or by its lines.

use std::io::{self, Read};
use std::path::PathBuf;

use clap::Args;

use super::bell::Bell;
use super::context::Context;
use super::error::{CliError, OK};
use super::lines::{Lines, Shown};
use super::naming;
use super::output::{print_bytes, say, visible};
use crate::app::line_limits;
use crate::engine::{AttemptKey, PipelineId, TrackId, TrackState};
use crate::spool::{Following, LogLines, Pattern, Spool};
use crate::store::{Store, TrackHead};

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
    /// The last N lines alone
    #[arg(short = 'n', long, value_name = "N", conflicts_with_all = ["grep", "regex"])]
    pub(super) tail: Option<u64>,
    /// The lines alone that this text is in
    #[arg(short, long, value_name = "TEXT")]
    pub(super) grep: Option<String>,
    /// The lines alone that a regular expression (of the Rust crate `regex`) fits
    #[arg(short = 'e', long, value_name = "EXPRESSION", conflicts_with = "grep")]
    pub(super) regex: Option<String>,
    /// Find capital and small letters alike
    #[arg(short, long)]
    pub(super) ignore_case: bool,
    /// Print one JSON object for each line, one a line: its number, its attempt, its text
    #[arg(long)]
    pub(super) json: bool,
}

/// Bytes that are read at once.
const CHUNK: usize = 64 << 10;

/// Prints the log of a track's attempt.
pub(super) fn logs(context: &Context, args: &LogsArgs) -> Result<u8, CliError> {
    let pattern = pattern(args)?;
    let store = context.store()?;
    let spool = Spool::open(&context.config.data).map_err(unreadable)?;
    let id = naming::track(context, &args.track)?;
    let missing = || {
        let list = context.command("show PIPELINE");
        CliError::Failed(format!("track {id} does not exist: `{list}` lists tracks"))
    };
    store.track(id)?.ok_or_else(missing)?;
    let mut bell = None;
    let mut log: Option<Log> = None;
    let mut shown = None;
    let shape = Shown {
        pattern,
        json: args.json,
        line_bytes: context.config.logs.line_bytes as usize,
    };
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
            if let Some(mut before) = log.take_if(|log| log.bytes.path() != path) {
                before.end(&shape)?;
            }
            let begun = match (log.take(), args.tail.filter(|_| shown.is_none())) {
                (Some(log), _) => log,
                (None, None) => Log::new(Following::new(path), attempt, 1),
                (None, Some(n)) => {
                    let lines = LogLines::new(line_limits(&context.config.logs));
                    let (bytes, first) = lines.last(&path, n).map_err(unreadable)?;
                    Log::new(bytes, attempt, first)
                }
            };
            log.insert(begun).print(&shape)?;
        }
        shown = Some(newest);
        let key = key(newest);
        let over = |mut log: Option<Log>| {
            log.iter_mut().try_for_each(|log| log.end(&shape))?;
            nothing(context, (&store, &spool), (&head, newest))
        };
        if ended || !args.follow {
            return over(log);
        }
        let bell = match &mut bell {
            Some(bell) => bell,
            // What is printed before it listens is looked for once more.
            none => none.insert(match Bell::of(context, key)? {
                Some(bell) => bell,
                None => {
                    say("nobody works on this data directory: nothing more comes before a server does");
                    return over(log);
                }
            }),
        };
        let tail = log.as_ref().map(|log| log.bytes.tail());
        let late: Vec<PathBuf> = [Some(spool.logs(key.pipeline)), tail]
            .into_iter()
            .flatten()
            .collect();
        if !bell.wait(context, key, &late)? {
            say("nobody works on this data directory now: the track goes on at the next start");
            return over(log);
        }
    }
}

fn unreadable(why: io::Error) -> CliError {
    CliError::Failed(format!("the log cannot be read: {why}"))
}

fn pattern(args: &LogsArgs) -> Result<Option<Pattern>, CliError> {
    let (name, pattern) = match (&args.grep, &args.regex) {
        (Some(text), _) => ("grep", Pattern::text(text, args.ignore_case)),
        (None, Some(text)) => ("regex", Pattern::regex(text, args.ignore_case)),
        (None, None) if args.ignore_case => {
            let why = "`--ignore-case` is of what is looked for: write `--grep` or `--regex`, too";
            return Err(CliError::Usage(why.to_owned()));
        }
        (None, None) => return Ok(None),
    };
    let pattern = pattern.map_err(|why| CliError::Usage(format!("`--{name}`: {why}")))?;
    Ok(Some(pattern))
}

/// The log of one attempt, as far as it was printed.
struct Log {
    bytes: Following,
    lines: Lines,
}

impl Log {
    /// Begins at line `first`.
    fn new(bytes: Following, attempt: u32, first: u64) -> Self {
        let lines = Lines::new(attempt, first);
        Self { bytes, lines }
    }

    /// Prints what is new.
    fn print(&mut self, shape: &Shown) -> Result<(), CliError> {
        let mut new = self.bytes.more().map_err(unreadable)?.bytes;
        let mut bytes = vec![0; CHUNK];
        loop {
            let read = new.read(&mut bytes).map_err(unreadable)?;
            match (read, shape.by_lines()) {
                (0, _) => return Ok(()),
                (_, false) => print_bytes(&bytes[..read])?,
                (_, true) => print_bytes(&self.lines.more(shape, &bytes[..read]))?,
            }
        }
    }

    /// Nothing comes after its last line, which may have no end.
    fn end(&mut self, shape: &Shown) -> Result<(), CliError> {
        print_bytes(&self.lines.end(shape))
    }
}

/// Says so where there is no log, and why; as a failure where one is missed.
fn nothing(
    context: &Context,
    (store, spool): (&Store, &Spool),
    (head, attempt): (&TrackHead, u32),
) -> Result<u8, CliError> {
    let id = TrackId(head.id);
    let track = format!("track {id} ({})", visible(&head.vertex));
    let why = context.command(&format!("why {id}"));
    if head.attempt == 0 {
        return Err(CliError::Failed(format!(
            "{track} has not run, so there is no log: `{why}` says why"
        )));
    }
    let number = i32::try_from(attempt).unwrap_or(i32::MAX);
    let row = store.attempts_after(id, number.saturating_sub(1), 1)?.pop();
    let Some(row) = row.filter(|row| row.number == number) else {
        return Err(CliError::Failed(format!(
            "{track} has no attempt {attempt}: the last one is {}",
            head.attempt
        )));
    };
    let key = AttemptKey {
        pipeline: PipelineId(head.pipeline_id),
        track: id,
        attempt,
    };
    if row.log_bytes > 0 && !spool.has_log(key) {
        return Err(CliError::Failed(format!(
            "the log of {track}, attempt {attempt}, is not there any more (`{}`): a data directory \
             that was restored has logs if the backup was made with `--logs`",
            spool.log(key).display()
        )));
    }
    if row.log_bytes == 0 && row.finished_at.is_some() {
        say(&format!("{track}, attempt {attempt}, has printed nothing"));
    }
    Ok(OK)
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
