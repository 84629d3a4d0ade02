//! `/ws/<id>`

use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::client::IntoClientRequest;
use tungstenite::http::HeaderValue;
use tungstenite::{Error, HandshakeError, Message, WebSocket, client};

use crate::server::{Server, ask, program};
use crate::sse::Events;

/// The longest that a test waits for the next message.
const PATIENCE: Duration = Duration::from_secs(60);

type Socket = WebSocket<TcpStream>;

/// A server with these settings.
fn server(data: &Path, settings: &[(&str, &str)]) -> Server {
    let mut command = program();
    for (name, value) in settings {
        command.env(format!("TRACKYARD_{name}"), value);
    }
    Server::from_command(command, data, &[])
}

/// Opens a socket; the status where it is none.
fn open_as(server: &Server, path: &str, headers: &[(&'static str, &str)]) -> Result<Socket, u16> {
    let address = server.url.trim_start_matches("http://");
    let stream = TcpStream::connect(address).expect("a server");
    stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
    let mut request = format!("ws://{address}/ws/{path}")
        .into_client_request()
        .expect("a request");
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).expect("a value");
        request.headers_mut().insert(*name, value);
    }
    match client(request, stream) {
        Ok((socket, _)) => Ok(socket),
        Err(HandshakeError::Failure(Error::Http(answer))) => Err(answer.status().as_u16()),
        Err(other) => panic!("{other}"),
    }
}

pub(super) fn open(server: &Server, path: &str) -> Socket {
    let token = format!("Bearer {}", server.token);
    open_as(server, path, &[("Authorization", &token)]).expect("a socket")
}

/// The next event, or the code and the reason at the end.
fn next(socket: &mut Socket) -> Result<Value, (u16, String)> {
    loop {
        match socket.read().expect("a message") {
            Message::Text(text) => return Ok(serde_json::from_str(&text).expect("JSON")),
            Message::Close(Some(frame)) => {
                return Err((frame.code.into(), frame.reason.into_owned()));
            }
            Message::Ping(_) | Message::Pong(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// All events to the end, and how it ends.
pub(super) fn to_the_end(mut socket: Socket) -> (Vec<Value>, (u16, String)) {
    let mut told = Vec::new();
    loop {
        match next(&mut socket) {
            Ok(event) => told.push(event),
            Err(end) => return (told, end),
        }
    }
}

fn code(socket: Socket) -> (u16, String) {
    let (code, reason) = to_the_end(socket).1;
    let word = reason.split(':').next().expect("a word").to_owned();
    (code, word)
}

fn ended() -> (u16, String) {
    (1000, "ended".to_owned())
}

/// Starts a pipeline of two tracks, one after the other, that ends once `file` is there.
fn waiting(server: &Server, file: &Path) -> Value {
    let script = format!("until [ -e {} ]; do sleep 0.02; done", file.display());
    let yaml =
        format!("name: w\nvertices:\n  a: 'true'\n  b: {{script: '{script}', needs: [a]}}\n");
    let graph = server.define(&yaml).expect(201);
    let path = format!("/graphs/{}/pipelines", graph["id"]);
    server.post(&path, &json!({})).expect(201)["id"].clone()
}

#[test]
fn messages_are_the_events_of_the_stream() {
    let server = Server::start();
    let dir = tempfile::tempdir().expect("a directory");
    let gate = dir.path().join("gate");
    let id = waiting(&server, &gate);
    let socket = open(&server, &format!("{id}?after=0"));
    let path = format!("/api/v1/pipelines/{id}/stream?after=0");
    let mut events = Events::open(&server, &path, &[]).expect("a stream");
    fs::write(&gate, "").expect("a file");
    let (told, end) = to_the_end(socket);
    assert_eq!(end, ended());
    let mut expected = Vec::new();
    while let Some(event) = events.next() {
        let id: i64 = events
            .last
            .as_ref()
            .expect("an id")
            .parse()
            .expect("a number");
        let mut message = json!({"id": id, "event": event.kind});
        let data = event.data.as_object().expect("fields").clone();
        message.as_object_mut().expect("fields").extend(data);
        expected.push(message);
    }
    assert!(expected.len() > 5, "{expected:?}");
    // Of two events of one entry the first does not count yet: the stream leaves its number out.
    assert_eq!(told, expected);
}

#[test]
fn who_comes_back_is_told_what_it_has_missed() {
    let server = Server::start();
    let dir = tempfile::tempdir().expect("a directory");
    let gate = dir.path().join("gate");
    let id = waiting(&server, &gate);
    let mut first = open(&server, &format!("{id}?after=0"));
    let mut told: Vec<Value> = (0..2)
        .map(|_| next(&mut first).expect("an event"))
        .collect();
    drop(first);
    let last = told[1]["id"].clone();
    let second = open(&server, &format!("{id}?after={last}"));
    fs::write(&gate, "").expect("a file");
    let (rest, end) = to_the_end(second);
    told.extend(rest);
    assert_eq!(end, ended());
    let (whole, end) = to_the_end(open(&server, &format!("{id}?after=0")));
    assert_eq!((whole, end), (told.clone(), ended()));
    let newest = told.last().expect("an event")["id"].clone();
    for path in [format!("{id}?after={newest}"), id.to_string()] {
        let nothing = to_the_end(open(&server, &path));
        assert_eq!(nothing, (vec![], ended()), "{path}");
    }
}

#[test]
fn what_is_too_old_is_told_as_a_reload() {
    let data = tempfile::tempdir().expect("a directory");
    let server = server(data.path(), &[("STREAM_EVENTS", "3")]);
    let yaml = "name: g\nvertices: {a: 'true', b: 'true'}\n";
    let id = server.run(yaml, &json!({}))["id"].clone();
    let (told, end) = to_the_end(open(&server, &format!("{id}?after=0")));
    let kinds: Vec<_> = told
        .iter()
        .map(|e| (&e["event"], e["end"] == true))
        .collect();
    assert_eq!(
        kinds,
        [(&json!("reload"), false), (&json!("pipeline"), true)]
    );
    assert_eq!(end, ended());
}

#[test]
fn who_may_not_watch_is_refused_before_there_is_a_socket() {
    let server = Server::start();
    let dir = tempfile::tempdir().expect("a directory");
    let id = waiting(&server, &dir.path().join("gate"));
    let (path, token) = (id.to_string(), format!("Bearer {}", server.token));
    let cookie = server.sign_in(&server.link);
    let (own, foreign) = (server.url.as_str(), "http://evil.example");
    let as_given = |headers: &[(&'static str, &str)]| open_as(&server, &path, headers).err();
    assert_eq!(as_given(&[]), Some(401));
    assert_eq!(as_given(&[("Authorization", "Bearer wrong")]), Some(401));
    assert_eq!(
        as_given(&[("Cookie", "trackyard_session=wrong")]),
        Some(401)
    );
    for credential in [("Authorization", token.as_str()), ("Cookie", &cookie)] {
        assert_eq!(as_given(&[credential, ("Origin", foreign)]), Some(403));
        assert_eq!(as_given(&[credential, ("Origin", "null")]), Some(403));
        assert_eq!(as_given(&[credential, ("Origin", own)]), None);
        assert_eq!(as_given(&[credential]), None);
    }
    let credential = [("Authorization", token.as_str())];
    for (path, status) in [("999", 404), ("x", 422), ("1?after=soon", 422)] {
        assert_eq!(
            open_as(&server, path, &credential).err(),
            Some(status),
            "{path}"
        );
    }
    // Without a handshake the reasons can be read.
    let url = format!("{}/ws/{id}", server.url);
    let refused = ask("GET", &url, &credential, b"");
    assert_eq!(
        (refused.status, refused.header("upgrade")),
        (426, "websocket")
    );
    assert_eq!(refused.json()["code"], "upgrade-required");
    let refused = ask("GET", &url, &[credential[0], ("Origin", foreign)], b"").expect(403);
    assert_eq!(refused["code"], "foreign-origin");
    let refused = ask("GET", &format!("{}/ws/x", server.url), &credential, b"").expect(422);
    assert_eq!(refused["code"], "invalid");
}

#[test]
fn streams_and_sockets_share_so_many_places() {
    let data = tempfile::tempdir().expect("a directory");
    let settings = [("STREAM_VIEWERS", "2"), ("STREAM_HEARTBEAT", "30ms")];
    let server = server(data.path(), &settings);
    let id = waiting(&server, &data.path().join("gate"));
    let path = id.to_string();
    let stream = Events::open(&server, "/api/v1/stream", &[]).expect("a stream");
    let socket = open(&server, &path);
    let full = (1013, "too-many-viewers".to_owned());
    assert_eq!(code(open(&server, &path)), full);
    assert_eq!(
        server.get("/stream").expect(503)["code"],
        "too-many-viewers"
    );
    drop((stream, socket));
    // A place is free once the server has seen that its viewer has gone.
    server.until(|| Events::open(&server, "/api/v1/stream", &[]).is_ok());
}

#[test]
fn a_server_that_ends_says_so_at_once() {
    let data = tempfile::tempdir().expect("a directory");
    let mut server = server(data.path(), &[]);
    let id = waiting(&server, &data.path().join("gate")).to_string();
    let sockets: Vec<Socket> = (0..50).map(|_| open(&server, &id)).collect();
    let began = Instant::now();
    server.stop();
    for socket in sockets {
        assert_eq!(code(socket), (1001, "stopping".to_owned()));
    }
    let took = began.elapsed();
    assert!(took < Duration::from_secs(3), "{took:?}");
}

#[test]
fn a_socket_ends_with_the_rights_of_its_caller() {
    let data = tempfile::tempdir().expect("a directory");
    let server = server(data.path(), &[("STREAM_HEARTBEAT", "1h")]);
    let id = waiting(&server, &data.path().join("gate")).to_string();
    let cookie = server.sign_in(&server.link);
    let mine = open_as(&server, &id, &[("Cookie", &cookie)]).expect("a socket");
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
    let url = format!("{}/sign-out", server.url);
    let out = ask("POST", &url, &headers, format!("csrf={csrf}").as_bytes());
    assert_eq!(out.status, 303);
    assert_eq!(code(mine), (4401, "unauthorized".to_owned()));
    assert_eq!(
        open_as(&server, &id, &[("Cookie", &cookie)]).err(),
        Some(401)
    );
}

#[test]
fn a_socket_only_tells() {
    let data = tempfile::tempdir().expect("a directory");
    let server = server(data.path(), &[]);
    let id = waiting(&server, &data.path().join("gate")).to_string();
    let talks = (1003, "unsupported".to_owned());
    for message in [Message::Text("hello".to_owned()), Message::Binary(vec![1])] {
        let mut socket = open(&server, &id);
        socket.send(message).expect("it is sent");
        assert_eq!(code(socket), talks);
    }
    let mut socket = open(&server, &id);
    socket
        .send(Message::Text("x".repeat(100_000)))
        .expect("it is sent");
    assert_eq!(code(socket), (1009, "too-large".to_owned()));
    let mut socket = open(&server, &id);
    socket.send(Message::Ping(vec![7])).expect("it is sent");
    let mut got = socket.read().expect("a message");
    while matches!(got, Message::Ping(_) | Message::Text(_)) {
        got = socket.read().expect("a message");
    }
    assert_eq!(got, Message::Pong(vec![7]));
    socket.close(None).expect("it is sent");
    while socket.read().is_ok() {}
}

/// The door gives a socket no time limit, and signs of life say from where to go on.
#[test]
fn a_quiet_socket_lives_on_past_the_limits_of_requests() {
    let data = tempfile::tempdir().expect("a directory");
    let short = "200ms";
    let settings = [
        ("HEAD_TIME", short),
        ("IDLE_TIME", short),
        ("STALL_TIME", short),
        ("STREAM_HEARTBEAT", "100ms"),
    ];
    let server = server(data.path(), &settings);
    let gate = data.path().join("gate");
    let id = waiting(&server, &gate);
    server.until(|| {
        server.get(&format!("/pipelines/{id}")).json()["tracks"][1]["state"] == "RUNNING"
    });
    let mut socket = open(&server, &id.to_string());
    let (mut pings, mut newest) = (0, 0);
    while pings < 15 {
        if let Message::Ping(passed) = socket.read().expect("a message") {
            let passed = String::from_utf8(passed).expect("text");
            newest = passed.parse::<i64>().expect("the number of an entry");
            pings += 1;
        }
    }
    fs::write(&gate, "").expect("a file");
    let (told, end) = to_the_end(socket);
    assert_eq!(end, ended());
    assert!(
        told[0]["id"].as_i64().expect("an id") >= newest,
        "{told:?} after {newest}"
    );
    let (again, _) = to_the_end(open(&server, &format!("{id}?after={newest}")));
    assert_eq!(again, told);
}

#[test]
fn who_answers_no_sign_of_life_has_gone() {
    let data = tempfile::tempdir().expect("a directory");
    let settings = [("STREAM_VIEWERS", "1"), ("STREAM_HEARTBEAT", "50ms")];
    let server = server(data.path(), &settings);
    let id = waiting(&server, &data.path().join("gate")).to_string();
    // Open, and it never reads: so it answers nothing.
    let _silent = open(&server, &id);
    server.until(|| {
        let mut socket = open(&server, &id);
        !matches!(socket.read().expect("a message"), Message::Close(_))
    });
}

/// The door waits so long for one who does not take what there is for it (`stall_time`).
#[test]
fn who_reads_nothing_is_cut_off_and_holds_no_place() {
    let data = tempfile::tempdir().expect("a directory");
    let settings = [
        ("STREAM_VIEWERS", "1"),
        ("STREAM_HEARTBEAT", "1h"),
        ("STALL_TIME", "300ms"),
    ];
    let server = server(data.path(), &settings);
    let id = waiting(&server, &data.path().join("gate")).to_string();
    let mut slow = open(&server, &id);
    let moment = Some(Duration::from_millis(50));
    slow.get_ref().set_write_timeout(moment).expect("a socket");
    let full = || matches!(open(&server, &id).read(), Ok(Message::Close(_)));
    assert!(full(), "the slow one has the only place");
    let began = Instant::now();
    while full() {
        assert!(began.elapsed() < PATIENCE, "it holds its place");
        // An answer for each, more than what the sockets on the way hold.
        let ping = || Message::Ping(vec![0; 125]);
        let sent = (0..1_000).map(|_| slow.send(ping()).is_ok());
        // At last nobody takes them.
        let _ = sent.take_while(|sent| *sent).count();
    }
}
