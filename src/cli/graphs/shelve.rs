//! `trackyard archive`, `unarchive` and `clone`: the server does it.

use clap::Args;
use serde_json::json;

use crate::cli::context::Context;
use crate::cli::error::{CliError, OK};
use crate::cli::import::saved_line;
use crate::cli::naming;
use crate::cli::output::{counted, print, print_json, visible};
use crate::cli::remote::Remote;

#[derive(Debug, Args)]
pub(in crate::cli) struct ShelveArgs {
    #[arg(value_name = "GRAPH", help = naming::GRAPH)]
    graph: String,
    /// Print the server's answer as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct CloneArgs {
    #[arg(value_name = "GRAPH", help = naming::GRAPH)]
    graph: String,
    /// What the new one is called; no graph may have the name
    #[arg(value_name = "NAME")]
    name: String,
    /// Print the server's answer as JSON
    #[arg(long)]
    json: bool,
}

/// Where to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shelf {
    Archive,
    Unarchive,
}

/// Puts all versions of a graph away, or takes them back.
pub(super) fn shelve(context: &Context, args: &ShelveArgs, to: Shelf) -> Result<u8, CliError> {
    let server = Remote::needed(context)?;
    let graph = naming::graph(context, &context.store()?, &args.graph, None)?;
    let word = match to {
        Shelf::Archive => "archive",
        Shelf::Unarchive => "unarchive",
    };
    let path = format!("/graphs/{}/{word}", graph.id);
    let answer = server.post(&path, "application/json", None, "")?;
    if args.json {
        print_json(&answer)?;
        return Ok(OK);
    }
    let name = visible(&graph.name);
    let versions = answer["versions"].as_u64().unwrap_or_default();
    let versions = counted(usize::try_from(versions).unwrap_or(usize::MAX), "version");
    print(&match to {
        Shelf::Archive => format!("`{name}` is archived ({versions})"),
        Shelf::Unarchive => format!("`{name}` is not archived ({versions})"),
    })?;
    Ok(OK)
}

/// Saves a graph under another name.
pub(super) fn clone(context: &Context, args: &CloneArgs) -> Result<u8, CliError> {
    let server = Remote::needed(context)?;
    let graph = naming::graph(context, &context.store()?, &args.graph, None)?;
    let path = format!("/graphs/{}/clone", graph.id);
    let body = json!({"name": args.name}).to_string();
    let saved = server.post(&path, "application/json", None, &body)?;
    match args.json {
        true => print_json(&saved)?,
        false => print(&saved_line(&saved))?,
    }
    Ok(OK)
}
