//! Pipelines that go by the rules, page after page, each once: found by what the rules look at, so that
//! what is kept is not gone through for those that are not.

use super::plan::PAGE;
use super::rules::{Key, Rule, Rules, Says};
use crate::store::{Kept, Store, StoreError};

/// Where some of them are found.
#[derive(Debug, Clone)]
enum Source {
    /// Among all that ended before then.
    Ended(i64),
    /// Among those of this graph below this number.
    Graph(String, i64),
    /// Among those of one graph, whatever the rule is.
    Only(String, i64),
    /// Among those of all graphs below this number.
    All(i64),
}

/// What goes.
pub(super) struct Going<'a> {
    store: &'a Store,
    rules: &'a Rules,
    sources: Vec<Source>,
    /// The end and the number of the last one that was looked at.
    last: (i64, i64),
}

impl<'a> Going<'a> {
    /// All of them, or those of one graph.
    pub(super) fn new(store: &'a Store, rules: &'a Rules, of: Option<&str>) -> Self {
        Self {
            store,
            rules,
            sources: match of {
                Some(name) => only(rules, name),
                None => sources(rules),
            },
            last: (i64::MIN, i64::MIN),
        }
    }

    /// The next few that go, none perhaps; no page: there are no more.
    pub(super) fn page(&mut self) -> Result<Option<Vec<(Kept, Rule)>>, StoreError> {
        let Some(source) = self.sources.last().cloned() else {
            return Ok(None);
        };
        let (end, id) = self.last;
        let page = match &source {
            Source::Ended(before) => self.store.kept_since(*before, (end, id), PAGE)?,
            Source::Graph(name, below) | Source::Only(name, below) => {
                self.store.oldest_kept(Some(name), (id, *below), PAGE)?
            }
            Source::All(below) => self.store.oldest_kept(None, (id, *below), PAGE)?,
        };
        self.last = match page.last() {
            Some(last) => (last.finished_at.unwrap_or(i64::MIN), last.id),
            None => {
                self.sources.pop();
                (i64::MIN, i64::MIN)
            }
        };
        let going = page.into_iter().filter_map(|kept| {
            let rule = self.rules.rule(&kept)?;
            gives(&source, rule).then_some((kept, rule))
        });
        Ok(Some(going.collect()))
    }
}

/// Each pipeline has one rule, and each rule one source.
fn gives(source: &Source, rule: Rule) -> bool {
    let by_all = rule.key == Key::MaxBytes && rule.says == Says::Server;
    match source {
        Source::Only(..) => true,
        Source::Ended(_) => rule.key == Key::Days,
        Source::Graph(..) => rule.key != Key::Days && !by_all,
        Source::All(_) => by_all,
    }
}

fn only(rules: &Rules, name: &str) -> Vec<Source> {
    let of = rules.graphs.get(name);
    let source = of.map(|of| Source::Only(name.to_owned(), of.stays));
    source.into_iter().collect()
}

/// The last one's turn is first: what ended long ago.
fn sources(rules: &Rules) -> Vec<Source> {
    let mut all = Vec::new();
    if rules.cut > 0 {
        all.push(Source::All(rules.cut.saturating_add(1)));
    }
    for (name, of) in &rules.graphs {
        let below = match rules.only_newest(of) {
            Some(_) => of.stays,
            None => of.stays.min(of.cut.saturating_add(1)),
        };
        if rules.only_newest(of).is_some() || of.cut > 0 {
            all.push(Source::Graph(name.clone(), below));
        }
    }
    let days = rules.graphs.values().filter_map(|of| rules.days(of));
    if let Some(least) = days.min() {
        all.push(Source::Ended(rules.before(least)));
    }
    all
}
