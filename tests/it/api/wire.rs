//! What goes over the wire, kept as files: every address that can be read, and what those say that
//! change something. A change of an answer is seen in `snapshots/`; `cargo insta review` accepts it
//! (or `INSTA_UPDATE=always` with these tests).

use serde_json::{Value, json};

use super::described::operations;
use crate::server::{Answer, Server};

/// One script after the other, so that all is in one order; the second one fails.
const YAML: &str = "name: g
desc: What is kept as files
input: {who: {type: str, default: you, desc: Whom to greet}}
vertices:
  a: {script: 'echo \"hello <who>\"; echo word=hello >>\"$TRACKYARD_OUTPUT\"', outputs: {word: str}}
  b: {script: 'echo \"<a.word>\"; exit 3', needs: [a], retry: {limit: 1, delay: 10ms}}
  c: {script: 'echo never', needs: [b]}
";

/// What is different each time is not kept.
fn settled(key: &str, value: Value, data: &str) -> Value {
    let ends = ["_at", "_ms", "digest", "_bytes", "seconds"];
    let names = ["at", "ms", "boot", "commit", "kernel", "schema", "etag"];
    let changing = names.contains(&key) || ends.iter().any(|end| key.ends_with(end));
    match value {
        Value::Null => Value::Null,
        Value::String(_) | Value::Number(_) if changing => json!(format!("[{key}]")),
        Value::String(text) => {
            let text = text.replace(data, "[data]");
            json!(text.replace(env!("CARGO_PKG_VERSION"), "[version]"))
        }
        Value::Array(list) => list.into_iter().map(|v| settled(key, v, data)).collect(),
        Value::Object(object) => {
            let fields = object.into_iter();
            fields
                .map(|(key, value)| {
                    let value = settled(&key, value, data);
                    (key, value)
                })
                .collect()
        }
        other => other,
    }
}

/// Keeps an answer, or compares it with what is kept.
fn keep(server: &Server, name: &str, answer: &Answer) {
    let data = server.data().display().to_string();
    let media = answer.media.split(';').next().expect("a type");
    let body = if media.ends_with("json") {
        let body = settled("", answer.json(), &data);
        serde_json::to_string_pretty(&body).expect("JSON")
    } else {
        String::from_utf8_lossy(&answer.body).into_owned()
    };
    let said = format!("{} {media}\n{body}", answer.status);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, said));
}

fn ended() -> Server {
    let server = Server::start();
    let pipeline = server.run(YAML, &json!({"name": "first"}));
    assert_eq!(pipeline["state"], "FAILED", "{pipeline}");
    server
}

/// Answers that are of the machine, that never end, or that are no text.
const NOT_KEPT: &[&str] = &["describe", "getBundle", "getMetrics"];

/// What is asked for in the place of a name.
const PLACES: &[(&str, &str)] = &[
    ("{id}", "1"),
    ("{number}", "1"),
    ("{name}", "a"),
    ("{task}", "a"),
    ("{hook}", "1"),
];

#[test]
fn every_address_that_can_be_read_answers_as_it_did() {
    let server = ended();
    // A second version, and a second pipeline, to compare with.
    server
        .define(&YAML.replace("hello", "good day"))
        .expect(201);
    server
        .post("/graphs/2/pipelines?wait=60s", &json!({}))
        .expect(201);
    let input = json!({"who": {"pointer": "/who"}});
    let hook = json!({"secret": "a secret of a hook", "input": input});
    server.post("/graphs/1/hooks", &hook).expect(201);
    for (method, path, operation) in operations() {
        let id = operation["operationId"].as_str().expect("a name");
        let answers = &operation["responses"]["200"]["content"];
        let live = !answers["text/event-stream"].is_null() || path.starts_with("/ws/");
        if method != "GET" || live || NOT_KEPT.contains(&id) {
            continue;
        }
        let numbered = PLACES.iter().fold(path.to_owned(), |path, (name, word)| {
            path.replace(name, word)
        });
        let needed = operation["parameters"].as_array().into_iter().flatten();
        let needed = needed.filter(|p| p["in"] == "query" && p["required"] == true);
        let query = needed.map(|p| format!("?{}=2", p["name"].as_str().expect("a name")));
        let answer = server.get(&(numbered + &query.collect::<String>()));
        assert_eq!(
            answer.status,
            200,
            "{path}: {}",
            String::from_utf8_lossy(&answer.body)
        );
        keep(&server, id, &answer);
    }
}

#[test]
fn what_changes_something_answers_as_it_did() {
    let server = Server::start();
    let keep = |name: &str, answer: &Answer| keep(&server, name, answer);
    keep("saved", &server.define(YAML));
    keep(
        "saved-with-errors",
        &server.define("name: h\nvertices: {a: 'echo <x>'}\n"),
    );
    keep("refused-definition", &server.define("name: [\n"));
    let start = "/graphs/1/pipelines";
    keep(
        "start-dry",
        &server.post(&format!("{start}?dry_run=true"), &json!({})),
    );
    keep(
        "start-wrong",
        &server.post(start, &json!({"input": {"whom": 1}})),
    );
    keep(
        "started",
        &server.post(&format!("{start}?wait=60s"), &json!({})),
    );
    let retry = "/pipelines/1/retry-failed";
    keep("ask-without-expect", &server.post(retry, &json!({})));
    let body = json!({"expect": "FAILED", "why": "once more"});
    keep(
        "ask-dry",
        &server.post(&format!("{retry}?dry_run=true"), &body),
    );
    keep(
        "ask-moved",
        &server.post(retry, &json!({"expect": "RUNNING"})),
    );
    let skip = json!({"expect": "FAILED", "why": "not needed"});
    keep("track-asked", &server.post("/tracks/2/skip", &skip));
    keep("not-found", &server.get("/tracks/99"));
}
