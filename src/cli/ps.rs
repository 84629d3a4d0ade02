//! `trackyard ps`: what runs now, and what waits for what.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::time::Duration;

use clap::Args;
use crossbeam_channel::{after, select};
use serde_json::{Value, json};

use super::context::Context;
use super::error::{CliError, OK};
use super::follow::{Heard, follow};
use super::output::{counted, local_time, print, print_json, say, table, visible};
use super::signals::{exit_code, signals};
use crate::api::wire;
use crate::app::Hold;
use crate::clock;
use crate::engine::{PendingOn, TrackState};
use crate::store::{Store, Waiting};

/// The most predecessors that are read for one table.
const MOST_BEFORE: i64 = 10_000;
/// The most of them that are named for one track.
const MOST_NAMED: usize = 3;
/// How often a table is drawn at most.
const FRAME: Duration = Duration::from_millis(200);
/// Takes the cursor to the beginning of the screen, and what is below it away.
const TOP: &str = "\u{1b}[H\u{1b}[J";

#[derive(Debug, Args)]
pub(super) struct PsArgs {
    /// At most this many tracks
    #[arg(short = 'n', long = "limit", value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// Show it again whenever something has changed, until Ctrl-C
    #[arg(short, long, conflicts_with = "json")]
    watch: bool,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

/// A track that has not ended.
struct Row {
    of: Waiting,
    since: Option<i64>,
    waits_on: Vec<String>,
}

/// All that is shown.
struct Seen {
    rows: Vec<Row>,
    /// How many more tracks there are.
    more: usize,
}

/// Shows what runs and what waits.
pub(super) fn ps(context: &Context, args: &PsArgs) -> Result<u8, CliError> {
    let store = context.store()?;
    let holder = Hold::holder(&context.config.data);
    let served = holder.as_ref().is_some_and(|holder| holder.url.is_some());
    if args.watch && served {
        return watch(context, &store, args);
    }
    let seen = read(&store, args.limit)?;
    if args.json {
        let tracks: Vec<Value> = seen.rows.into_iter().map(Row::json).collect();
        let works = holder.is_some();
        print_json(&json!({"tracks": tracks, "more": seen.more, "served": works}))?;
        return Ok(OK);
    }
    print(&seen.text())?;
    if holder.is_none() {
        let serve = context.command("serve");
        say(&format!(
            "nobody works on this data directory: nothing moves before `{serve}`"
        ));
    }
    Ok(OK)
}

fn read(store: &Store, limit: u32) -> Result<Seen, CliError> {
    let all: i64 = store.open_counts()?.iter().map(|(_, count)| count).sum();
    let tracks = store.open_tracks(limit.into())?;
    let at = |state: TrackState| {
        let of = tracks.iter().filter(move |t| t.track.state == state.code());
        of.map(|t| t.track.id).collect::<Vec<i64>>()
    };
    let ids: Vec<i64> = tracks.iter().map(|t| t.track.id).collect();
    let since: BTreeMap<i64, i64> = store.since(&ids)?.into_iter().collect();
    let mut before: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for (waits, _, name) in store.before(&at(TrackState::Waiting), MOST_BEFORE)? {
        before.entry(waits).or_default().push(name);
    }
    let pending = at(TrackState::Pending);
    let ends = pending.iter().min().zip(pending.iter().max());
    let pools = match ends {
        Some((first, last)) => store.pools((*first, *last))?,
        None => Vec::new(),
    };
    let pools: BTreeMap<i64, String> = pools.into_iter().collect();
    let row = |of: Waiting| {
        let id = of.track.id;
        let on = of.track.pending_on.and_then(PendingOn::from_code);
        let due = of
            .track
            .due_at
            .map(|at| format!(" until {}", local_time(at)));
        let pool = pools.get(&id).map(|pool| format!(" of the pool {pool}"));
        let pending = on.map(|on| {
            format!(
                "{on}{}{}",
                pool.unwrap_or_default(),
                due.unwrap_or_default()
            )
        });
        let answer = of.track.state == TrackState::Interrupted.code();
        let answer = answer.then(|| "a person: how did it end?".to_owned());
        Row {
            since: since.get(&id).copied(),
            waits_on: match pending.or(answer) {
                Some(on) => vec![on],
                None => before.remove(&id).unwrap_or_default(),
            },
            of,
        }
    };
    let rows: Vec<Row> = tracks.into_iter().map(row).collect();
    let more = usize::try_from(all).unwrap_or(0).saturating_sub(rows.len());
    Ok(Seen { rows, more })
}

impl Row {
    fn cells(&self) -> Vec<String> {
        let track = &self.of.track;
        let state = TrackState::from_code(track.state).map_or("?", TrackState::word);
        let names = self
            .waits_on
            .iter()
            .take(MOST_NAMED)
            .map(|name| visible(name));
        let mut names: Vec<String> = names.collect();
        match self.waits_on.len().saturating_sub(MOST_NAMED) {
            0 => {}
            more => names.push(format!("{more} more")),
        }
        let since = self
            .since
            .map(|at| clock::format_duration(clock::now() - at));
        vec![
            format!("{} {}", track.pipeline_id, visible(&self.of.pipeline)),
            track.id.to_string(),
            visible(&track.vertex),
            state.to_owned(),
            since.unwrap_or_default(),
            names.join(", "),
        ]
    }

    /// As the inbox of the server has it, and what it waits on.
    fn json(self) -> Value {
        let mut track = json!(wire::Waiting::from(self.of));
        track["since"] = json!(self.since.map(clock::format_utc));
        track["waits_on"] = json!(self.waits_on);
        track
    }
}

impl Seen {
    fn text(&self) -> String {
        let heads = ["PIPELINE", "TRACK", "VERTEX", "STATE", "FOR", "WAITS ON"];
        if self.rows.is_empty() {
            return "nothing runs, and nothing waits".to_owned();
        }
        let rows: Vec<Vec<String>> = self.rows.iter().map(Row::cells).collect();
        let more = match self.more {
            0 => String::new(),
            more => format!("and {} more: -n shows more\n", counted(more, "track")),
        };
        format!("{}{more}", table(&heads, &rows))
    }
}

/// Shows it again at each change.
fn watch(context: &Context, store: &Store, args: &PsArgs) -> Result<u8, CliError> {
    let signals = signals()?;
    let heard = follow(context, "/stream".to_owned())?;
    let screen = std::io::stdout().is_terminal();
    loop {
        // What is heard from here on is in none of the rows that are read now, or in them too.
        let text = read(store, args.limit)?.text();
        match screen {
            true => print(&format!("{TOP}{text}"))?,
            false => print(&format!("{text}\n"))?,
        }
        let mut first = true;
        loop {
            let told = select! {
                recv(signals) -> signal => return Ok(exit_code(signal.unwrap_or_default())),
                recv(heard) -> told => told,
            };
            match told {
                Ok(Heard::Refused(why)) => return Err(why),
                Ok(Heard::Gone(why)) => {
                    if std::mem::take(&mut first) {
                        say(&why)
                    }
                }
                Ok(Heard::Open | Heard::Event(_) | Heard::Over) => break,
                Err(_) => return Err(CliError::Failed("the server is not followed".to_owned())),
            }
        }
        // What comes within a moment is shown at once.
        let moment = after(FRAME);
        loop {
            select! {
                recv(signals) -> signal => return Ok(exit_code(signal.unwrap_or_default())),
                recv(heard) -> told => if told.is_err() { break },
                recv(moment) -> _ => break,
            }
        }
    }
}
