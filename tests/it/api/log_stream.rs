//! `/tracks/<id>/log/stream`

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::server::Server;
use crate::sse::{Event, Events};

fn open(server: &Server, track: &Value, query: &str, last: &[(&str, &str)]) -> Result<Events, u16> {
    let path = format!("/api/v1/tracks/{}/log/stream{query}", track["id"]);
    Events::open(server, &path, last)
}

/// Starts a pipeline of one track, `a`, and gives that.
fn start(server: &Server, script: &str) -> Value {
    let yaml = format!("name: g\nvertices: {{a: {{script: '{script}'}}}}\n");
    let graph = server.define(&yaml).expect(201);
    let path = format!("/graphs/{}/pipelines", graph["id"]);
    let started = server.post(&path, &json!({})).expect(201);
    let pipeline = server
        .get(&format!("/pipelines/{}", started["id"]))
        .expect(200);
    server.track(&pipeline, "a")
}

fn gate(file: &Path) -> String {
    format!("until [ -e {} ]; do sleep 0.02; done", file.display())
}

fn event(kind: &str, data: Value) -> Option<Event> {
    Some(Event {
        kind: kind.to_owned(),
        data,
    })
}

#[test]
fn lines_come_as_they_are_printed_and_the_stream_ends_with_the_attempt() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Server::start();
    let (one, two) = (dir.path().join("one"), dir.path().join("two"));
    let script = format!(
        "echo first; {}; printf \"a\\rdata: x\\nha\"; printf lf; {}; printf \"\\nend\"; exit 3",
        gate(&one),
        gate(&two)
    );
    let track = start(&server, &script);
    let mut events = open(&server, &track, "", &[]).expect("a stream");
    let first = event("log", json!({"a": 1, "to": 6, "text": "first\n"}));
    assert_eq!(events.next(), first);
    fs::write(&one, "").expect("a file");
    // Nothing that is printed is a field of the stream, and a line comes whole.
    let second = event("log", json!({"a": 1, "to": 16, "text": "a\rdata: x\n"}));
    assert_eq!(events.next(), second);
    assert_eq!(events.last.as_deref(), Some("1-16"));
    fs::write(&two, "").expect("a file");
    let mut rest = String::new();
    let mut last = events.next().expect("an event");
    while last.kind == "log" {
        rest.push_str(last.data["text"].as_str().expect("text"));
        last = events.next().expect("an event");
    }
    assert_eq!(rest, "half\nend");
    assert_eq!(Some(last), event("end", json!({"a": 1, "s": "FAILED"})));
    assert_eq!(events.next(), None);

    let whole = events.last.take().expect("an id");
    assert_eq!(whole, "1-24");
    let again = |last: &str| open(&server, &track, "", &[("Last-Event-ID", last)]);
    assert_eq!(again(&whole).err(), Some(204), "all is told");
    let texts = |events: Events| {
        let texts = events.filter_map(|e| Some(e.data["text"].as_str()?.to_owned()));
        texts.collect::<String>()
    };
    assert_eq!(texts(again("1-16").expect("a stream")), "half\nend");
    assert_eq!(
        texts(open(&server, &track, "?from=21", &[]).expect("a stream")),
        "end"
    );
    for (query, status) in [("?attempt=2", 404), ("?attempt=x", 422), ("?from=-1", 422)] {
        assert_eq!(open(&server, &track, query, &[]).err(), Some(status));
    }
    assert_eq!(open(&server, &json!({"id": 99}), "", &[]).err(), Some(404));
}

#[test]
fn a_log_is_followed_from_before_its_attempt_begins_to_its_end() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Server::start();
    let file = dir.path().join("gate");
    let yaml = format!(
        "name: g\nvertices:\n  a: '{}'\n  b: {{script: 'seq 1 20000', needs: [a]}}\n  c: {{script: 'true', needs: [b]}}\n",
        gate(&file)
    );
    let graph = server.define(&yaml).expect(201);
    let path = format!("/graphs/{}/pipelines", graph["id"]);
    let started = server.post(&path, &json!({})).expect(201);
    let pipeline = server
        .get(&format!("/pipelines/{}", started["id"]))
        .expect(200);
    let track = server.track(&pipeline, "b");
    let events = open(&server, &track, "", &[]).expect("a stream");
    fs::write(&file, "").expect("a file");
    let events: Vec<_> = events.collect();
    let (end, lines) = events.split_last().expect("events");
    assert_eq!(end.data, json!({"a": 1, "s": "SUCCEED"}));
    let mut text = String::new();
    for event in lines {
        text.push_str(event.data["text"].as_str().expect("text"));
        assert_eq!(event.data["to"], text.len());
        assert!(text.ends_with('\n'), "lines are whole");
    }
    let printed: String = (1..=20_000).map(|n| format!("{n}\n")).collect();
    assert!(text == printed);
}

#[test]
fn who_follows_a_log_is_let_go_when_the_server_ends() {
    let mut server = Server::start();
    let track = start(&server, "echo x; sleep 1000");
    let mut events = open(&server, &track, "", &[]).expect("a stream");
    assert_eq!(events.next().expect("a line").data["text"], "x\n");
    server.stop();
    assert_eq!(events.next(), None);
    crate::processes::end_all(server.data());
}
