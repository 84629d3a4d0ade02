//! `trackyard start` and `trackyard link`: what only a running server can do.

use clap::Args;
use serde_json::{Value, json};

use super::context::Context;
use super::error::{CliError, OK};
use super::naming;
use super::output::{counted, print, print_json, say, visible};
use super::params::{ParamArgs, texts};
use super::remote::Remote;
use super::wait::{Wait, until_ended};
use crate::engine::PipelineId;

#[derive(Debug, Args)]
pub(super) struct StartArgs {
    /// The name of a graph (its newest version is meant), NAME@VERSION, or its number
    #[arg(value_name = "GRAPH")]
    pub(super) graph: String,
    #[command(flatten)]
    pub(super) params: ParamArgs,
    /// Wait until the pipeline has ended
    #[arg(long)]
    pub(super) wait: bool,
    /// What to call the pipeline [default: the graph's name]
    #[arg(long, value_name = "NAME")]
    pub(super) name: Option<String>,
    /// Of two pipelines with something ready, the one with the higher number comes first
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        allow_negative_numbers = true
    )]
    pub(super) priority: i32,
    /// A second start with the same key is the first one
    #[arg(long, value_name = "KEY")]
    pub(super) key: Option<String>,
    /// Let tracks wait for required values that are not given here
    #[arg(long)]
    pub(super) ask_later: bool,
    /// Do nothing; say what would be started
    #[arg(long, conflicts_with = "wait")]
    pub(super) dry_run: bool,
    /// Print the server's answer as JSON, or with --wait what became of the pipeline
    #[arg(long)]
    pub(super) json: bool,
}

/// Starts a graph on the running server.
pub(super) fn start(context: &Context, args: StartArgs) -> Result<u8, CliError> {
    let server = Remote::needed(context)?;
    let graph = naming::graph(context, &context.store()?, &args.graph, None)?.id;
    let body = json!({
        "name": args.name.unwrap_or_default(),
        "input": texts(args.params.values(&context.config)?),
        "ask_later": args.ask_later,
        "priority": args.priority,
    });
    let query = if args.dry_run { "?dry_run=true" } else { "" };
    let path = format!("/graphs/{graph}/pipelines{query}");
    let started = server.post(
        &path,
        "application/json",
        args.key.as_deref(),
        &body.to_string(),
    )?;
    let told = Told {
        dry_run: args.dry_run,
        json: args.json,
        wait: args.wait,
    };
    self::told(context, &server, &started, told)
}

/// How the answer to a start is told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told {
    /// Nothing was started.
    pub(super) dry_run: bool,
    /// As it came.
    pub(super) json: bool,
    /// Not before the pipeline has ended.
    pub(super) wait: bool,
}

/// `g v1 would start with 3 tracks. Nothing was done.`
fn foretold(answer: &Value) -> String {
    let word = |value: &Value| visible(value.as_str().unwrap_or_default());
    let list = |key: &str, one: &dyn Fn(&Value) -> String| {
        let all = answer[key].as_array().into_iter().flatten();
        all.map(one).collect::<Vec<_>>().join(", ")
    };
    let waits = match list("waits_for_input", &word) {
        none if none.is_empty() => none,
        waits => format!(", of which would wait for values: {waits}"),
    };
    let stops = match list("stops", &|id| format!("#{id}")) {
        none if none.is_empty() => none,
        stops => format!(" and would stop {stops}"),
    };
    let queued = match answer["queued"].as_bool() {
        Some(true) => ", and would wait until fewer pipelines of its graph run",
        Some(false) | None => "",
    };
    let tracks = answer["track_count"].as_u64().unwrap_or_default() as usize;
    format!(
        "{} v{} would start with {}{waits}{stops}{queued}. Nothing was done.",
        word(&answer["graph"]),
        answer["version"],
        counted(tracks, "track"),
    )
}

/// Says what was started, or would be, and how it ended if that is to be waited for.
pub(super) fn told(
    context: &Context,
    server: &Remote,
    started: &Value,
    how: Told,
) -> Result<u8, CliError> {
    if how.json && !how.wait {
        print_json(started)?;
        return Ok(OK);
    }
    if how.dry_run {
        print(&foretold(started))?;
        return Ok(OK);
    }
    let id = started["id"].as_i64().unwrap_or_default();
    let line = format!("pipeline {id} has started: {}/pipelines/{id}", server.url);
    match how.json {
        true => say(&line),
        false => print(&line)?,
    }
    if !how.wait {
        return Ok(OK);
    }
    let what = Wait {
        pipelines: vec![PipelineId(id)],
        ..Wait::default()
    };
    until_ended(context, &what, how.json)
}

/// Prints a link that signs a browser in.
pub(super) fn link(context: &Context, json: bool) -> Result<u8, CliError> {
    let server = Remote::needed(context)?;
    let link = server.post("/sign-in-links", "application/json", None, "")?;
    let path = link["path"].as_str().unwrap_or_default();
    let url = format!("{}{path}", server.url);
    match json {
        true => print_json(&json!({"path": path, "url": url}))?,
        false => print(&url)?,
    }
    Ok(OK)
}
