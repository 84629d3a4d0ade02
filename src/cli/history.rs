//! `trackyard ls` and `trackyard show`: what the database has, with or without a server.

use clap::Args;
use serde_json::json;

use super::context::Context;
use super::error::{CliError, OK};
use super::filter::FilterArgs;
use super::many::FILTER;
use super::naming;
use super::output::{cut, local_time, print, print_json, say_more, table, visible};
use super::report::Report;
use crate::api::wire;
use crate::clock;
use crate::engine::{PipelineState, TrackState};
use crate::store::{Archived, GraphFilter, GraphHead, Listed, PipelineHead, Waiting};

#[derive(Debug, Args)]
pub(super) struct LsArgs {
    /// List graphs instead of pipelines
    #[arg(long, conflicts_with_all = FILTER)]
    pub(super) graphs: bool,
    /// List the tracks that wait for a person instead: for a value, or for an answer
    #[arg(long, conflicts_with = "graphs", conflicts_with_all = FILTER)]
    pub(super) inbox: bool,
    /// List archived graphs
    #[arg(long, requires = "graphs")]
    pub(super) archived: bool,
    #[command(flatten)]
    pub(super) filter: FilterArgs,
    /// At most this many
    #[arg(short = 'n', long = "limit", value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) limit: u32,
    /// Print one JSON object instead of a table
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    #[arg(value_name = "PIPELINE", help = naming::PIPELINE)]
    pub(super) pipeline: String,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub(super) json: bool,
}

/// Lists the newest pipelines, or all graphs.
pub(super) fn ls(context: &Context, args: &LsArgs) -> Result<u8, CliError> {
    let store = context.store()?;
    let limit = i64::from(args.limit);
    if args.graphs {
        let archived = match args.archived {
            true => Archived::Only,
            false => Archived::No,
        };
        let filter = GraphFilter {
            archived,
            ..GraphFilter::default()
        };
        let mut graphs = store.graphs(&filter, limit + 1)?;
        let more = cut(&mut graphs, args.limit);
        if args.json {
            let last = graphs.last().filter(|_| more);
            let next = last.map(|last| wire::graphs_after(&last.head.name));
            let graphs = graphs.into_iter().map(wire::GraphListed::from);
            print_json(&json!({"graphs": graphs.collect::<Vec<_>>(), "next": next}))?;
        } else {
            let rows: Vec<_> = graphs.iter().map(listed_row).collect();
            let heads = [
                "GRAPH", "NAME", "VERSION", "VERTICES", "STATE", "CHANGED", "LAST",
            ];
            print(&table(&heads, &rows))?;
            if more {
                say_more(rows.len());
            }
        }
        return Ok(OK);
    }
    if args.inbox {
        let waiting = store.inbox(i64::MAX, limit)?;
        if args.json {
            let tracks: Vec<_> = waiting.into_iter().map(wire::Waiting::from).collect();
            print_json(&json!({"tracks": tracks}))?;
        } else {
            let rows: Vec<_> = waiting.iter().map(waiting_row).collect();
            print(&table(
                &["TRACK", "STATE", "VERTEX", "PIPELINE", "GRAPH", "WHY"],
                &rows,
            ))?;
        }
        return Ok(OK);
    }
    let filter = args.filter.filter(context)?;
    let (mut pipelines, mut place) = (Vec::new(), None);
    // A page may be short: only so many pipelines are looked at for one.
    while pipelines.len() < args.limit as usize {
        let left = limit - pipelines.len() as i64;
        let page = store.find_pipelines(&filter, place, left)?;
        pipelines.extend(page.heads);
        place = page.next;
        if place.is_none() {
            break;
        }
    }
    if args.json {
        let one = |p: &PipelineHead| {
            json!({"id": p.id, "state": word(p), "name": p.name, "graph": p.graph, "version": p.version,
                   "created_at": clock::format_utc(p.created_at),
                   "finished_at": p.finished_at.map(clock::format_utc)})
        };
        print_json(&json!({"pipelines": pipelines.iter().map(one).collect::<Vec<_>>()}))?;
    } else {
        let rows: Vec<_> = pipelines.iter().map(pipeline_row).collect();
        print(&table(
            &["PIPELINE", "STATE", "NAME", "GRAPH", "STARTED", "TIME"],
            &rows,
        ))?;
    }
    Ok(OK)
}

/// Shows one pipeline.
pub(super) fn show(context: &Context, args: &ShowArgs) -> Result<u8, CliError> {
    let report = Report::read(
        &context.store()?,
        naming::pipeline(context, &args.pipeline)?,
    )?;
    if args.json {
        print_json(&report.json())?;
    } else {
        print(&report.text())?;
    }
    Ok(OK)
}

fn word(pipeline: &PipelineHead) -> &'static str {
    PipelineState::from_code(pipeline.state).map_or("?", PipelineState::word)
}

fn pipeline_row(p: &PipelineHead) -> Vec<String> {
    let end = p.finished_at.unwrap_or_else(clock::now);
    vec![
        p.id.to_string(),
        word(p).to_owned(),
        visible(&p.name),
        format!("{} v{}", visible(&p.graph), p.version),
        local_time(p.created_at),
        clock::format_duration(end - p.created_at),
    ]
}

fn waiting_row(w: &Waiting) -> Vec<String> {
    let state = TrackState::from_code(w.track.state).map_or("?", TrackState::word);
    let why = match w.track.pending_on {
        Some(_) => "a required value is missing",
        None => &w.track.detail,
    };
    vec![
        w.track.id.to_string(),
        state.to_owned(),
        visible(&w.track.vertex),
        format!("{} {}", w.track.pipeline_id, visible(&w.pipeline)),
        visible(&w.graph),
        visible(why),
    ]
}

/// The same with the newest pipeline.
fn listed_row(listed: &Listed) -> Vec<String> {
    let last = listed.last.map(|last| {
        let state = PipelineState::from_code(last.state).map_or("?", PipelineState::word);
        format!("{state} ({})", last.pipeline)
    });
    let mut row = graph_row(&listed.head);
    row.push(last.unwrap_or_default());
    row
}

/// A version of a graph.
pub(super) fn graph_row(g: &GraphHead) -> Vec<String> {
    let state = match (g.checked, g.sealed) {
        (false, _) => "has problems",
        (true, false) => "checked",
        (true, true) => "sealed",
    };
    vec![
        g.id.to_string(),
        visible(&g.name),
        g.version.to_string(),
        g.vertices.to_string(),
        state.to_owned(),
        local_time(g.updated_at),
    ]
}
