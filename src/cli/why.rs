//! `trackyard why`: the server's answer, or without one what the rows say.

use clap::Args;
use serde_json::{Value, json};

use super::context::Context;
use super::error::{CliError, OK};
use super::naming::{self, Thing};
use super::output::{moment, print, print_json, visible};
use super::remote::Remote;
use crate::api::wire;
use crate::app::{Hold, capacity};
use crate::desk::why::{Moves, Source, why_pipeline, why_track};
use crate::driver::CommandError;
use crate::executor::survivors;

#[derive(Debug, Args)]
pub(super) struct WhyArgs {
    #[arg(
        value_name = "TRACK|PIPELINE",
        help = "A track: its number, or PIPELINE/VERTEX; or a pipeline by name: GRAPH, GRAPH~1, `last`",
        required_unless_present = "pipeline",
        conflicts_with = "pipeline"
    )]
    of: Option<String>,
    /// A pipeline, also by its number
    #[arg(long, value_name = "PIPELINE")]
    pipeline: Option<String>,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// Says why something stands where it does, and what happens next.
pub(super) fn why(context: &Context, args: &WhyArgs) -> Result<u8, CliError> {
    let of = match (&args.of, &args.pipeline) {
        (Some(of), _) => naming::thing(context, of)?,
        (None, pipeline) => {
            let pipeline = pipeline.as_deref().unwrap_or_default();
            Thing::Pipeline(naming::pipeline(context, pipeline)?)
        }
    };
    let holder = Hold::holder(&context.config.data);
    let served = holder.as_ref().is_some_and(|holder| holder.url.is_some());
    let answer = match served {
        true => Remote::needed(context)?.get(&match of {
            Thing::Track(id) => format!("/tracks/{id}/why"),
            Thing::Pipeline(id) => format!("/pipelines/{id}/why"),
        })?,
        false => of_rows(context, of, holder.is_some())?,
    };
    match args.json {
        true => print_json(&answer)?,
        false => print(&text(&answer))?,
    }
    Ok(OK)
}

/// `works`: some process works on the data directory, but none that can be asked.
fn of_rows(context: &Context, of: Thing, works: bool) -> Result<Value, CliError> {
    let store = context.store()?;
    let capacity = capacity(&context.config);
    let data = &context.config.data;
    let look = |last| survivors(data, last);
    let source = Source::Rows(&capacity, &look);
    let why = match of {
        Thing::Track(id) => why_track(&store, source, id),
        Thing::Pipeline(id) => why_pipeline(&store, source, id),
    };
    let why = why.map_err(|why| match why {
        CommandError::Store(why) => why.into(),
        other => CliError::Failed(other.to_string()),
    })?;
    let list = context.command("ls");
    let mut why = why.ok_or_else(|| match of {
        Thing::Track(id) => CliError::Failed(format!(
            "track {id} does not exist: `{list}` lists pipelines"
        )),
        Thing::Pipeline(id) => naming::no_pipeline(&store, id, &list),
    })?;
    if !works && why.moves == Moves::Itself {
        why.moves = Moves::Person;
        let serve = context.command("serve");
        why.next = format!("Nothing moves before a server works on it: `{serve}`.");
    }
    Ok(json!(wire::Why::from(&why)))
}

/// The answer, when its wait ends, and what happens next.
fn text(answer: &Value) -> String {
    let of = |name: &str| visible(answer[name].as_str().unwrap_or_default());
    let until = moment(&answer["until"]);
    let until = until.map_or_else(String::new, |until| format!(" (until {until})"));
    format!("{}{until}\n{}", of("sentence"), of("next"))
}
