//! `trackyard archive`, `unarchive` and `clone`: the server does it.

use clap::Args;
use serde_json::json;

use crate::cli::context::Context;
use crate::cli::doing::Doing;
use crate::cli::error::{CliError, OK};
use crate::cli::import::saved_line;
use crate::cli::naming;
use crate::cli::output::{counted, print, print_json, visible};
use crate::cli::remote::Remote;

#[derive(Debug, Args)]
pub(in crate::cli) struct ShelveArgs {
    #[arg(value_name = "GRAPH", help = naming::GRAPH)]
    graph: String,
    #[command(flatten)]
    doing: Doing,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct CloneArgs {
    #[arg(value_name = "GRAPH", help = naming::GRAPH)]
    graph: String,
    /// What the new one is called; no graph may have the name
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    doing: Doing,
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
    let path = args.doing.at(&format!("/graphs/{}/{word}", graph.id));
    let answer = server.post(&path, "application/json", None, "")?;
    if args.doing.json {
        print_json(&answer)?;
        return Ok(OK);
    }
    let name = visible(&graph.name);
    let same = graph.archived == matches!(to, Shelf::Archive);
    if args.doing.dry_run && same {
        let not = if graph.archived { "" } else { "not " };
        return print(&format!(
            "`{name}` is {not}archived: nothing would change. Nothing was done."
        ))
        .map(|()| OK);
    }
    let versions = answer["versions"].as_u64().unwrap_or_default();
    let versions = counted(usize::try_from(versions).unwrap_or(usize::MAX), "version");
    let done = match (to, args.doing.dry_run) {
        (Shelf::Archive, _) => "archived",
        (Shelf::Unarchive, false) => "not archived",
        (Shelf::Unarchive, true) => "taken out of the archive",
    };
    let done = format!("{done} ({versions})");
    print(&args.doing.told(&format!("`{name}`"), &done))?;
    Ok(OK)
}

/// Saves a graph under another name.
pub(super) fn clone(context: &Context, args: &CloneArgs) -> Result<u8, CliError> {
    let server = Remote::needed(context)?;
    let graph = naming::graph(context, &context.store()?, &args.graph, None)?;
    let path = args.doing.at(&format!("/graphs/{}/clone", graph.id));
    let body = json!({"name": args.name}).to_string();
    let saved = server.post(&path, "application/json", None, &body)?;
    match args.doing.json {
        true => print_json(&saved)?,
        false => print(&saved_line(&saved))?,
    }
    Ok(OK)
}
