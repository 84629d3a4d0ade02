//! What may be written on the command line of these verbs.

use clap::Subcommand;

use super::shelve::{CloneArgs, Shelf, ShelveArgs, clone, shelve};
use super::stats::{StatsArgs, stats};
use super::versions::{VersionsArgs, versions};
use crate::cli::context::Context;
use crate::cli::error::CliError;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum GraphVerb {
    /// Put a graph away: it is not listed, started or changed, and keeps its history
    #[command(
        after_help = "Examples:\n  trackyard archive nightly-backup --dry-run\n  trackyard ls --graphs --archived\n\nAll its versions are meant. What runs goes on."
    )]
    Archive(ShelveArgs),
    /// Take a graph out of the archive
    #[command(after_help = "Example:\n  trackyard unarchive nightly-backup")]
    Unarchive(ShelveArgs),
    /// Save a graph under another name
    #[command(
        after_help = "Examples:\n  trackyard clone nightly-backup weekly-backup\n  trackyard clone nightly-backup@2 as-it-was"
    )]
    Clone(CloneArgs),
    /// List the versions of a graph, or make one of them the newest again
    #[command(
        after_help = "Examples:\n  trackyard versions nightly-backup\n  trackyard versions nightly-backup --restore 2\n\nWhat changed between two of them: `trackyard diff nightly-backup@1 nightly-backup@2`."
    )]
    Versions(VersionsArgs),
    /// Say how the newest pipelines of a graph went, and each vertex in them
    #[command(
        after_help = "Examples:\n  trackyard stats nightly-backup\n  trackyard stats nightly-backup --days 30\n\nAll its versions are meant, and 1,000 pipelines at most."
    )]
    Stats(StatsArgs),
}

/// Does one of them.
pub(in crate::cli) fn graphs(context: &Context, verb: &GraphVerb) -> Result<u8, CliError> {
    match verb {
        GraphVerb::Archive(args) => shelve(context, args, Shelf::Archive),
        GraphVerb::Unarchive(args) => shelve(context, args, Shelf::Unarchive),
        GraphVerb::Clone(args) => clone(context, args),
        GraphVerb::Versions(args) => versions(context, args),
        GraphVerb::Stats(args) => stats(context, args),
    }
}
