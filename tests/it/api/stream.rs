//! `/stream` and `/pipelines/<id>/stream`

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use trackyard::access::digest;
use trackyard::store::{Durability, Writer};

use crate::server::{Server, ask, program};
use crate::sse::{Event, Events};

/// A server with these settings.
fn server(data: &Path, settings: &[(&str, &str)]) -> Server {
    let mut command = program();
    for (name, value) in settings {
        command.env(format!("TRACKYARD_STREAM_{name}"), value);
    }
    Server::from_command(command, data, &[])
}

fn all(server: &Server, after: Option<i64>) -> Events {
    let query = after.map(|n| format!("?after={n}")).unwrap_or_default();
    Events::open(server, &format!("/api/v1/stream{query}"), &[]).expect("a stream")
}

fn of(server: &Server, id: &Value, last: &str) -> Result<Events, u16> {
    let path = format!("/api/v1/pipelines/{id}/stream");
    Events::open(server, &path, &[("Last-Event-ID", last)])
}

/// Starts a graph and does not wait.
fn start(server: &Server, yaml: &str) -> Value {
    let graph = server.define(yaml).expect(201);
    let path = format!("/graphs/{}/pipelines", graph["id"]);
    server.post(&path, &json!({})).expect(201)["id"].clone()
}

/// A script that goes on once a file is there.
fn until(file: &Path) -> String {
    format!("until [ -e {} ]; do sleep 0.02; done", file.display())
}

/// A pipeline of two tracks, one after the other, that ends once `file` is there.
fn waiting(file: &Path) -> String {
    let script = until(file);
    format!("name: w\nvertices:\n  a: 'true'\n  b: {{script: '{script}', needs: [a]}}\n")
}

/// What the journal says of a pipeline, as events without the end.
fn journal(server: &Server, id: &Value) -> Vec<Event> {
    let journal = server.get(&format!("/pipelines/{id}/journal?limit=500"));
    let journal = journal.expect(200);
    let entries = journal["entries"].as_array().expect("a list").iter();
    let event = |e: &Value| match &e["track"] {
        Value::Null => ("pipeline", json!({"p": id, "s": e["to"]})),
        track => (
            "track",
            json!({"p": id, "t": track, "s": e["to"], "a": e["attempt"]}),
        ),
    };
    let events = entries.map(event);
    let event = |(kind, data): (&str, Value)| Event {
        kind: kind.to_owned(),
        data,
    };
    events.map(event).collect()
}

/// The same with the end of a pipeline, whose state changes with its last entry.
fn to_the_end(server: &Server, id: &Value) -> Vec<Event> {
    let mut events = journal(server, id);
    let last = events.last_mut().expect("an entry");
    last.data["end"] = json!(true);
    events
}

#[test]
fn a_pipeline_is_told_in_the_order_of_its_journal_until_its_end() {
    let server = Server::start();
    let pipeline = server.run("name: g\nvertices:\n  a: 'true'\n  b: {script: 'true', needs: [a]}\n  c: {script: 'true', needs: [b]}\n", &json!({}));
    let id = &pipeline["id"];
    let mut events = of(&server, id, "0").expect("a stream");
    for (name, value) in [
        ("content-type", "text/event-stream"),
        ("cache-control", "no-store"),
        ("x-accel-buffering", "no"),
    ] {
        assert_eq!(events.headers[name], value);
    }
    let told: Vec<_> = events.by_ref().collect();
    assert_eq!(told, to_the_end(&server, id));
    let last = events.last.expect("an id");
    assert_eq!(of(&server, id, &last).err(), Some(204), "it has ended");
    let path = format!("/api/v1/pipelines/{id}/stream");
    assert_eq!(Events::open(&server, &path, &[]).err(), Some(204));
    assert_eq!(of(&server, &json!(999), "0").err(), Some(404));
}

#[test]
fn what_is_told_is_committed_and_of_one_pipeline_alone() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Server::start();
    let mut stream = all(&server, None);
    let (one, two) = (dir.path().join("one"), dir.path().join("two"));
    let (first, second) = (
        start(&server, &waiting(&one)),
        start(&server, &waiting(&two)),
    );
    let path = |id: &Value| format!("/api/v1/pipelines/{id}/stream?after=0");
    let mut of_first = Events::open(&server, &path(&first), &[]).expect("a stream");
    let mut of_second = Events::open(&server, &path(&second), &[]).expect("a stream");
    // Both scripts run: what is told is what anybody can read.
    let mut running = 0;
    while running < 2 {
        let event = stream.next().expect("an event");
        let track = &event.data["t"];
        if event.kind == "track" && event.data["s"] == "RUNNING" {
            let row = server.get(&format!("/tracks/{track}")).expect(200);
            assert!(row["attempt"].as_i64() >= event.data["a"].as_i64(), "{row}");
            assert_ne!(row["state"], "PENDING");
            running += i32::from(row["vertex"] == "b");
        }
    }
    fs::write(&two, "").expect("a file");
    let told: Vec<_> = of_second.by_ref().collect();
    assert_eq!(told, to_the_end(&server, &second));
    fs::write(&one, "").expect("a file");
    let told: Vec<_> = of_first.by_ref().collect();
    assert_eq!(told, to_the_end(&server, &first));
}

#[test]
fn a_stream_goes_on_where_it_was_after_a_break_and_after_the_server_was_killed() {
    let dir = tempfile::tempdir().expect("a directory");
    let data = tempfile::tempdir().expect("a directory");
    let gate = dir.path().join("gate");
    let mut first = Server::start_on(data.path(), &[]);
    let id = start(&first, &waiting(&gate));
    let mut events = of(&first, &id, "0").expect("a stream");
    let mut told: Vec<_> = events.by_ref().take(2).collect();
    let last = events.last.take().expect("an id");
    drop(events);
    let mut events = of(&first, &id, &last).expect("a stream");
    let runs = |e: &Event| e.data["s"] == "RUNNING";
    while told.iter().filter(|e| runs(e) && e.kind == "track").count() < 2 {
        told.extend(events.next());
    }
    let last = events.last.take().expect("an id");
    first.kill();
    assert_eq!(events.next(), None);
    let second = Server::start_on(data.path(), &[]);
    let mut events = of(&second, &id, &last).expect("a stream");
    fs::write(&gate, "").expect("a file");
    told.extend(events.by_ref());
    assert_eq!(told, to_the_end(&second, &id));
    assert_eq!(of(&second, &id, &last).expect("a stream").count(), 2);
    let last = events.last.take().expect("an id");
    assert_eq!(of(&second, &id, &last).err(), Some(204));
}

#[test]
fn what_is_too_old_is_told_as_a_reload() {
    let data = tempfile::tempdir().expect("a directory");
    let server = server(data.path(), &[("EVENTS", "3")]);
    let yaml = "name: g\nvertices: {a: 'true', b: 'true'}\n";
    let id = server.run(yaml, &json!({}))["id"].clone();
    let reload = |last: &str| {
        let headers = [("Last-Event-ID", last)];
        let mut events = Events::open(&server, "/api/v1/stream", &headers).expect("a stream");
        let event = events.next().expect("an event");
        (event.kind, events.last)
    };
    let newest = all(&server, None).map_newest();
    for last in ["0", "99999", "what"] {
        let (kind, id) = reload(last);
        assert_eq!(
            (kind.as_str(), id.as_deref()),
            ("reload", Some(newest.as_str())),
            "{last}"
        );
    }
    let kinds = |last: &str| {
        let told = of(&server, &id, last).expect("a stream");
        told.map(|e| (e.kind, e.data["end"] == true))
            .collect::<Vec<_>>()
    };
    let (reload, end) = (("reload".to_owned(), false), ("pipeline".to_owned(), true));
    assert_eq!(kinds("0"), [reload, end.clone()]);
    let before: i64 = newest.parse().expect("a number");
    assert_eq!(kinds(&(before - 1).to_string()), [end]);
    let wrong = server.get("/stream?after=soon").expect(422);
    assert_eq!(wrong["code"], "invalid");
}

impl Events {
    /// The entry after which it goes on.
    fn map_newest(mut self) -> String {
        while self.last.is_none() {
            self.block().expect("a block");
        }
        self.last.expect("an id")
    }
}

#[test]
fn signs_of_life_say_from_where_to_go_on() {
    let data = tempfile::tempdir().expect("a directory");
    let dir = tempfile::tempdir().expect("a directory");
    let server = server(data.path(), &[("HEARTBEAT", "30ms")]);
    let quiet = start(&server, &waiting(&dir.path().join("gate")));
    let mut events = of(&server, &quiet, "0").expect("a stream");
    server.until(|| {
        server.get(&format!("/pipelines/{quiet}")).json()["tracks"][1]["state"] == "RUNNING"
    });
    for event in events.by_ref() {
        if event.data["s"] == "RUNNING" && event.data["t"] == 2 {
            break;
        }
    }
    let own: i64 = events
        .last
        .take()
        .expect("an id")
        .parse()
        .expect("a number");
    server.run("name: other\nvertices: {a: 'true'}\n", &json!({}));
    let newest = all(&server, None).map_newest();
    // Nothing of its own has come, and nothing has been missed.
    while events.last.as_ref() != Some(&newest) {
        assert_eq!(events.block().expect("a sign of life").kind, ":");
    }
    assert!(own < newest.parse::<i64>().expect("a number"));
}

#[test]
fn a_stream_ends_with_the_rights_of_its_caller() {
    let data = tempfile::tempdir().expect("a directory");
    let server = server(data.path(), &[("HEARTBEAT", "1h")]);
    let open = |cookie: &str| Events::open(&server, "/api/v1/stream", &[("Cookie", cookie)]);
    let cookie = server.sign_in(&server.link);
    let (mut mine, mut token) = (open(&cookie).expect("a stream"), all(&server, None));
    let page = ask(
        "GET",
        &format!("{}/pipelines", server.url),
        &[("Cookie", &cookie)],
        b"",
    );
    let page = String::from_utf8(page.body).expect("text");
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).expect("a form");
    let csrf = csrf.split('"').next().expect("a value");
    let headers = [
        ("Cookie", cookie.as_str()),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ];
    let form = format!("csrf={csrf}");
    let out = ask(
        "POST",
        &format!("{}/sign-out", server.url),
        &headers,
        form.as_bytes(),
    );
    assert_eq!(out.status, 303);
    assert_eq!(
        mine.next(),
        None,
        "at once, long before the next sign of life"
    );
    assert_eq!(open(&cookie).err(), Some(401));
    // Another one watches on.
    server.run("name: g\nvertices: {a: 'true'}\n", &json!({}));
    assert!(token.next().is_some());
}

#[test]
fn a_token_that_was_replaced_watches_nothing_any_more() {
    let server = Server::start();
    let cookie = server.sign_in(&server.link);
    let open = |headers: &[(&str, &str)]| Events::open(&server, "/api/v1/stream", headers);
    let mut streams = [
        open(&[]).expect("a stream"),
        open(&[("Cookie", &cookie)]).expect("a stream"),
    ];
    let rotated = server.ask("POST", "/api/v1/token/rotate", &[], b"");
    rotated.expect(200);
    for stream in &mut streams {
        assert_eq!(stream.next(), None, "at once");
    }
    assert_eq!(open(&[]).err(), Some(401));
    assert_eq!(open(&[("Cookie", &cookie)]).err(), Some(401));
}

#[test]
fn a_session_that_has_expired_is_found_at_the_next_sign_of_life() {
    let data = tempfile::tempdir().expect("a directory");
    let server = server(data.path(), &[("HEARTBEAT", "30ms")]);
    let cookie = server.sign_in(&server.link);
    let headers = [("Cookie", cookie.as_str())];
    let mut events = Events::open(&server, "/api/v1/stream", &headers).expect("a stream");
    while events.block().expect("a sign of life").kind != ":" {}
    // As far as the server can see, its time has passed.
    let mut writer = Writer::open(
        &data.path().join("trackyard.db"),
        Durability::Normal,
        "boot",
    )
    .expect("the database");
    let value = cookie.split_once('=').expect("a cookie").1;
    writer
        .remove_session(&digest(value))
        .expect("it is removed");
    assert_eq!(events.next(), None);
}

#[test]
fn there_are_so_many_streams_and_no_more() {
    let data = tempfile::tempdir().expect("a directory");
    let server = server(data.path(), &[("VIEWERS", "2"), ("HEARTBEAT", "30ms")]);
    let streams = [all(&server, None), all(&server, None)];
    let url = format!("{}/api/v1/stream", server.url);
    let token = format!("Bearer {}", server.token);
    let refused = Events::of(&url, &[("Authorization", &token)]);
    assert_eq!(refused.err(), Some(503));
    let refused = server.get("/stream").expect(503);
    assert_eq!(refused["code"], "too-many-viewers");
    drop(streams);
    // A place is free once the server has seen that its viewer has gone.
    server.until(|| Events::open(&server, "/api/v1/stream", &[]).is_ok());
}

#[test]
fn a_server_with_many_viewers_ends_at_once() {
    let mut server = Server::start();
    let mut streams: Vec<_> = (0..100).map(|_| all(&server, None)).collect();
    for stream in &mut streams {
        stream.block().expect("the beginning");
    }
    let began = Instant::now();
    server.stop();
    for stream in &mut streams {
        while stream.block().is_some() {}
    }
    let took = began.elapsed();
    assert!(took < Duration::from_secs(2), "{took:?}");
}

/// Events of one round of the test below: nearly as many as the server keeps.
const ROUND: usize = 4_000;

/// It must not read, so it is no `Events`.
#[test]
fn who_does_not_keep_up_is_cut_off_and_costs_nobody_else_anything() {
    let data = tempfile::tempdir().expect("a directory");
    let server = server(data.path(), &[("EVENTS", "4096")]);
    let mut slow = TcpStream::connect(server.url.trim_start_matches("http://")).expect("a server");
    rustix::net::sockopt::set_socket_recv_buffer_size(&slow, 1 << 16).expect("a small buffer");
    let request = format!(
        "GET /api/v1/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
        server.token
    );
    slow.write_all(request.as_bytes()).expect("a request");
    let mut head = [0; 12];
    slow.read_exact(&mut head).expect("an answer");
    assert_eq!(&head, b"HTTP/1.1 200");
    let mut quick = all(&server, None);

    let vertices: Vec<String> = (0..ROUND)
        .map(|n| format!("  v{n}: {{script: 'true', needs: [v]}}"))
        .collect();
    let yaml = format!(
        "name: g\nvertices:\n  v: sleep 1000\n{}\n",
        vertices.join("\n")
    );
    let id = start(&server, &yaml);
    // More than what sockets and the web server hold for one who does not read.
    let mut told = 0;
    for action in ["stop", "retry-failed"].repeat(12) {
        let path = format!("/pipelines/{id}/{action}");
        let asked = json!({"expect": "any", "why": "to and fro"});
        // What was stopped takes a moment to end.
        server.until(|| server.post(&path, &asked).status == 200);
        for _ in 0..ROUND {
            assert_eq!(quick.next().expect("an event").data["p"], id);
            told += 1;
        }
    }
    let mut rest = String::new();
    // With a small window the rest would take minutes.
    rustix::net::sockopt::set_socket_recv_buffer_size(&slow, 1 << 20).expect("a buffer");
    slow.set_read_timeout(Some(Duration::from_secs(20)))
        .expect("a socket");
    let end = slow.read_to_string(&mut rest).map_err(|why| why.kind());
    // What it had not read is thrown away with the connection.
    assert!(
        matches!(end, Ok(_) | Err(ErrorKind::ConnectionReset)),
        "{end:?}"
    );
    let seen = rest.matches("event: ").count();
    assert!(seen > 0 && seen < told, "{seen} of {told}");
}
