//! What the driver measures of itself. What is counted here is counted where it is committed; it costs
//! a few atomic additions for each commit and nothing between them.

use std::collections::BTreeMap;
use std::time::Duration;

use prometheus::core::Collector;
use prometheus::{Histogram, HistogramOpts, IntCounter, IntCounterVec, Opts, Registry};

use crate::engine::{AttemptEnd, AttemptKey, Effect, Outbox, PipelineState, Reason, Time};

/// Upper bounds of the times of commits, in seconds.
const COMMIT: &[f64] = &[
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5,
];
/// Upper bounds of sizes of batches.
const BATCH: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 1024.0];
/// Upper bounds of the times from order to start, in seconds.
const SPAWN: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0,
];
/// Upper bounds of the times that scripts take, in seconds.
const ATTEMPT: &[f64] = &[0.01, 0.1, 1.0, 10.0, 60.0, 600.0, 3600.0, 21600.0, 86400.0];

/// The reason of an attempt whose script exited with 0.
const SUCCESS: &str = "success";

/// The measures since the start of this process; shared by the driver and all its handles.
#[derive(Clone)]
pub struct Measures {
    registry: Registry,
    commit: Histogram,
    batch: Histogram,
    spawn: Histogram,
    attempt: Histogram,
    commit_retries: IntCounter,
    pipelines_started: IntCounter,
    pipelines_ended: IntCounterVec,
    attempts_ordered: IntCounter,
    attempts_ended: IntCounterVec,
    log_bytes: IntCounter,
    log_dropped: IntCounter,
}

impl Default for Measures {
    fn default() -> Self {
        let registry = Registry::new();
        let r = &registry;
        let verdicts = [
            PipelineState::Finish,
            PipelineState::Failed,
            PipelineState::Stopped,
        ];
        let reasons = Reason::ALL.iter().map(|reason| reason.word());
        Self {
            commit: histogram(
                r,
                "commit_seconds",
                "Time of a commit, with all waits until the database could be written",
                COMMIT,
            ),
            batch: histogram(
                r,
                "batch_events",
                "Events and questions that the driver took at once",
                BATCH,
            ),
            spawn: histogram(
                r,
                "spawn_seconds",
                "Time from the order of an attempt to the start of its script, seen when it has ended",
                SPAWN,
            ),
            attempt: histogram(r, "attempt_seconds", "Time that a script ran", ATTEMPT),
            commit_retries: counter(
                r,
                "commit_retries_total",
                "Commits that failed for a passing reason and were tried again",
            ),
            pipelines_started: counter(r, "pipelines_started_total", "Pipelines that were started"),
            pipelines_ended: counters(
                r,
                "pipelines_ended_total",
                "Pipelines of which nothing can move any more, by verdict",
                "state",
                verdicts.iter().map(|state| state.word()),
            ),
            attempts_ordered: counter(
                r,
                "attempts_ordered_total",
                "Attempts whose start was committed",
            ),
            attempts_ended: counters(
                r,
                "attempts_ended_total",
                "Attempts that ended, by reason; `success` when the script exited with 0",
                "reason",
                reasons.chain([SUCCESS]),
            ),
            log_bytes: counter(
                r,
                "log_bytes_total",
                "Bytes in the logs of attempts that ended",
            ),
            log_dropped: counter(
                r,
                "log_dropped_bytes_total",
                "Bytes of output that the cap kept out of logs",
            ),
            registry,
        }
    }
}

impl Measures {
    /// Everything as it is now.
    pub fn gather(&self) -> Vec<prometheus::proto::MetricFamily> {
        self.registry.gather()
    }

    pub(super) fn commit_retried(&self) {
        self.commit_retries.inc();
    }

    fn ended(&self, end: &AttemptEnd) {
        let reason = end.reason.map_or(SUCCESS, |reason| reason.word());
        self.attempts_ended.with_label_values(&[reason]).inc();
        self.log_bytes.inc_by(end.log_bytes);
        self.log_dropped.inc_by(end.dropped_bytes);
    }
}

/// The driver's own side.
#[derive(Default)]
pub(super) struct Meter {
    pub(super) measures: Measures,
    /// When what runs was ordered, as far as this process ordered it: never more than slots.
    ordered: BTreeMap<AttemptKey, Time>,
}

impl Meter {
    pub(super) fn batch(&self, events: usize) {
        self.measures.batch.observe(events as f64);
    }

    /// Counts what a commit has made true.
    pub(super) fn committed(&mut self, out: &Outbox, took: Duration) {
        let of = &self.measures;
        of.commit.observe(took.as_secs_f64());
        of.pipelines_started.inc_by(out.starts.len() as u64);
        of.attempts_ordered.inc_by(out.attempts.len() as u64);
        self.ordered.extend(out.attempts.iter().copied());
        for (key, end) in &out.ends {
            of.ended(end);
            let ordered = self.ordered.remove(key);
            // Only what has ended by itself or by a signal is known to have begun.
            if end.exit_code.is_none() && end.signal.is_none() {
                continue;
            }
            of.attempt.observe(seconds(end.started_at, end.finished_at));
            if let Some(ordered) = ordered {
                of.spawn.observe(seconds(ordered, end.started_at));
            }
        }
        for effect in &out.effects {
            if let Effect::Settled(pipeline) = effect
                && let Some(change) = out.pipelines.get(pipeline)
            {
                let state = change.to.state.word();
                of.pipelines_ended.with_label_values(&[state]).inc();
            }
        }
    }
}

fn seconds(from: Time, to: Time) -> f64 {
    // The clock may have been set back.
    (to.0 - from.0).max(0) as f64 / 1000.0
}

fn named(name: &str, help: &str) -> Opts {
    Opts::new(format!("trackyard_{name}"), help)
}

fn registered<C: Collector + Clone + 'static>(
    registry: &Registry,
    made: prometheus::Result<C>,
) -> C {
    let collector = made.expect("the names of measures are well formed");
    let added = registry.register(Box::new(collector.clone()));
    added.expect("each measure has a name of its own");
    collector
}

fn histogram(registry: &Registry, name: &str, help: &str, buckets: &[f64]) -> Histogram {
    let opts = HistogramOpts::from(named(name, help)).buckets(buckets.to_vec());
    registered(registry, Histogram::with_opts(opts))
}

fn counter(registry: &Registry, name: &str, help: &str) -> IntCounter {
    registered(registry, IntCounter::with_opts(named(name, help)))
}

/// A counter for each of these words, all at 0.
fn counters(
    registry: &Registry,
    name: &str,
    help: &str,
    label: &str,
    words: impl Iterator<Item = &'static str>,
) -> IntCounterVec {
    let counters = registered(registry, IntCounterVec::new(named(name, help), &[label]));
    words.for_each(|word| counters.with_label_values(&[word]).reset());
    counters
}
