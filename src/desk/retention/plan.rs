//! What the rules come to now: read from the newest pipelines backwards, as far as is kept.

use std::collections::BTreeMap;

use super::rules::{OfGraph, Rules};
use crate::desk::Desk;
use crate::engine::PipelineId;
use crate::graph::Retention;
use crate::store::{Kept, Store, StoreError};

/// Pipelines that are read at once.
pub(super) const PAGE: i64 = 200;

impl Desk {
    /// What the rules of all graphs and of this server come to at this moment.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn retention_rules(&self, now: i64) -> Result<Rules, StoreError> {
        plan(&self.store, self.retained.server, now)
    }
}

/// What they come to with these of the server.
pub(super) fn plan(store: &Store, server: Retention, now: i64) -> Result<Rules, StoreError> {
    let mut rules = Rules {
        now,
        server,
        graphs: BTreeMap::new(),
        cut: 0,
        young: BTreeMap::new(),
    };
    let mut after = None;
    while let Some(name) = store.graph_with_pipelines(after.as_deref())? {
        // What cannot be known deletes nothing, by the rules of the server neither.
        let Some(own) = store.retention_of(&name)? else {
            after = Some(name);
            continue;
        };
        let both = own.or(server);
        if let Some(days) = both.days
            && !rules.young.contains_key(&days)
            && let Some(PipelineId(id)) = store.first_since(rules.before(days))?
        {
            rules.young.insert(days, id);
        }
        if !both.is_empty() {
            let stays = match both.keep_last {
                None => i64::MAX,
                // Where there are not so many, all stay.
                Some(count) => {
                    let oldest = store.oldest_of_newest(&name, count)?;
                    oldest.map_or(i64::MIN, |PipelineId(id)| id)
                }
            };
            let of = OfGraph { own, stays, cut: 0 };
            rules.graphs.insert(name.clone(), of);
        }
        after = Some(name);
    }
    weigh(store, &mut rules)?;
    Ok(rules)
}

/// Finds the numbers from which on logs are too many.
fn weigh(store: &Store, rules: &mut Rules) -> Result<(), StoreError> {
    let own = |of: &OfGraph| of.own.max_bytes.is_some();
    if rules.server.max_bytes.is_none() && !rules.graphs.values().any(own) {
        return Ok(());
    }
    let live = unfinished(store)?;
    let mut cuts = BTreeMap::new();
    for (name, of) in &rules.graphs {
        let Some(most) = of.own.max_bytes else {
            continue;
        };
        let held = live.get(name).copied().unwrap_or_default() + stay(store, name, of)?;
        let goes = |kept: &Kept| {
            let end = kept.finished_at;
            end.is_none_or(|end| rules.of_graph(of, kept.id, end).is_some())
        };
        let page = |below| store.newest_kept(Some(name), (i64::MIN, below), PAGE);
        cuts.insert(name.clone(), cut((most, held), of.stays, page, goes)?);
    }
    for (name, cut) in cuts {
        if let Some(of) = rules.graphs.get_mut(&name) {
            of.cut = cut;
        }
    }
    let Some(most) = rules.server.max_bytes else {
        return Ok(());
    };
    let mut held = live.values().sum();
    for (name, of) in &rules.graphs {
        held += stay(store, name, of)?;
    }
    let goes = |kept: &Kept| match (kept.finished_at, rules.graphs.get(&kept.graph)) {
        (Some(end), Some(of)) => kept.id >= of.stays || rules.of_graph(of, kept.id, end).is_some(),
        (None, _) | (_, None) => true,
    };
    let page = |below| store.newest_kept(None, (i64::MIN, below), PAGE);
    rules.cut = cut((most, held), i64::MAX, page, goes)?;
    Ok(())
}

/// Bytes of the logs of what is not over, by graph: they stay.
fn unfinished(store: &Store) -> Result<BTreeMap<String, i64>, StoreError> {
    let (mut bytes, mut after) = (BTreeMap::new(), i64::MIN);
    loop {
        let page = store.unfinished_kept(after, PAGE)?;
        let Some(last) = page.last() else {
            return Ok(bytes);
        };
        after = last.id;
        for kept in page {
            *bytes.entry(kept.graph).or_default() += kept.log_bytes;
        }
    }
}

/// Bytes of the logs of those of a graph that are over and stay in any case.
fn stay(store: &Store, name: &str, of: &OfGraph) -> Result<i64, StoreError> {
    let (mut bytes, mut below) = (0, i64::MAX);
    // Those from there on; the page excludes its ends.
    let after = of.stays.saturating_sub(1);
    while below > of.stays {
        let page = store.newest_kept(Some(name), (after, below), PAGE)?;
        let Some(last) = page.last() else {
            break;
        };
        below = last.id;
        let over = page.iter().filter(|kept| kept.finished_at.is_some());
        bytes += over.map(|kept| kept.log_bytes).sum::<i64>();
    }
    Ok(bytes)
}

/// The newest one that is too much, when `held` bytes stay in any case: it goes, and all that are older.
/// `counted`: those that are in `held`, or go for another reason. 0: there is none.
fn cut(
    (most, mut held): (u64, i64),
    mut below: i64,
    page: impl Fn(i64) -> Result<Vec<Kept>, StoreError>,
    counted: impl Fn(&Kept) -> bool,
) -> Result<i64, StoreError> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    loop {
        let page = page(below)?;
        let Some(last) = page.last() else {
            return Ok(0);
        };
        below = last.id;
        for kept in page.iter().filter(|kept| !counted(kept)) {
            held = held.saturating_add(kept.log_bytes);
            if held > most {
                return Ok(kept.id);
            }
        }
    }
}
