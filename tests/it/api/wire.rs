//! What goes over the wire, kept as files: every address that can be read, and what those say that
//! change something. A change of an answer is seen in `snapshots/`; `cargo insta review` accepts it
//! (or `INSTA_UPDATE=always` with these tests).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::described::{operation, operations};
use super::hooks::signature;
use super::ws;
use crate::server::{Answer, Server};
use crate::sse::Events;

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
            let text = text.replace(env!("CARGO_PKG_VERSION"), "[version]");
            let marks = ["?code=", "its process "];
            let kept = marks.iter().find_map(|mark| {
                let (before, after) = text.split_once(mark)?;
                let rest = after.split_once(' ').map_or("", |(_, rest)| rest);
                Some(format!("{before}{mark}[] {rest}").trim_end().to_owned())
            });
            json!(kept.unwrap_or(text))
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
    kept(name, &format!("{} {media}\n{body}", answer.status));
}

/// Keeps a text, or compares it with what is kept.
fn kept(name: &str, said: &str) {
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
    ("{tail}", "a"),
    ("{head}", "b"),
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

/// Two scripts, of which the second one fails, and what waits for it.
const FAILS: &str = r#"{"name": "w", "input": {"who": {"type": "str", "default": "you"}}, "vertices": {
    "a": "echo <who>",
    "b": {"script": "exit 3", "needs": ["a"]},
    "c": {"script": "echo <word>", "needs": ["b"], "input": {"word": {"type": "str", "default": "x"}}}}}"#;
/// It runs until there is a file.
const LASTS: &str = "echo begun; until [ -e go ]; do sleep 0.02; done";
const SECRET: &str = "a secret of a hook";

/// What changes something, asked one after the other.
struct Walk {
    server: Server,
    walked: BTreeSet<&'static str>,
}

impl Walk {
    /// Asks, and keeps what is answered; the graph of an address is as it was read.
    fn ask(&mut self, id: &'static str, path: &str, body: &Value) -> Value {
        self.ask_with(id, path, &[], body)
    }

    fn ask_with(
        &mut self,
        id: &'static str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Value {
        let (method, _, described) = operations()
            .find(|(_, _, operation)| operation["operationId"] == id)
            .unwrap_or_else(|| panic!("`{id}` is no operation"));
        let asked = path.split('?').next().expect("a path");
        let found = operation(&method, asked).unwrap_or_else(|| panic!("{method} {path}"));
        assert_eq!(found["operationId"], id, "{method} {path}");
        let media = ("Content-Type", "application/json");
        let mut all = vec![media];
        all.extend_from_slice(headers);
        let takes = described["parameters"].as_array().into_iter().flatten();
        if takes.into_iter().any(|p| p["name"] == "If-Match") {
            all.push(("If-Match", "*"));
        }
        let body = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        let path = format!("/api/v1{path}");
        let mut answer = self.server.ask(&method, &path, &all, body.as_bytes());
        assert!(
            answer.status < 300,
            "{id}: {} {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
        assert!(self.walked.insert(id), "`{id}` twice");
        let said = answer.json();
        if said["replayed"].is_boolean() && !path.contains("wait=") {
            // What was started may have ended by the time of the answer.
            let mut kept = said.clone();
            kept["state"] = json!("[state]");
            answer.body = kept.to_string().into_bytes();
        }
        keep(&self.server, id, &answer);
        said
    }

    /// Waits until the script of a pipeline has begun.
    fn begun(&self, pipeline: &Value) {
        let log = format!("/tracks/{}/attempts/1/log", self.track(pipeline)["id"]);
        self.server
            .until(|| self.server.get(&log).body == b"begun\n");
    }

    /// The first track of a pipeline.
    fn track(&self, pipeline: &Value) -> Value {
        let pipeline = self.server.get(&format!("/pipelines/{pipeline}"));
        pipeline.expect(200)["tracks"][0].clone()
    }
}

/// All that changes something is asked once, and what it answers is kept.
#[test]
fn every_address_that_changes_something_answers_as_it_did() {
    let mut walk = Walk {
        server: Server::start(),
        walked: BTreeSet::new(),
    };
    let none = Value::Null;
    let fails: Value = serde_json::from_str(FAILS).expect("JSON");
    // Graphs.
    walk.ask("saveGraph", "/graphs", &fails);
    walk.ask("validateGraph", "/graphs/validate", &fails);
    walk.ask("cloneGraph", "/graphs/1/clone", &json!({"name": "copy"}));
    let mut other = fails.clone();
    other["name"] = json!("copy");
    other["desc"] = json!("Another one");
    walk.ask("replaceGraph", "/graphs/2", &other);
    let d = json!({"name": "d", "definition": {"script": "echo d"}});
    walk.ask("addVertex", "/graphs/2/vertices", &d);
    let edge = json!({"tail": "c", "head": "d"});
    walk.ask("addEdge", "/graphs/2/edges", &edge);
    let moved = json!({"tail": "b", "head": "d"});
    walk.ask("setEdge", "/graphs/2/edges/c/d", &moved);
    walk.ask("removeEdge", "/graphs/2/edges/b/d", &none);
    let script = json!({"name": "d", "definition": {"script": "echo again"}});
    walk.ask("setVertex", "/graphs/2/vertices/d", &script);
    walk.ask("removeVertex", "/graphs/2/vertices/d", &none);
    walk.ask("checkGraph", "/graphs/2/check", &none);
    walk.ask("renderGraph", "/graphs/2/render", &json!({"vertex": "a"}));
    walk.ask("archiveGraph", "/graphs/2/archive", &none);
    walk.ask("unarchiveGraph", "/graphs/2/unarchive", &none);
    walk.ask("removeGraph", "/graphs/2", &none);
    // Hooks.
    let hook = json!({"secret": SECRET, "style": "github", "input": {"who": {"pointer": "/who"}}});
    let hook = walk.ask("makeHook", "/graphs/1/hooks", &hook)["id"].clone();
    let path = format!("/graphs/1/hooks/{hook}");
    let change = json!({"input": {"who": {"value": "everybody"}}});
    walk.ask("changeHook", &path, &change);
    let body = json!({"who": "me"});
    let signed = signature(SECRET, body.to_string().as_bytes());
    let headers = [
        ("X-Hub-Signature-256", signed.as_str()),
        ("X-GitHub-Delivery", "1"),
    ];
    let called = walk.ask_with("callHook", &format!("/hooks/{hook}"), &headers, &body);
    walk.server.settled(&called["id"]);
    walk.ask("removeHook", &path, &none);
    // Pipelines.
    let start = json!({"name": "kept", "input": {"who": "us"}});
    let started = walk.ask("startPipeline", "/graphs/1/pipelines?wait=60s", &start);
    let pipeline = format!("/pipelines/{}", started["id"]);
    let again = walk.ask(
        "startAgain",
        &format!("{pipeline}/again"),
        &json!({"expect": "FAILED"}),
    );
    walk.server.settled(&again["id"]);
    other["name"] = fails["name"].clone();
    walk.server.post("/graphs", &other).expect(201);
    walk.ask("restoreGraph", "/graphs/1/restore", &none);
    let first = format!("/pipelines/{}", called["id"]);
    walk.ask("deletePipeline", &format!("{first}?why=old"), &none);
    // Tracks.
    let tracks = walk.server.get(&pipeline).expect(200)["tracks"].clone();
    let waits = format!("/tracks/{}/input", tracks[2]["id"]);
    walk.ask("setTrackInput", &waits, &json!({"values": {"word": "y"}}));
    let failed = format!("/tracks/{}/skip", tracks[1]["id"]);
    let why = json!({"expect": "FAILED", "why": "not needed"});
    walk.ask("askOfTrack", &failed, &why);
    walk.server.settled(&started["id"]);
    let path = format!("/instances/{}/tasks/b/complete", again["id"]);
    walk.ask("completeTask", &path, &json!({"why": "seen"}));
    walk.server.settled(&again["id"]);
    let lasting = json!({"name": "lasting", "vertices": {"a": LASTS}});
    let graph = walk.server.post("/graphs", &lasting).expect(201)["id"].clone();
    let path = format!("/graphs/{graph}/pipelines");
    let id = walk.server.post(&path, &json!({})).expect(201)["id"].clone();
    walk.begun(&id);
    walk.server.kill_supervisors();
    walk.server
        .until(|| walk.track(&id)["state"] == "INTERRUPTED");
    let path = format!("/tracks/{}/resolve", walk.track(&id)["id"]);
    let verdict = json!({"verdict": "failed", "why": "looked at it"});
    walk.ask("resolveTrack", &path, &verdict);
    walk.server.settled(&id);
    // The names of others.
    let body = json!({"name": "named", "vertices": {"a": LASTS}});
    let workflow = walk.ask("saveWorkflow", "/workflows", &body)["id"].clone();
    let body = json!({"workflow_id": workflow});
    let id = walk.ask("startInstance", "/workflow-instances", &body)["id"].clone();
    walk.begun(&id);
    let path = format!("/workflow-instances/{id}/actions/pause");
    walk.ask("actOnInstance", &path, &json!({"why": "a break"}));
    // What lasts is there while the server is told to end.
    let path = format!("/pipelines/{id}/resume");
    walk.ask("askOfPipeline", &path, &json!({"expect": "PAUSED"}));
    let many = json!({"filter": {"state": "RUNNING"}, "expect": "any", "why": "a break"});
    walk.ask("askOfMany", "/pipelines/actions/pause", &many);
    walk.ask("collectGarbage", "/gc", &none);
    walk.ask("drain", "/drain", &none);
    walk.ask("undoDrain", "/drain", &none);
    // Secrets and rights.
    let value = json!({"value": "a long secret"});
    walk.ask("setSecret", "/secrets/NAME", &value);
    walk.ask("removeSecret", "/secrets/NAME", &none);
    walk.ask("makeSignInLink", "/sign-in-links", &none);
    walk.ask("rotateToken", "/token/rotate", &none);
    let changes = operations().filter(|(method, ..)| method != "GET");
    let changes = changes.map(|(_, _, operation)| operation["operationId"].as_str());
    let changes: BTreeSet<_> = changes.map(|id| id.expect("a name")).collect();
    let not_asked: Vec<_> = changes.difference(&walk.walked).collect();
    assert!(not_asked.is_empty(), "not asked here: {not_asked:?}");
}

/// What streams tell of a pipeline that ends while they are open, up to their end.
#[test]
fn every_stream_tells_as_it_did() {
    let server = Server::start();
    let mut streamed = BTreeSet::new();
    for (_, path, operation) in operations() {
        let stream = !operation["responses"]["200"]["content"]["text/event-stream"].is_null();
        if !stream && !path.starts_with("/ws/") {
            continue;
        }
        let name = format!("s{}", streamed.len());
        let yaml = format!("name: {name}\nvertices: {{a: '{LASTS}; echo over'}}\n");
        let graph = server.define(&yaml).expect(201)["id"].clone();
        let start = format!("/graphs/{graph}/pipelines");
        let id = server.post(&start, &json!({})).expect(201)["id"].clone();
        let track = || server.get(&format!("/pipelines/{id}")).expect(200)["tracks"][0].clone();
        server.until(|| server.get(&format!("/tracks/{}/log", track()["id"])).status == 200);
        let of = if path.starts_with("/tracks") {
            track()["id"].clone()
        } else {
            id.clone()
        };
        let place = path.replace("{id}", &of.to_string());
        let go = || {
            let go = server.data().join(format!("work/{id}/go"));
            std::fs::write(go, "").expect("written");
        };
        let told = match place.strip_prefix("/ws/") {
            Some(place) => {
                let socket = ws::open(&server, &format!("{place}?after=0"));
                go();
                let (told, (code, reason)) = ws::to_the_end(socket);
                let told = told.into_iter().map(|event| event.to_string());
                told.chain([format!("{code} {reason}")]).collect()
            }
            None => told(&server, &place, &id, go),
        };
        let operation = operation["operationId"].as_str().expect("a name");
        kept(operation, &told.join("\n"));
        streamed.insert(operation);
    }
    assert_eq!(streamed.len(), 4, "{streamed:?}");
}

/// The events of a stream until it ends, or until the pipeline has.
fn told(server: &Server, path: &str, pipeline: &Value, go: impl FnOnce()) -> Vec<String> {
    let query = if path.ends_with("log/stream") {
        ""
    } else {
        "?after=0"
    };
    let mut events = Events::open(server, &format!("/api/v1{path}{query}"), &[]).expect("a stream");
    let mut lines = Vec::new();
    // What was before it ends is told by itself.
    let mut next = events.next();
    go();
    while let Some(event) = next {
        let id = events.last.as_deref().expect("an id");
        lines.push(format!(
            "id: {id}\nevent: {}\ndata: {}\n",
            event.kind, event.data
        ));
        if event.data["end"] == true && event.data["p"] == *pipeline {
            break;
        }
        next = events.next();
    }
    lines
}
