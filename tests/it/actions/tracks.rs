//! What is asked of one track.

use serde_json::json;

use super::{Case, fates, gone, waits};

/// Three scripts in a row, of which the middle one succeeds once a file is there, or with the right
/// value.
const ROW: &str = "name: g
input: {how: {type: str, default: badly}}
vertices:
  a: echo a >>ran
  b: {script: 'echo \"b <how>\" >>ran; test -e mended || test <how> = well', needs: [a]}
  c: {script: 'echo c >>ran', needs: [b]}
";

fn failed() -> Case {
    let case = Case::start(ROW);
    assert_eq!(case.settled(), "FAILED: a SUCCEED, b FAILED, c WAITING");
    case
}

#[test]
fn a_failed_one_is_retried() {
    let case = failed();
    case.put("mended");
    let dry = case.act("b", "retry", json!({}));
    assert_eq!(
        (fates(&dry).as_str(), &dry["to"]),
        ("a keep, b run, c run", &json!("RUNNING"))
    );
    assert_eq!(case.settled(), "FINISH: a SUCCEED, b SUCCEED, c SUCCEED");
    assert_eq!(case.lines("ran", 4), ["a", "b badly", "b badly", "c"]);
    assert_eq!(case.track("b")["attempt"], 2);
}

#[test]
fn a_failed_one_is_retried_with_another_value() {
    let case = failed();
    let body = json!({"input": {"how": 1}, "expect": "FAILED"});
    for path in ["retry", "retry?dry_run=true"] {
        let wrong = case.ask("b", path, &body).expect(422);
        assert_eq!(
            (&wrong["code"], &wrong["problems"][0]["field"]),
            (&json!("invalid-input"), &json!("how"))
        );
    }
    let dry = case.act("b", "retry", json!({"input": {"how": "well"}}));
    assert_eq!(fates(&dry), "a keep, b run, c run");
    assert_eq!(case.settled(), "FINISH: a SUCCEED, b SUCCEED, c SUCCEED");
    assert_eq!(case.lines("ran", 4), ["a", "b badly", "b well", "c"]);
    let track = case.server.track(&case.pipeline(), "b");
    assert_eq!(track["input"], json!({"how": "well"}));
}

/// A script that uses no value is given none, and what it has stays readable.
#[test]
fn values_for_a_script_that_takes_none_are_refused_and_harm_nothing() {
    let case = Case::start(
        "name: g\ninput: {m: {type: int, default: 4}}\nvertices:\n  a: 'echo a >>ran; test -e mended'\n  b: 'echo <m> >>ran; test -e mended'\n",
    );
    assert_eq!(case.settled(), "FAILED: a FAILED, b FAILED");
    let body = json!({"input": {"m": 5}, "expect": "FAILED"});
    for path in ["retry", "retry?dry_run=true"] {
        let refused = case.ask("a", path, &body).expect(422);
        assert_eq!(refused["problems"][0]["field"], "m", "{refused}");
        assert_eq!(refused["problems"][0]["code"], "unused-parameter");
    }
    case.put("mended");
    for vertex in ["a", "b"] {
        case.ask(vertex, "hold", &json!({"expect": "any"}))
            .expect(409);
        case.ask(vertex, "retry", &json!({"expect": "any"}))
            .expect(200);
    }
    assert_eq!(case.settled(), "FINISH: a SUCCEED, b SUCCEED");
}

#[test]
fn a_waiting_one_that_takes_no_values_keeps_none() {
    let case = Case::start(
        "name: g\ninput: {m: {type: int, default: 4}}\nvertices:\n  a: 'while ! test -e go; do sleep 0.05; done'\n  b: {script: 'true', needs: [a]}\n",
    );
    let track = case.track("b")["id"].clone();
    let path = format!("/api/v1/tracks/{track}/input");
    let media = [("Content-Type", "application/json")];
    case.server.ask("PUT", &path, &media, b"{}").expect(200);
    case.ask("b", "input", &json!({"input": {}, "expect": "any"}))
        .expect(200);
    case.put("go");
    assert_eq!(case.settled(), "FINISH: a SUCCEED, b SUCCEED");
}

#[test]
fn one_is_retried_with_all_after_it() {
    let yaml = "name: g\nvertices:\n  a: echo a >>ran\n  b: {script: echo b >>ran, needs: [a]}\n  c: {script: echo c >>ran, needs: [b]}\n  d: echo d >>ran\n";
    let case = Case::start(yaml);
    assert_eq!(
        case.settled(),
        "FINISH: a SUCCEED, b SUCCEED, c SUCCEED, d SUCCEED"
    );
    case.lines("ran", 4);
    let dry = case.act("b", "retry-after", json!({}));
    assert_eq!(fates(&dry), "a keep, b run, c run, d keep");
    assert_eq!(
        case.settled(),
        "FINISH: a SUCCEED, b SUCCEED, c SUCCEED, d SUCCEED"
    );
    assert_eq!(case.lines("ran", 6)[4..], ["b", "c"]);
    // What comes after it stays done.
    let dry = case.act("b", "retry", json!({}));
    assert_eq!(fates(&dry), "a keep, b run, c keep, d keep");
    assert_eq!(
        case.settled(),
        "FINISH: a SUCCEED, b SUCCEED, c SUCCEED, d SUCCEED"
    );
    assert_eq!(case.lines("ran", 7)[6..], ["b"]);
}

#[test]
fn one_is_run_alone() {
    let case = failed();
    case.put("mended");
    let dry = case.act("b", "run-alone", json!({}));
    assert_eq!(
        (fates(&dry).as_str(), &dry["to"]),
        ("a keep, b run, c keep", &json!("PAUSED"))
    );
    let paused = "The pipeline is paused by it: nothing else starts until it is resumed.";
    assert_eq!(dry["warnings"], json!([paused]));
    case.until("PAUSED: a SUCCEED, b SUCCEED, c PENDING slot");
    case.server
        .run("name: other\nvertices: {x: 'true'}\n", &json!({}));
    assert_eq!(
        case.states(),
        "PAUSED: a SUCCEED, b SUCCEED, c PENDING slot"
    );
    case.act("", "resume", json!({}));
    assert_eq!(case.settled(), "FINISH: a SUCCEED, b SUCCEED, c SUCCEED");
}

/// What is in the way has the name that people know, and a script that runs because of the verdict is
/// told as such.
#[test]
fn a_refusal_names_what_is_in_the_way() {
    let hold = "until test -e go; do sleep 0.05; done";
    let case = Case::start(&format!(
        "name: g\nhandlers: {{on_failure: '{hold}'}}\nvertices:\n  a: exit 1\n  b: {{script: 'true', needs: a}}\n"
    ));
    case.until("FAILED: a FAILED, b WAITING, on_failure RUNNING");
    let told = |vertex: &str| {
        let body = json!({"expect": "any"});
        let path = case.path(vertex, "retry");
        let dry = case.server.post(&format!("{path}?dry_run=true"), &body);
        let dry = dry.expect(409);
        let done = case.server.post(&path, &body).expect(409);
        assert_eq!(dry["detail"], done["detail"]);
        assert!(done["track"].is_number(), "{done}");
        done["detail"].as_str().expect("a text").to_owned()
    };
    let handler = "`on_failure` runs because of the verdict: wait for its end, or stop it first";
    assert_eq!(told("a"), handler);
    case.act("b", "stop", json!({}));
    let before = "`a` comes before it and is not done: retry or skip that one first, or retry all";
    assert_eq!(told("b"), before);
    case.put("go");
    assert_eq!(
        case.settled(),
        "FAILED: a FAILED, b STOPPED, on_failure SUCCEED"
    );
}

/// The verdict is there, and a script that runs after it waits for what still runs.
#[test]
fn one_after_the_verdict_is_refused_with_what_it_waits_for() {
    let case = Case::start(
        "name: g\nhandlers: {on_failure: 'true'}\nvertices:\n  a: exit 1\n  c: 'until test -e go; do sleep 0.05; done'\n",
    );
    case.until("FAILED: a FAILED, c RUNNING, on_failure WAITING");
    case.act("on_failure", "stop", json!({}));
    let body = json!({"expect": "any"});
    let refused = case.ask("on_failure", "retry", &body).expect(409);
    let told = "the track is STOPPED: it runs after the verdict, once nothing else of its pipeline moves: wait for that, or say how what is INTERRUPTED ended";
    assert_eq!(refused["detail"], told);
    case.put("go");
    case.settled();
}

#[test]
fn a_failed_one_is_skipped_and_what_comes_after_it_runs() {
    let case = failed();
    let dry = case.act("b", "skip", json!({}));
    assert_eq!(fates(&dry), "a keep, b change, c run");
    assert_eq!(case.settled(), "FINISH: a SUCCEED, b SKIPPED, c SUCCEED");
    assert_eq!(case.lines("ran", 3), ["a", "b badly", "c"]);
}

#[test]
fn one_whose_turn_has_not_come_is_skipped_when_it_comes() {
    let yaml = format!(
        "name: g\nvertices:\n  a: {}\n  b: {{script: echo b >>ran, needs: [a]}}\n  c: {{script: echo c >>ran, needs: [b]}}\n",
        waits("a")
    );
    let case = Case::start(&yaml);
    case.lines("a.pid", 1);
    let dry = case.act("b", "skip", json!({}));
    assert_eq!(fates(&dry), "a keep, b change, c run");
    assert_eq!(case.track("b")["mark"], "skip");
    case.act("c", "skip", json!({}));
    case.act("c", "release", json!({}));
    case.put("a.go");
    assert_eq!(case.settled(), "FINISH: a SUCCEED, b SKIPPED, c SUCCEED");
    assert_eq!(case.lines("ran", 1), ["c"]);
}

/// A person says what the script did not: a later one uses it.
#[test]
fn a_failed_one_has_succeeded_with_what_a_person_says_that_it_left() {
    let yaml = "name: g
vertices:
  a: {script: exit 3, outputs: {count: {type: int, min: 1}}}
  b: {script: 'echo \"<a.count>\" >>ran', needs: [a]}
";
    let case = Case::start(yaml);
    assert_eq!(case.settled(), "FAILED: a FAILED, b WAITING");
    let body = |count| json!({"outputs": {"count": count}, "expect": "FAILED", "why": "it was"});
    for path in ["succeed", "succeed?dry_run=true"] {
        let wrong = case.ask("a", path, &body(0)).expect(422);
        assert_eq!(wrong["problems"][0]["code"], "too-small", "{wrong}");
        let unknown = json!({"outputs": {"cuont": 1}, "expect": "FAILED", "why": "it was"});
        let unknown = case.ask("a", path, &unknown).expect(422);
        let codes = [0, 1].map(|i| unknown["problems"][i]["code"].as_str());
        let both = ["missing-value", "unknown-parameter"].map(Some);
        assert_eq!(codes, both, "{unknown}");
        let input = json!({"input": {"count": 1}, "expect": "FAILED", "why": "it was"});
        case.ask("a", path, &input).expect(422);
    }
    let dry = case.act("a", "succeed", json!({"outputs": {"count": 7}}));
    assert_eq!(fates(&dry), "a change, b run");
    assert_eq!(case.settled(), "FINISH: a SUCCEED, b SUCCEED");
    assert_eq!(case.lines("ran", 1), ["7"]);
    let track = case.server.track(&case.pipeline(), "a");
    assert_eq!(track["outputs"], json!({"count": 7}));
    assert_eq!(
        track["detail"],
        "token said that it succeeded: to see what `succeed` does"
    );
}

/// A success that a person claims comes with every value that a script after it takes; what nobody
/// takes, or has a default, may be left out.
#[test]
fn it_succeeded_is_refused_without_the_values_that_others_take() {
    let yaml = "name: g
on_failure: continue_independent
vertices:
  a: {script: exit 3, outputs: {n: int, m: int, d: {type: int, default: 2}, unused: int}}
  b: {script: 'echo <a.n> <a.d>', needs: [a]}
  c: {script: 'echo <a.m> >>ran', needs: [b]}
  x: {script: exit 3, outputs: {unused: int}}
";
    let case = Case::start(yaml);
    case.until("FAILED: a FAILED, b WAITING, c WAITING, x FAILED");
    let before = case.everything();
    for path in ["succeed", "succeed?dry_run=true"] {
        for (outputs, missing) in [
            (json!({}), "n m"),
            (json!({"n": 1}), "m"),
            (json!({"n": "one"}), "n m"),
            (json!({"unused": 1}), "n m"),
        ] {
            let body = json!({"outputs": outputs, "expect": "FAILED", "why": "it was"});
            let refused = case.ask("a", path, &body).expect(422);
            let problems = refused["problems"].as_array().expect("problems");
            let fields: Vec<_> = problems
                .iter()
                .filter_map(|p| p["field"].as_str())
                .collect();
            assert_eq!(
                (refused["code"].as_str(), fields.join(" ").as_str()),
                (Some("invalid-input"), missing),
                "{refused}"
            );
            assert_eq!(
                problems.last().map(|p| &p["code"]),
                Some(&json!("missing-value"))
            );
        }
    }
    assert_eq!(case.everything(), before);
    case.act("x", "succeed", json!({}));
    case.act("a", "succeed", json!({"outputs": {"n": 1, "m": 7}}));
    assert_eq!(
        case.settled(),
        "FINISH: a SUCCEED, b SUCCEED, c SUCCEED, x SUCCEED"
    );
    assert_eq!(case.lines("ran", 1), ["7"]);
}

/// What failed and counts as done leaves nothing either.
#[test]
fn a_script_that_misses_a_value_says_why_nobody_left_it() {
    let yaml = "name: g
vertices:
  a: {script: exit 3, outputs: {n: int}, on_error: ignore}
  b: {script: 'echo <a.n>', needs: [a]}
";
    let case = Case::start(yaml);
    assert_eq!(case.settled(), "FAILED: a FAILED, b FAILED");
    let why = "because it failed; retry `a` with all after it";
    assert_eq!(
        case.track("b")["detail"],
        format!("`a` gave no output `n`, {why}")
    );
}

/// Who skips a track is told which scripts will miss what it was to leave; they say so when they fail.
#[test]
fn a_skip_says_who_will_miss_what_the_track_was_to_leave() {
    let yaml = "name: g
on_failure: continue_independent
vertices:
  a: {script: exit 3, outputs: {n: int, m: {type: int, default: 2}, unused: int}}
  b: {script: 'echo <a.n>', needs: [a]}
  c: {script: 'echo <a.n> <a.m>', needs: [b]}
  d: {script: echo d, needs: [a]}
  x: 'echo m=1 >>\"$TRACKYARD_OUTPUT\"; test -e never'
";
    let case = Case::start(yaml);
    case.until("FAILED: a FAILED, b WAITING, c WAITING, d WAITING, x FAILED");
    let left = "a track that is skipped leaves no values.";
    let dry = case.act("x", "skip", json!({}));
    assert_eq!(dry["warnings"], json!([]), "{dry}");
    let dry = case.act("c", "hold", json!({}));
    assert_eq!(dry["warnings"], json!([]), "{dry}");
    let dry = case.act("a", "skip", json!({}));
    let warnings = json!([
        format!("`c` takes `a.m` and will fail when it starts: {left}"),
        format!("`b` and `c` take `a.n` and will fail when they start: {left}"),
    ]);
    assert_eq!(dry["warnings"], warnings, "{dry}");
    assert_eq!(
        case.settled(),
        "FAILED: a SKIPPED, b FAILED, c WAITING, d SUCCEED, x SKIPPED"
    );
    let detail = case.track("b")["detail"].to_string();
    let said = "`a` gave no output `n`, because it was skipped; retry `a` with all after it";
    assert!(detail.contains(said), "{detail}");
    // What is skipped too misses nothing.
    case.act("b", "skip", json!({}));
}

#[test]
fn one_that_is_held_starts_when_it_is_released() {
    let yaml = format!(
        "name: g\nvertices:\n  a: {}\n  b: {{script: 'echo b >>ran', needs: [a]}}\n  c: {{script: 'echo c >>ran', needs: [a]}}\n",
        waits("a")
    );
    let case = Case::start(&yaml);
    case.lines("a.pid", 1);
    let dry = case.act("b", "hold", json!({}));
    assert_eq!(fates(&dry), "a keep, b run, c run");
    assert_eq!(
        (&dry["tracks"][1]["mark"], &dry["dry_run"]),
        (&json!("hold"), &json!(true))
    );
    assert_eq!(case.track("b")["mark"], "hold");
    let twice = case
        .ask("b", "hold", &json!({"expect": "WAITING"}))
        .expect(409);
    assert_eq!(
        (&twice["code"], &twice["state"]),
        (&json!("wrong-state"), &json!("WAITING"))
    );
    case.put("a.go");
    case.until("RUNNING: a SUCCEED, b PENDING hold, c SUCCEED");
    case.server
        .run("name: other\nvertices: {x: 'true'}\n", &json!({}));
    assert_eq!(case.lines("ran", 1), ["c"]);
    let dry = case.act("b", "release", json!({}));
    assert_eq!(fates(&dry), "a keep, b run, c keep");
    assert_eq!(case.settled(), "FINISH: a SUCCEED, b SUCCEED, c SUCCEED");
}

#[test]
fn one_that_waits_for_its_next_attempt_is_retried_at_once() {
    let yaml = "name: g\nvertices:\n  a: {script: 'echo a >>ran; test -e mended', retry: {limit: 1, delay: 1d}}\n";
    let case = Case::start(yaml);
    case.until("RUNNING: a PENDING retry");
    assert!(case.track("a")["due_at"].is_string());
    case.put("mended");
    assert_eq!(fates(&case.act("a", "retry", json!({}))), "a run");
    assert_eq!(case.settled(), "FINISH: a SUCCEED");
    assert_eq!(case.lines("ran", 2).len(), 2);
}

#[test]
fn the_values_of_one_that_has_not_started_are_changed() {
    let yaml = format!(
        "name: g\ninput: {{x: {{type: int, default: 1}}, y: {{type: int, required: true}}}}\nvertices:\n  a: {}\n  b: {{script: 'echo \"<x> <y>\" >>ran', needs: [a]}}\n",
        waits("a")
    );
    let case = Case::with(&[], &yaml, &json!({"ask_later": true}));
    case.lines("a.pid", 1);
    let dry = case.act("b", "input", json!({"input": {"x": 2}}));
    assert_eq!(fates(&dry), "a keep, b run");
    case.put("a.go");
    case.until("RUNNING: a SUCCEED, b PENDING input");
    // The older address, with a dry run of its own.
    let path = format!("/api/v1/tracks/{}/input", case.track("b")["id"]);
    let media = [("Content-Type", "application/json")];
    let put = |query: &str| {
        case.server.ask(
            "PUT",
            &format!("{path}{query}"),
            &media,
            br#"{"values": {"y": 3}}"#,
        )
    };
    let before = case.everything();
    let dry = put("?dry_run=true").expect(200);
    assert_eq!(
        (fates(&dry).as_str(), case.everything()),
        ("a keep, b run", before)
    );
    put("?dry=true").expect(422);
    put("").expect(200);
    assert_eq!(case.settled(), "FINISH: a SUCCEED, b SUCCEED");
    assert_eq!(case.lines("ran", 1), ["2 3"]);
    let late = case
        .ask("b", "input", &json!({"input": {"x": 3}, "expect": "any"}))
        .expect(409);
    assert_eq!(
        (&late["code"], &late["state"]),
        (&json!("wrong-state"), &json!("SUCCEED"))
    );
}

/// Nobody knows how it ended: what a person says contradicts nothing, and needs no reason.
#[test]
fn one_that_was_interrupted_is_answered_for() {
    for (word, fate, end) in [
        ("succeed", "a change, b run", "FINISH: a SUCCEED, b SUCCEED"),
        ("fail", "a change, b keep", "FAILED: a FAILED, b WAITING"),
        ("retry", "a run, b run", "FINISH: a SUCCEED, b SUCCEED"),
        ("skip", "a change, b run", "FINISH: a SKIPPED, b SUCCEED"),
    ] {
        let yaml = format!(
            "name: g\nvertices:\n  a: {}\n  b: {{script: echo b, needs: [a]}}\n",
            waits("a")
        );
        let case = Case::start(&yaml);
        let pids = case.lines("a.pid", 1);
        case.server.kill_supervisors();
        case.until("RUNNING: a INTERRUPTED, b WAITING");
        case.put("a.go");
        gone(&pids);
        let body = json!({"expect": "INTERRUPTED", "attempt": 1});
        let dry = case
            .ask("a", &format!("{word}?dry_run=true"), &body)
            .expect(200);
        assert_eq!(fates(&dry), fate, "{word}");
        if word == "succeed" {
            let blind = json!({"expect": "any"});
            let refused = case.ask("a", word, &blind).expect(422);
            assert_eq!(refused["problems"][0]["code"], "missing-reason");
        }
        case.ask("a", word, &body).expect(200);
        assert_eq!(case.settled(), end, "{word}");
    }
}

/// A script that runs after the verdict is a track like any other, and has values, too.
#[test]
fn a_script_after_the_verdict_is_retried_with_another_value() {
    let yaml = "name: g
input: {who: {type: str, default: nobody}}
handlers: {on_exit: 'echo \"<who>\" >>ran; test <who> = somebody'}
vertices: {a: 'true'}
";
    let case = Case::start(yaml);
    assert_eq!(case.settled(), "FINISH: a SUCCEED, on_exit FAILED");
    let dry = case.act("on_exit", "retry", json!({"input": {"who": "somebody"}}));
    assert_eq!(fates(&dry), "a keep, on_exit run");
    assert_eq!(case.settled(), "FINISH: a SUCCEED, on_exit SUCCEED");
    assert_eq!(case.lines("ran", 2), ["nobody", "somebody"]);
}
