//! `trackyard drain`: no new scripts, wait for those that run, end the server.

use std::time::Duration;

use clap::Args;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use serde_json::Value;

use super::context::Context;
use super::doing::Doing;
use super::error::{CliError, OK};
use super::output::{print, print_json, say};
use super::remote::Remote;
use crate::graph::Millis;

#[derive(Debug, Args)]
pub(super) struct DrainArgs {
    /// Start scripts again
    #[arg(long, conflicts_with = "within")]
    pub(super) undo: bool,
    /// Wait no longer than this, e.g. `10m`; ends with 1 when scripts still run then
    #[arg(long, value_name = "DURATION", value_parser = length)]
    pub(super) within: Option<Duration>,
    /// Do nothing; say what still runs
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Print the server's answer as JSON; what is said meanwhile goes to standard error
    #[arg(long)]
    pub(super) json: bool,
}

/// Empties the server, or takes that back.
pub(super) fn drain(context: &Context, args: &DrainArgs) -> Result<u8, CliError> {
    let server = Remote::needed(context)?;
    let (dry_run, json) = (args.dry_run, args.json);
    let path = Doing { dry_run, json }.at("/drain");
    if args.undo {
        let answer = server.delete(&path)?;
        match (json, dry_run) {
            (true, _) => print_json(&answer)?,
            (false, true) => print("the server would start scripts again. Nothing was done.")?,
            (false, false) => print("the server starts scripts again")?,
        }
        return Ok(OK);
    }
    if dry_run {
        let answer = server.post(&path, "application/json", None, "")?;
        match json {
            true => print_json(&answer)?,
            false => print(&format!(
                "no new script would start, and the server would end once nothing runs; {}. Nothing was done.",
                running(&answer)
            ))?,
        }
        return Ok(OK);
    }
    // Taken before the server is asked: by the time it answers it may have ended.
    let process = i32::try_from(server.pid).ok().and_then(Pid::from_raw);
    let process = process.ok_or(rustix::io::Errno::SRCH);
    let process = process.and_then(|pid| pidfd_open(pid, PidfdFlags::empty()));
    let process =
        process.map_err(|why| CliError::Failed(format!("the server cannot be watched: {why}")))?;
    let answer = server.post(&path, "application/json", None, "")?;
    let scripts = running(&answer);
    let undo = context.command("drain --undo");
    let told = |text: &str| match args.json {
        true => {
            say(text);
            Ok(())
        }
        false => print(text),
    };
    if args.json {
        print_json(&answer)?;
    }
    told(&format!(
        "no new script starts; {scripts} (Ctrl-C ends the waiting, `{undo}` takes it back)"
    ))?;
    let within = args.within.map(|d| Timespec {
        tv_sec: d.as_secs().try_into().unwrap_or(i64::MAX),
        tv_nsec: d.subsec_nanos().into(),
    });
    let mut ended = [PollFd::new(&process, PollFlags::IN)];
    match poll(&mut ended, within.as_ref()) {
        Ok(0) => Err(CliError::Failed(format!(
            "scripts still run after {}: the server goes on without starting new ones",
            shown(args.within.unwrap_or_default())
        ))),
        Ok(_) => {
            told("the server has ended; what waits is started by the next one")?;
            Ok(OK)
        }
        Err(why) => Err(CliError::Failed(format!(
            "the server cannot be watched: {why}"
        ))),
    }
}

/// How many scripts run, in words.
fn running(answer: &Value) -> String {
    match answer["running"].as_u64().unwrap_or_default() {
        0 => "nothing runs".to_owned(),
        1 => "1 script still runs".to_owned(),
        n => format!("{n} scripts still run"),
    }
}

/// A length of time in words.
pub(super) fn shown(time: Duration) -> String {
    crate::clock::format_duration(i64::try_from(time.as_millis()).unwrap_or(i64::MAX))
}

/// A length of time as people write it.
pub(super) fn length(text: &str) -> Result<Duration, String> {
    Millis::parse(text)
        .map(|m| Duration::from_millis(m.0))
        .ok_or_else(|| "write a whole number with a unit: 500ms, 30s, 5m, 2h or 1d".to_owned())
}
