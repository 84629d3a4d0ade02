//! What may be written on the command line of these verbs.

use clap::Subcommand;

use super::bundle::{BundleArgs, bundle};
use super::gc::{GcArgs, gc};
use super::rm::{RmArgs, rm};
use crate::cli::context::Context;
use crate::cli::error::CliError;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum PastVerb {
    /// Write a pipeline as one file: graph, scripts, values, journal, logs
    #[command(
        after_help = "Examples:\n  trackyard bundle 7\n  trackyard bundle nightly-backup~1 -o night.tar.gz\n  trackyard bundle last -o - | tar -tzf -\n\nThe file is whole or not there at all; no secret is in it. It needs no server."
    )]
    Bundle(BundleArgs),
    /// Delete pipelines that are over, for good: history, logs and work
    #[command(
        after_help = "Examples:\n  trackyard rm 7 8 --why 'only a trial'\n  trackyard rm nightly-backup~1 --dry-run\n\nEach is deleted or refused for itself. Ends with 1 when one is refused."
    )]
    Rm(RmArgs),
    /// Delete old pipelines that are over, for good
    #[command(
        after_help = "Examples:\n  trackyard gc --dry-run\n  trackyard gc --older-than 90d --dry-run\n  trackyard gc --older-than 30d --keep-last 5\n  trackyard gc --keep-last 100 --graph nightly-backup\n\nWithout a choice: what goes by the rules of graphs and server (`retention:`), told by graph.\nWith both, a pipeline is deleted only if it is old and not among the newest of its graph. Those that have not\nended stay, and count among the newest. Ends with 1 when one is refused."
    )]
    Gc(GcArgs),
}

/// Does one of them.
pub(in crate::cli) fn past(context: &Context, verb: PastVerb) -> Result<u8, CliError> {
    match verb {
        PastVerb::Bundle(args) => bundle(context, &args),
        PastVerb::Rm(args) => rm(context, &args),
        PastVerb::Gc(args) => gc(context, &args),
    }
}
