//! The verbs that ask something of a pipeline or of a track on the running server: what may be
//! written with them.

use clap::{ArgGroup, Args, Subcommand, ValueEnum};

use super::many::{MANY, ManyArgs};
use super::naming;
use super::params::ParamArgs;

#[derive(Debug, Subcommand)]
pub(super) enum AskVerb {
    /// Start nothing new of a pipeline, or of many; scripts that run may end
    #[command(
        after_help = "Examples:\n  trackyard pause 7 --why 'the database is being moved'\n  trackyard pause --all --dry-run\n\nOf many each is paused or refused for itself. Ends with 1 when one is refused."
    )]
    Pause(OfPipeline),
    /// Let a paused pipeline, or many, go on
    #[command(
        after_help = "Examples:\n  trackyard resume 7\n  trackyard resume nightly-backup\n  trackyard resume --state PAUSED"
    )]
    Resume(OfPipeline),
    /// End a pipeline, one track, or many pipelines: TERM, and KILL after the grace
    #[command(
        after_help = "Examples:\n  trackyard stop 7 --why 'wrong host'\n  trackyard stop --track last/ping --dry-run\n  trackyard stop --graph nightly-backup --state RUNNING --dry-run\n\nOf many each is stopped or refused for itself, with --json a line for each and one with the sums.\nEnds with 1 when one is refused."
    )]
    Stop(OfEither),
    /// End a pipeline, one track, or many pipelines, at once: KILL
    #[command(
        after_help = "Examples:\n  trackyard kill 7\n  trackyard kill --track 31\n  trackyard kill --all"
    )]
    Kill(OfEither),
    /// Try once more what failed, was stopped or interrupted: of a pipeline, of many, or one track
    #[command(
        after_help = "Examples:\n  trackyard retry 7 --dry-run\n  trackyard retry --track 31 -p host=127.0.0.1\n  trackyard retry --track 31 --after\n  trackyard retry --state FAILED --since 12h --dry-run\n\nWhat succeeded stays as it is, unless it comes after a track that is retried with --after."
    )]
    Retry(RetryArgs),
    /// Pass a track over: what comes after it runs
    #[command(after_help = "Example:\n  trackyard skip nightly-backup/verify --why 'done by hand'")]
    Skip(OfTrack),
    /// Keep a track from starting
    #[command(after_help = "Example:\n  trackyard hold 31")]
    Hold(OfTrack),
    /// Let a track start that is held; take back that it is skipped
    #[command(after_help = "Example:\n  trackyard release 31")]
    Release(OfTrack),
    /// Say yourself how a track ended
    #[command(
        after_help = "Examples:\n  trackyard force 31 succeed --why 'the file is there' -p count=7\n  trackyard force 31 fail --why 'it hangs'\n\nWith a success come the outputs that the script was to leave, as -p NAME=VALUE.\nA script that runs is ended when it is said to fail."
    )]
    Force(ForceArgs),
    /// Give a track that has not started other values
    #[command(after_help = "Example:\n  trackyard input 31 -p host=127.0.0.1")]
    Input(InputArgs),
    /// Start a new pipeline of the same version with what was given for an old one
    #[command(
        after_help = "Example:\n  trackyard again 7 --wait\n\nWhat was given to single tracks later is asked for again."
    )]
    Again(AgainArgs),
}

/// What is said with everything that is asked.
#[derive(Debug, Args)]
pub(super) struct SaidArgs {
    /// Why, for the journal
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(super) why: String,
    /// Do nothing; list what would become of each track
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Print the server's answer as JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// One of these has to be said.
fn which<const N: usize>(one: [&'static str; N]) -> ArgGroup {
    let group = ArgGroup::new("which").required(true).multiple(true);
    group.args(one).args(MANY)
}

/// A pipeline, or many.
#[derive(Debug, Args)]
#[command(group = which(["pipeline"]))]
pub(super) struct OfPipeline {
    #[arg(value_name = "PIPELINE", help = naming::PIPELINE, conflicts_with_all = MANY)]
    pub(super) pipeline: Option<String>,
    #[command(flatten)]
    pub(super) many: ManyArgs,
    #[command(flatten)]
    pub(super) said: SaidArgs,
}

#[derive(Debug, Args)]
pub(super) struct OfTrack {
    #[arg(value_name = "TRACK", help = naming::TRACK)]
    pub(super) track: String,
    #[command(flatten)]
    pub(super) said: SaidArgs,
}

/// A pipeline, a track, or many pipelines.
#[derive(Debug, Args)]
#[command(group = which(["pipeline", "track"]))]
pub(super) struct Either {
    #[arg(value_name = "PIPELINE", help = naming::PIPELINE, conflicts_with_all = MANY)]
    pub(super) pipeline: Option<String>,
    #[arg(long, value_name = "TRACK", help = naming::TRACK, conflicts_with = "pipeline", conflicts_with_all = MANY)]
    pub(super) track: Option<String>,
    #[command(flatten)]
    pub(super) many: ManyArgs,
}

#[derive(Debug, Args)]
pub(super) struct OfEither {
    #[command(flatten)]
    pub(super) of: Either,
    #[command(flatten)]
    pub(super) said: SaidArgs,
}

#[derive(Debug, Args)]
pub(super) struct RetryArgs {
    #[command(flatten)]
    pub(super) of: Either,
    /// The track and everything after it
    #[arg(long, requires = "track", conflicts_with_all = ["pipeline", "alone"], conflicts_with_all = MANY)]
    pub(super) after: bool,
    /// The track and nothing else: the pipeline is paused
    #[arg(long, requires = "track", conflicts_with = "pipeline", conflicts_with_all = MANY)]
    pub(super) alone: bool,
    #[command(flatten)]
    pub(super) params: ParamArgs,
    #[command(flatten)]
    pub(super) said: SaidArgs,
}

/// How a track ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Ended {
    /// What it was to do is done
    Succeed,
    /// It is not
    Fail,
}

#[derive(Debug, Args)]
pub(super) struct ForceArgs {
    #[arg(value_name = "TRACK", help = naming::TRACK)]
    pub(super) track: String,
    /// How it ended
    #[arg(value_name = "END")]
    pub(super) ended: Ended,
    #[command(flatten)]
    pub(super) outputs: ParamArgs,
    #[command(flatten)]
    pub(super) said: SaidArgs,
}

#[derive(Debug, Args)]
pub(super) struct InputArgs {
    #[arg(value_name = "TRACK", help = naming::TRACK)]
    pub(super) track: String,
    #[command(flatten)]
    pub(super) params: ParamArgs,
    #[command(flatten)]
    pub(super) said: SaidArgs,
}

#[derive(Debug, Args)]
pub(super) struct AgainArgs {
    #[arg(value_name = "PIPELINE", help = naming::PIPELINE)]
    pub(super) pipeline: String,
    /// Wait until the new pipeline has ended
    #[arg(long, conflicts_with = "dry_run")]
    pub(super) wait: bool,
    #[command(flatten)]
    pub(super) said: SaidArgs,
}
