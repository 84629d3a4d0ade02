//! The rules, worked out: whether one pipeline goes, and by which of them.

use std::collections::BTreeMap;
use std::fmt;

use crate::graph::{Retention, exact_size};
use crate::store::Kept;

const DAY_MS: i64 = 24 * 3_600_000;

/// Who says a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Says {
    /// The newest version of the graph.
    Graph,
    /// The settings of the server.
    Server,
}

/// What a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// How long ago it ended.
    Days,
    /// How many of its graph are newer.
    KeepLast,
    /// How much logs have.
    MaxBytes,
}

impl Key {
    /// The word that a graph's text uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Days => "days",
            Self::KeepLast => "keep_last",
            Self::MaxBytes => "max_bytes",
        }
    }
}

/// The rule by which a pipeline goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    /// What it looks at.
    pub key: Key,
    /// Its number, as it is written.
    pub limit: u64,
    /// Who says it.
    pub says: Says,
}

impl Says {
    /// The word of it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Graph => "graph",
            Self::Server => "server",
        }
    }
}

impl fmt::Display for Rule {
    /// `max_bytes 1GiB of the graph`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limit = match self.key {
            Key::MaxBytes => exact_size(self.limit),
            Key::Days | Key::KeepLast => self.limit.to_string(),
        };
        write!(f, "{} {limit} of the {}", self.key.word(), self.says.word())
    }
}

/// What the rules come to for the pipelines of one graph.
#[derive(Debug, Clone)]
pub(super) struct OfGraph {
    /// What it says itself.
    pub(super) own: Retention,
    /// This number and higher ones stay, whatever else is said.
    pub(super) stays: i64,
    /// This number and lower ones go for the bytes of its logs; 0: none does.
    pub(super) cut: i64,
}

/// All rules as they stand at a moment.
#[derive(Debug, Clone)]
pub struct Rules {
    pub(super) now: i64,
    pub(super) server: Retention,
    /// Of each name that has a rule; others are left alone.
    pub(super) graphs: BTreeMap<String, OfGraph>,
    /// This number and lower ones go for the bytes of all logs; 0: none does.
    pub(super) cut: i64,
    /// The first pipeline that was created since so many days: none with a higher number is older, whatever
    /// the clock said when it ended.
    pub(super) young: BTreeMap<u32, i64>,
}

impl Rules {
    /// The rule by which a pipeline goes; none: it stays.
    pub fn rule(&self, kept: &Kept) -> Option<Rule> {
        let of = self.graphs.get(&kept.graph)?;
        let by_all = || {
            let limit = self.server.max_bytes.filter(|_| kept.id <= self.cut)?;
            Some(Rule {
                key: Key::MaxBytes,
                limit,
                says: Says::Server,
            })
        };
        let end = kept.finished_at.filter(|_| kept.id < of.stays)?;
        self.of_graph(of, kept.id, end).or_else(by_all)
    }

    /// The same without what is said of all graphs together, of one that is over and not among those
    /// that stay in any case.
    pub(super) fn of_graph(&self, of: &OfGraph, id: i64, end: i64) -> Option<Rule> {
        let says = |own: bool| match own {
            true => Says::Graph,
            false => Says::Server,
        };
        if let Some(days) = self.days(of)
            && end < self.before(days)
            && self.young.get(&days).is_none_or(|first| id <= *first)
        {
            return Some(Rule {
                key: Key::Days,
                limit: days.into(),
                says: says(of.own.days.is_some()),
            });
        }
        if let Some(count) = self.only_newest(of) {
            return Some(Rule {
                key: Key::KeepLast,
                limit: count.into(),
                says: says(of.own.keep_last.is_some()),
            });
        }
        let limit = of.own.max_bytes.filter(|_| id <= of.cut)?;
        Some(Rule {
            key: Key::MaxBytes,
            limit,
            says: Says::Graph,
        })
    }

    /// After how many days those of a graph go.
    pub(super) fn days(&self, of: &OfGraph) -> Option<u32> {
        of.own.or(self.server).days
    }

    /// How many of a graph stay where nothing else is said of it: all others go.
    pub(super) fn only_newest(&self, of: &OfGraph) -> Option<u32> {
        match of.own.or(self.server) {
            Retention {
                days: None,
                keep_last,
                max_bytes: None,
            } => keep_last,
            _ => None,
        }
    }

    /// What ended before then ended more than so many days ago.
    pub(super) fn before(&self, days: u32) -> i64 {
        self.now.saturating_sub(i64::from(days) * DAY_MS)
    }

    /// Whether no graph has a rule, nor the server.
    pub fn is_empty(&self) -> bool {
        self.server.is_empty() && self.graphs.is_empty()
    }

    /// What the server says.
    pub fn server(&self) -> Retention {
        self.server
    }

    /// How many graphs that have pipelines say something themselves.
    pub fn graphs_with_own(&self) -> usize {
        let own = self.graphs.values();
        own.filter(|of| !of.own.is_empty()).count()
    }
}
