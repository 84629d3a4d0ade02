//! The server is killed, while it works and while it boots.

use std::process::Stdio;

use serde_json::{Value, json};
use trackyard::clock;

use super::work::{SLOTS, Work, kills, pause, spread, until};
use crate::processes;
use crate::server::{Server, program};

/// A server that was up: when its process was started, when it answered, when it was killed.
struct Life {
    started: i64,
    answered: i64,
    killed: i64,
}

#[test]
fn a_server_killed_at_any_moment_loses_nothing_and_repeats_nothing() {
    let goal = kills(1);
    let mut work = Work::new(500);
    let mut server = work.serve();
    let graph = server.define(&work.graph).expect(201)["id"].clone();
    let path = format!("/graphs/{graph}/pipelines");
    let (mut pipelines, mut killed, mut booting) = (0, 0, 0);
    let mut lives: Vec<Life> = Vec::new();
    while killed < goal {
        if !work.live(pipelines) {
            server.post(&path, &json!({})).expect(201);
            pipelines += 1;
        }
        work.pass(pipelines);
        if work.random.chance(15) {
            server.stop();
        } else {
            killed += usize::from(work.live(pipelines));
            server.kill();
        }
        if let Some(life) = lives.last_mut() {
            life.killed = clock::now();
        }
        while work.random.chance(30) {
            let live = usize::from(work.live(pipelines));
            boot_and_kill(&mut work);
            (killed, booting) = (killed + live, booting + live);
        }
        let started = clock::now();
        server = work.serve();
        lives.push(Life {
            started,
            answered: clock::now(),
            killed: i64::MAX,
        });
    }
    for pipeline in work.pipelines() {
        server.settled(&json!(pipeline.id));
    }
    let found = work.judge();
    // What a killed server did not get to clean up, the next one does.
    server.kill();
    server = work.serve();
    let spool = server.spool();
    until("a clean spool", || spool.list().unwrap().is_empty());
    let resumed = resumed(&work, &lives);
    println!(
        "server: {killed} kills ({booting} while it booted), {found:?}, resume {}",
        spread(resumed)
    );
    assert_eq!((found.twice, found.missing), (0, 0));
    assert_eq!(
        (found.pipelines, found.vertices),
        (pipelines, 500 * pipelines)
    );
}

/// Starts a server and kills it before, or just after, it answers.
fn boot_and_kill(work: &mut Work) {
    let mut command = program();
    command
        .args(["serve", "--port", "0", "--slots", SLOTS, "--data"])
        .arg(work.data())
        .stdout(Stdio::null());
    let mut child = command.spawn().unwrap();
    pause(work.random.below(40));
    assert!(
        child.try_wait().unwrap().is_none(),
        "it did not refuse to boot"
    );
    child.kill().unwrap();
    child.wait().unwrap();
}

/// How long each server took from its start until it answered and had ordered a script.
fn resumed(work: &Work, lives: &[Life]) -> Vec<i64> {
    let journal = work.journal();
    let orders = || {
        journal
            .iter()
            .filter(|e| e.new_state == "RUNNING" && e.track_id.is_some())
    };
    let first = |life: &Life| {
        let times = orders().map(|e| e.at);
        let during = times.filter(|at| (life.started..life.killed).contains(at));
        during.min().map(|at| at.max(life.answered) - life.started)
    };
    lives.iter().filter_map(first).collect()
}

/// A server of so many slots with a pipeline of two scripts, of which the first one runs. Both
/// write a line and wait for the file `go`.
fn held(slots: &str) -> (Work, Server, Value) {
    let work = Work::new(1);
    let (lines, go) = (work.path("lines"), work.path("go"));
    let script = format!(
        "echo $TRACKYARD_TRACK 1 >>{}; until [ -e {} ]; do sleep 0.02; done",
        lines.display(),
        go.display()
    );
    let server = Server::start_on(&work.data(), &["--slots", slots]);
    let graph = json!({"name": "g", "vertices": {"a": script, "b": script}});
    let graph = server.define(&graph.to_string()).expect(201)["id"].clone();
    let path = format!("/graphs/{graph}/pipelines");
    let id = server.post(&path, &json!({})).expect(201)["id"].clone();
    until("the first script", || work.count() == 1);
    (work, server, id)
}

#[test]
fn a_server_with_more_slots_than_the_one_before_uses_them_at_once() {
    let (work, mut server, id) = held("1");
    server.kill();
    server = work.serve();
    // The first script still runs: nothing happens that would wake anybody.
    until("the second script", || work.count() == 2);
    std::fs::write(work.path("go"), "").unwrap();
    assert_eq!(server.settled(&id)["state"], "FINISH");
}

#[test]
fn a_server_that_is_over_leaves_no_process() {
    let (work, server, _) = held("1");
    drop(server);
    assert!(processes::supervisors(&work.data()).is_empty());
    assert!(processes::scripts(&work.data()).is_empty());
}
