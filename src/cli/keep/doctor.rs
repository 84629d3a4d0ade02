//! `trackyard doctor`: what was found, one line each, with what to do about it.

use clap::Args;
use serde_json::{Value, json};

use super::checks::{Finding, Level};
use super::facts::examine;
use crate::cli::context::Context;
use crate::cli::error::{CliError, FAILED, OK};
use crate::cli::output::{counted, print, print_json, visible};

#[derive(Debug, Args)]
pub(in crate::cli) struct DoctorArgs {
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// Looks at everything; changes nothing.
pub(super) fn doctor(context: &Context, args: &DoctorArgs) -> Result<u8, CliError> {
    let findings = examine(context);
    let of = |level| findings.iter().filter(|f| f.level == level).count();
    let (bad, notices) = (of(Level::Bad), of(Level::Notice));
    if args.json {
        let all: Vec<Value> = findings.iter().map(as_json).collect();
        print_json(&json!({"healthy": bad == 0, "bad": bad, "notices": notices, "checks": all}))?;
    } else {
        let mut text: String = findings.iter().map(line).collect();
        text.push_str(&summary(bad, notices));
        print(&text)?;
    }
    Ok(if bad > 0 { FAILED } else { OK })
}

fn as_json(finding: &Finding) -> Value {
    json!({"check": finding.check, "level": finding.level.word(), "says": finding.says,
           "to_do": finding.to_do})
}

fn line(finding: &Finding) -> String {
    let (level, check, says) = (finding.level.word(), finding.check, visible(&finding.says));
    match finding.to_do.as_str() {
        "" => format!("{level:<6}  {check:<12}  {says}\n"),
        to_do => format!("{level:<6}  {check:<12}  {says}: {}\n", visible(to_do)),
    }
}

fn summary(bad: usize, notices: usize) -> String {
    match (bad, notices) {
        (0, 0) => "all is well\n".to_owned(),
        (0, n) => format!("nothing is bad; {}\n", counted(n, "notice")),
        (b, n) => format!("{b} bad, {}\n", counted(n, "notice")),
    }
}
