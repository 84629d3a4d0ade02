//! Random sequences of events and actions: the engine and the naive model agree after each.

use std::sync::Arc;

use trackyard::engine::{
    Action, AttemptKey, Capacity, Ending, GraphId, Mark, PipelineId, Plan, PlanVertex, Policies,
    Scope, TrackAction, TrackInput, TrackState, VertexId, Will,
};
use trackyard::graph::{
    Concurrency, ExitCodes, Millis, OnFailure, OnInterrupt, OnLimit, Retry, When,
};

use crate::bench::{Bench, End};
use crate::model::Model;
use crate::model_actions::waits_on;
use crate::random::Random;

/// The sequences of every `cargo test`; `TRACKYARD_SEQUENCES` for more, `TRACKYARD_SEED` for others.
const SEQUENCES: u64 = 2_000;
/// The most events of one.
pub(crate) const EVENTS: usize = 60;

#[test]
fn the_engine_and_the_naive_model_agree() {
    let sequences = setting("TRACKYARD_SEQUENCES").unwrap_or(SEQUENCES);
    let first = setting("TRACKYARD_SEED").unwrap_or(0);
    let mut counted = Counted::default();
    for seed in first..first + sequences {
        sequence(seed, &mut counted);
    }
    println!("{sequences} sequences: {counted:?}, 0 differences");
    let enough = sequences / 10;
    assert!(
        counted.done > enough && counted.refused > enough,
        "{counted:?}"
    );
    assert!(counted.settled > enough, "{counted:?}");
}

/// A number of the environment.
pub(crate) fn setting(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().expect("a number"))
}

/// What a preview says will run does, and nothing else, when everything goes well and people hold
/// nothing back.
#[test]
fn what_will_run_is_what_runs() {
    let (mut seen, mut ran, mut after_verdict, mut failed) = (0, 0, 0, 0);
    for seed in 0..SEQUENCES / 4 {
        let mut random = Random(seed);
        let capacity = Capacity::of(2);
        let plans: Vec<_> = (1..=2)
            .map(|id| Arc::new(plan(&mut random, id)))
            .filter(|plan| plan.policies.timeout.is_none())
            .collect();
        if plans.is_empty() {
            continue;
        }
        let (mut bench, mut model) = (Bench::new(capacity.clone()), Model::new(capacity));
        let mut counted = Counted::default();
        for _ in 0..EVENTS / 2 {
            let both = (&mut bench, &mut model);
            one(&mut random, &plans, both, &mut Vec::new(), &mut counted);
            model.dispatch();
        }
        for _ in 0..20 {
            let Some(id) = bench.rows.keys().copied().nth(random.below(5)) else {
                continue;
            };
            let track = bench.track_of(id, random.below(bench.rows[&id].tracks.len()));
            bench.dispatches = false;
            let action = action(&mut random, track);
            let told = format!("{action:?} of pipeline {id}");
            // Only that one: what else runs does so because somebody resumes it afterwards.
            let alone = match &action {
                Action::Track(_, TrackAction::Retry(Scope::Alone, _)) => Some(track),
                _ => None,
            };
            if bench.ask(id, action).is_err() {
                bench.dispatches = true;
                continue;
            }
            let preview = bench.foretold.take().expect("it was done");
            let before = bench.rows[&id].clone();
            // When the failure comes that a person wants, nobody knows: here it comes first.
            for index in 0..before.tracks.len() {
                if before.tracks[index].row.ending == Some(Ending::Fail) {
                    bench.end(bench.track_of(id, index), End::Stopped);
                    failed += 1;
                }
            }
            bench.dispatches = true;
            bench.pass(0);
            drive(&mut bench);
            let scripts = before.plan.scripts();
            let tracks = bench.rows[&id].tracks.iter().zip(&before.tracks);
            for ((new, old), fate) in tracks.zip(&preview.tracks).take(scripts) {
                let meant = alone.is_none_or(|track| track == fate.track);
                let runs = meant && new.row.attempt > old.row.attempt;
                seen += 1;
                ran += u32::from(runs);
                let will = fate.will == Will::Run;
                assert_eq!(
                    will, runs,
                    "seed {seed}, {told}: {fate:?}\n{old:?}\n{new:?}"
                );
            }
            // Of what runs after the verdict all that is foretold runs; a FAILED one may come back.
            let after = bench.rows[&id].tracks.iter().zip(&before.tracks);
            for ((new, old), fate) in after.zip(&preview.tracks).skip(scripts) {
                let runs = new.row.attempt > old.row.attempt;
                after_verdict += u32::from(runs && fate.will == Will::Run);
                assert!(
                    runs || fate.will != Will::Run,
                    "seed {seed}, {told}: {fate:?}\n{old:?}\n{new:?}"
                );
            }
            break;
        }
    }
    assert!(ran > 100 && seen > 2 * ran, "{ran} of {seen}");
    assert!(after_verdict > 20, "{after_verdict}");
    assert!(failed > 5, "{failed}");
}

/// Everything goes on and goes well until nothing moves.
fn drive(bench: &mut Bench) {
    for _ in 0..1_000 {
        let live: Vec<_> = bench
            .rows
            .values()
            .filter(|row| row.row.finished_at.is_none())
            .cloned()
            .collect();
        let mut moved = false;
        for row in &live {
            if row.row.paused {
                moved |= bench.ask(row.id, Action::Resume).is_ok();
            }
            for index in 0..row.tracks.len() {
                let track = bench.track_of(row.id, index);
                let now = bench.track(track);
                let end = now.ending.map_or(End::Code(0), |_| End::Stopped);
                if now.state == TrackState::Running {
                    bench.end(track, end);
                    moved = true;
                }
                if now.mark == Some(Mark::Hold) {
                    moved |= bench.ask_track(track, TrackAction::Release).is_ok();
                }
                let open = [TrackState::Waiting, TrackState::Pending].contains(&now.state);
                if open && bench.rows[&row.id].tracks[index].missing {
                    let values = "{}".to_owned();
                    let input = TrackInput {
                        values,
                        missing: false,
                        secrets: Vec::new(),
                    };
                    moved |= bench.ask_track(track, TrackAction::Input(input)).is_ok();
                }
            }
        }
        let due = bench.engine.next_due();
        match (moved, due) {
            (true, _) => {}
            (false, Some(due)) => bench.pass((due.0 - bench.now.0).max(0)),
            (false, None) => return,
        }
    }
    panic!("it does not end");
}

#[derive(Debug, Default)]
pub(crate) struct Counted {
    events: u64,
    done: u64,
    refused: u64,
    settled: u64,
}

pub(crate) fn pick<T: Clone>(random: &mut Random, all: &[T]) -> T {
    all[random.below(all.len())].clone()
}

pub(crate) fn plan(random: &mut Random, id: i64) -> Plan {
    let n = 1 + random.below(5);
    let edges = random.edges(n);
    let plain = random.chance(30);
    let some = |random: &mut Random, percent: usize| !plain && random.chance(percent);
    let policies = Policies {
        on_failure: pick(random, &OnFailure::ALL),
        max_parallel: some(random, 20).then(|| 1 + random.below(2) as u32),
        concurrency: some(random, 40).then(|| Concurrency {
            limit: 1 + random.below(2) as u32,
            on_limit: pick(
                random,
                &[OnLimit::Queue, OnLimit::Reject, OnLimit::CancelOldest],
            ),
        }),
        timeout: some(random, 20).then(|| Millis(500 + random.below(3_000) as u64)),
    };
    let mut vertex = |i: usize| PlanVertex {
        id: VertexId(i as i64),
        retry: random.chance(30).then(|| Retry {
            limit: 1 + random.below(2) as u32,
            delay: Millis(random.below(300) as u64),
            backoff: 2.0,
            max_delay: Millis(500),
            jitter: 0.0,
            exit_codes: random.chance(40).then(|| ExitCodes::of([1])),
        }),
        on_interrupt: pick(random, &OnInterrupt::ALL),
        ignore: some(random, 15),
        pool: some(random, 25).then(|| pick(random, &["one", "two"]).into()),
    };
    let vertices = (0..n).map(&mut vertex).collect();
    let handlers: Vec<_> = When::ALL.into_iter().map(|on| (on, vertex(n))).collect();
    let handlers = handlers
        .into_iter()
        .filter(|_| !plain && random.chance(40))
        .collect();
    Plan::new(
        (GraphId(id), GraphId(id)),
        1,
        policies,
        vertices,
        &edges,
        handlers,
    )
}

fn sequence(seed: u64, counted: &mut Counted) {
    let mut random = Random(seed);
    let capacity = Capacity {
        slots: 1 + random.below(3) as u32,
        pools: [("one".into(), 1), ("two".into(), 2)].into_iter().collect(),
    };
    let plans: Vec<_> = (1..=2).map(|id| Arc::new(plan(&mut random, id))).collect();
    let mut bench = Bench::new(capacity.clone());
    let mut model = Model::new(capacity);
    let mut story = Vec::new();
    for _ in 0..EVENTS {
        counted.events += 1;
        one(
            &mut random,
            &plans,
            (&mut bench, &mut model),
            &mut story,
            counted,
        );
        model.dispatch();
        if let Some(how) = differs(&bench, &model) {
            panic!("seed {seed}: {how}\n{}", story.join("\n"));
        }
    }
    counted.settled += model.pipes.iter().filter(|pipe| pipe.over).count() as u64;
}

/// One event, in both.
pub(crate) fn one(
    random: &mut Random,
    plans: &[Arc<Plan>],
    (bench, model): (&mut Bench, &mut Model),
    story: &mut Vec<String>,
    counted: &mut Counted,
) {
    let number = |i: usize| PipelineId(i as i64 + 1);
    let running: Vec<(usize, usize)> = (0..model.pipes.len())
        .flat_map(|i| (0..model.pipes[i].tracks.len()).map(move |t| (i, t)))
        .filter(|(i, t)| model.pipes[*i].tracks[*t].at == TrackState::Running)
        .collect();
    match random.below(10) {
        0 if model.pipes.len() < 5 => {
            let plan = pick(random, plans);
            let missing: Vec<_> = (0..plan.len()).map(|_| random.chance(6)).collect();
            let priority = random.below(2) as i32;
            let answer = bench.start(&plan, priority, &missing);
            story.push(format!("start {:?}: {answer:?}", plan.graph));
            assert_eq!(
                answer.is_ok(),
                model.start(&plan, priority, &missing),
                "{story:#?}"
            );
        }
        1 => {
            let ms = pick(random, &[1, 100, 400, 2_000]);
            story.push(format!("time {ms}"));
            model.now += ms;
            bench.pass(ms);
        }
        2..=5 if !running.is_empty() => {
            let (i, t) = pick(random, &running);
            let end = match (model.pipes[i].tracks[t].ending, random.below(20)) {
                (Some(_), 0..=11) => End::Stopped,
                (None, 0..=11) => End::Code(0),
                (_, 12..=16) => End::Code(1 + random.below(2) as i32),
                (_, 17) => End::Interrupted,
                (_, 18) => End::Survived,
                _ => End::NotStarted,
            };
            story.push(format!("pipeline {} vertex {t} {end:?}", i + 1));
            bench.end(bench.track_of(number(i), t), end);
            model.end(i, t, end);
        }
        _ if !model.pipes.is_empty() => {
            let i = random.below(model.pipes.len());
            let t = random.below(model.pipes[i].tracks.len());
            let action = action(random, bench.track_of(number(i), t));
            let answer = bench.ask(number(i), action.clone());
            story.push(format!(
                "pipeline {} vertex {t} {action:?}: {answer:?}",
                i + 1
            ));
            let done = model.ask(i, &action, t);
            assert_eq!(answer.is_ok(), done, "{}", story.join("\n"));
            match done {
                true => counted.done += 1,
                false => counted.refused += 1,
            }
        }
        _ => {}
    }
}

fn action(random: &mut Random, track: trackyard::engine::TrackId) -> Action {
    let now = random.chance(30);
    let input = |random: &mut Random| TrackInput {
        values: "{}".to_owned(),
        missing: random.chance(20),
        secrets: Vec::new(),
    };
    let action = match random.below(16) {
        0 => return Action::Pause,
        1 | 2 => return Action::Resume,
        3 => return Action::Stop { now },
        4 | 5 => return Action::RetryFailed,
        6 | 7 => {
            let scope = pick(random, &[Scope::Only, Scope::After, Scope::Alone]);
            let given = random.chance(30).then(|| input(random));
            TrackAction::Retry(scope, given)
        }
        8 | 9 => TrackAction::Skip,
        10 => TrackAction::ForceSuccess(None),
        11 => TrackAction::ForceFailure,
        12 => TrackAction::Hold,
        13 => TrackAction::Release,
        14 => TrackAction::Stop { now },
        _ => TrackAction::Input(input(random)),
    };
    Action::Track(track, action)
}

/// The first thing in which they are not the same.
fn differs(bench: &Bench, model: &Model) -> Option<String> {
    for (pipe, rows) in model.pipes.iter().zip(bench.rows.values()) {
        let id = rows.id;
        let row = rows.row;
        let engine = (
            row.state,
            row.reason,
            row.paused,
            row.queued,
            row.due_at.map(|due| due.0),
        );
        let naive = (
            pipe.verdict,
            Model::reason(pipe),
            pipe.paused,
            pipe.queued,
            pipe.due,
        );
        if engine != naive || row.finished_at.is_some() != pipe.over {
            return Some(format!(
                "pipeline {id}: {row:?}, the model {naive:?}, over {}",
                pipe.over
            ));
        }
        let of = |(key, now): &(AttemptKey, bool)| {
            let t = (key.track.0 - rows.first_track.0) as usize;
            (key.pipeline == id).then_some((t, *now))
        };
        let ended: Vec<_> = bench.ended.iter().filter_map(of).collect();
        if ended != pipe.ended {
            return Some(format!(
                "pipeline {id}: what still runs is ended of {ended:?}, the model {:?}",
                pipe.ended
            ));
        }
        for (t, track) in rows.tracks.iter().enumerate() {
            let (row, own) = (track.row, &pipe.tracks[t]);
            let engine = (row.state, row.pending_on, row.mark, row.ending);
            let naive = (pipe.state(t), waits_on(pipe, t), own.mark, own.ending);
            let numbers = (
                row.attempt,
                row.retries,
                row.due_at.map(|due| due.0),
                track.missing,
            );
            let others = (
                own.attempt,
                own.retries,
                own.wait.map(|wait| wait.0),
                own.missing,
            );
            if engine != naive || numbers != others {
                return Some(format!(
                    "pipeline {id} vertex {t}: {row:?}\nthe model: {naive:?} {others:?} {own:?}"
                ));
            }
        }
    }
    None
}
