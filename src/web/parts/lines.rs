//! Lines of tables that more than one page has: runs and tracks.

use crate::desk::Desk;
use crate::engine::TrackState;
use crate::l10n::Words;
use crate::store::{PipelineHead, StoreError, TrackHead};
use crate::web::asks::deeds;
use crate::web::parts::around::{Around, without};
use crate::web::parts::eta::Eta;
use crate::web::parts::marks::{self, Mark};
use crate::web::parts::when::{When, between, when};
use crate::web::parts::words::{self, Why};

/// How many tracks of a pipeline stand at a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Count {
    pub(in crate::web) mark: Mark,
    pub(in crate::web) count: i64,
    /// The words of the states that it is of, with commas between them.
    pub(in crate::web) of: String,
}

/// A part of a progress bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Part {
    pub(in crate::web) look: &'static str,
    /// Thousandths of the whole.
    pub(in crate::web) from: i64,
    pub(in crate::web) width: i64,
}

/// How far a pipeline is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::web) struct Progress {
    pub(in crate::web) done: i64,
    pub(in crate::web) total: i64,
    /// By state, in the order of the codes; states that no track has are left out.
    pub(in crate::web) counts: Vec<Count>,
    pub(in crate::web) bar: Vec<Part>,
}

/// A pipeline in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct RunLine {
    pub(in crate::web) id: i64,
    pub(in crate::web) mark: Mark,
    pub(in crate::web) name: String,
    pub(in crate::web) graph_id: i64,
    pub(in crate::web) graph: String,
    pub(in crate::web) version: i32,
    pub(in crate::web) progress: Progress,
    pub(in crate::web) started: When,
    pub(in crate::web) took: String,
    /// When it was started, for the clock of the page.
    pub(in crate::web) since: i64,
    pub(in crate::web) live: bool,
    /// When it is expected to end; none: that is not known, or not looked for.
    pub(in crate::web) ends: Option<Eta>,
}

/// A track in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct TrackLine {
    pub(in crate::web) id: i64,
    pub(in crate::web) mark: Mark,
    pub(in crate::web) vertex: String,
    /// What a person said of it before it starts, in a word; empty: nothing.
    pub(in crate::web) said: String,
    /// After which verdict it runs, in words; empty: the verdict is about it.
    pub(in crate::web) after: String,
    /// The number of the vertex near which a picture is; none: the row leads to no picture.
    pub(in crate::web) near: Option<i64>,
    pub(in crate::web) why: Why,
    /// What a person can do for it, and where.
    pub(in crate::web) needs: Option<(String, String)>,
    pub(in crate::web) exit_code: Option<i32>,
    pub(in crate::web) attempt: i32,
    pub(in crate::web) started: Option<When>,
    pub(in crate::web) took: String,
    /// It runs since then.
    pub(in crate::web) since: Option<i64>,
}

/// `(pipeline, state, count)` of the tracks that the verdicts of these pipelines are about.
pub(in crate::web) fn counts(desk: &Desk, ids: &[i64]) -> Result<Vec<(i64, i16, i64)>, StoreError> {
    let handlers = desk.store.handlers(ids)?;
    let heads = handlers.iter().map(|(track, _)| track);
    Ok(without(&desk.store.counts(ids)?, heads))
}

/// How far a pipeline is, from `(pipeline, state, count)` of any pipelines.
pub(in crate::web) fn progress(id: i64, counts: &[(i64, i16, i64)]) -> Progress {
    let mut own: Vec<(i16, i64)> = counts
        .iter()
        .filter(|(pipeline, _, count)| *pipeline == id && *count > 0)
        .map(|(_, state, count)| (*state, *count))
        .collect();
    own.sort_unstable();
    let total: i64 = own.iter().map(|(_, count)| count).sum();
    let is_done = |state: i16| TrackState::from_code(state).is_some_and(TrackState::is_done);
    let done = own
        .iter()
        .filter(|(state, _)| is_done(*state))
        .map(|(_, count)| count)
        .sum();
    let (mut bar, mut before) = (Vec::new(), 0);
    for state in BAR {
        let here = own.iter().find(|(code, _)| *code == state.code());
        let Some((code, count)) = here else { continue };
        let from = before * 1_000 / total;
        before += count;
        bar.push(Part {
            look: marks::track(*code, None).look,
            from,
            width: before * 1_000 / total - from,
        });
    }
    let counts = own.into_iter().map(|(state, count)| Count {
        mark: marks::track(state, None),
        of: marks::track(state, None).word.to_owned(),
        count,
    });
    Progress {
        done,
        total,
        counts: counts.collect(),
        bar,
    }
}

impl Progress {
    /// The same of a pipeline that is over: what has not run is counted together.
    pub(in crate::web) fn over(self) -> Self {
        let mut counts: Vec<Count> = Vec::new();
        for own in self.counts {
            let mark = own.mark.over(0);
            match counts.iter_mut().find(|count| count.mark == mark) {
                Some(count) => {
                    count.count += own.count;
                    count.of = format!("{},{}", count.of, own.of);
                }
                None => counts.push(Count { mark, ..own }),
            }
        }
        Self { counts, ..self }
    }
}

/// The states that a bar shows, from its left end. The rest of the bar is what is to come.
const BAR: [TrackState; 6] = [
    TrackState::Succeed,
    TrackState::Skipped,
    TrackState::Failed,
    TrackState::Interrupted,
    TrackState::Stopped,
    TrackState::Running,
];

/// A pipeline as a line.
pub(in crate::web) fn run(head: &PipelineHead, counts: &[(i64, i16, i64)], now: i64) -> RunLine {
    RunLine {
        id: head.id,
        mark: marks::pipeline(head.state),
        name: head.name.clone(),
        graph_id: head.graph_id,
        graph: head.graph.clone(),
        version: head.version,
        progress: progress(head.id, counts),
        started: when(head.created_at),
        took: between(Some(head.created_at), head.finished_at, now),
        since: head.created_at,
        live: head.finished_at.is_none(),
        ends: None,
    }
}

/// A track as a line.
pub(in crate::web) fn track(head: &TrackHead, around: &Around, t: Words) -> TrackLine {
    let state = TrackState::from_code(head.state);
    let ended = state != Some(TrackState::Running);
    let took = if ended && head.finished_at.is_none() {
        String::new()
    } else {
        between(
            head.started_at,
            head.finished_at.filter(|_| ended),
            around.now,
        )
    };
    let mark = marks::track(head.state, head.reason);
    let mark = match around.over {
        Some(_) => mark.over(head.attempt),
        None => mark,
    };
    TrackLine {
        id: head.id,
        mark,
        vertex: head.vertex.clone(),
        said: words::said(head, t),
        after: (around.handler(head.id)).map_or_else(String::new, |when| words::handler(when, t)),
        near: None,
        why: words::why(head, around, t),
        needs: deeds::needed(head, !around.ignored.contains(&head.id), t)
            .filter(|_| mark.unrun.is_none()),
        exit_code: head.exit_code.filter(|_| ended),
        attempt: head.attempt,
        started: head.started_at.map(when),
        took,
        since: head.started_at.filter(|_| !ended),
    }
}

#[cfg(test)]
mod tests {
    use super::progress;

    #[test]
    fn progress_counts_its_own_pipeline_and_fills_the_bar_without_holes() {
        let rows = [(1, 3, 2), (1, 4, 1), (1, 0, 4), (2, 3, 9), (1, 5, 0)];
        let progress = progress(1, &rows);
        assert_eq!((progress.done, progress.total), (2, 7));
        let words: Vec<_> = progress.counts.iter().map(|c| c.mark.word).collect();
        assert_eq!(words, ["WAITING", "SUCCEED", "FAILED"]);
        let parts: Vec<_> = progress.bar.iter().map(|p| (p.from, p.width)).collect();
        assert_eq!(parts, [(0, 285), (285, 143)]);
    }

    #[test]
    fn what_has_not_run_of_what_is_over_is_counted_together() {
        let rows = [(1, 0, 4), (1, 1, 2), (1, 4, 1)];
        let over = progress(1, &rows).over();
        let told: Vec<_> = over
            .counts
            .iter()
            .map(|c| (c.of.as_str(), c.count))
            .collect();
        assert_eq!(told, [("WAITING,PENDING", 6), ("FAILED", 1)]);
        assert!(over.counts[0].mark.unrun.is_some());
    }

    #[test]
    fn a_pipeline_without_tracks_has_no_bar() {
        let none = progress(1, &[]);
        assert_eq!((none.total, none.bar.len()), (0, 0));
    }
}
