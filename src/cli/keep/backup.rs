//! `trackyard backup FILE`: everything in one file, while the server works or not.

use std::fs;
use std::io;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::archive::{FORMAT, LOGS, Manifest, digest, pack, unpack};
use crate::app::{DATABASE, KEY_FILE, right_key};
use crate::cli::context::Context;
use crate::cli::error::{CliError, OK};
use crate::cli::output::{beside, counted, persist, print, print_json, say, size};
use crate::clock;
use crate::store::{Look, Store, copy, look};

#[derive(Debug, Args)]
pub(in crate::cli) struct BackupArgs {
    /// The file to write, e.g. `trackyard.tar.gz`
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Put the key of the secrets in, too: whoever has the file can read them then
    #[arg(long)]
    with_key: bool,
    /// Put the logs of all scripts in, too
    #[arg(long)]
    logs: bool,
    /// Replace a file of that name
    #[arg(long)]
    force: bool,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// Writes a backup.
pub(super) fn backup(context: &Context, args: &BackupArgs) -> Result<u8, CliError> {
    let (data, file) = (&context.config.data, &args.file);
    let shown = file.display();
    if file.exists() && !args.force {
        return Err(CliError::Failed(format!(
            "`{shown}` is there already: give another name, or `--force` to replace it"
        )));
    }
    // Says what is wrong when there is none.
    drop(context.store()?);
    let failed = |why: io::Error| CliError::Failed(format!("`{shown}` was not written: {why}"));
    let own = tempfile::Builder::new()
        .prefix(".trackyard-backup-")
        .tempdir_in(beside(file));
    let own = own.map_err(failed)?;
    let copied = own.path().join(DATABASE);
    copy(&data.join(DATABASE), &copied)?;
    let found = look(&copied)?;
    whole(&found, "the copy of the database")?;
    let sealed = match (
        Store::open(&copied, 1)?.any_sealed(),
        found.standing.pending.len(),
    ) {
        (Err(why), 0) => return Err(why.into()),
        // An older version knew no secrets.
        (sealed, _) => sealed.unwrap_or_default(),
    };
    let mut files = vec![(DATABASE, copied.clone())];
    if args.with_key {
        let key = data.join(KEY_FILE);
        if key.exists() {
            right_key(data, sealed.as_deref()).map_err(|why| CliError::Failed(why.to_string()))?;
            files.push((KEY_FILE, key));
        } else if sealed.is_some() {
            let key = key.display();
            return Err(CliError::Failed(format!(
                "the key file `{key}` is not there"
            )));
        }
    }
    let manifest = Manifest {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: clock::format_utc(clock::now()),
        schema: found.standing.schema.clone().unwrap_or_default(),
        counts: found.counts,
        database_bytes: fs::metadata(&copied).map_err(failed)?.len(),
        database_sha256: digest(&copied).map_err(failed)?,
        sealed: sealed.is_some(),
        key: files.len() > 1,
        logs: args.logs,
    };
    let mut out = tempfile::NamedTempFile::new_in(own.path()).map_err(failed)?;
    let logs = args.logs.then(|| data.join(LOGS));
    pack(out.as_file_mut(), &manifest, &files, logs.as_deref()).map_err(failed)?;
    // It is of use only if it can be read.
    unpack(out.path(), None).map_err(failed)?;
    let bytes = out.as_file().metadata().map_err(failed)?.len();
    persist(out, file, args.force).map_err(failed)?;
    if args.json {
        print_json(&json!({"file": file, "bytes": bytes, "manifest": manifest}))?;
    } else {
        print(&format!(
            "wrote {shown} ({}): {}, {} of them live, {}",
            size(bytes),
            counted(amount(manifest.counts.pipelines), "pipeline"),
            manifest.counts.live,
            counted(amount(manifest.counts.graphs), "graph"),
        ))?;
    }
    if manifest.sealed && !manifest.key {
        let key = data.join(KEY_FILE);
        say(&format!(
            "the secrets in it are sealed, and their key is not in it: keep a copy of `{}` elsewhere, \
             or give --with-key",
            key.display()
        ));
    }
    Ok(OK)
}

/// Refuses a database that is damaged.
pub(super) fn whole(found: &Look, what: &str) -> Result<(), CliError> {
    match found.damage.first() {
        None => Ok(()),
        Some(damage) => Err(CliError::Failed(format!(
            "{what} is damaged ({damage}): look at the disk with `trackyard doctor`"
        ))),
    }
}

pub(super) fn amount(n: i64) -> usize {
    usize::try_from(n).unwrap_or_default()
}
