//! `trackyard migrate`: the database as this version needs it, without a server.

use clap::Args;
use serde_json::json;

use crate::app::{AppError, DATABASE, Hold, Holder};
use crate::cli::context::Context;
use crate::cli::error::{CliError, OK};
use crate::cli::output::{counted, print, print_json};
use crate::store::{Durability, StoreError, Writer, kept_copy, look, schema_version};

use super::backup::whole;

#[derive(Debug, Args)]
pub(in crate::cli) struct MigrateArgs {
    /// Do nothing; list what would be done
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// Brings the database up to date, or says what that would be.
pub(super) fn migrate(context: &Context, args: &MigrateArgs) -> Result<u8, CliError> {
    // Says what is wrong when there is none, or one of a newer version.
    drop(context.store()?);
    let path = context.config.data.join(DATABASE);
    let hold = match args.dry_run {
        true => match Hold::holder(&context.config.data) {
            Some(holder) => return Err(at_work(context, &holder)),
            None => None,
        },
        false => Some(Hold::take(&context.config.data, "migrate").map_err(
            |error| match error {
                AppError::Held { holder, .. } => at_work(context, &holder),
                other => other.into(),
            },
        )?),
    };
    let found = look(&path)?;
    whole(&found, "the database")?;
    let pending = &found.standing.pending;
    let kept = pending.first().map(|first| kept_copy(&path, first));
    if !args.dry_run && kept.is_some() {
        drop(Writer::open(&path, Durability::Full, "")?);
        let after = look(&path)?;
        whole(&after, "the new database")?;
        if !after.standing.pending.is_empty() {
            let why = "changes are still missing".to_owned();
            return Err(StoreError::Migration { path, why }.into());
        }
    }
    drop(hold);
    let schema = schema_version();
    if args.json {
        print_json(
            &json!({"done": !args.dry_run && kept.is_some(), "from": found.standing.schema,
            "to": schema, "changes": pending, "kept": kept, "dry_run": args.dry_run}),
        )?;
        return Ok(OK);
    }
    let Some(kept) = kept else {
        let nothing = match args.dry_run {
            true => ". Nothing was done.",
            false => "",
        };
        print(&format!(
            "nothing to do: the database has the form of this version ({schema}){nothing}"
        ))?;
        return Ok(OK);
    };
    let list: String = pending.iter().map(|name| format!("  {name}\n")).collect();
    let n = counted(pending.len(), "change");
    let kept = kept.display();
    print(&match args.dry_run {
        true => format!("{n} would be made, after a copy to {kept}:\n{list}Nothing was done."),
        false => format!("{n} made; as it was, the database is kept in {kept}:\n{list}"),
    })?;
    Ok(OK)
}

/// Somebody works with the database: whoever does has brought it to the form of its own version.
fn at_work(context: &Context, holder: &Holder) -> CliError {
    if holder.url.is_none() {
        // There is no server that could be drained.
        return context.held(holder);
    }
    let drain = context.command("drain");
    CliError::Failed(format!(
        "{holder} works with this database, which has the form of its version since it began: end it (`{drain}` \
         waits for its scripts), then begin it with this program, or call this verb"
    ))
}
