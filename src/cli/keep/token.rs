//! `trackyard token`: the local token, with which programs speak with the server.

use clap::Subcommand;
use serde_json::json;

use crate::access::{TOKEN_FILE, read_token, stage_token};
use crate::app::{AppError, DATABASE, Hold};
use crate::cli::context::Context;
use crate::cli::error::{CliError, OK};
use crate::cli::output::{print, print_json};
use crate::cli::remote::Remote;
use crate::clock;
use crate::engine::Time;
use crate::store::sign_all_out;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum TokenVerb {
    /// Print the token, and nothing else
    #[command(after_help = "Example:\n  trackyard token show")]
    Show {
        /// Print one JSON object instead of the token alone
        #[arg(long)]
        json: bool,
    },
    /// Make a new one; the old one is void at once, also for a running server
    #[command(
        after_help = "Example:\n  trackyard token rotate\n\nAll browsers are signed out, and what the old token watches on a running server ends. The token itself is not printed: see `trackyard token show`."
    )]
    Rotate {
        /// Do nothing; say what would become of it
        #[arg(long)]
        dry_run: bool,
        /// Print one JSON object instead of text
        #[arg(long)]
        json: bool,
    },
    /// Print where the token is
    #[command(after_help = "Example:\n  trackyard token path")]
    Path {
        /// Print one JSON object instead of the path alone
        #[arg(long)]
        json: bool,
    },
}

/// Shows or replaces the token.
pub(super) fn token(context: &Context, verb: &TokenVerb) -> Result<u8, CliError> {
    let data = &context.config.data;
    let path = data.join(TOKEN_FILE);
    match *verb {
        TokenVerb::Show { json } => {
            if !path.exists() {
                return Err(none(context));
            }
            let token = read_token(data)?;
            match json {
                true => print_json(&json!({"token": token.text()}))?,
                false => print(token.text())?,
            }
        }
        TokenVerb::Rotate { dry_run, json } => {
            if !path.exists() {
                return Err(none(context));
            }
            if dry_run {
                let server = Remote::find(context)?;
                if let Some(server) = &server {
                    server.post("/token/rotate?dry_run=true", "application/json", None, "")?;
                }
                match json {
                    true => print_json(
                        &json!({"rotated": false, "server": server.is_some(), "dry_run": true}),
                    )?,
                    false => print(
                        "there would be a new token, and all browsers would be signed out. Nothing was done.",
                    )?,
                }
                return Ok(OK);
            }
            let ended = rotate(context)?;
            match (json, ended) {
                (true, ended) => print_json(
                    &json!({"rotated": true, "server": ended.is_none(), "sessions_ended": ended}),
                )?,
                (false, None) => print("there is a new token, and the server takes no other")?,
                (false, Some(ended)) => print(&format!(
                    "there is a new token, and {} signed out; no server works here now",
                    match ended {
                        1 => "1 browser is".to_owned(),
                        n => format!("{n} browsers are"),
                    }
                ))?,
            }
        }
        TokenVerb::Path { json } => match json {
            true => print_json(&json!({"path": path, "there": path.exists()}))?,
            false => print(&path.to_string_lossy())?,
        },
    }
    Ok(OK)
}

/// Makes a new token. None: a server has taken it over and signed all browsers out; else so many were
/// signed out here.
fn rotate(context: &Context) -> Result<Option<usize>, CliError> {
    if let Some(server) = Remote::find(context)? {
        server.post("/token/rotate", "application/json", None, "")?;
        return Ok(None);
    }
    // No server begins meanwhile, and goes on with the old one.
    let hold = Hold::take(&context.config.data, "token").map_err(|error| match error {
        AppError::Held { holder, .. } => context.held(&holder),
        other => other.into(),
    })?;
    let new = stage_token(&context.config.data)?;
    let database = context.config.data.join(DATABASE);
    let ended = match database.exists() {
        true => sign_all_out(&database, "cli", Time(clock::now()))?,
        false => 0,
    };
    new.put().map_err(|why| {
        CliError::Failed(format!(
            "all browsers are signed out, but the token stays as it is: {why}"
        ))
    })?;
    drop(hold);
    Ok(Some(ended))
}

fn none(context: &Context) -> CliError {
    let data = context.config.data.display();
    CliError::Failed(format!(
        "there is no token in `{data}` yet: the first `{}` makes it",
        context.command("serve")
    ))
}
