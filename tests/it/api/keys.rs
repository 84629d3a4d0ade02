//! The header `Idempotency-Key`, of everything that changes something

use std::thread;

use serde_json::{Value, json};
use trackyard::store::{Store, Used};

use crate::server::{Answer, Server};

const HELD: &str = "name: held\nvertices: {a: 'while [ ! -e go ]; do sleep 0.02; done'}\n";

fn keyed(server: &Server, key: &str, (method, path): (&str, &str), body: &str) -> Answer {
    let json = body.is_empty() || body.starts_with('{');
    let media = match json {
        true => "application/json",
        false => "application/yaml",
    };
    let headers = [("Content-Type", media), ("Idempotency-Key", key)];
    let path = format!("/api/v1{path}");
    server.ask(method, &path, &headers, body.as_bytes())
}

/// What 50 threads are answered that ask the same at once.
fn fifty(server: &Server, request: (&str, &str), body: &str) -> Vec<Answer> {
    thread::scope(|scope| {
        let one = || keyed(server, "the same", request, body);
        let threads: Vec<_> = (0..50).map(|_| scope.spawn(one)).collect();
        let answers = threads.into_iter().map(|t| t.join().expect("an answer"));
        answers.collect()
    })
}

/// All have the same number, and one alone was not told of what had been done before.
fn once(answers: &[Answer], first: u16) -> Value {
    let id = answers[0].json()["id"].clone();
    let same =
        |answer: &Answer| answer.expect(if answer.replayed { 200 } else { first })["id"] == id;
    assert!(id.is_i64() && answers.iter().all(same), "{id}");
    let new = answers.iter().filter(|answer| !answer.replayed);
    assert_eq!(new.count(), 1);
    id
}

fn count(server: &Server, path: &str, list: &str) -> usize {
    let list = server.get(path).expect(200)[list].as_array().cloned();
    list.expect("a list").len()
}

#[test]
fn fifty_at_once_start_one_pipeline() {
    let server = Server::start();
    let graph = server
        .define("name: g\nvertices: {a: 'true'}\n")
        .expect(201);
    let path = format!("/graphs/{}/pipelines", graph["id"]);
    once(&fifty(&server, ("POST", &path), "{}"), 201);
    assert_eq!(count(&server, "/pipelines", "pipelines"), 1);
}

#[test]
fn fifty_at_once_save_one_version() {
    let server = Server::start();
    server.run("name: g\nvertices: {a: 'true'}\n", &json!({}));
    let body = "name: g\nvertices: {a: 'true', b: 'true'}\n";
    let id = once(&fifty(&server, ("POST", "/graphs"), body), 201);
    assert_eq!(
        count(&server, &format!("/graphs/{id}/versions"), "graphs"),
        2
    );
}

#[test]
fn fifty_at_once_retry_what_failed_once() {
    let server = Server::start();
    let pipeline = server.run("name: g\nvertices: {a: 'false'}\n", &json!({}));
    let path = format!("/pipelines/{}/retry-failed", pipeline["id"]);
    once(
        &fifty(&server, ("POST", &path), r#"{"expect": "FAILED"}"#),
        200,
    );
    let pipeline = server.settled(&pipeline["id"]);
    assert_eq!(server.track(&pipeline, "a")["attempt"], 2);
}

/// Each deed, sent twice with the same key, is done once; and its key is good for nothing else.
#[test]
fn whatever_changes_something_is_done_once() {
    let server = Server::start();
    let yaml = "name: g\nvertices:\n  a: {script: 'echo <x>', input: {x: {type: int, required: true}}}\n  \
                b: 'echo b'\n";
    let graph = server.define(yaml).expect(201)["id"].clone();
    let start = format!("/graphs/{graph}/pipelines");
    let later = json!({"ask_later": true});
    let id = server.post(&start, &later).expect(201)["id"].clone();
    server.until(|| server.get("/inbox").json()["tracks"][0].is_object());
    let pipeline = server.get(&format!("/pipelines/{id}")).expect(200);
    // What goes on by itself is over before the journal is compared.
    server.until(|| server.track(&pipeline, "b")["state"] == "SUCCEED");
    let a = &server.track(&pipeline, "a")["id"];
    let held = server.define(HELD).expect(201)["id"].clone();
    let deeds = [
        ("POST", format!("/graphs/{graph}/check"), ""),
        ("POST", format!("/graphs/{held}/check"), ""),
        ("POST", format!("/graphs/{graph}/restore"), ""),
        (
            "POST",
            format!("/pipelines/{id}/pause"),
            r#"{"why": "lunch"}"#,
        ),
        (
            "POST",
            format!("/pipelines/{id}/resume"),
            r#"{"expect": "PAUSED"}"#,
        ),
        (
            "POST",
            format!("/tracks/{a}/hold"),
            r#"{"expect": "PENDING"}"#,
        ),
        (
            "POST",
            format!("/tracks/{a}/release"),
            r#"{"expect": "PENDING"}"#,
        ),
        ("POST", format!("/graphs/{held}/archive"), ""),
        ("POST", format!("/graphs/{held}/unarchive"), ""),
        (
            "POST",
            format!("/graphs/{graph}/clone"),
            r#"{"name": "copy"}"#,
        ),
        ("PUT", "/secrets/NAME".to_owned(), r#"{"value": "c4nary"}"#),
        ("DELETE", "/secrets/NAME".to_owned(), ""),
        (
            "PUT",
            format!("/tracks/{a}/input"),
            r#"{"values": {"x": 5}}"#,
        ),
    ];
    for (n, (method, path, body)) in deeds.iter().enumerate() {
        let (key, request) = (format!("deed {n}"), (*method, path.as_str()));
        let first = keyed(&server, &key, request, body);
        assert!(
            !first.replayed && first.status < 300,
            "{method} {path}: {}",
            first.json()
        );
        let entries = |server: &Server| server.get(&format!("/pipelines/{id}/journal")).body;
        // What the deed leads to by itself goes on.
        if path.ends_with("/input") {
            server.settled(&id);
        }
        let journal = entries(&server);
        // Of a version that is sealed a check changes nothing.
        let sealed = n == 0;
        let again = keyed(&server, &key, request, body);
        assert_eq!(
            (again.status, again.replayed),
            (200, !sealed),
            "{method} {path}: {}",
            again.json()
        );
        assert_eq!(entries(&server), journal, "{method} {path}");
        if !sealed {
            let other = keyed(&server, &key, ("POST", "/graphs"), HELD).expect(422);
            assert_eq!(
                (&other["code"], &other["pipeline"]),
                (&json!("idempotency-key-reused"), &Value::Null)
            );
            let other = keyed(&server, &key, ("POST", &start), &later.to_string()).expect(422);
            assert_eq!(other["code"], "idempotency-key-reused");
        }
    }
    assert_eq!(server.settled(&id)["state"], "FINISH");
}

#[test]
fn a_graph_that_its_key_has_removed_is_told_to_be_removed() {
    let server = Server::start();
    let graph = server.define(HELD).expect(201)["id"].clone();
    let path = format!("/graphs/{graph}");
    let remove = |key: &str| keyed(&server, key, ("DELETE", &path), "");
    let (first, again) = (remove("k"), remove("k"));
    assert!(!first.replayed && again.replayed);
    let said = first.expect(200);
    assert_eq!(
        (&said["removed"], &said["versions"]),
        (&json!(true), &json!(1))
    );
    assert_eq!(again.expect(200), said);
    remove("another").expect(404);
    // Another graph of the name is not what was removed.
    server.define(HELD).expect(201);
    let late = remove("k");
    assert!(late.replayed);
    assert_eq!(late.expect(200), said);
    assert_eq!(count(&server, "/graphs", "graphs"), 1);
}

#[test]
fn the_key_of_a_start_is_good_for_nothing_else() {
    let server = Server::start();
    let graph = server
        .define("name: g\nvertices: {a: 'true'}\n")
        .expect(201);
    let start = format!("/graphs/{}/pipelines", graph["id"]);
    let id = keyed(&server, "k", ("POST", &start), "{}").expect(201)["id"].clone();
    assert!(keyed(&server, "k", ("POST", &start), "{}").replayed);
    let refused = keyed(&server, "k", ("POST", "/graphs"), HELD).expect(422);
    assert_eq!(
        (&refused["code"], &refused["pipeline"]),
        (&json!("idempotency-key-reused"), &id)
    );
    assert_eq!(count(&server, "/graphs", "graphs"), 1);
    server.settled(&id);
}

/// The body is the same, none.
#[test]
fn a_key_is_good_for_one_address() {
    let server = Server::start();
    for name in ["g", "h"] {
        let yaml = format!("name: {name}\nvertices: {{a: 'true'}}\n");
        server.define(&yaml).expect(201);
    }
    let ask = |path: &str| keyed(&server, "k", ("POST", path), "");
    ask("/graphs/1/archive").expect(200);
    assert!(ask("/graphs/1/archive").replayed);
    for path in ["/graphs/2/archive", "/graphs/1/unarchive"] {
        assert_eq!(
            ask(path).expect(422)["code"],
            "idempotency-key-reused",
            "{path}"
        );
    }
    for (graph, archived) in [(1, true), (2, false)] {
        let graph = server.get(&format!("/graphs/{graph}")).expect(200);
        assert_eq!(graph["archived"], archived);
    }
}

#[test]
fn what_is_refused_or_only_worked_out_leaves_its_key_free() {
    let server = Server::start();
    let pipeline = server.run("name: g\nvertices: {a: 'false'}\n", &json!({}));
    let path = format!("/pipelines/{}/retry-failed", pipeline["id"]);
    let moved = keyed(&server, "k", ("POST", &path), r#"{"expect": "RUNNING"}"#).expect(409);
    assert_eq!(moved["code"], "moved");
    let body = r#"{"expect": "FAILED"}"#;
    let dry = format!("{path}?dry_run=true");
    for _ in 0..2 {
        let would = keyed(&server, "k", ("POST", &dry), body);
        assert!(!would.replayed && would.expect(200)["tracks"].is_array());
    }
    // What keeps nothing does not look at it.
    let (graph, yaml) = (&pipeline["graph_id"], "name: g\nvertices: {a: 'true'}\n");
    let render = format!("/graphs/{graph}/render");
    for (path, body) in [("/graphs/validate", yaml), (render.as_str(), "{}")] {
        for _ in 0..2 {
            assert_eq!(keyed(&server, "k", ("POST", path), body).status, 200);
        }
    }
    assert!(!keyed(&server, "k", ("POST", &path), body).replayed);
    assert!(keyed(&server, "k", ("POST", &path), body).replayed);
}

#[test]
fn a_key_that_cannot_be_one_is_refused_by_name() {
    let server = Server::start();
    let long = "k".repeat(256);
    for key in ["", &long, "a\tb"] {
        for path in [
            "/graphs",
            "/graphs/1/pipelines",
            "/pipelines/1/pause",
            "/tracks/1/hold",
        ] {
            let refused = keyed(&server, key, ("POST", path), "{}").expect(400);
            assert_eq!(refused["code"], "bad-idempotency-key", "{key}: {path}");
        }
    }
    let twice = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")];
    let refused = server
        .ask("POST", "/api/v1/graphs/1/check", &twice, b"")
        .expect(400);
    assert_eq!(refused["code"], "bad-idempotency-key");
    // The credential is looked at first.
    let url = format!("{}/api/v1/graphs", server.url);
    assert_eq!(
        crate::server::ask("POST", &url, &[("Idempotency-Key", "")], b"").status,
        401
    );
}

/// What is kept of a body tells nothing of a secret in it to those who have no key file.
#[test]
fn of_a_secret_in_a_body_nobody_can_try_a_guess() {
    let digests: Vec<String> = (0..2)
        .map(|_| {
            let server = Server::start();
            let body = r#"{"value": "c4nary"}"#;
            keyed(&server, "k", ("PUT", "/secrets/NAME"), body).expect(201);
            let store = Store::open(&server.data().join("trackyard.db"), 1).expect("opened");
            match store.used("k").expect("asked") {
                Some(Used::Request { digest, .. }) => digest,
                other => panic!("{other:?}"),
            }
        })
        .collect();
    assert_eq!(digests[0].len(), 64);
    assert_ne!(
        digests[0], digests[1],
        "each data directory has a key of its own"
    );
}

/// What many pipelines are asked at once with a key is done once to each, whatever fits meanwhile.
#[test]
fn what_is_asked_of_many_is_done_once_to_each() {
    let server = Server::start();
    let yaml = "name: g\nvertices: {a: 'echo >>ran; exit 1'}\n";
    let graph = server.define(yaml).expect(201)["id"].clone();
    let start = || {
        let path = format!("/graphs/{graph}/pipelines?wait=60s");
        server.post(&path, &json!({})).expect(201)["id"].clone()
    };
    let (first, second) = (start(), start());
    let body = r#"{"filter": {"state": "FAILED"}}"#;
    let ask = || {
        keyed(
            &server,
            "many",
            ("POST", "/pipelines/actions/retry-failed"),
            body,
        )
    };
    let done = ask();
    let ids = |answer: &Answer| {
        let lines = answer.json()["pipelines"]
            .as_array()
            .expect("lines")
            .clone();
        assert!(
            lines.iter().all(|line| line["outcome"] == "done"),
            "{lines:?}"
        );
        lines
            .iter()
            .map(|line| line["id"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (ids(&done), done.replayed),
        (vec![second.clone(), first.clone()], false)
    );
    for id in [&first, &second] {
        server.settled(id);
    }
    // They have failed once more, and so has another one.
    start();
    let again = ask();
    assert_eq!(
        (ids(&again), again.replayed),
        (vec![second, first.clone()], true)
    );
    let ran = std::fs::read(server.data().join(format!("work/{first}/ran"))).expect("it ran");
    assert_eq!(ran.len(), 2, "once, and once more");
    let other = r#"{"filter": {"state": "FINISH"}}"#;
    let refused = keyed(
        &server,
        "many",
        ("POST", "/pipelines/actions/retry-failed"),
        other,
    );
    assert_eq!(refused.expect(422)["code"], "idempotency-key-reused");
}
