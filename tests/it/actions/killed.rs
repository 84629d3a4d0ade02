//! The server is killed between what is asked and its end.

use serde_json::json;

use super::{Case, gone, with};
use crate::executor::bench::until;
use crate::processes;
use crate::server::Server;

/// A script that notes that it was asked to end, and does so when it may.
const POLITE: &str = "name: g
vertices:
  a: |
    trap 'echo asked >>asked' TERM
    echo $$ >>a.pid
    until [ -e go ]; do sleep 0.02 || :; done
  b: {script: 'echo b >>ran', needs: [a]}
";

/// The same data directory with another server.
fn restart(mut case: Case) -> Case {
    case.server.kill();
    let server = Server::from_command(with(&[("TRACKYARD_GRACE", "1h")]), case.own.path(), &[]);
    case.server = server;
    case
}

fn begun() -> (Case, Vec<String>) {
    let case = Case::with(&[("TRACKYARD_GRACE", "1h")], POLITE, &json!({}));
    let pids = case.lines("a.pid", 1);
    (case, pids)
}

#[test]
fn a_stop_goes_on_after_the_server_was_killed() {
    let (case, pids) = begun();
    case.act("", "stop", json!({}));
    case.lines("asked", 1);
    let case = restart(case);
    assert_eq!(case.states(), "STOPPED: a RUNNING, b STOPPED");
    assert!(processes::lives(pids[0].parse().expect("a number")));
    case.put("go");
    assert_eq!(case.settled(), "STOPPED: a STOPPED, b STOPPED");
    gone(&pids);
    assert!(!case.file("ran").exists());
}

#[test]
fn a_kill_after_the_server_was_killed_ends_what_was_asked_to_end() {
    let (case, pids) = begun();
    case.act("a", "fail", json!({}));
    case.lines("asked", 1);
    let case = restart(case);
    // By now it is the next server's supervisor, or still the one before.
    case.ask("a", "kill", &json!({"expect": "RUNNING", "attempt": 1}))
        .expect(200);
    gone(&pids);
    assert_eq!(case.settled(), "FAILED: a FAILED, b WAITING");
    let data = case.server.data();
    until("no script", || processes::scripts(data).is_empty());
}

/// What was answered is kept, whenever the server dies; what was not answered was done or not.
#[test]
fn a_stop_that_was_answered_is_kept() {
    for round in 0..6 {
        let (case, pids) = begun();
        let path = format!("/api/v1{}", case.path("", "kill"));
        let media = [("Content-Type", "application/json")];
        let answered = std::thread::scope(|scope| {
            let asking = scope.spawn(|| case.server.try_ask("POST", &path, &media, b"{}"));
            // Each time a little later.
            (0..round * 2_000).for_each(|_| std::thread::yield_now());
            processes::end(case.server.pid() as i32);
            asking.join().expect("it was asked")
        });
        let answered = answered.is_ok_and(|answer| answer.status == 200);
        let case = restart(case);
        if answered {
            assert!(case.states().starts_with("STOPPED: "), "{}", case.states());
        } else if case.states().starts_with("RUNNING: ") {
            case.ask("", "kill", &json!({})).expect(200);
        }
        assert_eq!(case.settled(), "STOPPED: a STOPPED, b STOPPED");
        gone(&pids);
        assert!(!case.file("ran").exists());
    }
}

/// A pause is of the pipeline, not of the server.
#[test]
fn a_pause_and_a_hold_outlive_the_server() {
    let yaml = "name: g\nvertices:\n  a: {script: 'until [ -e go ]; do sleep 0.02; done'}\n  b: {script: echo b >>ran, needs: [a]}\n  c: {script: echo c >>ran, needs: [a]}\n";
    let case = Case::start(yaml);
    case.until("RUNNING: a RUNNING, b WAITING, c WAITING");
    case.act("b", "hold", json!({}));
    case.act("", "pause", json!({}));
    let case = restart(case);
    case.put("go");
    case.until("PAUSED: a SUCCEED, b PENDING hold, c PENDING slot");
    case.act("", "resume", json!({}));
    case.until("RUNNING: a SUCCEED, b PENDING hold, c SUCCEED");
    assert_eq!(case.lines("ran", 1), ["c"]);
    case.act("b", "release", json!({}));
    assert_eq!(case.settled(), "FINISH: a SUCCEED, b SUCCEED, c SUCCEED");
}
