//! `trackyard start` and `trackyard link`: what only a running server can do.

use serde_json::{Value, json};

use super::args::StartArgs;
use super::context::Context;
use super::error::{CliError, OK};
use super::output::{print, say};
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
    let path = format!("/graphs/{graph}/pipelines");
    let started = server.post(
        &path,
        "application/json",
        args.key.as_deref(),
        &body.to_string(),
    )?;
    told(context, &server, &started, args.wait)
}

/// Says what was started, and how it ended if that is to be waited for.
pub(super) fn told(
    context: &Context,
    server: &Remote,
    started: &Value,
    wait: bool,
) -> Result<u8, CliError> {
    let id = started["id"].as_i64().unwrap_or_default();
    print(&format!(
        "pipeline {id} has started: {}/pipelines/{id}",
        server.url
    ))?;
    if !wait {
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
fn graph(context: &Context, given: &str) -> Result<i64, CliError> {
    let versions = context.store()?.versions(given, i32::MAX, 1)?;
    let named = versions.first().map(|graph| graph.id);
    named.or_else(|| given.parse().ok()).ok_or_else(|| {
        let list = context.command("ls --graphs");
        CliError::Failed(format!(
            "there is no graph called `{given}`: `{list}` lists them"
        ))
    })
}

/// Prints a link that signs a browser in.
pub(super) fn link(context: &Context) -> Result<u8, CliError> {
    let server = Remote::needed(context)?;
    let link = server.post("/sign-in-links", "application/json", None, "")?;
    print(&format!(
        "{}{}",
        server.url,
        link["path"].as_str().unwrap_or_default()
    ))?;
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
