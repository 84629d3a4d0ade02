//! What goes, or went, by the rules of how long pipelines are kept.

use serde::Serialize;
use utoipa::ToSchema;

use super::values::Moment;
use crate::desk;
use crate::graph::Retention;

/// Rules of what is over; null: nothing is said.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct RetentionRules {
    /// Those that ended more than so many days ago go.
    days: Option<u32>,
    /// So many of the newest of each graph stay.
    keep_last: Option<u32>,
    /// The oldest go as long as logs have more bytes.
    max_bytes: Option<u64>,
}

impl From<Retention> for RetentionRules {
    fn from(said: Retention) -> Self {
        Self {
            days: said.days,
            keep_last: said.keep_last,
            max_bytes: said.max_bytes,
        }
    }
}

/// Pipelines of one graph that go by one rule.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct CollectedOfGraph {
    /// The name of the graph.
    graph: String,
    /// `days`, `keep_last` or `max_bytes`.
    #[schema(examples("keep_last"))]
    rule: &'static str,
    /// Its number.
    limit: u64,
    /// Who says it: `graph` or `server`.
    #[schema(examples("server"))]
    said_by: &'static str,
    /// How many.
    pipelines: u64,
    /// When the first of them ended.
    oldest_at: Moment,
    /// When the last of them ended.
    newest_at: Moment,
    /// Bytes of their logs.
    log_bytes: i64,
}

/// A pipeline that stays, though a rule says that it goes.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct NotCollected {
    pub(in crate::api) id: i64,
    /// Why, in words.
    pub(in crate::api) detail: String,
}

/// What was deleted by the rules, or with `dry_run` would be.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Collected {
    /// Nothing was done: it would be so.
    pub(in crate::api) dry_run: bool,
    /// How many pipelines.
    pub(in crate::api) pipelines: u64,
    /// Bytes of their logs.
    pub(in crate::api) log_bytes: i64,
    /// The same by graph and rule; empty in the answer to a repeated request.
    pub(in crate::api) graphs: Vec<CollectedOfGraph>,
    /// How many stay because something is in the way.
    pub(in crate::api) refused: u64,
    /// The first of these.
    pub(in crate::api) refusals: Vec<NotCollected>,
    /// There may be more: ask again.
    pub(in crate::api) more: bool,
    /// What the server says where a graph does not say otherwise.
    pub(in crate::api) server: RetentionRules,
    /// How many graphs that have pipelines say something themselves.
    pub(in crate::api) graphs_with_rules: usize,
}

impl Collected {
    pub(in crate::api) fn of(done: desk::Collected, rules: &desk::Rules, dry_run: bool) -> Self {
        let line = |line: &desk::Line| CollectedOfGraph {
            graph: line.graph.clone(),
            rule: line.rule.key.word(),
            limit: line.rule.limit,
            said_by: line.rule.says.word(),
            pipelines: line.pipelines,
            oldest_at: Moment::of(line.oldest),
            newest_at: Moment::of(line.newest),
            log_bytes: line.log_bytes,
        };
        let refusals = done.refusals.iter();
        Self {
            dry_run,
            pipelines: done.pipelines(),
            log_bytes: done.log_bytes(),
            graphs: done.lines.iter().map(line).collect(),
            refused: done.refused,
            refusals: refusals
                .map(|(id, why)| NotCollected {
                    id: *id,
                    detail: why.clone(),
                })
                .collect(),
            more: done.more,
            server: rules.server().into(),
            graphs_with_rules: rules.graphs_with_own(),
        }
    }
}
