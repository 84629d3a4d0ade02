//! `trackyard import FILE`: saves a definition, on the running server or in this process.

use serde_json::{Value, json};

use super::args::ImportArgs;
use super::context::Context;
use super::definition::Definition;
use super::error::{CliError, FAILED, OK};
use super::output::{print, print_json, visible};
use super::remote::Remote;
use super::run::say_problems;
use crate::desk::DefineError;
use crate::graph::text::Format;
use crate::store::StoredProblem;

/// Saves a definition.
pub(super) fn import(context: &Context, args: &ImportArgs) -> Result<u8, CliError> {
    let definition = Definition::read(&args.file, context.config.max_file_bytes);
    let definition = definition.map_err(|u| CliError::Failed(format!("`{}` {}", u.name, u.why)))?;
    let saved = match Remote::find(context)? {
        Some(server) => {
            let media = match definition.format {
                Format::Yaml => "application/yaml",
                Format::Json => "application/json",
            };
            server.post("/graphs", media, None, &definition.text)?
        }
        None => here(context, &definition)?,
    };
    let problems: Vec<StoredProblem> =
        serde_json::from_value(saved["problems"].clone()).unwrap_or_default();
    say_problems(&definition, &problems);
    if args.json {
        print_json(&saved)?;
    } else {
        let name = visible(saved["name"].as_str().unwrap_or_default());
        let note = saved["note"].as_str().unwrap_or_default();
        print(&format!(
            "graph {} is `{name}` v{} ({note})",
            saved["id"], saved["version"]
        ))?;
    }
    Ok(if saved["checked"] == true { OK } else { FAILED })
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
