//! Which pipelines are meant, as conditions of a query, and where a page of them ends.

use std::fmt;
use std::str::FromStr;

use crate::engine::{GraphId, PipelineState, Time};

/// Which graph pipelines are of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfGraph {
    /// This version.
    Version(GraphId),
    /// Any version of this name.
    Name(String),
}

/// Which pipelines are meant; what is not said does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PipelineFilter {
    /// In one of these states; empty: in any.
    pub states: Vec<PipelineState>,
    /// Of this graph.
    pub graph: Option<OfGraph>,
    /// Part of what people call it, in small or capital letters (of ASCII).
    pub name: Option<String>,
    /// Started by this one.
    pub creator: Option<String>,
    /// Started by this means: `rest`, `form`, `run`.
    pub trigger: Option<String>,
    /// Started then or later.
    pub since: Option<Time>,
    /// Started before then.
    pub until: Option<Time>,
    /// Ended, so that nothing of it could move any more, before then.
    pub ended_before: Option<Time>,
    /// Whether something of it can still move.
    pub live: Option<bool>,
}

/// Where a page of the list ends: what comes next is older.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// When it was started or ended, in a list by that.
    pub(super) at: Option<i64>,
    pub(super) id: i64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(at) => write!(f, "{at}.{}", self.id),
            None => write!(f, "{}", self.id),
        }
    }
}

impl FromStr for Place {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (at, id) = match text.split_once('.') {
            Some((at, id)) => (Some(at.parse()?), id),
            None => (None, text),
        };
        Ok(Self {
            at,
            id: id.parse()?,
        })
    }
}

impl PipelineFilter {
    /// Nothing is said, so that all are meant.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What the list is in the order of.
    pub(super) fn order(&self) -> Order {
        match (&self.graph, self.ended_before, self.since.or(self.until)) {
            (None, Some(_), _) => Order::End,
            (None, None, Some(_)) => Order::Start,
            (Some(_), ..) | (None, None, None) => Order::Number,
        }
    }

    /// Whether a page of this list can have ended there.
    pub fn is_of(&self, place: Place) -> bool {
        (self.order() != Order::Number) == place.at.is_some()
    }
}

/// What a list is in the order of, the newest first. They differ where a clock was set back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Number,
    Start,
    End,
}

impl Order {
    /// The column that says when.
    pub(super) fn moment(self) -> &'static str {
        match self {
            Self::Number | Self::Start => "created_at",
            Self::End => "finished_at",
        }
    }

    /// The condition of what comes after a place that says when.
    pub(super) fn before(self) -> &'static str {
        match self {
            Self::Number | Self::Start => "(created_at, id) < (?, ?)",
            Self::End => "(finished_at, id) < (?, ?)",
        }
    }
}

#[derive(Clone)]
pub(super) enum Value {
    Number(i64),
    Text(String),
}

/// A condition with its values.
pub(super) type Term = (&'static str, Vec<Value>);

impl PipelineFilter {
    /// What is said beside the states.
    pub(super) fn terms(&self) -> Vec<Term> {
        let text = |term, value: &Option<String>| {
            let value = value.clone()?;
            Some((term, vec![Value::Text(value)]))
        };
        let time = |term, value: Option<Time>| Some((term, vec![Value::Number(value?.0)]));
        let graph = match self.graph.clone() {
            Some(OfGraph::Name(name)) => Some((NAME, vec![Value::Text(name)])),
            Some(OfGraph::Version(id)) => Some((VERSION, vec![Value::Number(id.0)])),
            None => None,
        };
        let live = match self.live {
            Some(true) => Some((LIVE, Vec::new())),
            Some(false) => Some(("finished_at IS NOT NULL", Vec::new())),
            None => None,
        };
        let part = self.name.as_deref().map(pattern);
        let all = [
            graph,
            live,
            text(CREATOR, &self.creator),
            text(TRIGGER, &self.trigger),
            text("name LIKE ? ESCAPE '\\'", &part),
            time(SINCE, self.since),
            time(UNTIL, self.until),
            time(ENDED, self.ended_before),
        ];
        all.into_iter().flatten().collect()
    }

    /// The index that drives the search, the terms that it answers, and whether it is read once for
    /// each state, side by side: only so the order is kept.
    pub(super) fn drive(&self) -> (&'static str, &'static [&'static str], bool) {
        match &self.graph {
            Some(OfGraph::Name(_)) => ("INDEXED BY pipeline_by_graph", &[NAME], true),
            Some(OfGraph::Version(_)) => ("INDEXED BY pipeline_by_version", &[VERSION], true),
            None if self.order() == Order::End => ("INDEXED BY pipeline_by_end", &[ENDED], false),
            None if self.order() == Order::Start => {
                ("INDEXED BY pipeline_by_time", &[SINCE, UNTIL], false)
            }
            None if self.live == Some(true) => ("INDEXED BY pipeline_live", &[LIVE], false),
            None if !self.states.is_empty() => ("INDEXED BY pipeline_by_state", &[], true),
            None if self.creator.is_some() => ("INDEXED BY pipeline_by_creator", &[CREATOR], false),
            None if self.trigger.is_some() => ("INDEXED BY pipeline_by_trigger", &[TRIGGER], false),
            None => ("NOT INDEXED", &[], false),
        }
    }
}

const NAME: &str = "graph_name = ?";
const VERSION: &str = "graph_id = ?";
const LIVE: &str = "finished_at IS NULL";
const CREATOR: &str = "creator = ?";
const TRIGGER: &str = "trigger_kind = ?";
const SINCE: &str = "created_at >= ?";
const UNTIL: &str = "created_at < ?";
const ENDED: &str = "finished_at < ?";

/// What `LIKE` takes for a text with this in it.
fn pattern(part: &str) -> String {
    let part = part.replace('\\', r"\\").replace('%', r"\%");
    format!("%{}%", part.replace('_', r"\_"))
}
