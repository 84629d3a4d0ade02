//! `trackyard import FILE`: saves a definition, on the running server or in this process.

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use super::context::Context;
use super::definition::Definition;
use super::doing::Doing;
use super::error::{CliError, FAILED, OK};
use super::foreign::{self, From};
use super::output::{print, print_json, visible};
use super::remote::Remote;
use super::run::say_problems;
use crate::api::wire::GraphSaved;
use crate::app::{DATABASE, limits, probe};
use crate::desk::{DefineError, would_define};
use crate::graph::text::Format;
use crate::store::{Durability, Store, StoredProblem, Writer};

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
    /// Save nothing; say what would become of it
    #[arg(long, conflicts_with = "print")]
    pub(super) dry_run: bool,
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
    let saved = save(context, &definition, args.dry_run)?;
    if args.json {
        print_json(&saved)?;
    } else {
        print(&saved_line(&saved))?;
    }
    Ok(if saved["checked"] == true { OK } else { FAILED })
}

/// Saves it where the data directory is worked on, and says what is wrong with it.
pub(super) fn save(
    context: &Context,
    definition: &Definition,
    dry_run: bool,
) -> Result<Value, CliError> {
    let path = Doing {
        dry_run,
        json: true,
    }
    .at("/graphs");
    let saved = match Remote::find(context)? {
        Some(server) => {
            let media = match definition.format {
                Format::Yaml => "application/yaml",
                Format::Json => "application/json",
            };
            server.post(&path, media, None, &definition.text)?
        }
        None if dry_run => would(context, definition)?,
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
    if saved["dry_run"] == true {
        return format!("`{name}` v{version} would be saved ({note}). Nothing was done.");
    }
    format!("graph {id} is `{name}` v{version} ({note})")
}

fn here(context: &Context, definition: &Definition) -> Result<Value, CliError> {
    let app = context.open("import")?;
    let defined = app.desk.define(&definition.text, definition.format, "cli");
    app.stop();
    let defined = defined.map_err(|why| refused(definition, why))?;
    as_answered(&GraphSaved::from(&defined))
}

/// What would become of it, from the database alone. Where there is none, the one that would be made is
/// made elsewhere, and goes away with this.
fn would(context: &Context, definition: &Definition) -> Result<Value, CliError> {
    let config = &context.config;
    let elsewhere = tempfile::tempdir()
        .map_err(|why| CliError::Failed(format!("there is no room to work it out: {why}")))?;
    let store = match context.would_open()? {
        Some(store) => store,
        None => {
            let path = elsewhere.path().join(DATABASE);
            drop(Writer::open(&path, Durability::Normal, "")?);
            Store::open(&path, 1)?
        }
    };
    let by = (&store, &limits(config), &probe(config));
    let would = would_define(by, &definition.text, definition.format);
    let would = would.map_err(|why| refused(definition, why))?;
    as_answered(&GraphSaved::from(would))
}

/// As the server answers it.
fn as_answered(saved: &GraphSaved) -> Result<Value, CliError> {
    serde_json::to_value(saved).map_err(|why| CliError::Failed(why.to_string()))
}

fn refused(definition: &Definition, why: DefineError) -> CliError {
    match why {
        DefineError::Malformed(problems) => {
            say_problems(definition, &problems);
            CliError::Told(FAILED)
        }
        other => other.into(),
    }
}
