//! Stop and kill: what runs is ended, with all that it has started.

use serde_json::{Value, json};

use super::{Case, fates, gone, waits};
use crate::executor::bench::until;
use crate::processes;

/// Scripts that are deaf to TERM, with children that are, too.
const DEAF: &str = "name: g
on_failure: continue_independent
vertices:
  a: |
    trap '' TERM
    sh -c 'trap \"\" TERM; echo $$ >>a.pids; while :; do sleep 0.02; done' &
    (trap '' TERM; while :; do sleep 0.02; done) &
    echo $! >>a.pids
    echo $$ >>a.pids
    while :; do sleep 0.02; done
  b: |
    trap 'echo $TRACKYARD_ATTEMPT >>b.term' TERM
    sh -c 'trap \"\" TERM HUP INT; echo $$ >>b.pids; while :; do sleep 0.02; done' &
    echo $$ >>b.pids
    while :; do sleep 0.02 || :; done
  c: echo c >>ran
  d: {script: 'echo d >>ran', needs: [a]}
";

fn ended(case: &Case, states: &str, pids: &[String]) {
    assert_eq!(case.settled(), states);
    gone(pids);
    assert!(!case.file("ran").exists(), "what had not started never did");
    let data = case.server.data();
    until("no script", || processes::scripts(data).is_empty());
    for vertex in ["a", "b"] {
        let track = case.track(vertex);
        assert_eq!(track["reason"], "stopped", "{track}");
    }
}

fn live(pids: &[String]) {
    let lives = |pid: &String| processes::lives(pid.parse().expect("a number"));
    let dead: Vec<&String> = pids.iter().filter(|pid| !lives(pid)).collect();
    assert!(dead.is_empty(), "{dead:?} of {pids:?} have ended");
}

fn begun(case: &Case) -> Vec<String> {
    let mut pids = case.lines("a.pids", 3);
    pids.extend(case.lines("b.pids", 2));
    pids
}

#[test]
fn no_process_of_a_stopped_pipeline_survives() {
    let case = Case::start(DEAF);
    let pids = begun(&case);
    let dry = case.act("", "stop", json!({}));
    assert_eq!(fates(&dry), "a end, b end, c change, d change");
    assert_eq!(dry["to"], "STOPPED");
    let states = "STOPPED: a STOPPED, b STOPPED, c STOPPED, d STOPPED";
    ended(&case, states, &pids);
    assert_eq!(case.lines("b.term", 1), ["1"], "it was asked first");
    let again = case.ask("", "stop", &json!({})).expect(409);
    assert_eq!(
        (&again["code"], &again["state"]),
        (&json!("wrong-state"), &json!("STOPPED"))
    );
}

#[test]
fn a_kill_does_not_wait() {
    let case = Case::with(&[("TRACKYARD_GRACE", "1h")], DEAF, &json!({}));
    let pids = begun(&case);
    let dry = case.act("", "kill", json!({}));
    assert_eq!(fates(&dry), "a end, b end, c change, d change");
    ended(
        &case,
        "STOPPED: a STOPPED, b STOPPED, c STOPPED, d STOPPED",
        &pids,
    );
    assert!(!case.file("b.term").exists(), "it was not asked");
}

#[test]
fn a_kill_takes_the_grace_from_a_stop() {
    let case = Case::with(&[("TRACKYARD_GRACE", "1h")], DEAF, &json!({}));
    let pids = begun(&case);
    case.act("", "stop", json!({}));
    case.lines("b.term", 1);
    live(&pids);
    let refused = case.ask("", "stop", &json!({})).expect(409);
    assert_eq!(refused["code"], "wrong-state");
    let back = case
        .ask("", "retry-failed", &json!({"expect": "any"}))
        .expect(409);
    assert_eq!(back["code"], "still-runs");
    case.act("", "kill", json!({}));
    ended(
        &case,
        "STOPPED: a STOPPED, b STOPPED, c STOPPED, d STOPPED",
        &pids,
    );
}

#[test]
fn no_process_of_a_stopped_track_survives_and_the_others_go_on() {
    let yaml = format!("{DEAF}  e: {{script: '{}', needs: [c]}}\n", waits("e"));
    let case = Case::start(&yaml);
    let mut pids = begun(&case);
    let (rest, own) = (pids.split_off(3), pids);
    let dry = case.act("a", "stop", json!({}));
    assert_eq!(fates(&dry), "a end, b keep, c keep, d keep, e run");
    case.until("RUNNING: a STOPPED, b RUNNING, c SUCCEED, d WAITING, e RUNNING");
    gone(&own);
    live(&rest);
    // One that has not started, and one that is ended at once.
    let dry = case.act("d", "stop", json!({}));
    assert_eq!(fates(&dry), "a keep, b keep, c keep, d change, e keep");
    let dry = case.act("b", "kill", json!({}));
    assert_eq!(fates(&dry), "a keep, b end, c keep, d keep, e keep");
    case.until("RUNNING: a STOPPED, b STOPPED, c SUCCEED, d STOPPED, e RUNNING");
    gone(&rest);
    let refused = case
        .ask("a", "stop", &json!({"expect": "STOPPED"}))
        .expect(409);
    assert_eq!(
        (&refused["code"], &refused["state"]),
        (&json!("wrong-state"), &json!("STOPPED"))
    );
    case.put("e.go");
    assert_eq!(
        case.settled(),
        "STOPPED: a STOPPED, b STOPPED, c SUCCEED, d STOPPED, e SUCCEED"
    );
}

#[test]
fn one_that_runs_is_failed_by_a_person_and_ended() {
    let case = Case::start(DEAF);
    let pids = begun(&case);
    let dry = case.act("a", "fail", json!({}));
    assert_eq!(fates(&dry), "a end, b keep, c run, d keep");
    gone(&pids[..3]);
    case.until("FAILED: a FAILED, b RUNNING, c SUCCEED, d WAITING");
    let track = case.track("a");
    assert_eq!(track["reason"], "forced", "{track}");
    let said: &Value = &track["detail"];
    assert_eq!(said, "token said that it failed: to see what `fail` does");
    case.act("b", "kill", json!({}));
    assert_eq!(
        case.settled(),
        "FAILED: a FAILED, b STOPPED, c SUCCEED, d WAITING"
    );
    gone(&pids);
}
