//! Asking something of a pipeline or of a track on the running server.
//!
//! What the server is asked to do is what was seen: the state is read first and said with it, unless
//! somebody may be in a hurry.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::asks::{AgainArgs, AskVerb, Either, Ended, ForceArgs, OfPipeline, RetryArgs, SaidArgs};
use super::context::Context;
use super::error::{CliError, OK};
use super::many;
use super::naming;
use super::output::{moment, print, print_json, table, visible};
use super::params::texts;
use super::remote::Remote;
use super::start::{self, Told};
use crate::desk::{Ask, Care, PipelineAsk, Takes, TrackAsk};

/// Values by name.
type Values = BTreeMap<String, String>;

/// Does what a verb says.
pub(super) fn asking(context: &Context, verb: AskVerb) -> Result<u8, CliError> {
    let none = Values::new;
    let (ask, values, said) = match verb {
        AskVerb::Pause(of) => return whole(context, &of, PipelineAsk::Pause),
        AskVerb::Resume(of) => return whole(context, &of, PipelineAsk::Resume),
        AskVerb::Stop(args) => {
            let asks = (PipelineAsk::Stop, TrackAsk::Stop);
            return either(context, &args.of, asks, none(), &args.said);
        }
        AskVerb::Kill(args) => {
            let asks = (PipelineAsk::Kill, TrackAsk::Kill);
            return either(context, &args.of, asks, none(), &args.said);
        }
        AskVerb::Retry(args) => return retry(context, &args),
        AskVerb::Skip(of) => (one(context, &of.track, TrackAsk::Skip)?, none(), of.said),
        AskVerb::Hold(of) => (one(context, &of.track, TrackAsk::Hold)?, none(), of.said),
        AskVerb::Release(of) => (one(context, &of.track, TrackAsk::Release)?, none(), of.said),
        AskVerb::Force(args) => force(context, args)?,
        AskVerb::Input(args) => {
            let values = args.params.values(&context.config)?;
            if values.is_empty() {
                return Err(CliError::Usage("give values: `-p name=value`".to_owned()));
            }
            let ask = one(context, &args.track, TrackAsk::Input)?;
            (ask, values, args.said)
        }
        AskVerb::Again(args) => return again(context, &args),
    };
    ask_server(context, ask, values, &said)
}

fn whole(context: &Context, of: &OfPipeline, ask: PipelineAsk) -> Result<u8, CliError> {
    match &of.pipeline {
        Some(pipeline) => {
            let ask = Ask::Pipeline(naming::pipeline(context, pipeline)?, ask);
            ask_server(context, ask, Values::new(), &of.said)
        }
        // The command line has seen to it that it says which.
        None => many::ask(context, ask, &of.many, &of.said),
    }
}

fn one(context: &Context, track: &str, ask: TrackAsk) -> Result<Ask, CliError> {
    Ok(Ask::Track(naming::track(context, track)?, ask))
}

fn either(
    context: &Context,
    of: &Either,
    (whole, part): (PipelineAsk, TrackAsk),
    values: Values,
    said: &SaidArgs,
) -> Result<u8, CliError> {
    let ask = match (&of.pipeline, &of.track) {
        (_, Some(track)) => one(context, track, part)?,
        (Some(pipeline), None) => Ask::Pipeline(naming::pipeline(context, pipeline)?, whole),
        (None, None) => return many::ask(context, whole, &of.many, said),
    };
    ask_server(context, ask, values, said)
}

fn retry(context: &Context, args: &RetryArgs) -> Result<u8, CliError> {
    let part = match (args.after, args.alone) {
        (true, _) => TrackAsk::RetryAfter,
        (false, true) => TrackAsk::RunAlone,
        (false, false) => TrackAsk::Retry,
    };
    let values = args.params.values(&context.config)?;
    if args.of.track.is_none() && !values.is_empty() {
        let why = "values are for one track: name it with `--track TRACK`";
        return Err(CliError::Usage(why.to_owned()));
    }
    let asks = (PipelineAsk::RetryFailed, part);
    either(context, &args.of, asks, values, &args.said)
}

fn force(context: &Context, args: ForceArgs) -> Result<(Ask, Values, SaidArgs), CliError> {
    let ask = match args.ended {
        Ended::Succeed => TrackAsk::Succeed,
        Ended::Fail => TrackAsk::Fail,
    };
    let values = args.outputs.values(&context.config)?;
    let ask = one(context, &args.track, ask)?;
    Ok((ask, values, args.said))
}

fn ask_server(
    context: &Context,
    ask: Ask,
    values: Values,
    said: &SaidArgs,
) -> Result<u8, CliError> {
    let server = Remote::needed(context)?;
    let thing = match ask {
        Ask::Pipeline(id, _) => format!("/pipelines/{id}"),
        Ask::Track(id, _) => format!("/tracks/{id}"),
    };
    let mut body = json!({"why": said.why});
    if ask.care() != Care::None {
        let seen = server.get(&thing)?;
        body["expect"] = seen["state"].clone();
        if let Ask::Track(..) = ask {
            body["attempt"] = seen["attempt"].clone();
        }
    }
    if !values.is_empty() {
        let field = match ask.takes() {
            Takes::Outputs => "outputs",
            Takes::Values | Takes::Nothing => "input",
        };
        body[field] = texts(values);
    }
    let path = format!("{thing}/{}", ask.word());
    let answer = post(&server, &path, &body, said)?;
    if said.json {
        print_json(&answer)?;
    } else if said.dry_run {
        print(&foretold(&answer))?;
    } else {
        print(&done(ask, &answer))?;
    }
    Ok(OK)
}

fn post(server: &Remote, path: &str, body: &Value, said: &SaidArgs) -> Result<Value, CliError> {
    let query = if said.dry_run { "?dry_run=true" } else { "" };
    let path = format!("{path}{query}");
    server.post(&path, "application/json", None, &body.to_string())
}

/// `pipeline 7 is PAUSED`, `track 31 (b) is PENDING`
fn done(ask: Ask, answer: &Value) -> String {
    let state = answer["state"].as_str().unwrap_or_default();
    match ask {
        Ask::Pipeline(id, ask) => {
            let due = moment(&answer["due_at"]).filter(|_| ask == PipelineAsk::Pause);
            let clock = due.map_or_else(String::new, |due| {
                format!("; its timeout runs on, until {due}")
            });
            format!("pipeline {id} is {state}{clock}")
        }
        Ask::Track(id, _) => {
            let vertex = visible(answer["vertex"].as_str().unwrap_or_default());
            format!("track {id} ({vertex}) is {state}")
        }
    }
}

/// What would become of each track, and of the pipeline.
fn foretold(answer: &Value) -> String {
    let word = |value: &Value| visible(value.as_str().unwrap_or_default());
    let tracks = answer["tracks"].as_array().into_iter().flatten();
    let row = |t: &Value| {
        let will = word(&t["will"]);
        vec![
            t["id"].to_string(),
            word(&t["from"]),
            word(&t["to"]),
            will,
            word(&t["vertex"]),
        ]
    };
    let rows: Vec<Vec<String>> = tracks.map(row).collect();
    let counts = answer["counts"].as_object().into_iter().flatten();
    let counts: Vec<String> = counts
        .map(|(will, count)| format!("{will} {count}"))
        .collect();
    let queued = match answer["queued"].as_bool() {
        Some(true) => ", and would wait until fewer pipelines of its graph run",
        Some(false) | None => "",
    };
    let warnings = answer["warnings"].as_array().into_iter().flatten();
    let warnings: String = warnings.map(|w| format!("\n{}\n", word(w))).collect();
    let heads = ["TRACK", "NOW", "THEN", "WILL", "VERTEX"];
    format!(
        "{}{warnings}\nThe pipeline is {} and would be {}{queued}: {}. Nothing was done.",
        table(&heads, &rows),
        word(&answer["from"]),
        word(&answer["to"]),
        counts.join(", ")
    )
}

fn again(context: &Context, args: &AgainArgs) -> Result<u8, CliError> {
    let old = naming::pipeline(context, &args.pipeline)?;
    let server = Remote::needed(context)?;
    let body = json!({"why": args.said.why});
    let answer = post(
        &server,
        &format!("/pipelines/{old}/again"),
        &body,
        &args.said,
    )?;
    let told = Told {
        dry_run: args.said.dry_run,
        json: args.said.json,
        wait: args.wait,
    };
    start::told(context, &server, &answer, told)
}
