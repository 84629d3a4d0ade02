//! `trackyard restore FILE`: a data directory from a backup.
//!
//! Everything is made in a directory beside, which gets its name in one step at the end.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use chrono::Utc;
use clap::Args;
use serde_json::json;

use super::archive::{Manifest, unpack};
use super::backup::{amount, whole};
use crate::app::{AppError, DATABASE, Hold, Holder, KEY_FILE, Restored, restored};
use crate::cli::context::Context;
use crate::cli::error::{CliError, OK};
use crate::cli::output::{counted, print, print_json};
use crate::clock;
use crate::engine::{PipelineId, Time};
use crate::spool::Spool;
use crate::store::look;

/// Pipelines that are named; of more than these the number is told.
const MOST_NAMED: usize = 20;

#[derive(Debug, Args)]
pub(in crate::cli) struct RestoreArgs {
    /// The backup, as `trackyard backup` wrote it
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Move what is in the data directory aside; nothing is deleted
    #[arg(long)]
    force: bool,
    /// Let pipelines that had not ended go on at once: what has run since the backup runs again
    #[arg(long)]
    resume: bool,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// Makes a data directory.
pub(super) fn restore(context: &Context, args: &RestoreArgs) -> Result<u8, CliError> {
    let data = &context.config.data;
    let shown = data.display();
    let failed = |why: io::Error| CliError::Failed(format!("`{shown}` was not restored: {why}"));
    let old = taken(context, args)?;
    let beside = data.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(beside).map_err(failed)?;
    let own = tempfile::Builder::new()
        .prefix(".trackyard-restore-")
        .permissions(fs::Permissions::from_mode(0o700))
        .tempdir_in(beside);
    let own = own.map_err(failed)?;
    let manifest = unpack(&args.file, Some(own.path())).map_err(|why| {
        let file = args.file.display();
        CliError::Failed(format!("`{file}` is no backup that can be used: {why}"))
    })?;
    let path = own.path().join(DATABASE);
    whole(&look(&path)?, "the database in the backup")?;
    let why = format!(
        "the data was restored from a backup of {}",
        manifest.made_at
    );
    let pause = (!args.resume).then_some(why.as_str());
    let found = restored(&path, pause, Time(clock::now()))?;
    let on_disk = fs::File::open(own.path()).map_err(failed)?;
    rustix::fs::syncfs(&on_disk).map_err(|why| failed(why.into()))?;
    let aside = match &old {
        None => None,
        Some(_) => {
            let aside = aside(data);
            fs::rename(data, &aside).map_err(failed)?;
            Some(aside)
        }
    };
    fs::rename(own.path(), data).map_err(|why| {
        // As it was before.
        let back = aside.as_ref().map_or(Ok(()), |aside| fs::rename(aside, data));
        let more = back.err().map_or_else(String::new, |why| format!("; {why}"));
        CliError::Failed(format!(
            "`{shown}` was not restored: {why}{more}; a directory that is mounted cannot be replaced: \
             give one inside it"
        ))
    })?;
    // It has its name now: nothing is to be removed.
    let _ = own.keep();
    fs::File::open(beside)
        .and_then(|dir| dir.sync_all())
        .map_err(failed)?;
    drop(old);
    if args.json {
        let ids = |all: &[PipelineId]| all.iter().map(|id| id.0).collect::<Vec<_>>();
        print_json(
            &json!({"data": data, "manifest": manifest, "moved_to": aside,
            "live": ids(&found.live), "paused": ids(&found.paused),
            "interrupted": found.interrupted}),
        )?;
    } else {
        print(&told(context, &manifest, &found, aside.as_deref()))?;
    }
    Ok(OK)
}

/// Whether something is in the data directory: then the right to work on it, so that no server begins
/// meanwhile. A directory in use is refused, and without `--force` one that is not empty.
fn taken(context: &Context, args: &RestoreArgs) -> Result<Option<Hold>, CliError> {
    let data = &context.config.data;
    let shown = data.display();
    if let Some(holder) = Hold::holder(data) {
        return Err(at_work(context, &holder));
    }
    let empty = match fs::read_dir(data) {
        Ok(mut entries) => entries.next().is_none(),
        Err(why) if why.kind() == io::ErrorKind::NotFound => true,
        Err(why) => return Err(CliError::Failed(format!("`{shown}` cannot be read: {why}"))),
    };
    if empty {
        return Ok(None);
    }
    if !args.force {
        return Err(CliError::Failed(format!(
            "`{shown}` is not empty: give another directory with `--data DIR`, or `--force` to move \
             what is there aside"
        )));
    }
    let hold = Hold::take(data, "restore").map_err(|error| match error {
        AppError::Held { holder, .. } => at_work(context, &holder),
        other => other.into(),
    })?;
    let supervisors = match Spool::at(&data.join("spool")) {
        Ok(spool) => spool.instances().unwrap_or_default(),
        // There never was one.
        Err(_) => Vec::new(),
    };
    if supervisors.iter().any(|one| one.alive().unwrap_or(true)) {
        return Err(CliError::Failed(format!(
            "scripts still run in `{shown}`: end them first, with a server and `{}`, or wait",
            context.command("drain")
        )));
    }
    Ok(Some(hold))
}

/// Somebody works on the data directory, and would go on with what was moved aside.
fn at_work(context: &Context, holder: &Holder) -> CliError {
    if holder.url.is_none() {
        return context.held(holder);
    }
    let (data, drain) = (context.config.data.display(), context.command("drain"));
    CliError::Failed(format!(
        "{holder} works on the data directory `{data}`: end it with `{drain}`, which waits for its scripts, or give \
         another directory with `--data DIR`"
    ))
}

/// Where what was there goes.
fn aside(data: &Path) -> PathBuf {
    let mut name = data.as_os_str().to_owned();
    name.push(format!(
        ".before-restore-{}",
        Utc::now().format("%Y%m%dT%H%M%S%3fZ")
    ));
    PathBuf::from(name)
}

/// What was done, and what the first server will find.
fn told(context: &Context, manifest: &Manifest, found: &Restored, aside: Option<&Path>) -> String {
    let data = context.config.data.display();
    let mut text = format!(
        "restored {data} from a backup of {}: {}\nit has mode 700: this user alone can use it\n",
        manifest.made_at,
        counted(amount(manifest.counts.pipelines), "pipeline")
    );
    if let Some(aside) = aside {
        text.push_str(&format!("what was there is in {}\n", aside.display()));
    }
    if manifest.sealed && !manifest.key {
        text.push_str(&format!(
            "no server starts before the key of its secrets is there: put `{KEY_FILE}` into it\n"
        ));
    }
    if !manifest.logs {
        text.push_str("the logs of earlier scripts are not in the backup\n");
    }
    if found.interrupted > 0 {
        let n = counted(found.interrupted, "script");
        text.push_str(&format!(
            "{n} ran when it was made: INTERRUPTED at the first start, for you to say how it ended\n"
        ));
    }
    let named: Vec<String> = found
        .live
        .iter()
        .take(MOST_NAMED)
        .map(|id| format!("#{id}"))
        .collect();
    let more = found.live.len().saturating_sub(MOST_NAMED);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    match (found.live.len(), found.paused.len()) {
        (0, _) => text.push_str("nothing in it goes on\n"),
        (_, 0) => text.push_str(&format!("these go on at the first start, unless they were paused: {}{more}\n", named.join(" "))),
        (n, _) => text.push_str(&format!(
            "{} had not ended: {}{more}. Paused, because scripts may have run since; look, then `{}`\n",
            counted(n, "pipeline"),
            named.join(" "),
            context.command("resume PIPELINE")
        )),
    }
    text
}
