//! What the first page tells, read in a fixed number of statements, none of which grows with the history.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono_tz::Tz;

use crate::desk::{Desk, eta};
use crate::engine::Census;
use crate::store::{
    ActiveGraph, HOUR_MS, PipelineFilter, PipelineHead, Ran, RecentRun, Store, StoreError, Waiting,
};
use crate::web::parts::{failures, held, lines};
use crate::web::plots::heat::{self, Day};

/// Pipelines that have not ended, as many as are shown.
pub(super) const RUNNING: usize = 10;
/// Graphs that are shown.
pub(super) const GRAPHS: usize = 20;
/// The newest runs of a graph that are drawn.
const RUNS: usize = eta::RUNS;
/// What waits for somebody, and what has failed: as many of each as are shown.
pub(super) const ATTENTION: usize = 5;
/// The hours of a day, the one that is under way among them.
const HOURS: i64 = 24;
/// How long the driver may take to say what it counts; the page does without it.
const PATIENCE: Duration = Duration::from_millis(250);

/// What somebody looks at: it stays where it is.
#[derive(Default)]
pub(super) struct Held {
    /// The pipelines under what runs; none: those that run.
    pub(super) running: Option<Vec<i64>>,
    /// The tracks and the pipelines under what needs attention.
    pub(super) attention: Option<(Vec<i64>, Vec<i64>)>,
}

/// What the first page tells.
#[derive(Default)]
pub(super) struct Facts {
    /// What the driver counts; none: it does not answer in time.
    pub(super) census: Option<Census>,
    pub(super) running: Vec<PipelineHead>,
    /// There are more of them than are shown.
    pub(super) more: bool,
    /// How many run that are not among those that somebody looks at.
    pub(super) newer: usize,
    /// How many milliseconds they still take, as far as that can be guessed.
    pub(super) left: BTreeMap<i64, i64>,
    /// `(pipeline, state, count)` of their tracks.
    pub(super) counts: Vec<(i64, i16, i64)>,
    pub(super) waiting: Vec<Waiting>,
    pub(super) failed: Vec<PipelineHead>,
    /// How many need attention that are not among those that somebody looks at.
    pub(super) unseen: usize,
    /// The last hours, and what was started in each.
    pub(super) hours: Vec<Ran>,
    /// The days of a year, and what was started on each.
    pub(super) days: Vec<Day>,
    pub(super) ran: Vec<Ran>,
    pub(super) graphs: Vec<ActiveGraph>,
    /// The newest runs of these graphs, and of those that run now.
    pub(super) recent: Vec<RecentRun>,
}

impl Facts {
    /// Reads it, for a calendar of this zone.
    pub(super) fn read(desk: &Desk, zone: &Tz, now: i64, held: Held) -> Result<Self, StoreError> {
        let store = &desk.store;
        let live = PipelineFilter {
            live: Some(true),
            ..PipelineFilter::default()
        };
        let mut running = store.find_pipelines(&live, None, RUNNING as i64 + 1)?.heads;
        let more = running.len() > RUNNING;
        running.truncate(RUNNING);
        let mut newer = 0;
        if let Some(ids) = held.running {
            let kept = newest_first(store, &ids)?;
            // Where all of them were deleted there is nothing that could jump.
            if !kept.is_empty() {
                newer = held::newer(running.iter().map(|head| head.id), &ids);
                running = kept;
            }
        }
        let shown: Vec<i64> = running.iter().map(|head| head.id).collect();
        let mut failed = store.failures(failures::since(now), ATTENTION as i64)?;
        let mut waiting = store.inbox(i64::MAX, ATTENTION as i64)?;
        let mut unseen = 0;
        if let Some((tracks, pipelines)) = held.attention {
            let kept = (store.inbox_of(&tracks)?, newest_first(store, &pipelines)?);
            if !kept.0.is_empty() || !kept.1.is_empty() {
                unseen = held::newer(waiting.iter().map(|w| w.track.id), &tracks)
                    + held::newer(failed.iter().map(|head| head.id), &pipelines);
                (waiting, failed) = kept;
            }
        }

        let days = heat::days(zone, now);
        let hour = now.div_euclid(HOUR_MS);
        let last = (hour - HOURS + 1..=hour).map(|hour| (hour, hour + 1));
        // An hour in which two days meet is of the later one, as in zones of half hours.
        let hour_of = |ms: i64| ms.div_euclid(HOUR_MS);
        let spans = days
            .iter()
            .map(|day| (hour_of(day.from), hour_of(day.until)));
        let mut hours = store.ran(&last.chain(spans).collect::<Vec<_>>())?;
        let ran = hours.split_off(HOURS as usize);

        let graphs = store.active_graphs(GRAPHS as i64 + 1)?;
        let names = graphs.iter().map(|graph| graph.name.as_str());
        let mut names: Vec<&str> = names
            .chain(running.iter().map(|head| head.graph.as_str()))
            .collect();
        names.sort_unstable();
        names.dedup();
        let recent = store.recent_runs(&names, RUNS)?;
        Ok(Self {
            left: eta::of_heads(&running, &recent, &store.stuck(&shown)?, now),
            census: desk.handle.census(PATIENCE).ok(),
            counts: lines::counts(desk, &shown)?,
            waiting,
            unseen,
            more,
            newer,
            recent,
            running,
            failed,
            hours,
            days,
            ran,
            graphs,
        })
    }

    /// The newest runs of a graph, the newest first.
    pub(super) fn runs<'a>(&'a self, graph: &'a str) -> impl Iterator<Item = &'a RecentRun> {
        self.recent.iter().filter(move |run| run.graph == graph)
    }

    /// `(runs, failed)` of each day.
    pub(super) fn days_counts(&self) -> Vec<(i64, i64)> {
        self.ran
            .iter()
            .map(|ran| (ran.started, ran.failed))
            .collect()
    }
}

/// Those of these pipelines that are there.
fn newest_first(store: &Store, ids: &[i64]) -> Result<Vec<PipelineHead>, StoreError> {
    Ok(store.heads(ids)?.into_values().rev().collect())
}
