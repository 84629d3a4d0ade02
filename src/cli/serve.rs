//! `trackyard serve`: pages and REST, and what is started there.

use serde_json::{Value, json};

use super::args::ServeArgs;
use super::context::Context;
use super::definition::Definition;
use super::error::{CliError, FAILED, OK};
use super::output::{print, say};
use super::report::Report;
use super::run::define;
use crate::app::{Hold, Served, can_listen, serve as serve_app};
use crate::desk::{Desk, RUN, StartRequest};
use crate::driver::CommandError;
use crate::engine::PipelineId;
use crate::store::PipelineHead;

/// Serves until SIGINT or SIGTERM.
pub(super) fn serve(context: &Context, args: ServeArgs) -> Result<u8, CliError> {
    let most = context.config.max_file_bytes;
    let first = args
        .run
        .map(|path| Definition::read(&path, most))
        .transpose();
    let first = first.map_err(|u| CliError::Failed(format!("`{}` {}", u.name, u.why)))?;
    // That another server works here is the better answer, if it is so.
    if Hold::holder(&context.config.data).is_none() {
        can_listen(&context.config)?;
    }
    let app = context.open("serve")?;
    let left = app.left.clone();
    let (data, slots) = (app.config.data.display().to_string(), app.config.slots);
    let (desk, json) = (app.desk.clone(), args.json);
    serve_app(app, move |served| {
        let version = env!("CARGO_PKG_VERSION");
        let Served { url, link } = served;
        // A server goes on when nobody reads what it prints.
        let _ = match json {
            true => line(
                &json!({"url": url, "link": link, "version": version, "data": data,
                "slots": slots, "pid": std::process::id()}),
            ),
            false => print(&format!(
                "Trackyard {version} answers at {url} (data in {data}, {slots} slots)\n\
                 Sign a browser in with this link, once: {link}"
            )),
        };
        if let Some(definition) = first {
            let served = served.clone();
            let job = move || run_first(&desk, &definition, (&served, json), &left);
            // It ends with the pipeline, or with the process.
            drop(std::thread::spawn(job));
        }
    })?;
    Ok(OK)
}

fn line(value: &Value) -> Result<(), CliError> {
    print(&value.to_string())
}

fn run_first(
    desk: &Desk,
    definition: &Definition,
    (served, json): (&Served, bool),
    left: &[PipelineHead],
) {
    let result = first(desk, definition, (served, json), left);
    if let Err(error) = result {
        match error {
            CliError::Usage(text) | CliError::Failed(text) => say(&format!("trackyard: {text}")),
            CliError::Told(_) | CliError::Closed => {}
        }
    }
}

fn first(
    desk: &Desk,
    definition: &Definition,
    (served, json): (&Served, bool),
    left: &[PipelineHead],
) -> Result<u8, CliError> {
    let graph = define(desk, definition, false)?;
    let request = StartRequest {
        who: "cli".to_owned(),
        trigger: RUN,
        ..StartRequest::default()
    };
    let (id, how) = match desk.left(graph, &request, left)? {
        Some(left) => (PipelineId(left.id), "was left unfinished and goes on"),
        None => (desk.start(graph, request)?.id, "has started"),
    };
    let page = format!("{}/pipelines/{id}", served.url);
    match json {
        true => line(&Report::read(&desk.store, id)?.json())?,
        false => print(&format!("Pipeline #{id} {how}: {page}"))?,
    }
    let verdict = desk.handle.watch(id)?;
    if verdict.recv().is_err() && desk.handle.trouble().is_none() {
        // It had ended before anybody watched, or the server stops.
        desk.store.pipeline(id)?.ok_or(CommandError::Closed)?;
    }
    let report = Report::read(&desk.store, id)?;
    match json {
        true => line(&report.json())?,
        false => print(&format!(
            "\n{}\nPipeline #{id}: {}\nLook at it: {page} (Ctrl-C ends the server)",
            report.table(),
            report.summary()
        ))?,
    }
    Ok(if report.exit_code() == OK { OK } else { FAILED })
}
