//! The parts of a graph's page beside its picture: runs, inputs, versions.

use crate::desk::Desk;
use crate::engine::GraphId;
use crate::graph::{Graph, users};
use crate::l10n::Words;
use crate::store::{GraphHead, OfGraph, PipelineFilter, Place};
use crate::web::edge::answer::Failure;
use crate::web::edge::guard::Browser;
use crate::web::graphs::bars::{BARS, Bars, bars};
use crate::web::graphs::changes::{Changes, changes};
use crate::web::graphs::deeds::failure;
use crate::web::graphs::show::PAGE;
use crate::web::graphs::vertices::{ParamLine, params};
use crate::web::parts::lines::{self, RunLine};
use crate::web::parts::when::{When, when};

/// Runs on one page.
const RUNS: i64 = 50;
/// Versions on one page.
const VERSIONS: usize = 50;

/// In a graph of so many vertices at most those are counted that use a shared input.
const COUNTED: i32 = 2_000;

/// A part of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Tab {
    Picture,
    Runs,
    Inputs,
    Versions,
    Api,
}

impl Tab {
    const ALL: [Self; 5] = [
        Self::Picture,
        Self::Runs,
        Self::Inputs,
        Self::Versions,
        Self::Api,
    ];

    /// As it stands in the address.
    pub(in crate::web) const fn word(self) -> &'static str {
        match self {
            Self::Picture => "picture",
            Self::Runs => "runs",
            Self::Inputs => "inputs",
            Self::Versions => "versions",
            Self::Api => "api",
        }
    }

    /// The part of a word; the first one for any other word.
    pub(in crate::web) fn from_word(word: &str) -> Self {
        let found = Self::ALL.into_iter().find(|tab| tab.word() == word);
        found.unwrap_or(Self::Picture)
    }
}

/// The runs of all versions, the newest first.
pub(in crate::web) struct Runs {
    pub(in crate::web) bars: Bars,
    pub(in crate::web) runs: Vec<RunLine>,
    pub(in crate::web) later: bool,
    /// Where the next page begins.
    pub(in crate::web) next: Option<String>,
}

pub(in crate::web) fn runs(
    desk: &Desk,
    who: &Browser,
    head: &GraphHead,
    before: Option<i64>,
) -> Result<Runs, Failure> {
    let filter = PipelineFilter {
        graph: Some(OfGraph::Name(head.name.clone())),
        ..PipelineFilter::default()
    };
    let place: Option<Place> = before.and_then(|id| id.to_string().parse().ok());
    let found = desk.store.find_pipelines(&filter, place, RUNS)?;
    let ids: Vec<i64> = found.heads.iter().map(|run| run.id).collect();
    let counts = lines::counts(desk, &ids)?;
    let newest = desk.store.newest_of(&[head.id], BARS)?;
    let newest = newest.get(&head.id).map_or(&[][..], Vec::as_slice);
    let line = |run| lines::run(run, &counts, who.now.0);
    Ok(Runs {
        bars: bars(newest, who.now.0, &who.look.t),
        runs: found.heads.iter().map(line).collect(),
        later: place.is_some(),
        next: found.next.map(|place| place.to_string()),
    })
}

/// What the vertices of one page take.
pub(in crate::web) struct Inputs {
    pub(in crate::web) shared: Vec<ParamLine>,
    /// The vertices that declare some.
    pub(in crate::web) own: Vec<(String, Vec<ParamLine>)>,
    pub(in crate::web) before: Option<i32>,
    pub(in crate::web) after: Option<i32>,
}

pub(in crate::web) fn inputs(
    desk: &Desk,
    head: &GraphHead,
    outline: &Graph,
    from: i32,
    t: &Words,
) -> Result<Inputs, Failure> {
    let vertices = desk.store.vertex_page(GraphId(head.id), from, PAGE)?;
    let next = from.saturating_add(vertices.len() as i32);
    let own = vertices.into_iter().filter(|(_, v)| !v.input.is_empty());
    let mut shared = params(&outline.input, t);
    if !shared.is_empty() && head.vertices <= COUNTED {
        let whole = desk.store.definition(GraphId(head.id))?.unwrap_or_default();
        let users = users(&whole);
        for line in &mut shared {
            let count = users.get(line.name.as_str()).copied().unwrap_or_default();
            line.rule = t.params_used(&line.rule, count);
        }
    }
    Ok(Inputs {
        shared,
        own: own.map(|(_, v)| (v.name, params(&v.input, t))).collect(),
        before: (from > 0).then(|| (from - PAGE as i32).max(0)),
        after: (next < head.vertices).then_some(next),
    })
}

/// A version in the list.
pub(in crate::web) struct VersionLine {
    pub(in crate::web) head: GraphHead,
    pub(in crate::web) at: When,
    /// The version before, if that is known.
    pub(in crate::web) older: Option<i64>,
}

/// The versions, the newest first.
pub(in crate::web) struct Versions {
    pub(in crate::web) lines: Vec<VersionLine>,
    pub(in crate::web) newest: bool,
    /// The version that the next page begins before.
    pub(in crate::web) next: Option<i32>,
    /// What changed since which version.
    pub(in crate::web) compared: Option<(i32, Changes)>,
}

pub(in crate::web) fn versions(
    desk: &Desk,
    head: &GraphHead,
    before: Option<i64>,
    with: Option<i64>,
) -> Result<Versions, Failure> {
    let before = before.and_then(|v| i32::try_from(v).ok());
    let from = before.unwrap_or(i32::MAX);
    let found = desk.store.versions(&head.name, from, VERSIONS as i64 + 1)?;
    let olders = found.iter().skip(1).map(|older| Some(older.id));
    let olders: Vec<Option<i64>> = olders.chain([None]).collect();
    let more = found.len() > VERSIONS;
    let line = |(head, older): (GraphHead, Option<i64>)| VersionLine {
        at: when(head.updated_at),
        head,
        older,
    };
    let lines = found.into_iter().zip(olders).map(line);
    let lines: Vec<VersionLine> = lines.take(VERSIONS).collect();
    let compared = with.map(|with| {
        let other = desk.store.graph(GraphId(with))?;
        let other = other.ok_or(Failure::Missing("graph"))?;
        let diff = desk
            .diff(GraphId(with), GraphId(head.id))
            .map_err(failure)?;
        Ok::<_, Failure>((other.version, changes(diff)))
    });
    Ok(Versions {
        next: lines.last().filter(|_| more).map(|line| line.head.version),
        newest: before.is_none(),
        compared: compared.transpose()?,
        lines,
    })
}

/// The newest version of a graph, as its number and which version it is; none: this one is it.
pub(in crate::web) fn newest(desk: &Desk, head: &GraphHead) -> Result<Option<(i64, i32)>, Failure> {
    let newest = desk.store.versions(&head.name, i32::MAX, 1)?.pop();
    let newer = newest.filter(|newest| newest.id != head.id);
    Ok(newer.map(|newest| (newest.id, newest.version)))
}

#[cfg(test)]
mod tests {
    use super::Tab;

    #[test]
    fn a_part_is_named_by_its_word_and_the_first_one_by_any_other() {
        for tab in Tab::ALL {
            assert_eq!(Tab::from_word(tab.word()), tab);
        }
        assert_eq!(Tab::from_word("<b>"), Tab::Picture);
    }
}
