//! `trackyard secret`: named secrets. A value comes from standard input, never from an argument:
//! arguments are seen by everybody on the machine and stay in the shell's history.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::thread;

use clap::Subcommand;
use crossbeam_channel::{bounded, select};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use serde_json::json;

use super::context::Context;
use super::doing::Doing;
use super::error::{CliError, OK};
use super::output::{local_time, print, print_json, table};
use super::remote::Remote;
use super::signals::{exit_code, signals};
use crate::app::limits;
use crate::clock;
use crate::config::Config;
use crate::desk::{SecretError, judge_secret, would_remove_secret};
use crate::graph::Hidden;
use crate::store::SecretHead;

#[derive(Debug, Subcommand)]
pub(super) enum SecretVerb {
    /// Set a secret to the text of standard input; on a terminal it is asked for and not shown
    #[command(after_help = "Example:\n  trackyard secret set DB_PASSWORD <password.txt")]
    Set {
        /// What graphs call it
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        doing: Doing,
    },
    /// List the names and times of all secrets
    #[command(after_help = "Example:\n  trackyard secret ls")]
    Ls {
        /// Print one JSON object instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Remove a secret
    #[command(after_help = "Example:\n  trackyard secret rm DB_PASSWORD")]
    Rm {
        /// What graphs call it
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        doing: Doing,
    },
}

/// Sets, lists or removes named secrets.
pub(super) fn secret(context: &Context, verb: SecretVerb) -> Result<u8, CliError> {
    match verb {
        SecretVerb::Set { name, doing } => set(context, &name, doing),
        SecretVerb::Ls { json } => ls(context, json),
        SecretVerb::Rm { name, doing } => rm(context, &name, doing),
    }
}

fn set(context: &Context, name: &str, doing: Doing) -> Result<u8, CliError> {
    let value = read_value("-", &format!("value of `{name}`"), &context.config)?;
    match Remote::find(context)? {
        Some(server) => {
            let body = json!({"value": value.text()}).to_string();
            server.put(&doing.at(&path(name)), &body)?;
        }
        None if doing.dry_run => {
            // As the deed does: nothing can be sealed without the right key.
            context.would_open()?;
            judge_secret(&limits(&context.config), name, &value)?;
        }
        None => {
            let app = context.open("secret")?;
            let set = app.desk.set_secret(name, &value, "cli");
            app.stop();
            set?;
        }
    }
    match doing.json {
        true => print_json(&json!({"name": name, "dry_run": doing.dry_run}))?,
        false => print(&doing.told(&format!("the secret `{name}`"), "set"))?,
    }
    Ok(OK)
}

fn ls(context: &Context, json: bool) -> Result<u8, CliError> {
    let secrets = context.store()?.secrets()?;
    if json {
        let one = |s: &SecretHead| {
            json!({"name": s.name, "creator": s.creator,
            "created_at": clock::format_utc(s.created_at), "updated_at": clock::format_utc(s.updated_at)})
        };
        print_json(&json!({"secrets": secrets.iter().map(one).collect::<Vec<_>>()}))?;
        return Ok(OK);
    }
    let row = |s: &SecretHead| {
        let times = [local_time(s.updated_at), local_time(s.created_at)];
        [s.name.clone()].into_iter().chain(times).collect()
    };
    let rows: Vec<Vec<String>> = secrets.iter().map(row).collect();
    print(&table(&["SECRET", "SET", "FIRST SET"], &rows))?;
    Ok(OK)
}

fn rm(context: &Context, name: &str, doing: Doing) -> Result<u8, CliError> {
    let unfinished = match Remote::find(context)? {
        Some(server) => {
            let answer = server.delete(&doing.at(&path(name)))?;
            answer["unfinished_pipelines"].as_u64().unwrap_or_default()
        }
        None if doing.dry_run => match context.would_open()? {
            Some(store) => would_remove_secret(&store, name)? as u64,
            None => return Err(SecretError::Unknown(name.to_owned()).into()),
        },
        None => {
            let app = context.open("secret")?;
            let removed = app.desk.remove_secret(name, "cli");
            app.stop();
            removed? as u64
        }
    };
    if doing.json {
        print_json(
            &json!({"name": name, "unfinished_pipelines": unfinished, "dry_run": doing.dry_run}),
        )?;
        return Ok(OK);
    }
    let consequence = match unfinished {
        0 => String::new(),
        1 => "; 1 pipeline that has not ended names it: what it still starts will fail".to_owned(),
        n => {
            format!("; {n} pipelines that have not ended name it: what they still start will fail")
        }
    };
    let removed = format!("removed{consequence}");
    print(&doing.told(&format!("the secret `{name}`"), &removed))?;
    Ok(OK)
}

/// The address of a secret. A name that is none stays as it is, for the server to refuse.
fn path(name: &str) -> String {
    let byte = |b: u8| match b.is_ascii_alphanumeric() || b == b'_' {
        true => char::from(b).to_string(),
        false => format!("%{b:02X}"),
    };
    format!("/secrets/{}", name.bytes().map(byte).collect::<String>())
}

/// A value from a file, or from standard input for `-`: asked for without echo on a terminal. One
/// line break at its end is not part of it.
pub(super) fn read_value(file: &str, what: &str, config: &Config) -> Result<Hidden, CliError> {
    let most = config.max_value_bytes;
    let stdin = io::stdin();
    let bytes = match file {
        "-" if stdin.is_terminal() => return ask(what),
        "-" => bytes(stdin.lock(), most),
        file => File::open(file).and_then(|open| bytes(open, most)),
    };
    let failed = |why: &dyn std::fmt::Display| CliError::Usage(format!("the {what}: {why}"));
    let bytes = bytes.map_err(|why| failed(&format!("`{file}` cannot be read: {why}")))?;
    if bytes.len() as u64 > most {
        return Err(failed(&format!("`{file}` has more than {most} bytes")));
    }
    let text = String::from_utf8(bytes).map_err(|_| failed(&format!("`{file}` is not UTF-8")))?;
    Ok(one_end_less(text))
}

fn bytes(from: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn one_end_less(mut text: String) -> Hidden {
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Hidden::new(text)
}

/// The terminal as it was, when this goes away.
struct Echo(Termios);

impl Drop for Echo {
    fn drop(&mut self) {
        // A terminal that is gone needs nothing.
        let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &self.0);
    }
}

/// Asks for a line on the terminal without showing what is typed.
fn ask(what: &str) -> Result<Hidden, CliError> {
    let failed = |why: io::Error| CliError::Failed(format!("the terminal cannot be read: {why}"));
    let signals = signals()?;
    let before = tcgetattr(io::stdin()).map_err(|why| failed(why.into()))?;
    let mut silent = before.clone();
    silent.local_modes -= LocalModes::ECHO;
    silent.local_modes |= LocalModes::ECHONL;
    let _echo = Echo(before);
    let set = tcsetattr(io::stdin(), OptionalActions::Flush, &silent);
    set.map_err(|why| failed(why.into()))?;
    let mut err = io::stderr().lock();
    // Without a prompt the answer is read all the same.
    let _ = write!(err, "{what} (it is not shown): ");
    let (send, line) = bounded(1);
    let read = move || {
        let mut text = String::new();
        let result = io::stdin().read_line(&mut text);
        // Nobody listens after a signal.
        let _ = send.send(result.map(|_| text));
    };
    let reader = thread::Builder::new().name("prompt".to_owned());
    reader.spawn(read).map_err(failed)?;
    select! {
        recv(signals) -> signal => Err(CliError::Told(exit_code(signal.unwrap_or(2)))),
        recv(line) -> line => match line {
            Ok(Ok(text)) => Ok(one_end_less(text)),
            Ok(Err(why)) => Err(failed(why)),
            Err(_) => Err(CliError::Failed("the terminal cannot be read".to_owned())),
        },
    }
}

impl From<SecretError> for CliError {
    fn from(error: SecretError) -> Self {
        match error {
            SecretError::Name(_) | SecretError::Value(..) => Self::Usage(error.to_string()),
            SecretError::Unknown(_)
            | SecretError::Seal(_)
            | SecretError::Command(_)
            | SecretError::Store(_) => Self::Failed(error.to_string()),
        }
    }
}
