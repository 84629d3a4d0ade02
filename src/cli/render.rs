//! `trackyard render DEFINITION`: scripts as they would run, without running them.

use std::io::{self, IsTerminal};

use clap::Args;
use serde_json::json;

use super::context::Context;
use super::error::{CliError, OK};
use super::meant::{DEFINITION, meant};
use super::output::{print, print_json, visible};
use super::params::ParamArgs;
use super::run::texts;
use crate::api::wire;
use crate::app::limits;
use crate::desk::{RenderError, RenderRequest, scripts};
use crate::graph::{Rendered, one_line};

/// Characters of what a heading says about one script.
const HEADING: usize = 1_000;

#[derive(Debug, Args)]
pub(super) struct RenderArgs {
    #[arg(value_name = "DEFINITION", help = DEFINITION)]
    pub(super) definition: String,
    #[command(flatten)]
    pub(super) params: ParamArgs,
    /// Print the script of this vertex alone, without a heading
    #[arg(long, value_name = "NAME")]
    pub(super) vertex: Option<String>,
    /// Show values that are missing as what is asked for later
    #[arg(long)]
    pub(super) ask_later: bool,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub(super) json: bool,
}

/// Prints scripts; nothing is saved and nothing runs.
pub(super) fn render(context: &Context, args: RenderArgs) -> Result<u8, CliError> {
    let config = &context.config;
    let graph = meant(context, &args.definition)?;
    let request = RenderRequest {
        given: texts(args.params.values(config)?),
        vertex: args.vertex,
        ask_later: args.ask_later,
    };
    let rendered = scripts(&graph, &request, &limits(config)).map_err(|why| match why {
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
