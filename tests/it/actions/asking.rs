//! How it is asked: what has to be said, and what is refused.

use serde_json::{Value, json};

use super::{Case, fates};

const FAILED: &str = "name: g\nvertices: {a: exit 1, b: {script: 'true', needs: [a]}}\n";
const TRACK: &[&str] = &[
    "retry",
    "retry-after",
    "run-alone",
    "skip",
    "succeed",
    "fail",
    "hold",
    "release",
    "stop",
    "kill",
    "input",
];
const PIPELINE: &[&str] = &["pause", "resume", "stop", "kill", "retry-failed"];

fn failed() -> Case {
    let case = Case::start(FAILED);
    assert_eq!(case.settled(), "FAILED: a FAILED, b WAITING");
    case
}

/// The codes of what is wrong, field by field.
fn problems(answer: &Value) -> Vec<(String, String)> {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let problems = answer["problems"].as_array().expect("problems").iter();
    problems
        .map(|p| (word(&p["field"]), word(&p["code"])))
        .collect()
}

#[test]
fn what_was_seen_has_to_be_said() {
    let case = failed();
    let before = case.everything();
    for word in TRACK {
        let none = case.ask("a", word, &json!({"why": "because"})).expect(422);
        assert_eq!(none["code"], "missing-expect", "{word}");
        let said = none["detail"].as_str().expect("a text");
        assert!(
            said.contains(r#""expect": "FAILED""#) && said.contains("any"),
            "{said}"
        );
    }
    for word in ["resume", "retry-failed"] {
        let none = case.ask("", word, &json!({})).expect(422);
        assert_eq!(none["code"], "missing-expect", "{word}");
    }
    // Those for somebody in a hurry are judged by the pipeline alone.
    for word in ["pause", "stop", "kill"] {
        let refused = case.ask("", word, &json!({})).expect(409);
        assert_eq!(
            (&refused["code"], &refused["state"]),
            (&json!("wrong-state"), &json!("FAILED"))
        );
    }
    for (vertex, word, body) in [
        ("a", "retry", json!({"expect": "Failed"})),
        ("a", "retry", json!({"expect": "FINISH"})),
        ("", "retry-failed", json!({"expect": "SUCCEED"})),
    ] {
        let wrong = case.ask(vertex, word, &body).expect(422);
        assert_eq!(
            problems(&wrong),
            [("expect".to_owned(), "unknown-word".to_owned())]
        );
    }
    let both = json!({"expect": "any", "attempt": 1});
    let wrong = case.ask("a", "retry", &both).expect(422);
    assert_eq!(
        problems(&wrong),
        [("attempt".to_owned(), "bad-value".to_owned())]
    );
    assert_eq!(case.everything(), before);
    case.ask("a", "retry", &json!({"expect": "any"}))
        .expect(200);
}

#[test]
fn what_has_moved_is_refused_with_its_state() {
    let case = failed();
    let before = case.everything();
    for query in ["", "?dry_run=true"] {
        for word in TRACK {
            let body = json!({"expect": "RUNNING", "why": "because"});
            let moved = case.ask("a", &format!("{word}{query}"), &body).expect(409);
            assert_eq!(
                (&moved["code"], &moved["state"], &moved["attempt"]),
                (&json!("moved"), &json!("FAILED"), &json!(1)),
                "{word}"
            );
        }
        for word in PIPELINE {
            let body = json!({"expect": "RUNNING"});
            let moved = case.ask("", &format!("{word}{query}"), &body).expect(409);
            assert_eq!(
                (&moved["code"], &moved["state"]),
                (&json!("moved"), &json!("FAILED")),
                "{word}"
            );
        }
        let path = format!("again{query}");
        let moved = case
            .ask("", &path, &json!({"expect": "RUNNING"}))
            .expect(409);
        assert_eq!(
            (&moved["code"], &moved["state"]),
            (&json!("moved"), &json!("FAILED"))
        );
        let body = json!({"expect": "FAILED", "attempt": 2});
        let moved = case.ask("a", &format!("retry{query}"), &body).expect(409);
        assert_eq!(
            (&moved["code"], &moved["attempt"]),
            (&json!("moved"), &json!(1))
        );
    }
    assert_eq!(case.everything(), before);
    // Of two who saw the same, one comes too late.
    let body = json!({"expect": "FAILED", "attempt": 1});
    let answers = std::thread::scope(|scope| {
        let both = [0, 1].map(|_| scope.spawn(|| case.ask("a", "retry", &body).status));
        both.map(|one| one.join().expect("an answer"))
    });
    let mut answers = answers.to_vec();
    answers.sort_unstable();
    assert_eq!(answers, [200, 409]);
    case.settled();
    assert_eq!(case.track("a")["attempt"], 2);
}

#[test]
fn what_only_a_person_can_know_needs_a_reason() {
    let case = failed();
    let before = case.everything();
    for query in ["", "?dry_run=true"] {
        for word in ["succeed", "fail"] {
            for why in [None, Some(""), Some(" \n\t ")] {
                let mut body = json!({"expect": "FAILED"});
                if let Some(why) = why {
                    body["why"] = json!(why);
                }
                let refused = case.ask("a", &format!("{word}{query}"), &body).expect(422);
                assert_eq!(refused["code"], "invalid-input");
                assert_eq!(
                    problems(&refused),
                    [("why".to_owned(), "missing-reason".to_owned())]
                );
            }
        }
        // It is refused, not cut; all that is wrong is told at once.
        let long = "ä".repeat(501);
        let body = json!({"expect": "FAILED", "why": long, "outputs": {"x": 1}});
        let refused = case.ask("a", &format!("succeed{query}"), &body).expect(422);
        let expected = [("why", "reason-too-long"), ("x", "unknown-parameter")];
        assert_eq!(
            problems(&refused),
            expected.map(|(f, c)| (f.to_owned(), c.to_owned()))
        );
        for word in PIPELINE.iter().chain(&["again"]) {
            let body = json!({"expect": "FAILED", "why": long});
            let refused = case.ask("", &format!("{word}{query}"), &body).expect(422);
            assert_eq!(
                problems(&refused),
                [("why".to_owned(), "reason-too-long".to_owned())]
            );
        }
    }
    assert_eq!(case.everything(), before);
    let most = "ä".repeat(500);
    let body = json!({"expect": "FAILED", "why": most});
    case.ask("a", "succeed", &body).expect(200);
    let said = format!("it succeeded: {most}");
    assert!(
        case.journal()
            .iter()
            .any(|entry| entry["why"] == said.as_str())
    );
}

#[test]
fn a_reason_has_the_length_that_the_settings_allow() {
    let case = Case::with(&[("TRACKYARD_MAX_REASON_CHARS", "3")], FAILED, &json!({}));
    case.settled();
    let body = |why| json!({"expect": "any", "why": why});
    case.ask("a", "succeed", &body("four")).expect(422);
    case.ask("a", "succeed", &body("yes")).expect(200);
}

#[test]
fn what_is_not_known_is_refused() {
    let case = failed();
    let before = case.everything();
    let any = json!({"expect": "any"});
    for (path, word) in [
        ("/pipelines/1/skip", "retry-failed"),
        ("/pipelines/1/retry", "again"),
        ("/tracks/1/pause", "run-alone"),
        ("/tracks/1/Retry", "run-alone"),
    ] {
        let unknown = case.server.post(path, &any).expect(404);
        let said = unknown["detail"].as_str().expect("a text");
        assert!(
            unknown["code"] == "not-found" && said.contains(word),
            "{said}"
        );
    }
    for path in [
        "/pipelines/99/pause",
        "/pipelines/99/again",
        "/tracks/99/skip",
        "/tracks/99/input",
    ] {
        for query in ["", "?dry_run=true"] {
            let missing = case
                .server
                .post(&format!("{path}{query}"), &any)
                .expect(404);
            assert_eq!(missing["code"], "not-found", "{path}");
        }
    }
    for (path, body, named) in [
        ("/pipelines/1/stop", json!({"whi": ""}), "`whi`"),
        ("/pipelines/1/pause", json!({"input": {}}), "`input`"),
        ("/tracks/1/skip", json!({"expects": "any"}), "`expects`"),
        ("/tracks/1/retry?dryrun=true", any.clone(), "`dryrun`"),
        ("/tracks/1/retry?dry_run=1", any.clone(), "`dry_run=1`"),
        ("/tracks/1/retry?dry_run", any.clone(), "`dry_run=`"),
        ("/pipelines/1/again?dry-run=true", any.clone(), "`dry-run`"),
        (
            "/tracks/1/retry",
            json!({"expect": "any", "outputs": {"x": 1}}),
            "`outputs`",
        ),
    ] {
        let refused = case.server.post(path, &body).expect(422);
        let said = refused["detail"].as_str().expect("a text");
        assert!(said.contains(named), "{path}: {said}");
    }
    for word in ["skip", "fail", "hold", "release", "stop", "kill"] {
        let body = json!({"expect": "any", "why": "because", "input": {"x": 1}});
        let refused = case.ask("a", word, &body).expect(422);
        assert_eq!(
            problems(&refused),
            [("x".to_owned(), "takes-no-values".to_owned())]
        );
    }
    assert_eq!(case.everything(), before);
}

/// A dry run is what the deed would be, also of a pipeline that has left the engine, and of one that
/// would have to wait for its turn.
#[test]
fn a_dry_run_tells_that_it_would_have_to_wait() {
    let yaml = "name: g\nconcurrency: {limit: 1, on_limit: queue}\nvertices: {a: 'until [ -e go ]; do sleep 0.02; done; test -e good'}\n";
    let case = Case::start(yaml);
    case.put("go");
    assert_eq!(case.settled(), "FAILED: a FAILED");
    let second = case.one_more(yaml, &json!({}));
    let dry = case.act("", "retry-failed", json!({}));
    assert_eq!(
        (fates(&dry).as_str(), &dry["queued"]),
        ("a run", &json!(true))
    );
    let pipeline = case.pipeline();
    assert_eq!(
        (&pipeline["state"], &pipeline["queued"]),
        (&json!("RUNNING"), &json!(true))
    );
    case.server
        .post(&format!("/pipelines/{second}/kill"), &json!({}))
        .expect(200);
    case.settled();
    assert_eq!(case.track("a")["attempt"], 2);
}
