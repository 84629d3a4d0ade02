//! `trackyard wait PIPELINE...`: until pipelines have ended, told by the server's stream.

use std::collections::BTreeSet;
use std::time::Duration;

use clap::Args;
use crossbeam_channel::{after, never, select};
use serde_json::{Value, json};

use super::context::Context;
use super::drain::{length, shown};
use super::error::{CliError, FAILED, OK};
use super::follow::follow;
use super::naming;
use super::output::{print_json, say};
use super::progress::Progress;
use super::remote::Remote;
use super::report::Report;
use super::signals::{exit_code, signals};
use super::watched::Watched;
use crate::engine::PipelineId;
use crate::store::Store;

#[derive(Debug, Args)]
pub(super) struct WaitArgs {
    #[arg(value_name = "PIPELINE", required = true, help = naming::PIPELINE)]
    pipelines: Vec<String>,
    /// Wait no longer than this, e.g. `10m`; ends with 1 when it has not ended by then
    #[arg(long, value_name = "DURATION", value_parser = length)]
    timeout: Option<Duration>,
    /// Wait for the first of them to end
    #[arg(long)]
    any: bool,
    /// Print one JSON object about the pipelines at the end
    #[arg(long)]
    json: bool,
    /// Say nothing but what failed
    #[arg(long, short)]
    quiet: bool,
}

/// What is waited for, and how.
#[derive(Debug, Clone, Default)]
pub(super) struct Wait {
    /// These, in this order.
    pub(super) pipelines: Vec<PipelineId>,
    /// No longer than this.
    pub(super) within: Option<Duration>,
    /// The first to end is enough.
    pub(super) any: bool,
    /// Nothing is shown meanwhile.
    pub(super) quiet: bool,
}

/// Why nothing is waited for any more.
pub(super) enum Ended {
    /// All have ended that were to.
    Done,
    /// These wait for a person, and nothing else of them moves.
    Stuck(Vec<i64>),
    TooLong(Duration),
    Signal(i32),
}

/// Waits for pipelines.
pub(super) fn wait(context: &Context, args: WaitArgs) -> Result<u8, CliError> {
    let mut pipelines = Vec::new();
    for text in &args.pipelines {
        let id = naming::pipeline(context, text)?;
        // Two names may mean one.
        if !pipelines.contains(&id) {
            pipelines.push(id);
        }
    }
    let what = Wait {
        pipelines,
        within: args.timeout,
        any: args.any,
        quiet: args.quiet,
    };
    until_ended(context, &what, args.json)
}

/// Waits, says how it ended, and gives what the program ends with.
pub(super) fn until_ended(context: &Context, what: &Wait, json: bool) -> Result<u8, CliError> {
    let store = context.store()?;
    let ended = ended(context, &store, what)?;
    let ids: Vec<i64> = what.pipelines.iter().map(|id| id.0).collect();
    let open = store.unended(&ids)?;
    let mut told = what.pipelines.clone();
    match &ended {
        Ended::Done => {
            told.retain(|id| !open.contains(&id.0));
            told.truncate(if what.any { 1 } else { told.len() });
        }
        Ended::Stuck(ids) => {
            for id in ids {
                let inbox = context.command("ls --inbox");
                say(&format!("pipeline {id} waits for a person: `{inbox}`"));
            }
        }
        Ended::TooLong(time) => {
            let open: Vec<String> = open.iter().map(|id| format!("#{id}")).collect();
            say(&format!(
                "not ended after {}: {}",
                shown(*time),
                open.join(", ")
            ));
            told.clear();
        }
        Ended::Signal(_) => {
            say("the waiting has ended; pipelines go on");
            told.clear();
        }
    }
    let mut code = if matches!(ended, Ended::Done) {
        OK
    } else {
        FAILED
    };
    let mut reports: Vec<Value> = Vec::new();
    for id in told {
        let report = Report::read(&store, id)?;
        code = code.max(report.tell(&store, what.pipelines.len() > 1)?);
        reports.push(report.json());
    }
    if json {
        print_json(&json!({"pipelines": reports, "unended": open}))?;
    }
    Ok(match ended {
        Ended::Signal(signal) => exit_code(signal),
        Ended::Done | Ended::Stuck(_) | Ended::TooLong(_) => code,
    })
}

fn ended(context: &Context, store: &Store, what: &Wait) -> Result<Ended, CliError> {
    let mut open: BTreeSet<i64> = BTreeSet::new();
    let mut reports = Vec::new();
    for id in &what.pipelines {
        let report = Report::read(store, *id)?;
        if report.head.finished_at.is_none() {
            open.insert(id.0);
        }
        reports.push(report);
    }
    let wanted = match what.any {
        true => what.pipelines.len().saturating_sub(1),
        false => 0,
    };
    if open.len() <= wanted {
        return Ok(Ended::Done);
    }
    // Without a server nothing will come.
    Remote::needed(context)?;
    let signals = signals()?;
    let path = match what.pipelines.as_slice() {
        [id] => format!("/pipelines/{id}/stream"),
        _ => "/stream".to_owned(),
    };
    let heard = follow(context, path)?;
    let late = what.within.map_or_else(never, after);
    let slots = context.config.slots;
    let progress = Progress::new(store, &reports, slots, what.quiet)?;
    let mut watched = Watched {
        store,
        progress,
        open,
        gone: false,
    };
    loop {
        select! {
            recv(signals) -> signal => return Ok(Ended::Signal(signal.unwrap_or_default())),
            recv(late) -> _ => return Ok(Ended::TooLong(what.within.unwrap_or_default())),
            recv(heard) -> first => match first {
                Ok(first) => if let Some(ended) = watched.hear(first, &heard, wanted)? {
                    return Ok(ended);
                },
                Err(_) => return Err(CliError::Failed("the server is not followed".to_owned())),
            },
        }
    }
}
