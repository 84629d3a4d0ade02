//! Which pipelines are meant: the same words in the query of a list and in the body of what is done to
//! many.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::error::ApiError;
use crate::clock;
use crate::engine::{GraphId, PipelineState, Time};
use crate::store::{OfGraph, PipelineFilter};

/// Which pipelines are meant; what is not said does not matter.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::api) struct FilterBody {
    /// In one of these states: one word, or several with commas between them.
    #[schema(examples("FAILED,STOPPED"))]
    pub(in crate::api) state: Option<String>,
    /// Of this graph: its name for any version of it, or the number of one version.
    #[schema(examples("nightly"))]
    pub(in crate::api) graph: Option<String>,
    /// Part of the pipeline's name, in small or capital letters.
    pub(in crate::api) name: Option<String>,
    /// Who started it.
    pub(in crate::api) creator: Option<String>,
    /// By what it was started: `rest`, `form`, `run`, `hook`.
    pub(in crate::api) trigger: Option<String>,
    /// Started (`created_at`) then or later: RFC 3339, or milliseconds since 1970.
    #[schema(examples("2026-01-31T12:00:00Z"))]
    pub(in crate::api) since: Option<String>,
    /// Started (`created_at`) before then: RFC 3339, or milliseconds since 1970.
    pub(in crate::api) until: Option<String>,
    /// Ended (`finished_at`) before then: RFC 3339, or milliseconds since 1970.
    #[schema(examples("2026-01-31T12:00:00Z"))]
    pub(in crate::api) ended_before: Option<String>,
    /// `true`: something of it can still move; `false`: nothing can.
    pub(in crate::api) live: Option<bool>,
}

impl FilterBody {
    /// What is meant.
    pub(in crate::api) fn filter(self) -> Result<PipelineFilter, ApiError> {
        let state = self.state.as_deref();
        let state = state.map(|text| states(text, PipelineState::ALL, PipelineState::word));
        let state = state.transpose()?;
        let trigger = self.trigger.as_deref().map(known_trigger).transpose()?;
        Ok(PipelineFilter {
            states: state.unwrap_or_default(),
            graph: self.graph.map(graph),
            name: self.name.filter(|part| !part.is_empty()),
            creator: self.creator,
            trigger,
            since: moment("since", self.since.as_deref())?,
            until: moment("until", self.until.as_deref())?,
            ended_before: moment("ended_before", self.ended_before.as_deref())?,
            live: self.live,
        })
    }
}

/// By what pipelines are started.
pub(in crate::api) const TRIGGERS: [&str; 4] = ["rest", "form", "run", "hook"];

/// A number is a number: a graph that is named by digits alone is found by its numbers.
fn graph(text: String) -> OfGraph {
    match text.parse() {
        Ok(id) => OfGraph::Version(GraphId(id)),
        Err(_) => OfGraph::Name(text),
    }
}

/// Words of states with commas between them, each once.
pub(in crate::api) fn states<T: Copy + PartialEq>(
    text: &str,
    all: &[T],
    word_of: fn(T) -> &'static str,
) -> Result<Vec<T>, ApiError> {
    let mut states = Vec::new();
    for word in text.split(',') {
        let state = all.iter().copied().find(|state| word_of(*state) == word);
        let state = state.ok_or_else(|| {
            let words = all
                .iter()
                .copied()
                .map(word_of)
                .collect::<Vec<_>>()
                .join(", ");
            ApiError::invalid(format!("`state={word}` is no state: there are {words}"))
        })?;
        if !states.contains(&state) {
            states.push(state);
        }
    }
    Ok(states)
}

fn known_trigger(word: &str) -> Result<String, ApiError> {
    match TRIGGERS.contains(&word) {
        true => Ok(word.to_owned()),
        false => Err(ApiError::invalid(format!(
            "`trigger={word}` is none: there are {}",
            TRIGGERS.join(", ")
        ))),
    }
}

pub(in crate::api) fn moment(name: &str, text: Option<&str>) -> Result<Option<Time>, ApiError> {
    let read = |text| {
        clock::parse(text).map(Time).ok_or_else(|| {
            ApiError::invalid(format!(
                "`{name}={text}`: write a moment such as `2026-01-31T12:00:00Z`, or milliseconds since 1970 \
                 (in an address `+` is written `%2B`)"
            ))
        })
    };
    text.map(read).transpose()
}
