//! Pause, resume, retry what failed, priority.

use serde_json::json;

use super::{Case, fates, waits};

/// A pipeline of another graph runs to its end: by then the server would have started anything.
fn something_else(case: &Case) {
    let ended = case
        .server
        .run("name: other\nvertices: {x: 'true'}\n", &json!({}));
    assert_eq!(ended["state"], "FINISH");
}

#[test]
fn a_pause_holds_what_has_not_started_and_a_resume_lets_it_go_on() {
    let (a, b) = (waits("a"), waits("b"));
    let yaml = format!(
        "name: g\nvertices:\n  a: {a}\n  b: {b}\n  c: 'echo c >>ran'\n  d: {{script: 'echo d >>ran', needs: [a]}}\n"
    );
    let case = Case::start(&yaml);
    case.lines("a.pid", 1);
    case.lines("b.pid", 1);
    case.until("RUNNING: a RUNNING, b RUNNING, c PENDING slot, d WAITING");
    let dry = case.act("", "pause", json!({}));
    // Once it is resumed.
    assert_eq!(fates(&dry), "a keep, b keep, c run, d run");
    case.put("a.go");
    case.until("PAUSED: a SUCCEED, b RUNNING, c PENDING slot, d PENDING slot");
    something_else(&case);
    case.until("PAUSED: a SUCCEED, b RUNNING, c PENDING slot, d PENDING slot");
    assert!(!case.file("ran").exists());
    let twice = case.ask("", "pause", &json!({})).expect(409);
    assert_eq!(
        (&twice["code"], &twice["state"]),
        (&json!("wrong-state"), &json!("PAUSED"))
    );
    let dry = case.act("", "resume", json!({}));
    assert_eq!(fates(&dry), "a keep, b keep, c run, d run");
    case.lines("ran", 2);
    case.put("b.go");
    assert_eq!(
        case.settled(),
        "FINISH: a SUCCEED, b SUCCEED, c SUCCEED, d SUCCEED"
    );
    assert_eq!(case.lines("a.pid", 1).len(), 1, "once");
    let again = case
        .ask("", "resume", &json!({"expect": "FINISH"}))
        .expect(409);
    assert_eq!(again["code"], "wrong-state");
}

#[test]
fn a_pause_before_anything_starts_holds_everything() {
    let yaml = format!(
        "name: g\nvertices: {{a: '{}', b: '{}', c: echo c}}\n",
        waits("a"),
        waits("b")
    );
    let case = Case::start(&yaml);
    case.lines("a.pid", 1);
    case.lines("b.pid", 1);
    // Both slots are taken: of this one nothing runs.
    let id = case.one_more(
        "name: h\nvertices: {x: 'echo x', y: {script: echo y, needs: [x]}}\n",
        &json!({}),
    );
    let path = format!("/pipelines/{id}");
    case.server
        .post(&format!("{path}/pause"), &json!({}))
        .expect(200);
    for go in ["a.go", "b.go"] {
        case.put(go);
    }
    case.settled();
    let paused = case.server.get(&path).expect(200);
    let state = |track: usize| &paused["tracks"][track]["state"];
    assert_eq!(
        [&paused["state"], state(0), state(1)],
        ["PAUSED", "PENDING", "WAITING"]
    );
    case.server
        .post(&format!("{path}/resume"), &json!({"expect": "PAUSED"}))
        .expect(200);
    assert_eq!(case.server.settled(&id)["state"], "FINISH");
}

#[test]
fn what_failed_is_retried_and_what_succeeded_is_not() {
    let yaml = "name: g
on_failure: continue_independent
vertices:
  good: echo good >>ran
  a: {script: 'echo a >>ran; test -e mended', needs: [good]}
  b: {script: 'echo b >>ran; test -e mended', needs: [good]}
  end: {script: 'echo end >>ran', needs: [a, b]}
";
    let case = Case::start(yaml);
    assert_eq!(
        case.settled(),
        "FAILED: good SUCCEED, a FAILED, b FAILED, end WAITING"
    );
    let log = case.server.log(&case.track("a"));
    case.put("mended");
    let dry = case.act("", "retry-failed", json!({}));
    assert_eq!(
        (&dry["from"], &dry["to"]),
        (&json!("FAILED"), &json!("RUNNING"))
    );
    assert_eq!(fates(&dry), "good keep, a run, b run, end run");
    assert_eq!(
        dry["counts"],
        json!({"run": 3, "end": 0, "change": 0, "keep": 1})
    );
    assert_eq!(
        case.settled(),
        "FINISH: good SUCCEED, a SUCCEED, b SUCCEED, end SUCCEED"
    );
    let mut ran = case.lines("ran", 6);
    ran.sort_unstable();
    assert_eq!(ran, ["a", "a", "b", "b", "end", "good"]);
    let track = case.server.track(&case.pipeline(), "a");
    let attempts = track["attempts"].as_array().expect("attempts");
    let codes: Vec<_> = attempts.iter().map(|a| a["exit_code"].as_i64()).collect();
    assert_eq!(codes, [Some(1), Some(0)]);
    let first = case
        .server
        .get(&format!("/tracks/{}/attempts/1/log", track["id"]));
    assert_eq!(first.body, log, "the log of the first attempt is kept");
    let none = case
        .ask("", "retry-failed", &json!({"expect": "FINISH"}))
        .expect(409);
    assert_eq!(none["code"], "wrong-state");
}

#[test]
fn the_one_with_the_higher_priority_comes_first() {
    let case = Case::start(&format!(
        "name: g\nvertices: {{a: '{}', b: '{}'}}\n",
        waits("a"),
        waits("b")
    ));
    case.lines("a.pid", 1);
    case.lines("b.pid", 1);
    let order = case.file("order");
    let order = order.to_str().expect("text");
    // Each holds the only slot until the next one has to come.
    let yaml = |name: &str| format!("name: {name}\nvertices: {{v: 'echo {name} >>{order}'}}\n");
    let start = |name: &str, body| case.one_more(&yaml(name), &body);
    let low = start("low", json!({"priority": -1}));
    let plain = start("plain", json!({}));
    let high = start("high", json!({"priority": 5}));
    let told = case.server.get(&format!("/pipelines/{high}")).expect(200);
    assert_eq!(
        (&told["priority"], &told["again_of"]),
        (&json!(5), &json!(null))
    );
    case.put("a.go");
    case.server.settled(&low);
    assert_eq!(case.lines("order", 3), ["high", "plain", "low"]);
    case.put("b.go");
    case.settled();
    case.server.settled(&plain);
    let graph = case.server.define(&yaml("low")).json();
    let path = format!("/graphs/{}/pipelines", graph["id"]);
    let refused = case
        .server
        .post(&path, &json!({"priority": 1_u64 << 40}))
        .expect(422);
    assert_eq!(refused["code"], "invalid");
}
