//! What the server deletes by itself, in words: its rules, what came of them, and, when somebody asks,
//! what would go now.

use super::health::size;
use crate::clock::format_duration;
use crate::config::Config;
use crate::desk::{Applied, Collected, Collecting, Desk, Key, Line, RETENTION, Says, StartError};
use crate::graph::{Millis, Retention};
use crate::l10n::Words;
use crate::web::parts::size::grouped;
use crate::web::parts::when::{When, when};

/// Pipelines that are counted for a page; there may be more.
const MOST_COUNTED: u64 = 20_000;
/// Graphs and rules that are listed.
const MOST_LINES: usize = 50;

/// The part of the page.
pub(in crate::web) struct Kept {
    /// A sentence for each rule of the server; none: it has no rule.
    pub(in crate::web) rules: Vec<String>,
    /// When the rules were last applied by themselves, and what came of it.
    pub(in crate::web) last: Option<(When, Vec<String>)>,
    pub(in crate::web) preview: Option<Preview>,
}

/// What would go.
pub(in crate::web) struct Preview {
    pub(in crate::web) said: String,
    pub(in crate::web) lines: Vec<GoingLine>,
    /// Not all graphs are listed.
    pub(in crate::web) cut: bool,
}

/// What would go of one graph by one rule.
pub(in crate::web) struct GoingLine {
    pub(in crate::web) graph: String,
    pub(in crate::web) rule: String,
    pub(in crate::web) says: String,
    pub(in crate::web) pipelines: String,
    pub(in crate::web) oldest: When,
    pub(in crate::web) newest: When,
    pub(in crate::web) logs: String,
}

/// What is asked of the desk for it.
pub(super) struct Told {
    pub(super) last: Option<Applied>,
    pub(super) would: Option<Collected>,
}

impl Told {
    /// Counts what would go only where somebody asks.
    pub(super) fn ask(desk: &Desk, now: i64, preview: bool) -> Result<Self, StartError> {
        let would = || {
            let rules = desk.retention_rules(now)?;
            let how = Collecting {
                who: RETENTION,
                dry: true,
                graph: None,
                most: MOST_COUNTED,
            };
            desk.collect(&rules, how, &|| false)
        };
        Ok(Self {
            last: desk.retained.last(),
            would: preview.then(would).transpose()?,
        })
    }
}

/// Bytes for people.
fn bytes(n: i64) -> String {
    size(u64::try_from(n).unwrap_or_default())
}

pub(super) fn kept(config: &Config, told: Told, t: &Words) -> Kept {
    let said = config.retention;
    let every = Millis(said.every.as_millis() as u64);
    let said = Retention {
        days: said.days,
        keep_last: said.keep_last,
        max_bytes: said.max_bytes,
    };
    Kept {
        rules: rules(said, every, t),
        last: told.last.map(|last| (when(last.at), came_of(&last, t))),
        preview: told.would.map(|would| preview(would, t)),
    }
}

fn rules(said: Retention, every: Millis, t: &Words) -> Vec<String> {
    if said.is_empty() {
        return Vec::new();
    }
    let mut all: Vec<String> = said
        .days
        .map(|n| t.system_kept_days(n))
        .into_iter()
        .collect();
    let alone = said.days.is_none() && said.max_bytes.is_none();
    all.extend(said.keep_last.map(|n| match alone {
        true => t.system_kept_only(n),
        false => t.system_kept_newest(n),
    }));
    all.extend(said.max_bytes.map(|n| t.system_kept_bytes(size(n))));
    all.push(t.system_kept_otherwise());
    all.push(t.system_kept_every(every.to_string()));
    all
}

fn came_of(last: &Applied, t: &Words) -> Vec<String> {
    let mut all = vec![t.system_kept_gone(last.pipelines, bytes(last.log_bytes))];
    all.extend((last.refused > 0).then(|| t.system_kept_refused(last.refused)));
    all.extend((last.ahead > 0).then(|| t.system_kept_ahead(format_duration(last.ahead))));
    all.extend(last.trouble.as_ref().map(|why| t.system_kept_trouble(why)));
    all
}

fn preview(would: Collected, t: &Words) -> Preview {
    let (count, logs) = (would.pipelines(), bytes(would.log_bytes()));
    let said = match (would.more, count) {
        (true, _) => t.system_kept_at_least(grouped(count), logs),
        (false, 0) => t.system_kept_would_none(),
        (false, _) => t.system_kept_would(grouped(count), logs),
    };
    let cut = would.lines.len() > MOST_LINES;
    let lines = would.lines.into_iter().take(MOST_LINES);
    Preview {
        said,
        lines: lines.map(|of| line(of, t)).collect(),
        cut,
    }
}

fn line(of: Line, t: &Words) -> GoingLine {
    let limit = of.rule.limit;
    GoingLine {
        rule: match of.rule.key {
            Key::Days => t.system_kept_by_days(limit),
            Key::KeepLast => t.system_kept_by_count(limit),
            Key::MaxBytes => t.system_kept_by_bytes(size(limit)),
        },
        says: match of.rule.says {
            Says::Graph => t.system_kept_by_graph(),
            Says::Server => t.system_kept_by_server(),
        },
        graph: of.graph,
        pipelines: grouped(of.pipelines),
        oldest: when(of.oldest),
        newest: when(of.newest),
        logs: bytes(of.log_bytes),
    }
}
