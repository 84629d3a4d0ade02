//! `trackyard diff A B`: what is different between two definitions, as files or as saved.

use std::sync::Arc;

use clap::Args;
use serde_json::{Value, json};

use super::context::Context;
use super::error::{CliError, FAILED, OK, USAGE};
use super::meant::{is_file, meant, saved};
use super::output::{print, print_json, visible};
use crate::api::wire;
use crate::desk::compare;
use crate::graph::{Diff, FieldChange, Graph};

#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// What was: a file (`-` is standard input), else NAME@VERSION, NAME (its newest version) or the
    /// number of a graph
    #[arg(value_name = "A")]
    a: String,
    /// What is, written in the same way [default: the graph that is saved under the name in the file A]
    #[arg(value_name = "B")]
    b: Option<String>,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// Says what is different. As for diff(1): 0 nothing, 1 something, 2 it cannot be said.
pub(super) fn diff(context: &Context, args: &DiffArgs) -> Result<u8, CliError> {
    let told = || -> Result<u8, CliError> {
        let first = read(context, &args.a)?;
        let (names, diff) = match &args.b {
            Some(b) => ([&args.a, b], compare(&first, &read(context, b)?)),
            // What is saved comes before the file that may be saved next.
            None => {
                let (_, saved) = saved(context, &first.name)?;
                ([&first.name, &args.a], compare(&saved, &first))
            }
        };
        let same = diff == Diff::default();
        if args.json {
            let mut told = json!(wire::GraphDiff::of(0, 0, diff));
            [told["from"], told["to"]] = names.map(|name| Value::from(name.as_str()));
            print_json(&told)?;
        } else if !same {
            print(&text(names, &diff))?;
        }
        Ok(if same { OK } else { FAILED })
    };
    told().map_err(|why| match why {
        CliError::Failed(text) => CliError::Usage(text),
        CliError::Told(_) => CliError::Told(USAGE),
        other => other,
    })
}

/// A file has no errors; what is saved may have some.
fn read(context: &Context, name: &str) -> Result<Graph, CliError> {
    match is_file(name) {
        true => meant(context, name),
        false => Ok(Arc::unwrap_or_clone(saved(context, name)?.1)),
    }
}

fn text([a, b]: [&String; 2], diff: &Diff) -> String {
    let mut out = format!("--- {}\n+++ {}\n", visible(a), visible(b));
    let fields = |changes: &[FieldChange], indent: &str| {
        let side =
            |value: &Option<Value>| value.as_ref().map_or("unset".to_owned(), Value::to_string);
        let line = |change: &FieldChange| {
            let (was, is) = (side(&change.before), side(&change.after));
            visible(&format!("{indent}{}: {was} -> {is}", change.field)) + "\n"
        };
        changes.iter().map(line).collect::<String>()
    };
    out.push_str(&fields(&diff.settings, ""));
    let edge = |mark: char, (tail, head): &(String, String)| {
        format!("{mark}edge {} -> {}\n", visible(tail), visible(head))
    };
    for (mark, names, edges) in [
        ('-', &diff.removed, &diff.edges_removed),
        ('+', &diff.added, &diff.edges_added),
    ] {
        out.extend(
            names
                .iter()
                .map(|name| format!("{mark}vertex {}\n", visible(name))),
        );
        out.extend(edges.iter().map(|pair| edge(mark, pair)));
    }
    for change in &diff.changed {
        out.push_str(&format!("vertex {}\n", visible(&change.name)));
        out.push_str(&fields(&change.fields, "  "));
        let script = change.script.iter().flat_map(|script| script.lines());
        out.extend(script.map(|line| format!("  {}\n", visible(line))));
    }
    out
}
