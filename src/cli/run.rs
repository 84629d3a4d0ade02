//! `trackyard run FILE`: a graph in this terminal, without a server.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::task::{Wake, Waker};

use crossbeam_channel::{Receiver, Sender, bounded, select};

use super::args::RunArgs;
use super::check::readable;
use super::context::Context;
use super::definition::Definition;
use super::error::{CliError, FAILED};
use super::output::{coloured, say};
use super::problems::{Drawing, has_error};
use super::progress::Progress;
use super::report::Report;
use super::signals::{exit_code, signals};
use crate::app::App;
use crate::desk::{Asked, DefineError, Desk, RUN, StartRequest};
use crate::driver::{Seen, Viewer, What};
use crate::engine::{Action, GraphId, PendingOn, PipelineId, TrackState};
use crate::graph::GivenOwned;
use crate::store::{PipelineHead, Store, TrackHead};

/// News that is taken at once.
const NEWS_AT_ONCE: usize = 1_000;

/// Runs a definition to its end.
pub(super) fn run(context: &Context, args: RunArgs) -> Result<u8, CliError> {
    let definition = readable(&context.config, &args.file)?;
    let given = args.params.values(&context.config)?;
    let signals = signals()?;
    let app = context.open("run")?;
    let result = run_in(&app, &definition, (args, given), &signals);
    app.stop();
    result
}

fn run_in(
    app: &App,
    definition: &Definition,
    (args, given): (RunArgs, BTreeMap<String, String>),
    signals: &Receiver<i32>,
) -> Result<u8, CliError> {
    let graph = define(&app.desk, definition, args.quiet)?;
    let before = app.desk.handle.view(None, None).passed();
    let request = StartRequest {
        name: args.name.unwrap_or_default(),
        given: texts(given),
        who: "cli".to_owned(),
        trigger: RUN,
        ..StartRequest::default()
    };
    // A second run after the first one was killed is the same run.
    let left = app.desk.left(graph, &request, &app.left)?;
    let id = match left.filter(|_| !args.new) {
        Some(left) => {
            if !args.quiet {
                let id = left.id;
                say(&format!(
                    "pipeline #{id} goes on: an earlier run of this definition with these values \
                     left it unfinished (`--new` starts another one)"
                ));
            }
            PipelineId(left.id)
        }
        None => app.desk.start(graph, request)?.id,
    };
    let beside = |p: &&PipelineHead| p.id != id.0 && p.finished_at.is_none();
    for other in app.left.iter().filter(beside).filter(|_| !args.quiet) {
        say(&format!(
            "pipeline #{} ({} v{}) of an earlier run is unfinished and goes on too",
            other.id, other.graph, other.version
        ));
    }
    let signal = follow(app, (id, before), signals, args.quiet)?;
    let report = Report::read(&app.desk.store, id)?;
    let code = report.end(&app.desk.store, args.json)?;
    if report.head.finished_at.is_none() && signal.is_none() {
        say(&ask_a_person(&app.config.data, &report));
    }
    Ok(signal.map_or(code, exit_code))
}

/// Values as they were written.
pub(super) fn texts(values: BTreeMap<String, String>) -> BTreeMap<String, GivenOwned> {
    values
        .into_iter()
        .map(|(name, text)| (name, GivenOwned::Text(text)))
        .collect()
}

/// Saves a definition that can be started, or shows why it cannot.
pub(super) fn define(
    desk: &Desk,
    definition: &Definition,
    quiet: bool,
) -> Result<GraphId, CliError> {
    let (id, problems) = match desk.define(&definition.text, definition.format, "cli") {
        Ok(defined) => (Some(defined.id), defined.problems),
        Err(DefineError::Malformed(problems)) => (None, problems),
        Err(other) => return Err(other.into()),
    };
    let wrong = id.is_none() || has_error(&problems);
    if wrong || !quiet {
        say_problems(definition, &problems);
    }
    match id {
        Some(id) if !wrong => Ok(id),
        _ => Err(CliError::Told(FAILED)),
    }
}

/// Draws problems on standard error.
pub(super) fn say_problems(definition: &Definition, problems: &[crate::store::StoredProblem]) {
    if !problems.is_empty() {
        let drawn = Drawing::new(&definition.name, &definition.text, coloured(&io::stderr()));
        say(&drawn.draw(problems));
    }
}

/// Rings when there is news.
struct Bell(Sender<()>);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        // One that has not been heard yet is enough.
        let _ = self.0.try_send(());
    }
}

/// Shows a pipeline, with what has come after an entry of the journal, until nothing of it can move
/// without a person. Gives the signal that ended it.
fn follow(
    app: &App,
    (id, before): (PipelineId, Option<i64>),
    signals: &Receiver<i32>,
    quiet: bool,
) -> Result<Option<i32>, CliError> {
    let store = &app.desk.store;
    let verdict = app.desk.handle.watch(id)?;
    let mut viewer = app.desk.handle.view(Some(id), before);
    let (rings, bell) = bounded(1);
    let waker = Waker::from(Arc::new(Bell(rings)));
    let report = Report::read(store, id)?;
    let unclear = report.count(TrackState::Interrupted) > 0;
    let slots = app.config.slots;
    let mut progress = Progress::new(store, &[report], slots, quiet)?;
    // One that goes on may have been stuck before anybody listened.
    let (mut caught, mut unclear) = (None, unclear);
    loop {
        if !show(store, &mut progress, (&mut viewer, &waker), &mut unclear)? {
            // This terminal was too slow, and has missed some.
            viewer = app.desk.handle.view(Some(id), None);
            unclear |= Report::read(store, id)?.count(TrackState::Interrupted) > 0;
        }
        if unclear && is_stuck(&Report::read(store, id)?) {
            break;
        }
        select! {
            recv(verdict) -> _ => break,
            recv(bell) -> _ => {}
            recv(signals) -> signal => match (signal, caught) {
                (Ok(signal), None) => {
                    caught = Some(signal);
                    progress.say("stopping: what runs is ended (once more: leave it running and go)");
                    let asked = Asked {
                        who: "cli".to_owned(),
                        why: "Ctrl-C or SIGTERM".to_owned(),
                        expect: None,
                    };
                    app.desk.act(id, Action::Stop { now: false }, asked)?;
                }
                (Ok(_), Some(_)) => {
                    progress.say("gone; scripts that still run are taken over by the next start");
                    break;
                }
                (Err(_), _) => break,
            },
        }
    }
    // What came in before the verdict is shown too.
    show(store, &mut progress, (&mut viewer, &waker), &mut unclear)?;
    Ok(caught)
}

/// Shows all the news there is. False: some has been missed.
fn show(
    store: &Store,
    progress: &mut Progress,
    (viewer, waker): (&mut Viewer, &Waker),
    unclear: &mut bool,
) -> Result<bool, CliError> {
    loop {
        match viewer.next(NEWS_AT_ONCE, waker) {
            Seen::News(told) => {
                for told in told {
                    match told.news.what {
                        What::Track {
                            pipeline,
                            track,
                            state,
                            ..
                        } => {
                            progress.heard(store, (pipeline, track), state)?;
                            *unclear |= state == TrackState::Interrupted;
                        }
                        What::Pipeline { .. } | What::Removed { .. } => {}
                        What::Reload => return Ok(false),
                    }
                }
            }
            Seen::Recalled => {}
            Seen::Behind => return Ok(false),
            Seen::Nothing | Seen::Closed => return Ok(true),
        }
    }
}

/// Whether only a person can make it go on.
fn is_stuck(report: &Report) -> bool {
    !report.tracks.iter().any(moves)
}

/// Whether a track goes on by itself: it runs, or waits for what comes without a person.
fn moves(track: &TrackHead) -> bool {
    let still = [PendingOn::Input.code(), PendingOn::Failure.code()];
    track.state == TrackState::Running.code()
        || track.pending_on.is_some_and(|on| !still.contains(&on))
}

/// What to do about tracks whose outcome nobody knows.
fn ask_a_person(data: &Path, report: &Report) -> String {
    format!(
        "pipeline #{} waits for a person: nobody knows how its INTERRUPTED tracks ended. Serve the data directory \
         (`trackyard serve --data {}`) and answer on the page of each",
        report.head.id,
        data.display()
    )
}
