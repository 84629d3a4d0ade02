//! `trackyard audit`: who changed what people define and keep, read from the database.

use clap::Args;
use serde_json::json;

use crate::api::wire;
use crate::cli::context::Context;
use crate::cli::error::{CliError, OK};
use crate::cli::filter::moment;
use crate::cli::output::{cut, local_time, print, print_json, say_more, table, visible};
use crate::engine::Time;
use crate::store::{DeedFilter, DeedRow, Object};

#[derive(Debug, Args)]
pub(in crate::cli) struct AuditArgs {
    /// Done with one of these: `graph`, `hook`, `secret`, `token`, `sign-in-link`, `server`
    #[arg(long, value_name = "OBJECT", value_parser = object)]
    object: Option<Object>,
    /// Done with what is called so; of a hook with its graph
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Done by this one: `token`, `browser`, `cli`
    #[arg(long, value_name = "WHO")]
    who: Option<String>,
    /// Done then or later: a moment such as `2026-01-31T12:00:00Z`, or a time ago such as `2h`
    #[arg(long, value_name = "WHEN", value_parser = moment)]
    since: Option<Time>,
    /// At most this many, the newest first
    #[arg(short = 'n', long = "limit", value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

fn object(text: &str) -> Result<Object, String> {
    let words = || format!("there are {}", Object::ALL.map(Object::word).join(", "));
    Object::from_word(text).ok_or_else(words)
}

/// Lists what was done.
pub(super) fn audit(context: &Context, args: AuditArgs) -> Result<u8, CliError> {
    let filter = DeedFilter {
        object: args.object,
        name: args.name,
        who: args.who,
        since: args.since,
    };
    let limit = i64::from(args.limit) + 1;
    let mut found = context.store()?.deeds(&filter, i64::MAX, limit)?;
    let more = cut(&mut found, args.limit);
    if args.json {
        let next = found.last().filter(|_| more);
        let next = next.map(|last| wire::deeds_after(last.id));
        let deeds: Vec<_> = found.into_iter().map(wire::Deed::from).collect();
        print_json(&json!({"deeds": deeds, "next": next}))?;
        return Ok(OK);
    }
    let rows: Vec<Vec<String>> = found.iter().map(row).collect();
    print(&table(
        &["WHEN", "WHO", "DID", "WITH", "NAME", "MORE"],
        &rows,
    ))?;
    if more {
        say_more(rows.len());
    }
    Ok(OK)
}

fn row(deed: &DeedRow) -> Vec<String> {
    let number = deed.number.map(|number| format!(" {number}"));
    vec![
        local_time(deed.at),
        visible(&deed.who),
        deed.verb.clone(),
        format!("{}{}", deed.object, number.unwrap_or_default()),
        visible(&deed.name),
        visible(&deed.detail),
    ]
}
