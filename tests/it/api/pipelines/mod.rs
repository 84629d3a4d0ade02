//! `/graphs/<id>/pipelines` and `/pipelines`

mod bundle;
mod diff;
mod list;
mod many;
mod remove;
mod timeline;

use serde_json::{Value, json};

use crate::server::Server;

fn start(server: &Server, graph: &Value, key: &str, body: &Value) -> crate::server::Answer {
    let headers = [
        ("Content-Type", "application/json"),
        ("Idempotency-Key", key),
    ];
    let path = format!("/api/v1/graphs/{}/pipelines", graph["id"]);
    server.ask("POST", &path, &headers, body.to_string().as_bytes())
}

#[test]
fn the_same_request_key_starts_one_pipeline_however_often_it_is_sent() {
    let server = Server::start();
    let yaml = "name: g\ninput: {x: {type: int, default: 1}}\nvertices: {a: 'echo <x>'}\n";
    let graph = server.define(yaml).expect(201);
    let body = json!({"input": {"x": 2}});
    let ids = std::thread::scope(|scope| {
        let one = || start(&server, &graph, "key 1", &body).json()["id"].clone();
        let threads: Vec<_> = (0..20).map(|_| scope.spawn(one)).collect();
        threads
            .into_iter()
            .map(|t| t.join().expect("an answer"))
            .collect::<Vec<_>>()
    });
    assert!(ids.iter().all(|id| *id == ids[0] && id.is_i64()), "{ids:?}");
    let again = start(&server, &graph, "key 1", &body).expect(200);
    assert_eq!(again["replayed"], true);
    let other = start(&server, &graph, "key 1", &json!({"input": {"x": 3}})).expect(422);
    assert_eq!(other["code"], "idempotency-key-reused");
    start(&server, &graph, "key 2", &body).expect(201);
    assert_eq!(
        server.get("/pipelines").json()["pipelines"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
}

/// A dry run says what a start would begin with, or is refused as the start would be.
#[test]
fn a_dry_run_tells_what_would_be_started() {
    let server = Server::start();
    let yaml = "name: g
input:
  who: {type: str, required: true}
  times: {type: int, default: 2}
  word: {type: secret, required: true}
vertices:
  a: {script: 'echo <who> <times> <word> <own>', input: {own: {type: str, default: x}}}
  b: {script: 'echo <late>', input: {late: {type: str, required: true}}}
";
    let graph = server.define(yaml).expect(201);
    let input = json!({"who": "a b", "times": "7", "word": "CANARY-WORD"});
    let body = json!({"name": "nightly", "priority": 3, "input": input, "ask_later": true});
    let path = format!("/api/v1/graphs/{}/pipelines", graph["id"]);
    let headers = [
        ("Content-Type", "application/json"),
        ("Idempotency-Key", "k"),
    ];
    let ask = |query: &str, body: &Value| {
        let body = body.to_string();
        server.ask("POST", &format!("{path}{query}"), &headers, body.as_bytes())
    };
    let everything = || {
        [
            server.get("/pipelines").json(),
            server.get("/graphs").json(),
        ]
    };
    let before = everything();
    let dry = ask("?dry_run=true", &body);
    assert!(!String::from_utf8_lossy(&dry.body).contains("CANARY"));
    assert_eq!(
        dry.expect(200),
        json!({
            "again_of": null, "graph_id": graph["id"], "graph": "g", "version": 1, "name": "nightly",
            "input": {"who": "a b", "times": "7", "word": null},
            "values": {"who": "a b", "times": 7, "word": null, "a.own": "x"},
            "priority": 3, "track_count": 2, "waits_for_input": ["b"], "stops": [], "queued": false,
            "dry_run": true,
        })
    );
    assert_eq!(everything(), before);
    for (body, code) in [
        (json!({"input": {"who": "x"}}), "invalid-input"),
        (json!({"what": 1}), "invalid"),
    ] {
        for query in ["", "?dry_run=true"] {
            let refused = ask(query, &body).expect(422);
            assert_eq!(refused["code"], code, "{refused}");
        }
    }
    let wrong = ask("?dry_run=1", &body).expect(422);
    assert!(
        wrong["detail"]
            .as_str()
            .is_some_and(|said| said.contains("`dry_run=1`"))
    );
    assert_eq!(everything(), before);
    // The key is still to be used.
    let started = ask("?dry_run=false", &body).expect(201);
    assert_eq!(started["replayed"], false);
}

#[test]
fn a_dry_run_tells_what_the_limit_of_a_graph_does_to_a_start() {
    let server = Server::start();
    for (on_limit, stops, queued) in [("cancel_oldest", true, true), ("queue", false, true)] {
        let yaml = format!(
            "name: {on_limit}\nconcurrency: {{limit: 1, on_limit: {on_limit}}}\nvertices:\n  a: \"trap '' TERM; while ! test -e go; do sleep 0.05; done\"\n"
        );
        let graph = server.define(&yaml).expect(201);
        let path = format!("/graphs/{}/pipelines", graph["id"]);
        let dry = || {
            server
                .post(&format!("{path}?dry_run=true"), &json!({}))
                .expect(200)
        };
        let free = dry();
        assert_eq!(
            (&free["stops"], &free["queued"]),
            (&json!([]), &json!(false))
        );
        let first = server.post(&path, &json!({})).expect(201)["id"].clone();
        let state = |id: &Value| server.get(&format!("/pipelines/{id}")).json();
        server.until(|| state(&first)["tracks"][0]["state"] == "RUNNING");
        let full = dry();
        let stops = if stops { json!([first]) } else { json!([]) };
        assert_eq!(
            (&full["stops"], &full["queued"]),
            (&stops, &json!(queued)),
            "{on_limit}"
        );
        assert_eq!(state(&first)["state"], "RUNNING");
        let second = server.post(&path, &json!({})).expect(201)["id"].clone();
        assert_eq!(state(&second)["queued"], queued, "{on_limit}");
        for id in [&second, &first] {
            server.post(&format!("/pipelines/{id}/kill"), &json!({}));
            server.settled(id);
        }
    }
}

/// Of what is stopped and has nothing that runs the place is free at once.
#[test]
fn a_dry_run_knows_whose_place_is_free_at_once() {
    let server = Server::start();
    let yaml = "name: g\nconcurrency: {limit: 1, on_limit: cancel_oldest}\ninput: {late: {type: str, required: true}}\nvertices: {a: 'echo <late>'}\n";
    let graph = server.define(yaml).expect(201);
    let path = format!("/graphs/{}/pipelines", graph["id"]);
    let body = json!({"ask_later": true});
    let first = server.post(&path, &body).expect(201)["id"].clone();
    let dry = server
        .post(&format!("{path}?dry_run=true"), &body)
        .expect(200);
    assert_eq!(
        (&dry["stops"], &dry["queued"]),
        (&json!([first]), &json!(false))
    );
    let second = server.post(&path, &body).expect(201)["id"].clone();
    let second = server.get(&format!("/pipelines/{second}")).expect(200);
    assert_eq!(second["queued"], false);
}

#[test]
fn wrong_values_are_told_one_by_one() {
    let server = Server::start();
    let yaml = "name: g\ninput:\n  n: {type: int, required: true, min: 1}\n  c: {type: choice, choices: [red, blue], default: red}\nvertices:\n  a: {script: 'echo <n> <c> <own>', input: {own: {type: str, required: true}}}\n";
    let graph = server.define(yaml).expect(201);
    let body = json!({"input": {"n": 0, "c": "green", "m": 1}});
    let refused = server
        .post(&format!("/graphs/{}/pipelines", graph["id"]), &body)
        .expect(422);
    assert_eq!(refused["code"], "invalid-input");
    let problems = refused["problems"].as_array().expect("a list");
    let mut fields: Vec<_> = problems
        .iter()
        .filter_map(|p| p["field"].as_str())
        .collect();
    fields.sort_unstable();
    assert_eq!(fields, ["a.own", "c", "m", "n"], "{refused}");
    let body = json!({"input": {"n": 5, "c": "blue", "a.own": "x y"}});
    let pipeline = server.run(yaml, &body);
    assert_eq!(server.log(&server.track(&pipeline, "a")), b"5 blue x y\n");
    assert_eq!(
        server.track(&pipeline, "a")["input"],
        json!({"own": "x y", "n": 5, "c": "blue"})
    );
}

#[test]
fn a_body_with_an_unknown_field_or_no_json_is_refused() {
    let server = Server::start();
    let graph = server
        .define("name: g\nvertices: {a: 'true'}\n")
        .expect(201);
    let path = format!("/graphs/{}/pipelines", graph["id"]);
    let unknown = server.post(&path, &json!({"inputs": {}})).expect(422);
    assert!(
        unknown["detail"]
            .as_str()
            .is_some_and(|d| d.contains("`inputs`")),
        "{unknown}"
    );
    let media = [("Content-Type", "application/json")];
    let broken = server
        .ask("POST", &format!("/api/v1{path}"), &media, b"{\"name\":")
        .expect(400);
    assert_eq!(broken["code"], "malformed");
    let plain = [("Content-Type", "text/plain")];
    server
        .ask("POST", &format!("/api/v1{path}"), &plain, b"{}")
        .expect(415);
    server
        .post(&format!("{path}?wait=soon"), &json!({}))
        .expect(422);
}

#[test]
fn a_failed_track_fails_the_pipeline_and_holds_what_comes_after() {
    let server = Server::start();
    let yaml = "name: g\nvertices:\n  a: exit 3\n  b: {script: echo b, needs: [a]}\n  c: {script: echo c, needs: [b]}\n";
    let pipeline = server.run(yaml, &json!({}));
    assert_eq!(pipeline["state"], "FAILED");
    let states: Vec<_> = pipeline["tracks"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|t| &t["state"])
        .collect();
    assert_eq!(states, ["FAILED", "WAITING", "WAITING"]);
    let journal = server
        .get(&format!("/pipelines/{}/journal", pipeline["id"]))
        .expect(200);
    let lines: Vec<_> = journal["entries"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|e| (e["from"].as_str(), e["to"].as_str()))
        .collect();
    let expected = [
        ("", "RUNNING"),
        ("PENDING", "RUNNING"),
        ("RUNNING", "FAILED"),
        ("RUNNING", "FAILED"),
    ];
    assert_eq!(lines, expected.map(|(from, to)| (Some(from), Some(to))));
}

#[test]
fn a_failure_that_counts_as_done_is_told_apart() {
    let server = Server::start();
    let yaml = "name: g\nvertices:\n  a: {script: exit 3, on_error: ignore}\n  b: 'true'\n";
    let pipeline = server.run(yaml, &json!({}));
    assert_eq!(pipeline["state"], "FINISH");
    let path = format!("/pipelines/{}", pipeline["id"]);
    assert_eq!(server.get(&path).expect(200)["ignored"], 1);
}

#[test]
fn a_retry_follows_a_failure_as_often_as_its_limit_says() {
    let server = Server::start();
    let yaml = "name: g\nvertices:\n  a:\n    script: |\n      echo $TRACKYARD_ATTEMPT\n      test $TRACKYARD_ATTEMPT = 3\n    retry: {limit: 3, delay: 10ms}\n";
    let pipeline = server.run(yaml, &json!({}));
    assert_eq!(pipeline["state"], "FINISH", "{pipeline}");
    let track = server.track(&pipeline, "a");
    assert_eq!(track["attempt"], 3);
    let codes: Vec<_> = track["attempts"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|a| a["exit_code"].as_i64())
        .collect();
    assert_eq!(codes, [Some(1), Some(1), Some(0)]);
}

#[test]
fn a_stopped_pipeline_ends_what_runs_and_starts_nothing_more() {
    let server = Server::start();
    let yaml = "name: g\nvertices:\n  a: |\n    echo $$ >pid\n    while :; do sleep 0.05; done\n  b: {script: echo b, needs: [a]}\n";
    let graph = server.define(yaml).expect(201);
    let id = server
        .post(&format!("/graphs/{}/pipelines", graph["id"]), &json!({}))
        .expect(201)["id"]
        .clone();
    let stopped = server
        .post(&format!("/pipelines/{id}/stop"), &json!({"why": "a test"}))
        .expect(200);
    assert_eq!(stopped["state"], "STOPPED");
    let pipeline = server.settled(&id);
    let states: Vec<_> = pipeline["tracks"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|t| &t["state"])
        .collect();
    assert_eq!(states, ["STOPPED", "STOPPED"]);
    let again = server
        .post(&format!("/pipelines/{id}/stop"), &json!({}))
        .expect(409);
    assert_eq!(again["code"], "wrong-state");
}

#[test]
fn a_thousand_vertices_finish() {
    let server = Server::start();
    let vertices: serde_json::Map<_, _> = (0..1_000)
        .map(|i| (format!("v{i}"), json!("true")))
        .collect();
    let pipeline = server.run(
        &json!({"name": "k", "vertices": vertices}).to_string(),
        &json!({}),
    );
    assert_eq!(pipeline["state"], "FINISH");
    let tracks = pipeline["tracks"].as_array().expect("a list");
    assert!(
        tracks
            .iter()
            .all(|t| t["state"] == "SUCCEED" && t["attempt"] == 1)
    );
    assert_eq!(tracks.len(), 1_000);
}

#[test]
fn a_killed_server_repeats_nothing_and_loses_nothing() {
    let own = tempfile::tempdir().expect("a directory");
    let mut server = Server::start_on(own.path(), &["--slots", "4"]);
    let lines = own.path().join("lines");
    let vertices: serde_json::Map<_, _> = (0..60)
        .map(|i| {
            let needs: Vec<_> = (i >= 4)
                .then(|| format!("v{}", i - 4))
                .into_iter()
                .collect();
            let script = format!("echo v{i} >>{}\nsleep 0.02", lines.display());
            (format!("v{i}"), json!({"script": script, "needs": needs}))
        })
        .collect();
    let graph = server
        .define(&json!({"name": "g", "vertices": vertices}).to_string())
        .expect(201);
    let id = server
        .post(&format!("/graphs/{}/pipelines", graph["id"]), &json!({}))
        .expect(201)["id"]
        .clone();
    for kill in 1..=5 {
        // A condition, not a time: some more of it has run.
        server.until(|| {
            std::fs::read_to_string(&lines).is_ok_and(|text| text.lines().count() >= kill * 8)
        });
        server.kill();
        server = Server::start_on(own.path(), &["--slots", "4"]);
    }
    let pipeline = server.settled(&id);
    assert_eq!(pipeline["state"], "FINISH", "{pipeline}");
    let text = std::fs::read_to_string(&lines).expect("lines");
    let mut ran: Vec<_> = text.lines().collect();
    ran.sort_unstable();
    let mut all: Vec<_> = (0..60).map(|i| format!("v{i}")).collect();
    all.sort_unstable();
    assert_eq!(ran, all, "each script ran once");
}
