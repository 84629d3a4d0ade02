//! `trackyard start` and `trackyard link`: what only a running server can do.

use clap::Args;
use serde_json::{Value, json};

use super::args::StartArgs;
use super::context::Context;
use super::error::{CliError, OK};
use super::output::{counted, print, print_json, say, visible};
use super::params::texts;
use super::remote::Remote;
use super::report::Report;
use crate::engine::PipelineId;

/// Starts a graph on the running server.
pub(super) fn start(context: &Context, args: StartArgs) -> Result<u8, CliError> {
    let server = Remote::needed(context)?;
    let graph = graph(context, &args.graph)?;
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
    if how.json {
        print_json(started)?;
        return Ok(OK);
    }
    if how.dry_run {
        print(&foretold(started))?;
        return Ok(OK);
    }
    let id = started["id"].as_i64().unwrap_or_default();
    print(&format!(
        "pipeline {id} has started: {}/pipelines/{id}",
        server.url
    ))?;
    if !how.wait {
        return Ok(OK);
    }
    loop {
        let pipeline = server.get(&format!("/pipelines/{id}?wait=60s"));
        let pipeline = pipeline.inspect_err(|_| {
            say(&format!(
                "pipeline {id} is kept whatever happens; its end cannot be waited for:"
            ));
        })?;
        if !pipeline["finished_at"].is_null() {
            break;
        }
        if waits_for_people(&pipeline) {
            say(&format!(
                "pipeline {id} waits for a person: see {}/pipelines/{id}",
                server.url
            ));
            break;
        }
    }
    let store = context.store()?;
    Report::read(&store, PipelineId(id))?.end(&store, false)
}

/// The number of a graph that is given by its name or its number; a name comes first.
pub(super) fn graph(context: &Context, given: &str) -> Result<i64, CliError> {
    let versions = context.store()?.versions(given, i32::MAX, 1)?;
    let named = versions.first().map(|graph| graph.id);
    named.or_else(|| given.parse().ok()).ok_or_else(|| {
        let list = context.command("ls --graphs");
        CliError::Failed(format!(
            "there is no graph called `{given}`: `{list}` lists them"
        ))
    })
}

#[derive(Debug, Args)]
pub(super) struct LinkArgs {
    /// Print one JSON object instead of the link alone
    #[arg(long)]
    pub(super) json: bool,
}

/// Prints a link that signs a browser in.
pub(super) fn link(context: &Context, args: &LinkArgs) -> Result<u8, CliError> {
    let server = Remote::needed(context)?;
    let link = server.post("/sign-in-links", "application/json", None, "")?;
    let path = link["path"].as_str().unwrap_or_default();
    let link = format!("{}{path}", server.url);
    match args.json {
        true => print_json(&json!({"link": link}))?,
        false => print(&link)?,
    }
    Ok(OK)
}

/// Whether nothing of a pipeline can go on without a value or an answer.
fn waits_for_people(pipeline: &Value) -> bool {
    let tracks = || pipeline["tracks"].as_array().into_iter().flatten();
    let moves = |t: &Value| {
        let still = t["pending_on"] == "input" || t["pending_on"] == "failure";
        t["state"] == "RUNNING" || (t["state"] == "PENDING" && !still)
    };
    !tracks().any(moves)
        && tracks().any(|t| t["state"] == "INTERRUPTED" || t["pending_on"] == "input")
}
