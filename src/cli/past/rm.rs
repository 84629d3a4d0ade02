//! `trackyard rm PIPELINE...`: the server deletes them, one after the other.

use std::collections::BTreeSet;

use clap::Args;
use serde_json::{Value, json};

use crate::cli::context::Context;
use crate::cli::error::{CliError, FAILED, OK};
use crate::cli::naming;
use crate::cli::output::{counted, print, print_json, say, size, visible};
use crate::cli::remote::Remote;

/// The most bytes of a reason: it goes into an address, where a byte may take three.
const MOST_WHY: usize = 10_000;

#[derive(Debug, Args)]
pub(in crate::cli) struct RmArgs {
    #[arg(value_name = "PIPELINE", required = true, help = naming::PIPELINE)]
    pipelines: Vec<String>,
    /// Delete nothing; say what would be deleted
    #[arg(long)]
    dry_run: bool,
    /// Why, for the journal
    #[arg(long, value_name = "TEXT", default_value = "")]
    why: String,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// Deletes pipelines.
pub(super) fn rm(context: &Context, args: &RmArgs) -> Result<u8, CliError> {
    let bytes = args.why.len();
    if bytes > MOST_WHY {
        return Err(CliError::Usage(format!(
            "`why`: the reason has {bytes} bytes and the limit is {MOST_WHY}: shorten it"
        )));
    }
    let server = Remote::needed(context)?;
    // All names first: `last` means another one when one is gone.
    let (mut ids, mut seen) = (Vec::new(), BTreeSet::new());
    for name in &args.pipelines {
        let id = naming::pipeline(context, name)?;
        if seen.insert(id.0) {
            ids.push(id.0);
        }
    }
    let mut query = vec![("why", args.why.as_str())];
    if args.dry_run {
        query.push(("dry_run", "true"));
    }
    let (mut removed, mut refused) = (Vec::new(), Vec::new());
    for id in ids {
        match server.remove(&format!("/pipelines/{id}"), &query)? {
            Ok(answer) => {
                if !args.json {
                    print(&line(&answer))?;
                }
                removed.push(answer);
            }
            // The same for each: what was written is wrong.
            Err(why @ CliError::Usage(_)) => return Err(why),
            Err(why) => {
                say(&format!("trackyard: pipeline {id} is not deleted: {why}"));
                refused.push(json!({"id": id, "detail": why.to_string()}));
            }
        }
    }
    let code = if refused.is_empty() { OK } else { FAILED };
    if args.json {
        print_json(&json!({"pipelines": removed, "refused": refused, "dry_run": args.dry_run}))?;
    } else if args.dry_run {
        print("Nothing was done.")?;
    }
    Ok(code)
}

/// `pipeline 7 (nightly, FINISH) is deleted: 3 attempts, 1.5 KiB of logs`
fn line(answer: &Value) -> String {
    let pipeline = &answer["pipeline"];
    let word = |value: &Value| visible(value.as_str().unwrap_or_default());
    let done = match answer["deleted"].as_bool() {
        Some(true) => "is deleted",
        Some(false) | None => "would be deleted",
    };
    let attempts = answer["attempts"].as_u64().unwrap_or_default();
    let repeats = answer["repeated_by"].as_array().into_iter().flatten();
    let repeats: Vec<String> = repeats.map(Value::to_string).collect();
    let stay = match repeats.as_slice() {
        [] => String::new(),
        [one] => format!("; pipeline {one} repeats it and stays"),
        many => format!("; pipelines {} repeat it and stay", many.join(", ")),
    };
    format!(
        "pipeline {} ({}, {}) {done}: {}, {} of logs{stay}",
        pipeline["id"],
        word(&pipeline["name"]),
        word(&pipeline["state"]),
        counted(usize::try_from(attempts).unwrap_or(usize::MAX), "attempt"),
        size(answer["log_bytes"].as_u64().unwrap_or_default()),
    )
}
