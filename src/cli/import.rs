//! `trackyard import FILE`: saves a definition, on the running server or in this process.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::context::Context;
use super::definition::Definition;
use super::error::{CliError, FAILED, OK};
use super::foreign::{self, From};
use super::output::{print, print_json, visible};
use super::remote::Remote;
use super::run::say_problems;
use crate::desk::DefineError;
use crate::graph::text::Format;
use crate::store::StoredProblem;

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// The definition; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// Whose file it is [default: what its name says, else its contents]
    #[arg(long, value_enum)]
    pub(super) from: Option<From>,
    /// What to call the graph, of another program's file
    #[arg(long)]
    pub(super) name: Option<String>,
    /// The target of a makefile that is wanted [default: the makefile's own]
    #[arg(long, value_name = "TARGET")]
    pub(super) goal: Option<String>,
    /// Print what another program's file says as a definition, and save nothing
    #[arg(long)]
    pub(super) print: bool,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub(super) json: bool,
}

/// Saves a definition.
pub(super) fn import(context: &Context, args: &ImportArgs) -> Result<u8, CliError> {
    let definition = Definition::read(&args.file, context.config.max_file_bytes);
    let definition = definition.map_err(|u| CliError::Failed(format!("`{}` {}", u.name, u.why)))?;
    if let Some(done) = foreign::import(context, args, &definition) {
        return done;
    }
    let saved = save(context, &definition)?;
    if args.json {
        print_json(&saved)?;
    } else {
        print(&saved_line(&saved))?;
    }
    Ok(if saved["checked"] == true { OK } else { FAILED })
}

/// Saves it where the data directory is worked on, and says what is wrong with it.
pub(super) fn save(context: &Context, definition: &Definition) -> Result<Value, CliError> {
    let saved = match Remote::find(context)? {
        Some(server) => {
            let media = match definition.format {
                Format::Yaml => "application/yaml",
                Format::Json => "application/json",
            };
            server.post("/graphs", media, None, &definition.text)?
        }
        None => here(context, definition)?,
    };
    let problems: Vec<StoredProblem> =
        serde_json::from_value(saved["problems"].clone()).unwrap_or_default();
    say_problems(definition, &problems);
    Ok(saved)
}

/// What became of it, in a line.
pub(super) fn saved_line(saved: &Value) -> String {
    let name = visible(saved["name"].as_str().unwrap_or_default());
    let note = saved["note"].as_str().unwrap_or_default();
    let (id, version) = (&saved["id"], &saved["version"]);
    format!("graph {id} is `{name}` v{version} ({note})")
}

fn here(context: &Context, definition: &Definition) -> Result<Value, CliError> {
    let app = context.open("import")?;
    let defined = app.desk.define(&definition.text, definition.format, "cli");
    app.stop();
    match defined {
        Ok(defined) => Ok(json!({
            "id": defined.id.0,
            "name": defined.name,
            "version": defined.version,
            "checked": defined.checked,
            "note": defined.outcome.sentence(),
            "problems": defined.problems,
        })),
        Err(DefineError::Malformed(problems)) => {
            say_problems(definition, &problems);
            Err(CliError::Told(FAILED))
        }
        Err(other) => Err(other.into()),
    }
}
