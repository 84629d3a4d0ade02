//! Asking the same of many pipelines on the running server, a page of them at a time.

use clap::Args;
use serde_json::{Value, json};

use super::asks::SaidArgs;
use super::context::Context;
use super::error::{CliError, FAILED, OK};
use super::filter::{FilterArgs, WHICH};
use super::output::{counted, print, say, visible};
use super::remote::Remote;
use crate::desk::PipelineAsk;

/// Pipelines that the server is asked about at once.
const PAGE: usize = 200;

/// Many pipelines, instead of one.
#[derive(Debug, Args)]
pub(super) struct ManyArgs {
    #[command(flatten)]
    filter: FilterArgs,
    /// All that it can be asked of
    #[arg(long, help_heading = WHICH, conflicts_with_all = FILTER)]
    all: bool,
}

/// The names of what is said of many.
pub(super) const MANY: [&str; 6] = ["all", "graph", "state", "name", "since", "until"];
/// The same of what pipelines are found by.
pub(super) const FILTER: [&str; 5] = ["graph", "state", "name", "since", "until"];

/// What became of all of them.
#[derive(Default)]
struct Sums {
    done: usize,
    refused: usize,
}

/// Asks; each is done or refused for itself.
pub(super) fn ask(
    context: &Context,
    ask: PipelineAsk,
    many: &ManyArgs,
    said: &SaidArgs,
) -> Result<u8, CliError> {
    let server = Remote::needed(context)?;
    let query = if said.dry_run { "?dry_run=true" } else { "" };
    let path = format!("/pipelines/actions/{}{query}", ask.word());
    let mut body = json!({
        "filter": many.filter.body(context)?,
        "everything": many.all,
        "limit": PAGE,
        "why": said.why,
    });
    let mut sums = Sums::default();
    loop {
        let mut answer = server.post(&path, "application/json", None, &body.to_string())?;
        for line in answer["pipelines"].as_array().into_iter().flatten() {
            sums.tell(line, ask, said)?;
        }
        match answer["next"].take() {
            Value::Null => break,
            next => body["cursor"] = next,
        }
    }
    sums.sum_up(ask, said)
}

impl Sums {
    /// What became of one.
    fn tell(&mut self, line: &Value, ask: PipelineAsk, said: &SaidArgs) -> Result<(), CliError> {
        let word = |value: &Value| visible(value.as_str().unwrap_or_default());
        let who = format!(
            "pipeline {} ({}, {})",
            line["id"],
            word(&line["name"]),
            word(&line["from"])
        );
        let refused = line["outcome"] == "refused";
        match refused {
            true => self.refused += 1,
            false => self.done += 1,
        }
        if said.json {
            return print(&line.to_string());
        }
        if refused {
            say(&format!(
                "trackyard: {who} is left as it is: {}",
                word(&line["detail"])
            ));
            return Ok(());
        }
        let verb = verb(ask);
        let counts = line["counts"].as_object().into_iter().flatten();
        let counts = counts.filter(|(_, count)| **count != json!(0));
        let counts: Vec<String> = counts.map(|(will, n)| format!("{will} {n}")).collect();
        match said.dry_run {
            true => print(&format!(
                "{who} would be {}: {}",
                word(&line["to"]),
                counts.join(", ")
            )),
            false => print(&format!("{who}: {verb} is done")),
        }
    }

    fn sum_up(&self, ask: PipelineAsk, said: &SaidArgs) -> Result<u8, CliError> {
        let Self { done, refused } = *self;
        if said.json {
            let (did, would) = if said.dry_run { (0, done) } else { (done, 0) };
            let all =
                json!({"dry_run": said.dry_run, "done": did, "would": would, "refused": refused});
            print(&all.to_string())?;
        } else {
            let refused = match refused {
                0 => String::new(),
                refused => format!(", {refused} refused"),
            };
            let nothing = if said.dry_run {
                ". Nothing was done."
            } else {
                ""
            };
            let pipelines = counted(done, "pipeline");
            print(&format!("{}: {pipelines}{refused}{nothing}", verb(ask)))?;
        }
        Ok(if refused > 0 { FAILED } else { OK })
    }
}

/// As people write it.
fn verb(ask: PipelineAsk) -> &'static str {
    match ask {
        PipelineAsk::RetryFailed => "retry",
        PipelineAsk::Pause | PipelineAsk::Resume | PipelineAsk::Stop | PipelineAsk::Kill => {
            ask.word()
        }
    }
}
