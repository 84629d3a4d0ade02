//! `trackyard gc`: old pipelines are deleted by the server, a page of them at a time. Which ones stay
//! is read from the database: of each graph one number, below which all may go.

use clap::Args;
use serde_json::{Value, json};

use super::rules::{ByRules, collect};
use crate::api::wire;
use crate::cli::context::Context;
use crate::cli::error::{CliError, FAILED, OK};
use crate::cli::naming;
use crate::cli::output::{counted, print, say, size, visible};
use crate::cli::remote::Remote;
use crate::clock;
use crate::engine::PipelineId;
use crate::graph::{Millis, quote};
use crate::store::Store;

/// Pipelines that the server is asked to delete at once.
const PAGE: i64 = 200;
/// Versions of a graph that are read at once.
const VERSIONS: i64 = 100;

#[derive(Debug, Args)]
pub(in crate::cli) struct GcArgs {
    /// Those that ended longer ago than this, e.g. `90d`
    #[arg(long, value_name = "DURATION", value_parser = length)]
    older_than: Option<Millis>,
    /// Keep the newest N of each graph
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    keep_last: Option<u32>,
    /// Only those of this graph, all its versions
    #[arg(long, value_name = "NAME")]
    graph: Option<String>,
    /// Delete nothing; list what would be deleted
    #[arg(long)]
    dry_run: bool,
    /// Print a JSON object for each pipeline (by the rules for each graph), one a line, and one with the sums at the end
    #[arg(long)]
    json: bool,
}

fn length(text: &str) -> Result<Millis, String> {
    Millis::parse(text)
        .ok_or_else(|| "write a time such as `12h` or `90d`, ten years at most".to_owned())
}

/// What became of all of them.
#[derive(Default)]
struct Sums {
    done: usize,
    refused: usize,
    /// Of a dry run.
    log_bytes: i64,
}

/// Deletes old pipelines.
pub(super) fn gc(context: &Context, args: &GcArgs) -> Result<u8, CliError> {
    let server = Remote::needed(context)?;
    let store = context.store()?;
    if args.older_than.is_none() && args.keep_last.is_none() {
        let graph = args.graph.as_deref();
        graph.map(|name| whole(context, &store, name)).transpose()?;
        let how = ByRules {
            graph,
            dry: args.dry_run,
            json: args.json,
        };
        return Ok(if collect(&server, how)? { OK } else { FAILED });
    }
    let mut collect = Collect {
        args,
        server,
        store: &store,
        until: args.older_than.map(|age| {
            let age = i64::try_from(age.0).unwrap_or(i64::MAX);
            clock::now().saturating_sub(age).to_string()
        }),
        sums: Sums::default(),
    };
    // What was done is told in any case.
    let ended = collect.all(context);
    collect.sum_up()?;
    ended?;
    Ok(match collect.sums.refused {
        0 => OK,
        _ => FAILED,
    })
}

/// A graph that is named as a whole, not one of its versions.
fn whole(context: &Context, store: &Store, name: &str) -> Result<(), CliError> {
    let graph = naming::graph(context, store, name, None)?;
    if graph.name == name {
        return Ok(());
    }
    Err(CliError::Usage(format!(
        "`--graph` takes all versions of a graph: write its name, {}",
        quote(&graph.name)
    )))
}

struct Collect<'a> {
    args: &'a GcArgs,
    server: Remote,
    store: &'a Store,
    /// Only those are meant that ended before then, in milliseconds since 1970.
    until: Option<String>,
    sums: Sums,
}

impl Collect<'_> {
    fn all(&mut self, context: &Context) -> Result<(), CliError> {
        if let Some(name) = &self.args.graph {
            whole(context, self.store, name)?;
            return self.graph(name);
        }
        if self.args.keep_last.is_none() {
            return self.pages(None, None);
        }
        let mut after = None;
        while let Some(name) = self.store.graph_with_pipelines(after.as_deref())? {
            self.graph(&name)?;
            after = Some(name);
        }
        Ok(())
    }

    /// Those of one graph, but for the newest.
    fn graph(&mut self, name: &str) -> Result<(), CliError> {
        let stays = match self.args.keep_last {
            None => None,
            Some(keep) => match self.store.newest(Some(name), keep - 1)? {
                // There are not so many.
                None => return Ok(()),
                oldest => oldest,
            },
        };
        if name.parse::<i64>().is_err() {
            return self.pages(Some(name), stays);
        }
        // The server takes digits for the number of one version.
        let mut below = i32::MAX;
        loop {
            let versions = self.store.versions(name, below, VERSIONS)?;
            let Some(last) = versions.last() else {
                return Ok(());
            };
            below = last.version;
            for version in &versions {
                self.pages(Some(&version.id.to_string()), stays)?;
            }
        }
    }

    /// Page after page; `stays`: this one and those after it are not meant.
    fn pages(&mut self, graph: Option<&str>, stays: Option<PipelineId>) -> Result<(), CliError> {
        let dry = self.args.dry_run;
        let query = if dry { "?dry_run=true" } else { "" };
        let path = format!("/pipelines/actions/delete{query}");
        let mut body = json!({
            "filter": {"live": false, "graph": graph, "ended_before": self.until},
            "limit": PAGE,
            "cursor": stays.map(|id| wire::older_than(id.0)),
            "why": self.why(),
        });
        loop {
            let text = body.to_string();
            let mut answer = self.server.post(&path, "application/json", None, &text)?;
            for line in answer["pipelines"].as_array_mut().into_iter().flatten() {
                self.line(line)?;
            }
            match answer["next"].take() {
                Value::Null => return Ok(()),
                next => body["cursor"] = next,
            }
        }
    }

    /// For the journal.
    fn why(&self) -> String {
        let age = self.args.older_than;
        let age = age.map(|age| format!(" --older-than {age}"));
        let keep = self.args.keep_last;
        let keep = keep.map(|keep| format!(" --keep-last {keep}"));
        format!("gc{}{}", age.unwrap_or_default(), keep.unwrap_or_default())
    }

    /// What became of one.
    fn line(&mut self, line: &mut Value) -> Result<(), CliError> {
        let word = |value: &Value| visible(value.as_str().unwrap_or_default());
        let id = line["id"].as_i64().unwrap_or_default();
        if line["outcome"] == "refused" {
            self.sums.refused += 1;
            let why = word(&line["detail"]);
            say(&format!("trackyard: pipeline {id} is not deleted: {why}"));
        } else {
            self.sums.done += 1;
            if self.args.dry_run {
                let bytes = self.store.extent(PipelineId(id))?.log_bytes;
                self.sums.log_bytes += bytes;
                line["log_bytes"] = json!(bytes);
                if !self.args.json {
                    let (name, state) = (word(&line["name"]), word(&line["from"]));
                    let logs = size(bytes.unsigned_abs());
                    print(&format!(
                        "pipeline {id} ({name}, {state}) would be deleted: {logs} of logs"
                    ))?;
                }
            }
        }
        match self.args.json {
            true => print(&line.to_string()),
            false => Ok(()),
        }
    }

    fn sum_up(&self) -> Result<(), CliError> {
        let (sums, dry) = (&self.sums, self.args.dry_run);
        if self.args.json {
            let bytes = dry.then_some(sums.log_bytes);
            let all = json!({"dry_run": dry, "deleted": if dry { 0 } else { sums.done },
                "would": if dry { sums.done } else { 0 }, "refused": sums.refused, "log_bytes": bytes});
            return print(&all.to_string());
        }
        let done = counted(sums.done, "pipeline");
        let refused = match sums.refused {
            0 => String::new(),
            refused => format!(", {refused} refused"),
        };
        print(&match dry {
            false => format!("{done} deleted{refused}"),
            true => format!(
                "{done} would be deleted, with {} of logs{refused}. Nothing was done.",
                size(sums.log_bytes.unsigned_abs())
            ),
        })
    }
}
