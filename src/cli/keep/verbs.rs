//! What may be written on the command line of these verbs.

use clap::Subcommand;

use super::audit::{AuditArgs, audit};
use super::backup::{BackupArgs, backup};
use super::doctor::{DoctorArgs, doctor};
use super::fmt::{FmtArgs, fmt};
use super::migrate::{MigrateArgs, migrate};
use super::restore::{RestoreArgs, restore};
use super::token::{TokenVerb, token};
use crate::cli::context::Context;
use crate::cli::error::CliError;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum KeepVerb {
    /// Lay definitions out in one way, with their comments
    #[command(
        after_help = "Examples:\n  trackyard fmt backup.yaml\n  trackyard fmt --check *.yaml\n  trackyard fmt - <backup.yaml\n\nA file is changed only when it means the same afterwards and no comment is lost. --check ends with 1 if a file would be changed. A definition with an error is left alone, and ends it with 1."
    )]
    Fmt(FmtArgs),
    /// Look whether everything is as a server needs it: database, disk, clock, limits, address
    #[command(
        after_help = "Example:\n  trackyard doctor --data /srv/trackyard\n\nEnds with 1 when something is bad; notices alone are no failure. It changes nothing, and reads the whole database."
    )]
    Doctor(DoctorArgs),
    /// Write everything into one file, also while the server works
    #[command(
        after_help = "Examples:\n  trackyard backup trackyard.tar.gz\n  trackyard backup --with-key --logs /mnt/backup/trackyard.tar.gz --force\n\nThe file is whole or not there at all, and is read once more before it gets its name. Secrets stay sealed in it: without the key file (`secret.key` of the data directory) nobody can open them. Keep the key elsewhere, or give --with-key and keep the file as you would keep a password."
    )]
    Backup(BackupArgs),
    /// Make a data directory from a backup
    #[command(
        after_help = "Examples:\n  trackyard restore trackyard.tar.gz --data /srv/trackyard\n  trackyard restore trackyard.tar.gz --data /srv/trackyard --force\n\nNothing that ran since the backup is run again by itself: a script that ran when it was made is INTERRUPTED, and pipelines that had not ended are paused until you resume them. The directory gets mode 700, whatever it had before. --force moves what is in the directory aside."
    )]
    Restore(RestoreArgs),
    /// Bring the database to the form that this version needs, without serving
    #[command(
        after_help = "Examples:\n  trackyard migrate --dry-run\n  trackyard migrate\n\n`serve` does the same when it begins. The database as it was is kept beside the new one."
    )]
    Migrate(MigrateArgs),
    /// List who changed graphs, hooks, secrets and the token, and who drained the server
    #[command(
        after_help = "Examples:\n  trackyard audit\n  trackyard audit --object graph --name nightly-backup\n  trackyard audit --who browser --since 1d\n\nWhat was asked of pipelines is in their journals: see `trackyard bundle`."
    )]
    Audit(AuditArgs),
    /// Print the local token, or replace it
    #[command(
        subcommand,
        after_help = "Examples:\n  curl -H \"Authorization: Bearer $(trackyard token show)\" http://127.0.0.1:8000/api/v1/graphs\n  trackyard token rotate\n\nWhoever has the token has every right."
    )]
    Token(TokenVerb),
}

/// Does one of them.
pub(in crate::cli) fn keep(context: &Context, verb: KeepVerb) -> Result<u8, CliError> {
    match verb {
        // Without the settings of a data directory: see where the verbs are told apart.
        KeepVerb::Fmt(args) => fmt(&context.config, &args),
        KeepVerb::Doctor(args) => doctor(context, &args),
        KeepVerb::Backup(args) => backup(context, &args),
        KeepVerb::Restore(args) => restore(context, &args),
        KeepVerb::Migrate(args) => migrate(context, &args),
        KeepVerb::Audit(args) => audit(context, args),
        KeepVerb::Token(verb) => token(context, &verb),
    }
}
