//! `trackyard render FILE`: scripts as they would run, without running them.

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::check::problem;
use super::definition::Definition;
use super::error::{CliError, FAILED, OK};
use super::output::{coloured, print, print_json, say, visible};
use super::params::ParamArgs;
use super::problems::{Drawing, has_error, shown};
use super::run::{say_problems, texts};
use crate::api::wire;
use crate::app::{limits, probe};
use crate::config::Config;
use crate::desk::{RenderError, RenderRequest, examine, scripts};
use crate::graph::{Rendered, one_line};

/// Characters of what a heading says about one script.
const HEADING: usize = 1_000;

#[derive(Debug, Args)]
pub(super) struct RenderArgs {
    /// The definition; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    #[command(flatten)]
    pub(super) params: ParamArgs,
    /// Print the script of this vertex alone, without a heading
    #[arg(long, value_name = "NAME")]
    pub(super) vertex: Option<String>,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub(super) json: bool,
}

/// Prints scripts; nothing is saved and nothing runs.
pub(super) fn render(config: &Config, args: RenderArgs) -> Result<u8, CliError> {
    let definition = Definition::read(&args.file, config.max_file_bytes);
    let definition = definition.map_err(|unreadable| {
        let drawn = Drawing::new(&unreadable.name, "", coloured(&io::stderr()));
        say(&drawn.draw(&[problem(&unreadable)]));
        CliError::Told(FAILED)
    })?;
    let (limits, probe) = (limits(config), probe(config));
    let examined = examine(&definition.text, definition.format, &limits, &probe);
    let problems: Vec<_> = examined.problems.iter().map(shown).collect();
    say_problems(&definition, &problems);
    let graph = examined.graph.filter(|_| !has_error(&problems));
    let graph = graph.ok_or(CliError::Told(FAILED))?;
    let request = RenderRequest {
        given: texts(args.params.values(config)?),
        vertex: args.vertex,
    };
    let rendered = scripts(&graph, &request, &limits).map_err(|why| match why {
        RenderError::Start(why) => why.into(),
        RenderError::NoVertex(_) => CliError::Usage(why.to_string()),
        RenderError::TooLarge(_) => CliError::Failed(why.to_string()),
    })?;
    if args.json {
        print_json(&json!(wire::Rendering::from(rendered.as_slice())))?;
        return Ok(OK);
    }
    let whole = rendered.len() == 1 && request.vertex.is_some();
    for (number, script) in rendered.iter().enumerate() {
        if !whole {
            let gap = if number > 0 { "\n" } else { "" };
            print(&format!("{gap}{}", heading(script)))?;
        }
        if io::stdout().is_terminal() {
            let lines: Vec<String> = script.script.split('\n').map(visible).collect();
            print(&lines.join("\n"))?;
        } else {
            print(&script.script)?;
        }
    }
    Ok(OK)
}

fn heading(script: &Rendered) -> String {
    let mut text = format!("{}: {}", script.vertex, script.interpreter.join(" "));
    for (name, value) in &script.environment {
        text.push_str(&format!(" {name}={value}"));
    }
    format!("==> {} <==", one_line(&text, HEADING))
}
