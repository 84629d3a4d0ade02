//! Which pipelines are meant, of many: the words that REST has for it.

use clap::Args;
use serde_json::{Value, json};

use super::context::Context;
use super::error::CliError;
use super::naming;
use crate::clock;
use crate::engine::{GraphId, PipelineState, Time};
use crate::graph::{Millis, quote};
use crate::store::{OfGraph, PipelineFilter};

/// The heading of help over these.
pub(super) const WHICH: &str = "Which pipelines";

/// Which pipelines are meant; what is not said does not matter.
#[derive(Debug, Default, Args)]
pub(super) struct FilterArgs {
    /// Of this graph: its name (all versions), NAME@VERSION, or its number
    #[arg(help_heading = WHICH, long, value_name = "GRAPH")]
    graph: Option<String>,
    /// In one of these states, e.g. `FAILED,STOPPED`
    #[arg(help_heading = WHICH, long, value_name = "STATE,...", value_delimiter = ',', value_parser = state)]
    state: Vec<PipelineState>,
    /// With this in their name
    #[arg(help_heading = WHICH, long = "named", value_name = "TEXT")]
    name: Option<String>,
    /// Started then or later: a moment such as `2026-01-31T12:00:00Z`, or a time ago such as `2h`
    #[arg(help_heading = WHICH, long, value_name = "WHEN", value_parser = moment)]
    since: Option<Time>,
    /// Started before then, written in the same way
    #[arg(help_heading = WHICH, long, value_name = "WHEN", value_parser = moment)]
    until: Option<Time>,
}

fn state(text: &str) -> Result<PipelineState, String> {
    let all = PipelineState::ALL;
    let found = all
        .iter()
        .find(|state| state.word().eq_ignore_ascii_case(text));
    found.copied().ok_or_else(|| {
        let words: Vec<_> = all.iter().map(|state| state.word()).collect();
        format!("there are {}", words.join(", "))
    })
}

pub(super) fn moment(text: &str) -> Result<Time, String> {
    let ago = Millis::parse(text).and_then(|ago| i64::try_from(ago.0).ok());
    let found = ago
        .map(|ago| clock::now() - ago)
        .or_else(|| clock::parse(text));
    found.map(Time).ok_or_else(|| {
        "write a moment such as `2026-01-31T12:00:00Z`, or a time ago such as `2h`".to_owned()
    })
}

impl FilterArgs {
    /// The same for a search of the database; the graph has to be there.
    pub(super) fn filter(&self, context: &Context) -> Result<PipelineFilter, CliError> {
        Ok(PipelineFilter {
            states: self.state.clone(),
            graph: self.graph(context)?,
            name: self.name.clone(),
            since: self.since,
            until: self.until,
            ..PipelineFilter::default()
        })
    }

    /// The same as the server takes it.
    pub(super) fn body(&self, context: &Context) -> Result<Value, CliError> {
        let words: Vec<_> = self.state.iter().map(|state| state.word()).collect();
        let time = |time: Option<Time>| time.map(|time| time.0.to_string());
        let graph = self.graph(context)?.map(|graph| match graph {
            OfGraph::Version(id) => id.to_string(),
            OfGraph::Name(name) => name,
        });
        Ok(json!({
            "state": (!words.is_empty()).then(|| words.join(",")),
            "graph": graph,
            "name": self.name,
            "since": time(self.since),
            "until": time(self.until),
        }))
    }

    fn graph(&self, context: &Context) -> Result<Option<OfGraph>, CliError> {
        let Some(text) = &self.graph else {
            return Ok(None);
        };
        let head = naming::graph(context, &context.store()?, text, None)?;
        let number = text.parse::<i64>().is_ok();
        match (head.name == *text, number) {
            (true, false) => Ok(Some(OfGraph::Name(head.name))),
            (false, _) => Ok(Some(OfGraph::Version(GraphId(head.id)))),
            // The server takes digits for the number of one version.
            (true, true) => Err(CliError::Usage(format!(
                "the graph {} is called like a number: write {} for one of its versions",
                quote(text),
                quote(&format!("{text}@VERSION"))
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{moment, state};
    use crate::clock;
    use crate::engine::{PipelineState, Time};

    #[test]
    fn moments_are_written_as_such_or_as_a_time_ago() {
        assert_eq!(moment("1970-01-01T00:00:07Z"), Ok(Time(7_000)));
        let ago = moment("2h").expect("a time").0 - (clock::now() - 7_200_000);
        assert!((-60_000..=0).contains(&ago), "{ago}");
        assert!(moment("soon").is_err());
    }

    #[test]
    fn states_are_words_in_any_case() {
        assert_eq!(state("failed"), Ok(PipelineState::Failed));
        assert!(state("GONE").expect_err("no state").contains("FINISH"));
    }
}
