//! Taking away what goes by the rules, or only saying what it would be.

use std::collections::BTreeMap;

use super::going::Going;
use super::retained::{Applied, Moment};
use super::rules::{Rule, Rules};
use crate::desk::{Asked, Desk, StartError};
use crate::driver::CommandError;
use crate::store::{Kept, PipelineHead};

/// Who deletes what goes by itself, as the journal names it.
pub const RETENTION: &str = "retention";
/// Refusals that are told with their reasons.
const MOST_TOLD: usize = 20;
/// How many go before those that are on their way have time to be gone.
const AT_ONCE: u64 = 2_000;

/// How what goes is taken away.
#[derive(Debug, Clone, Copy)]
pub struct Collecting<'a> {
    /// Who wants it.
    pub who: &'a str,
    /// Nothing is done.
    pub dry: bool,
    /// Only of the graph of this name.
    pub graph: Option<&'a str>,
    /// No more than so many.
    pub most: u64,
}

/// What goes, or would go, of one graph by one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The name of the graph.
    pub graph: String,
    /// The rule.
    pub rule: Rule,
    /// How many.
    pub pipelines: u64,
    /// When the first of them ended, in milliseconds since 1970.
    pub oldest: i64,
    /// When the last of them ended.
    pub newest: i64,
    /// Bytes of their logs.
    pub log_bytes: i64,
}

/// What went, or would go.
#[derive(Debug, Clone, Default)]
pub struct Collected {
    /// By graph and rule.
    pub lines: Vec<Line>,
    /// How many are refused.
    pub refused: u64,
    /// The first of them, with why.
    pub refusals: Vec<(i64, String)>,
    /// There may be more: so many were wanted.
    pub more: bool,
}

impl Collected {
    /// All pipelines of all lines.
    pub fn pipelines(&self) -> u64 {
        self.lines.iter().map(|line| line.pipelines).sum()
    }

    /// The bytes of all their logs.
    pub fn log_bytes(&self) -> i64 {
        self.lines.iter().map(|line| line.log_bytes).sum()
    }
}

/// What has been done so far.
#[derive(Default)]
struct Sums {
    lines: BTreeMap<(String, Rule), Line>,
    collected: Collected,
    done: u64,
}

impl Desk {
    /// Deletes what goes by the rules, or only counts it. `stop` is asked before each page.
    ///
    /// # Errors
    /// When the server cannot do it now; what was done until then is done.
    pub fn collect(
        &self,
        rules: &Rules,
        how: Collecting<'_>,
        stop: &dyn Fn() -> bool,
    ) -> Result<Collected, StartError> {
        let mut sums = Sums::default();
        let all = self.collect_into(&mut sums, rules, how, stop);
        all.map(|()| sums.told())
    }

    /// Applies the rules as the server does by itself, to so many pipelines at once, and notes what came of
    /// it. Nothing is done while it drains; none: it did nothing.
    pub fn apply_retention(&self, at: Moment, stop: &dyn Fn() -> bool) -> Option<Applied> {
        let stop = || stop() || self.handle.is_draining();
        if stop() {
            return None;
        }
        let how = Collecting {
            who: RETENTION,
            dry: false,
            graph: None,
            most: AT_ONCE,
        };
        let mut sums = Sums::default();
        let rules = self.retention_rules(at.believed).map_err(StartError::from);
        let done = rules.and_then(|rules| self.collect_into(&mut sums, &rules, how, &stop));
        let told = sums.told();
        let applied = Applied {
            at: at.now,
            ahead: at.now.saturating_sub(at.believed).max(0),
            pipelines: told.pipelines(),
            log_bytes: told.log_bytes(),
            refused: told.refused,
            more: told.more,
            trouble: done.err().map(|why| why.to_string()),
        };
        self.retained.note(applied.clone());
        Some(applied)
    }

    fn collect_into(
        &self,
        sums: &mut Sums,
        rules: &Rules,
        how: Collecting<'_>,
        stop: &dyn Fn() -> bool,
    ) -> Result<(), StartError> {
        let mut going = Going::new(&self.store, rules, how.graph);
        while !stop() {
            let Some(mut page) = going.page()? else {
                return Ok(());
            };
            let left = how.most.saturating_sub(sums.done);
            page.truncate(usize::try_from(left).unwrap_or(usize::MAX));
            self.take(sums, page, how)?;
            if sums.done >= how.most {
                sums.collected.more = true;
                return Ok(());
            }
        }
        Ok(())
    }

    /// Some that go, by rule: the journal says why.
    fn take(
        &self,
        sums: &mut Sums,
        page: Vec<(Kept, Rule)>,
        how: Collecting<'_>,
    ) -> Result<(), StartError> {
        let ids: Vec<i64> = page.iter().map(|(kept, _)| kept.id).collect();
        let mut heads = self.store.heads(&ids)?;
        let mut by_rule = BTreeMap::<Rule, Vec<(Kept, PipelineHead)>>::new();
        for (kept, rule) in page {
            // It may have been deleted meanwhile.
            if let Some(head) = heads.remove(&kept.id) {
                by_rule.entry(rule).or_default().push((kept, head));
            }
        }
        for (rule, of_rule) in by_rule {
            let asked = Asked {
                who: how.who.to_owned(),
                why: rule.to_string(),
                expect: None,
            };
            let (kept, heads): (Vec<Kept>, Vec<PipelineHead>) = of_rule.into_iter().unzip();
            let done = self.remove_all(&heads, &asked, how.dry)?;
            for (kept, done) in kept.into_iter().zip(done) {
                match done {
                    Ok(()) => sums.add(kept, rule),
                    Err(why) => sums.refuse(kept.id, why)?,
                }
            }
        }
        Ok(())
    }
}

impl Sums {
    fn add(&mut self, kept: Kept, rule: Rule) {
        let end = kept.finished_at.unwrap_or_default();
        let key = (kept.graph.clone(), rule);
        let line = self.lines.entry(key).or_insert_with(|| Line {
            graph: kept.graph,
            rule,
            pipelines: 0,
            oldest: end,
            newest: end,
            log_bytes: 0,
        });
        line.pipelines += 1;
        line.oldest = line.oldest.min(end);
        line.newest = line.newest.max(end);
        line.log_bytes = line.log_bytes.saturating_add(kept.log_bytes);
        self.done += 1;
    }

    /// What is in the way of one does not stop the others; what is in the way of all does.
    fn refuse(&mut self, id: i64, why: CommandError) -> Result<(), StartError> {
        match why {
            CommandError::Busy
            | CommandError::Unwritable(_)
            | CommandError::PutOff(_)
            | CommandError::Closed => return Err(why.into()),
            why => {
                self.collected.refused += 1;
                if self.collected.refusals.len() < MOST_TOLD {
                    self.collected.refusals.push((id, why.to_string()));
                }
            }
        }
        Ok(())
    }

    fn told(self) -> Collected {
        Collected {
            lines: self.lines.into_values().collect(),
            ..self.collected
        }
    }
}
