//! From the words on the command line to a verb, and from its result to the exit code.

use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

use super::args::{Cli, SettingArgs, Verb};
use super::context::{Context, without_data};
use super::error::CliError;
use super::keep::KeepVerb;
use super::meant::is_file;
use super::{
    asking, begin, bench, check, differ, drain, export, graph, graphs, history, hook, import, keep,
    logs, manual, past, ps, render, run, secret, serve, simulate, start, timeline, wait, why,
};
use crate::config::{Config, Flags};

/// Which log lines a verb writes that is not a server, unless `--log` says more.
const QUIET: &str = "warn";

/// Does what the command line says. The process ends with the code that this gives.
pub fn main() -> ExitCode {
    match dispatch(Cli::parse()) {
        Ok(code) => ExitCode::from(code),
        Err(error) => error.tell(),
    }
}

fn dispatch(cli: Cli) -> Result<u8, CliError> {
    let settings = cli.settings;
    match cli.verb {
        Verb::Check(args) => {
            let config = without_data(flags(settings))?;
            check::check(&config, &args)
        }
        Verb::Bench(args) => {
            let given = || std::env::var_os("TRACKYARD_DATA").filter(|dir| !dir.is_empty());
            let below = settings.data.clone().or_else(|| given().map(Into::into));
            bench::bench(&without_data(flags(settings))?, below, &args)
        }
        Verb::Init(args) => begin::init(&args),
        Verb::Example(args) => begin::example(&args),
        Verb::Completions(args) => manual::completions(&args),
        Verb::Man(args) => manual::man(&args),
        Verb::Graph(args) => graph::graph(&defined(settings, &args.definition)?, &args),
        Verb::Simulate(args) => simulate::simulate(&defined(settings, &args.definition)?, &args),
        Verb::Render(args) => render::render(&defined(settings, &args.definition)?, args),
        Verb::Serve(args) => {
            let flags = Flags {
                port: args.port,
                address: args.address,
                ..flags(settings)
            };
            let context = Context::load(flags)?;
            log(&context.config.log, &context.config);
            serve::serve(&context, args)
        }
        Verb::Run(args) => run::run(&quiet(settings)?, args),
        Verb::Import(args) => import::import(&quiet(settings)?, &args),
        Verb::Export(args) => export::export(&quiet(settings)?, &args),
        Verb::Diff(args) => differ::diff(&quiet(settings)?, &args),
        Verb::Start(args) => start::start(&quiet(settings)?, args),
        Verb::Wait(args) => wait::wait(&quiet(settings)?, args),
        Verb::Ps(args) => ps::ps(&quiet(settings)?, &args),
        Verb::Ls(args) => history::ls(&quiet(settings)?, &args),
        Verb::Show(args) => history::show(&quiet(settings)?, &args),
        Verb::Timeline(args) => timeline::timeline(&quiet(settings)?, &args),
        Verb::Why(args) => why::why(&quiet(settings)?, &args),
        Verb::Logs(args) => logs::logs(&quiet(settings)?, &args),
        Verb::Ask(verb) => asking::asking(&quiet(settings)?, verb),
        Verb::Drain(args) => drain::drain(&quiet(settings)?, &args),
        Verb::Secret(verb) => secret::secret(&quiet(settings)?, verb),
        Verb::Hook(verb) => hook::hook(&quiet(settings)?, verb),
        Verb::Graphs(verb) => graphs::graphs(&quiet(settings)?, &verb),
        Verb::Past(verb) => past::past(&quiet(settings)?, verb),
        Verb::Keep(KeepVerb::Fmt(args)) => keep::fmt(&without_data(flags(settings))?, &args),
        Verb::Keep(verb) => keep::keep(&quiet(settings)?, verb),
        Verb::Link { json } => start::link(&quiet(settings)?, json),
    }
}

/// The settings of a verb that takes a file, which needs no data directory, or a saved graph.
fn defined(settings: SettingArgs, definition: &str) -> Result<Context, CliError> {
    if !is_file(definition) {
        return quiet(settings);
    }
    let (data, config) = (settings.data.clone(), without_data(flags(settings))?);
    Ok(Context { config, data })
}

/// The settings of a verb that is not a server, and its log.
fn quiet(settings: SettingArgs) -> Result<Context, CliError> {
    let asked = settings.log.is_some();
    let context = Context::load(flags(settings))?;
    let filter = if asked { &context.config.log } else { QUIET };
    log(filter, &context.config);
    Ok(context)
}

fn flags(settings: SettingArgs) -> Flags {
    Flags {
        data: settings.data,
        slots: settings.slots,
        pools: settings.pools,
        log: settings.log,
        ..Flags::default()
    }
}

/// Sends the log to standard error, and begins it with what was set in vain.
fn log(filter: &str, config: &Config) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new(QUIET));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(false)
        // To tell that the log cannot be written it would write to the same place, and panic.
        .log_internal_errors(false);
    // It fails only when there is a log already, and there is one call in a process.
    let _ = log.try_init();
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
}
