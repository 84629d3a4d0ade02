//! `tests/scenarios`: each file is one story, told in `scenario`'s language.

use std::fs;
use std::panic::catch_unwind;
use std::path::PathBuf;
use std::sync::Arc;

use trackyard::engine::{
    Action, AttemptKey, Capacity, Event, GraphId, Outbox, PipelineId, PipelineState, Plan,
    PlanVertex, Policies, Scope, Time, TrackAction, TrackId, TrackState, VertexId, Will,
};
use trackyard::graph::{Millis, OnFailure, Retry};

use crate::bench::{Bench, End};
use crate::scenario::play;

#[test]
fn each_scenario_goes_as_it_is_written() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut files: Vec<_> = fs::read_dir(&folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    assert!(files.len() > 15, "{files:?}");
    let told = |path: &PathBuf| {
        let text = fs::read_to_string(path).expect("a text");
        let panic = catch_unwind(|| play(&text)).err()?;
        let why = panic.downcast_ref::<String>().cloned();
        Some(format!("{}: {}", path.display(), why.unwrap_or_default()))
    };
    let wrong: Vec<_> = files.iter().filter_map(told).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_line_that_is_not_so_is_found() {
    let graph = "graph g\n  a\nstart p of g\n";
    for line in [
        "p RUNNING: a PENDING",
        "p FINISH over: a RUNNING",
        "pause p !",
        "resume p",
        "dance p",
    ] {
        let text = format!("{graph}{line}\n");
        assert!(catch_unwind(|| play(&text)).is_err(), "{line}");
    }
}

/// Of 200 waits none is longer than the delay or shorter than the jitter says, and they differ.
#[test]
fn a_wait_is_shorter_by_its_jitter_at_most() {
    let vertex = |i| PlanVertex {
        id: VertexId(i),
        retry: Some(Retry {
            limit: 5,
            delay: Millis(1_000),
            backoff: 2.0,
            max_delay: Millis(3_000),
            jitter: 0.25,
            exit_codes: None,
        }),
        ..PlanVertex::default()
    };
    let ids = (GraphId(1), GraphId(1));
    let vertices = (0..200).map(vertex).collect();
    let plan = Plan::new(ids, 1, Policies::default(), vertices, &[], Vec::new());
    let mut bench = Bench::new(Capacity::of(200));
    let id = bench.start(&Arc::new(plan), 0, &[]).expect("a start");
    for longest in [1_000, 2_000, 3_000, 3_000] {
        let mut waits = std::collections::BTreeSet::new();
        for index in 0..200 {
            let track: TrackId = bench.track_of(id, index);
            bench.end(track, End::Code(1));
            let due = bench.track(track).due_at.expect("another attempt follows");
            waits.insert(due.0 - bench.now.0);
        }
        let (least, most) = (
            *waits.first().expect("waits"),
            *waits.last().expect("waits"),
        );
        assert!(
            least >= longest * 3 / 4 && most <= longest,
            "{least} to {most} of {longest}"
        );
        assert!(waits.len() > 100, "they come back together: {waits:?}");
        bench.pass(longest);
        let running: Vec<AttemptKey> = bench.engine.running();
        assert_eq!(running.len(), 200);
        assert!(running.iter().all(|key| key.pipeline == PipelineId(1)));
    }
}

/// Who said what of a track stays with it, until it runs again.
#[test]
fn what_a_person_says_of_a_track_is_kept() {
    let vertex = PlanVertex::default();
    let ids = (GraphId(1), GraphId(1));
    let vertices = vec![vertex.clone(), vertex];
    let plan = Plan::new(ids, 1, Policies::default(), vertices, &[], Vec::new());
    let mut bench = Bench::new(Capacity::of(2));
    let id = bench.start(&Arc::new(plan), 0, &[]).expect("a start");
    let (first, second) = (bench.track_of(id, 0), bench.track_of(id, 1));
    bench.end(first, End::Interrupted);
    assert_eq!(bench.details[&first], "gone");
    bench
        .ask_track(first, TrackAction::ForceSuccess(None))
        .expect("an answer");
    assert_eq!(bench.details[&first], "ann said that it succeeded: because");
    bench
        .ask_track(second, TrackAction::ForceFailure)
        .expect("an answer");
    bench.end(second, End::Stopped);
    assert_eq!(bench.details[&second], "ann said that it failed: because");
    let again = TrackAction::Retry(Scope::Only, None);
    bench.ask_track(second, again).expect("a retry");
    assert_eq!(bench.details[&second], "");
}

/// Else a driver would wake again and again, for a wait that may not end.
#[test]
fn while_nothing_new_starts_only_the_time_of_a_pipeline_runs_out() {
    let retry = Retry {
        limit: 1,
        delay: Millis(100),
        backoff: 1.0,
        max_delay: Millis(100),
        jitter: 0.0,
        exit_codes: None,
    };
    let vertex = PlanVertex {
        retry: Some(retry),
        ..PlanVertex::default()
    };
    let policies = Policies {
        timeout: Some(Millis(1_000)),
        ..Policies::default()
    };
    let ids = (GraphId(1), GraphId(1));
    let plan = Plan::new(ids, 1, policies, vec![vertex], &[], Vec::new());
    let mut bench = Bench::new(Capacity::of(1));
    let id = bench.start(&Arc::new(plan), 0, &[]).expect("a start");
    let track = bench.track_of(id, 0);
    bench.end(track, End::Code(1));
    assert_eq!(bench.engine.next_due(), Some(Time(100)));
    bench.engine.drain(true);
    assert_eq!(bench.engine.next_due(), Some(Time(1_000)));
    bench.pass(200);
    assert_eq!(bench.track(track).state, TrackState::Pending);
    assert!(bench.engine.is_drained());
    bench.engine.drain(false);
    bench.pass(0);
    assert_eq!(bench.track(track).state, TrackState::Running);
    bench.engine.drain(true);
    bench.pass(800);
    assert_eq!(bench.rows[&id].row.state, PipelineState::Failed);
    assert_eq!(bench.engine.next_due(), None);
}

/// A stop of what only waits for an answer changes no state: that somebody asked is kept all the same.
#[test]
fn who_asked_is_kept_even_where_nothing_changes() {
    let mut bench = Bench::new(Capacity::of(2));
    let vertex = PlanVertex::default();
    let ids = (GraphId(1), GraphId(1));
    let vertices = vec![vertex.clone(), vertex];
    let plan = Plan::new(ids, 1, Policies::default(), vertices, &[], Vec::new());
    let id = bench.start(&Arc::new(plan), 0, &[]).expect("a start");
    bench.end(bench.track_of(id, 0), End::Interrupted);
    bench.end(bench.track_of(id, 1), End::Code(1));
    let mut out = Outbox::default();
    let stop = Event::Act(Bench::request(id, Action::Stop { now: false }));
    bench
        .engine
        .step(bench.now, stop, &mut out)
        .expect("a stop");
    let same = out.tracks.values().all(|c| c.from == c.to.state);
    assert!(out.pipelines.is_empty() && same, "{out:?}");
    let told: Vec<_> = out.journal.iter().map(|e| (e.who.as_str(), e.to)).collect();
    assert_eq!(told, [("ann", "INTERRUPTED")]);
    assert!(!out.is_empty(), "there is something to commit");
}

/// What has not started is not promised to run when a failure will come that holds it back.
#[test]
fn a_preview_of_a_failure_promises_nothing_that_it_holds_back() {
    for (on_failure, next) in [
        (OnFailure::StopNew, Will::Keep),
        (OnFailure::CancelRunning, Will::Keep),
        (OnFailure::ContinueIndependent, Will::Run),
    ] {
        let policies = Policies {
            on_failure,
            ..Policies::default()
        };
        let ids = (GraphId(1), GraphId(1));
        let vertices = vec![PlanVertex::default(); 4];
        let plan = Plan::new(ids, 1, policies, vertices, &[(0, 3), (1, 2)], Vec::new());
        let mut bench = Bench::new(Capacity::of(1));
        let id = bench.start(&Arc::new(plan), 0, &[]).expect("a start");
        bench
            .ask_track(bench.track_of(id, 0), TrackAction::ForceFailure)
            .expect("a failure");
        let preview = bench.foretold.take().expect("it was done");
        let told: Vec<_> = preview.tracks.iter().map(|fate| fate.will).collect();
        assert_eq!(told, [Will::End, next, next, Will::Keep], "{on_failure:?}");
    }
}
