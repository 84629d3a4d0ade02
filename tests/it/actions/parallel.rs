//! Ten branches at once, which meet in one script: what is asked while all of them run, or when all
//! of them have failed.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Case, gone};

const BRANCHES: usize = 10;

/// Branches of two scripts, `w0` then `f0` and so on, and `join` after all of them.
fn case(first: &str) -> Case {
    let mut yaml = "name: g\non_failure: continue_independent\ninput: {bit: {type: int, default: 0}}\nvertices:\n".to_owned();
    for i in 0..BRANCHES {
        yaml.push_str(&format!(
            "  w{i}: {{script: '{first}'}}\n  f{i}: {{script: 'echo f{i} >>ran', needs: [w{i}]}}\n"
        ));
    }
    let needs: Vec<String> = (0..BRANCHES).map(|i| format!("f{i}")).collect();
    yaml.push_str(&format!(
        "  join: {{script: 'echo join >>ran', needs: [{}]}}\n",
        needs.join(", ")
    ));
    Case::with(
        &[("TRACKYARD_SLOTS", "10"), ("TRACKYARD_GRACE", "1h")],
        &yaml,
        &json!({}),
    )
}

const WAITS: &str = "echo $$ >>pids; until [ -e go ]; do sleep 0.02; done";
const FAILS: &str = "echo fails; test <bit> = 1";

/// `RUNNING: w 10 RUNNING; f 10 WAITING; join 1 WAITING`
fn stand(case: &Case) -> String {
    let pipeline = case.pipeline();
    let mut counts: BTreeMap<(char, String), usize> = BTreeMap::new();
    for track in pipeline["tracks"].as_array().expect("tracks") {
        let word = |name: &str| track[name].as_str().unwrap_or_default().to_owned();
        let kind = word("vertex").chars().next().expect("a name");
        *counts.entry((kind, word("state"))).or_default() += 1;
    }
    let each: Vec<String> = counts
        .into_iter()
        .map(|((kind, state), count)| format!("{kind} {count} {state}"))
        .collect();
    let state = pipeline["state"].as_str().expect("a state");
    format!("{state}: {}", each.join("; "))
}

fn until(case: &Case, expected: &str) {
    case.server.until(|| stand(case) == expected);
}

/// Each script that writes a line has written it once.
fn once(case: &Case, lines: usize) {
    let mut ran = case.lines("ran", lines);
    assert_eq!(ran.last().map(String::as_str), Some("join"));
    ran.sort_unstable();
    ran.dedup();
    assert_eq!(ran.len(), lines);
}

const ALL_DONE: &str = "FINISH: f 10 SUCCEED; j 1 SUCCEED; w 10 SUCCEED";
const ALL_RUN: &str = "RUNNING: f 10 WAITING; j 1 WAITING; w 10 RUNNING";
const ALL_FAILED: &str = "FAILED: f 10 WAITING; j 1 WAITING; w 10 FAILED";

#[test]
fn a_pause_holds_every_branch_until_it_is_resumed() {
    let case = case(WAITS);
    until(&case, ALL_RUN);
    case.lines("pids", BRANCHES);
    case.act("", "pause", json!({}));
    case.put("go");
    until(&case, "PAUSED: f 10 PENDING; j 1 WAITING; w 10 SUCCEED");
    assert!(!case.file("ran").exists());
    let dry = case.act("", "resume", json!({}));
    assert_eq!(dry["counts"]["run"], 11);
    until(&case, ALL_DONE);
    once(&case, BRANCHES + 1);
}

#[test]
fn a_pause_that_is_taken_back_while_all_run_changes_nothing() {
    let case = case(WAITS);
    until(&case, ALL_RUN);
    case.lines("pids", BRANCHES);
    case.act("", "pause", json!({}));
    case.act("", "resume", json!({}));
    case.put("go");
    until(&case, ALL_DONE);
    once(&case, BRANCHES + 1);
    assert_eq!(case.lines("pids", BRANCHES).len(), BRANCHES);
}

#[test]
fn branches_that_are_held_are_waited_for_and_the_others_go_on() {
    let case = case(WAITS);
    until(&case, ALL_RUN);
    case.lines("pids", BRANCHES);
    for vertex in ["f0", "f3", "f5", "f9", "f7"] {
        case.act(vertex, "hold", json!({}));
    }
    // Before its turn has come.
    case.act("f7", "release", json!({}));
    case.put("go");
    until(
        &case,
        "RUNNING: f 4 PENDING; f 6 SUCCEED; j 1 WAITING; w 10 SUCCEED",
    );
    for vertex in ["f0", "f3", "f5", "f9"] {
        assert_eq!(case.track(vertex)["pending_on"], "hold");
        case.ask(vertex, "release", &json!({"expect": "PENDING"}))
            .expect(200);
    }
    until(&case, ALL_DONE);
    once(&case, BRANCHES + 1);
}

#[test]
fn all_branches_are_ended_and_nothing_follows() {
    let case = case(WAITS);
    until(&case, ALL_RUN);
    let pids = case.lines("pids", BRANCHES);
    let dry = case.act("", "kill", json!({}));
    assert_eq!(
        dry["counts"],
        json!({"run": 0, "end": 10, "change": 11, "keep": 0})
    );
    until(&case, "STOPPED: f 10 STOPPED; j 1 STOPPED; w 10 STOPPED");
    gone(&pids);
    assert!(!case.file("ran").exists());
}

#[test]
fn all_that_failed_are_retried_with_other_values_one_by_one() {
    let case = case(FAILS);
    until(&case, ALL_FAILED);
    for i in 0..BRANCHES {
        let body = json!({"input": {"bit": 1}, "expect": "FAILED", "attempt": 1});
        case.ask(&format!("w{i}"), "retry", &body).expect(200);
    }
    until(&case, ALL_DONE);
    once(&case, BRANCHES + 1);
    let track = case.server.track(&case.pipeline(), "w3");
    let attempts = track["attempts"].as_array().expect("attempts");
    let codes: Vec<&Value> = attempts.iter().map(|a| &a["exit_code"]).collect();
    assert_eq!(codes, [&json!(1), &json!(0)]);
    assert!(
        attempts
            .iter()
            .all(|a| a["started_at"].is_string() && a["finished_at"].is_string())
    );
    for attempt in [1, 2] {
        let log = case
            .server
            .get(&format!("/tracks/{}/attempts/{attempt}/log", track["id"]));
        assert_eq!(log.body, b"fails\n", "attempt {attempt}");
    }
}

#[test]
fn all_that_failed_are_skipped_one_by_one() {
    let case = case(FAILS);
    until(&case, ALL_FAILED);
    for i in 0..BRANCHES {
        case.ask(&format!("w{i}"), "skip", &json!({"expect": "FAILED"}))
            .expect(200);
    }
    until(&case, "FINISH: f 10 SUCCEED; j 1 SUCCEED; w 10 SKIPPED");
    once(&case, BRANCHES + 1);
    // How it ended before is not forgotten.
    let track = case.server.track(&case.pipeline(), "w3");
    assert_eq!(
        (&track["attempts"][0]["exit_code"], &track["attempt"]),
        (&json!(1), &json!(1))
    );
}

#[test]
fn one_that_was_failed_by_a_person_is_skipped() {
    let case = case(WAITS);
    until(&case, ALL_RUN);
    case.lines("pids", BRANCHES);
    case.act("w0", "fail", json!({}));
    // It is asked first, and the shell heeds that.
    until(
        &case,
        "FAILED: f 10 WAITING; j 1 WAITING; w 1 FAILED; w 9 RUNNING",
    );
    case.act("w0", "skip", json!({}));
    case.put("go");
    until(
        &case,
        "FINISH: f 10 SUCCEED; j 1 SUCCEED; w 1 SKIPPED; w 9 SUCCEED",
    );
    let track = case.server.track(&case.pipeline(), "w0");
    assert_eq!(track["attempts"][0]["signal"], 15);
    once(&case, BRANCHES + 1);
}
