//! What may be written on the command line, and what `--help` says about it.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::asks::AskVerb;
use super::begin::{ExampleArgs, InitArgs};
use super::bench::BenchArgs;
use super::check::CheckArgs;
use super::differ::DiffArgs;
use super::drain::DrainArgs;
use super::export::ExportArgs;
use super::graph::GraphArgs;
use super::graphs::GraphVerb;
use super::history::{LsArgs, ShowArgs};
use super::hook::HookVerb;
use super::import::ImportArgs;
use super::keep::KeepVerb;
use super::logs::LogsArgs;
use super::manual::{CompletionArgs, ManArgs};
use super::params::ParamArgs;
use super::past::PastVerb;
use super::ps::PsArgs;
use super::render::RenderArgs;
use super::secret::SecretVerb;
use super::simulate::SimulateArgs;
use super::start::StartArgs;
use super::timeline::TimelineArgs;
use super::wait::WaitArgs;
use super::why::WhyArgs;

/// Runs your shell scripts as a DAG, with a web page, a REST API and a history.
#[derive(Debug, Parser)]
#[command(
    version,
    arg_required_else_help = true,
    after_help = "A first run:\n  trackyard check examples/web-server-check.yaml\n  trackyard run examples/web-server-check.yaml\n\nSettings come from flags, then TRACKYARD_* variables, then Rocket.toml."
)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) settings: SettingArgs,
    #[command(subcommand)]
    pub(super) verb: Verb,
}

/// Settings that every verb takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Settings")]
pub(super) struct SettingArgs {
    /// Where the database and the logs are [env: TRACKYARD_DATA]
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) data: Option<PathBuf>,
    /// How many scripts run at the same time [env: TRACKYARD_SLOTS]
    #[arg(long, global = true, value_name = "N")]
    pub(super) slots: Option<u32>,
    /// How many scripts of a pool run at the same time [env: TRACKYARD_POOLS]
    #[arg(long = "pool", global = true, value_name = "NAME=N")]
    pub(super) pools: Vec<String>,
    /// Which log lines are written to standard error, e.g. `warn,trackyard=debug`
    #[arg(long, global = true, value_name = "FILTER")]
    pub(super) log: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Serve the web page and the REST API, and run what is started there
    #[command(
        after_help = "Examples:\n  trackyard serve --port 8080 --run examples/web-server-check.yaml\n  trackyard serve --port 0 --json | jq -r .url"
    )]
    Serve(ServeArgs),
    /// Find every problem of definitions, with file, line and column
    #[command(
        after_help = "Example:\n  trackyard check examples/*.yaml\n\nEnds with 1 if there is an error; notices alone are no error."
    )]
    Check(CheckArgs),
    /// Write a first definition to begin with
    #[command(after_help = "Example:\n  trackyard init && trackyard run hello.yaml")]
    Init(InitArgs),
    /// Print an example, or list them
    #[command(after_help = "Example:\n  trackyard example nightly-backup >backup.yaml")]
    Example(ExampleArgs),
    /// Draw a definition or a saved graph: in the terminal, for Graphviz or for Mermaid
    #[command(
        after_help = "Examples:\n  trackyard graph examples/web-server-check.yaml\n  trackyard graph backup.yaml --format dot | dot -Tsvg >backup.svg\n  trackyard graph nightly-backup@2\n\nA file comes first: a saved graph is meant where no file is called so."
    )]
    Graph(GraphArgs),
    /// Say in which order scripts would run, and for how long, with none of them run
    #[command(
        after_help = "Example:\n  trackyard simulate backup.yaml --lasts backup=10m --exits verify=1 --slots 2\n\nRetries, timeouts, failures, pools and limits are those of the definition. Ends with 0 when it would be FINISH, else 1."
    )]
    Simulate(SimulateArgs),
    /// Print the scripts of a definition exactly as they would run
    #[command(
        after_help = "Example:\n  trackyard render examples/web-server-check.yaml -p host=127.0.0.1 --vertex ping\n\nNothing is run. Ends with 1 when the definition has an error, 2 when a value is wrong or missing."
    )]
    Render(RenderArgs),
    /// Run a definition in this terminal, without a server
    #[command(
        after_help = "Example:\n  trackyard run examples/web-server-check.yaml -p host=127.0.0.1\n\nEnds with 0 when it is FINISH, 1 when it is not, 2 when a value is wrong or missing, 130 after Ctrl-C.\nA run that was killed goes on when the same file is run again with the same values.\nThe history is kept in the data directory: see `trackyard ls`."
    )]
    Run(RunArgs),
    /// Save a definition as the newest version of its graph; also from crontabs, makefiles, workflows
    #[command(
        after_help = "Examples:\n  trackyard import examples/nightly-backup.yaml\n  crontab -l | trackyard import --from crontab -\n  trackyard import --print Makefile >site.yaml\n  trackyard import .github/workflows/build.yml\n\nWhat has no counterpart is named on standard error. Ends with 1 if a graph cannot be started."
    )]
    Import(ImportArgs),
    /// Write a saved definition, or all of them, as files
    #[command(
        after_help = "Examples:\n  trackyard export nightly-backup >backup.yaml\n  trackyard export nightly-backup@2 --format dot -o backup.dot\n  trackyard export --all definitions"
    )]
    Export(ExportArgs),
    /// Say what is different between two definitions
    #[command(
        after_help = "Examples:\n  trackyard diff backup.yaml\n  trackyard diff nightly-backup@1 nightly-backup@2\n  trackyard diff old.yaml new.yaml\n\nOne file alone is compared with what is saved under its name. Ends as diff(1) does: 0 nothing is different,\n1 something is, 2 it cannot be said. Comments, layout and order do not count."
    )]
    Diff(DiffArgs),
    /// Start a graph on the running server
    #[command(
        after_help = "Examples:\n  trackyard start web-server-check -p host=127.0.0.1 --wait\n  trackyard start web-server-check -p host=127.0.0.1 --dry-run\n\nWith --wait it ends as `trackyard run` does; Ctrl-C ends the waiting, not the pipeline."
    )]
    Start(StartArgs),
    /// Wait until pipelines have ended, also through restarts of the server
    #[command(
        after_help = "Examples:\n  trackyard wait last --timeout 10m\n  trackyard wait 7 nightly-backup --any\n\nEnds with 0 when all are FINISH, else 1; 1 when the time is up or only a person can make one go on; 130 after Ctrl-C.\nWith --any the first one to end decides."
    )]
    Wait(WaitArgs),
    /// Show what runs now, and what waits for what
    #[command(
        after_help = "Examples:\n  trackyard ps\n  trackyard ps -w\n\nWithout a server it shows what would go on once there is one."
    )]
    Ps(PsArgs),
    /// List the newest pipelines, or all graphs
    #[command(
        after_help = "Examples:\n  trackyard ls -n 5\n  trackyard ls --state FAILED --since 1d\n  trackyard ls --graphs --archived\n  trackyard ls --inbox\n\nVerbs take a pipeline by its number, as GRAPH (its newest one), GRAPH~1 (the one before) or `last`,\nand a track by its number or as PIPELINE/VERTEX."
    )]
    Ls(LsArgs),
    /// Show a pipeline and its tracks
    #[command(after_help = "Examples:\n  trackyard show 7\n  trackyard show nightly-backup~1")]
    Show(ShowArgs),
    /// Show when each attempt of a pipeline waited and ran
    #[command(
        after_help = "Examples:\n  trackyard timeline 7\n  trackyard timeline nightly-backup~1"
    )]
    Timeline(TimelineArgs),
    /// Say why a track, or a pipeline, stands where it does, and what happens next
    #[command(
        after_help = "Examples:\n  trackyard why 31\n  trackyard why last/ping\n  trackyard why web-server-check\n  trackyard why --pipeline 7\n\nA number alone is the number of a track. `trackyard show PIPELINE` lists the tracks and their numbers."
    )]
    Why(WhyArgs),
    /// Print what a track's script has printed
    #[command(
        after_help = "Examples:\n  trackyard logs 31 -f\n  trackyard logs web-server-check/ping --tail 20\n  trackyard logs last/ping --grep error --ignore-case\n  trackyard logs last/ping --json | jq .text\n\n`trackyard show PIPELINE` lists the tracks and their numbers. \nEnds with 1 when there is no log: the track has not run, or its log is gone."
    )]
    Logs(LogsArgs),
    #[command(flatten)]
    Ask(AskVerb),
    /// Start no script any more, wait for those that run, then end the server
    #[command(
        after_help = "Example:\n  trackyard drain --within 10m\n\nWhat waits is started by the next server. A plain SIGTERM ends the server at once and leaves its scripts running:\nthe next server takes them over."
    )]
    Drain(DrainArgs),
    /// Set, list and remove the secrets that graphs name
    #[command(
        subcommand,
        after_help = "Example:\n  trackyard secret set DB_PASSWORD <password.txt\n\nA graph that says `secrets: [DB_PASSWORD]` gives its scripts the environment variable DB_PASSWORD."
    )]
    Secret(SecretVerb),
    /// Make, show, change and remove hooks: what starts a graph by a signed call
    #[command(
        subcommand,
        after_help = "Example:\n  trackyard hook add deploy -i branch=/ref"
    )]
    Hook(HookVerb),
    #[command(flatten)]
    Graphs(GraphVerb),
    #[command(flatten)]
    Past(PastVerb),
    #[command(flatten)]
    Keep(KeepVerb),
    /// Say how fast this machine is with the built-in cases, beside a plain loop of the same scripts
    #[command(
        after_help = "Examples:\n  trackyard bench --quick\n  trackyard bench --slots 8 independent chain\n  trackyard bench --data /srv --json >machine.json\n\nIt takes about a minute. A server of its own works on a temporary directory, below --data DIR if that is given: the disk that is meant should be judged. No other server and no history is touched, and nothing of it stays. Settings other than --slots are the built-in ones.\n\nPLAIN is `sh FILE` as often, as many at once, from a loop that keeps nothing. Ends with 130 after Ctrl-C."
    )]
    Bench(BenchArgs),
    /// Print what completes words in a shell
    #[command(
        after_help = "Example:\n  trackyard completions bash >~/.local/share/bash-completion/completions/trackyard"
    )]
    Completions(CompletionArgs),
    /// Print the manual page, or write one for each verb
    #[command(
        after_help = "Example:\n  trackyard man ~/.local/share/man/man1 && man trackyard-run"
    )]
    Man(ManArgs),
    /// Print a link that signs a browser in, once
    #[command(after_help = "Example:\n  trackyard link")]
    Link {
        /// Print one JSON object instead of the link
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// The port; 0 is any free one [default: 8000]
    #[arg(long, value_name = "N")]
    pub(super) port: Option<u16>,
    /// The address to listen on; a loopback address [default: 127.0.0.1]
    #[arg(long, value_name = "IP")]
    pub(super) address: Option<IpAddr>,
    /// Import this definition and start it once the server answers
    #[arg(long, value_name = "FILE")]
    pub(super) run: Option<PathBuf>,
    /// Print one JSON object a line: where the server answers, and with --run the pipeline at its start and its end
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// The definition; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    #[command(flatten)]
    pub(super) params: ParamArgs,
    /// What to call the pipeline [default: the graph's name]
    #[arg(long, value_name = "NAME")]
    pub(super) name: Option<String>,
    /// Start another pipeline even if an earlier run of this file was left unfinished
    #[arg(long)]
    pub(super) new: bool,
    /// Print one JSON object about the pipeline at the end
    #[arg(long)]
    pub(super) json: bool,
    /// Say nothing but what failed
    #[arg(long, short)]
    pub(super) quiet: bool,
}
