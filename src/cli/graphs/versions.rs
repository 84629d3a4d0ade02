//! `trackyard versions GRAPH`: read from the database; one is restored by the server.

use clap::Args;
use serde_json::json;

use crate::api::wire;
use crate::cli::context::Context;
use crate::cli::doing::Doing;
use crate::cli::error::{CliError, OK};
use crate::cli::history::graph_row;
use crate::cli::import::saved_line;
use crate::cli::naming;
use crate::cli::output::{print, print_json, table};
use crate::cli::remote::Remote;

#[derive(Debug, Args)]
pub(in crate::cli) struct VersionsArgs {
    #[arg(value_name = "GRAPH", help = naming::GRAPH)]
    graph: String,
    /// Save this version as the newest again (it needs the server)
    #[arg(long, value_name = "VERSION")]
    restore: Option<i32>,
    /// Do not restore it; say what would become of it
    #[arg(long, requires = "restore")]
    dry_run: bool,
    /// At most this many, the newest first
    #[arg(short = 'n', long = "limit", value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// Lists versions, or restores one.
pub(super) fn versions(context: &Context, args: &VersionsArgs) -> Result<u8, CliError> {
    let store = context.store()?;
    let head = naming::graph(context, &store, &args.graph, None)?;
    if let Some(version) = args.restore {
        let server = Remote::needed(context)?;
        let old = naming::graph(context, &store, &head.name, Some(version))?;
        let (dry_run, json) = (args.dry_run, args.json);
        let path = Doing { dry_run, json }.at(&format!("/graphs/{}/restore", old.id));
        let saved = server.post(&path, "application/json", None, "")?;
        match args.json {
            true => print_json(&saved)?,
            false => print(&saved_line(&saved))?,
        }
        return Ok(OK);
    }
    let found = store.versions(&head.name, i32::MAX, args.limit.into())?;
    if args.json {
        let ids: Vec<i64> = found.iter().map(|head| head.id).collect();
        let mut tags = store.tags(&ids)?;
        let one = |head| wire::Graph::of(head, tags.remove(&head.id).unwrap_or_default());
        let graphs: Vec<_> = found.iter().map(one).collect();
        print_json(&json!({"graphs": graphs}))?;
    } else {
        let rows: Vec<_> = found.iter().map(graph_row).collect();
        let heads = ["GRAPH", "NAME", "VERSION", "VERTICES", "STATE", "CHANGED"];
        print(&table(&heads, &rows))?;
    }
    Ok(OK)
}
