//! `trackyard timeline PIPELINE`: when each attempt waited and ran, as bars. Reads the database.

use clap::Args;
use serde_json::json;

use super::bars::bar;
use super::context::Context;
use super::error::{CliError, OK};
use super::naming;
use super::output::{print, print_json, table, visible};
use crate::api::wire;
use crate::clock::{self, format_duration};
use crate::desk::{Span, Timeline};
use crate::engine::{PipelineState, Reason, TrackState};
use crate::store::{Lane, PipelineHead};

#[derive(Debug, Args)]
pub(super) struct TimelineArgs {
    #[arg(value_name = "PIPELINE", help = naming::PIPELINE)]
    pipeline: String,
    /// Print one JSON object instead of bars
    #[arg(long)]
    json: bool,
}

/// Shows a pipeline in time.
pub(super) fn timeline(context: &Context, args: &TimelineArgs) -> Result<u8, CliError> {
    let id = naming::pipeline(context, &args.pipeline)?;
    let store = context.store()?;
    let head = store.pipeline(id)?.ok_or_else(|| {
        let list = context.command("ls");
        CliError::Failed(format!("pipeline {id} does not exist: `{list}` lists them"))
    })?;
    let seen = Timeline::read(&store, &head, clock::now())?;
    match args.json {
        true => print_json(&json!(wire::Timeline::from(seen)))?,
        false => print(&text(&head, &seen))?,
    }
    Ok(OK)
}

fn text(head: &PipelineHead, seen: &Timeline) -> String {
    let since = |at: i64| u64::try_from(at - seen.from).unwrap_or_default();
    let whole = since(seen.until);
    let row = |lane: &Lane, span: Option<&Span>| {
        let state = TrackState::from_code(lane.state).map_or("?", TrackState::word);
        let last = match seen.critical.contains(&lane.track) {
            true => " *",
            false => "",
        };
        let vertex = visible(&lane.vertex);
        let Some(span) = span else {
            let none = String::new;
            return vec![
                none(),
                none(),
                format!("{vertex}{last}"),
                state.to_owned(),
                none(),
            ];
        };
        let again = match span.number {
            1 => String::new(),
            n => format!(" ({n})"),
        };
        let end = span.finished_at.unwrap_or(seen.until);
        let reason = span.reason.and_then(Reason::from_code);
        let ended = match (span.finished_at, reason) {
            (None, _) => "runs",
            (Some(_), None) => "succeeded",
            (Some(_), Some(reason)) => reason.word(),
        };
        vec![
            format_duration(span.ordered_at - seen.from),
            format_duration(end - span.ordered_at),
            format!("{vertex}{again}{last}"),
            ended.to_owned(),
            bar(
                since(span.queued_at),
                since(span.ordered_at),
                since(end),
                whole,
            ),
        ]
    };
    let rows: Vec<Vec<String>> = seen
        .tracks
        .iter()
        .flat_map(|(lane, spans)| {
            let none = spans.is_empty().then(|| row(lane, None));
            none.into_iter()
                .chain(spans.iter().map(|span| row(lane, Some(span))))
        })
        .collect();
    let state = PipelineState::from_code(head.state).map_or("?", PipelineState::word);
    format!(
        "pipeline {} ({}): {state} after {}\n\n{}\n· waits, █ runs, * is of the chain that determined the end; \
         at most {} ran at once, for {} together\n",
        head.id,
        visible(&head.name),
        format_duration(seen.until - seen.from),
        table(&["AT", "TAKES", "VERTEX", "ENDED", ""], &rows),
        seen.peak,
        format_duration(seen.busy_ms),
    )
}
