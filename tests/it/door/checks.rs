//! What is wrong with a request is said, and never guessed over.

use serde_json::{Value, json};

use super::{answer, open, say, server};
use crate::server::{Answer, Server};

const JSON: &str = "application/json";

/// Every route that takes JSON, with a body that it can read.
const ROUTES: &[(&str, &str, &str)] = &[
    ("POST", "/graphs/1/pipelines", r#"{"name": "a"}"#),
    ("POST", "/graphs/1/render", r#"{"input": {}}"#),
    ("POST", "/pipelines/1/pause", r#"{"why": "a"}"#),
    ("POST", "/pipelines/1/again", r#"{"priority": 1}"#),
    ("POST", "/tracks/1/skip", r#"{"expect": "any"}"#),
    ("POST", "/tracks/1/resolve", r#"{"verdict": "failed"}"#),
    ("PUT", "/tracks/1/input", r#"{"values": {"a": 1}}"#),
    ("PUT", "/secrets/a", r#"{"value": "long enough"}"#),
];

fn send(server: &Server, (method, path): (&str, &str), media: &str, body: &[u8]) -> Answer {
    let media = [("Content-Type", media)];
    server.ask(method, &format!("/api/v1{path}"), &media, body)
}

fn refused(answer: &Answer, status: u16, code: &str, said: &str) {
    let shown = String::from_utf8_lossy(&answer.body);
    assert_eq!(answer.status, status, "{shown}");
    assert_eq!(answer.media, "application/problem+json", "{shown}");
    assert_eq!(answer.json()["code"], code, "{shown}");
    let detail = answer.json()["detail"].to_string();
    assert!(detail.contains(said), "{shown}");
}

#[test]
fn every_route_of_json_says_what_is_wrong_with_its_body() {
    let (server, _data) = server(&[("TRACKYARD_MAX_FILE_BYTES", "64 KiB")]);
    let graph = server
        .define("name: a\nvertices:\n  a: {script: sleep 600}\n")
        .expect(201);
    assert_eq!(graph["id"], 1);
    server.post("/graphs/1/pipelines", &json!({})).expect(201);
    for &(method, path, good) in ROUTES {
        let route = (method, path);
        let say = |media, body: &[u8]| send(&server, route, media, body);
        for media in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "text/json",
        ] {
            let code = "unsupported-media-type";
            refused(&say(media, good.as_bytes()), 415, code, JSON);
        }
        for other in ["[]", r#"["a"]"#, "null", "7", "\"a\""] {
            refused(&say(JSON, other.as_bytes()), 422, "invalid", "object");
        }
        let bare = server.ask(method, &format!("/api/v1{path}"), &[], good.as_bytes());
        refused(&bare, 415, "unsupported-media-type", JSON);

        let large = format!("{good}{}", " ".repeat(64 << 10));
        refused(&say(JSON, large.as_bytes()), 413, "too-large", "larger");
        refused(
            &say(JSON, b"{\"a\": \"\xFF\"}"),
            400,
            "malformed",
            "not UTF-8 after byte 7",
        );
        refused(
            &say(JSON, &good.as_bytes()[..good.len() - 1]),
            400,
            "malformed",
            "EOF",
        );
        refused(&say(JSON, b"{'a': 1}"), 400, "malformed", "line 1 column 2");

        let deep = format!("{{\"input\": {}1{}}}", "[".repeat(5_000), "]".repeat(5_000));
        refused(
            &say(JSON, deep.as_bytes()),
            422,
            "invalid",
            "deeper than 64",
        );
        let name = good.split('"').nth(1).expect("a name");
        let twice = good.replacen('{', &format!("{{\"{name}\": null, "), 1);
        refused(
            &say(JSON, twice.as_bytes()),
            422,
            "invalid",
            &format!("`{name}` is there twice"),
        );

        let unknown = good.replacen('{', "{\"nonsense\": 1, ", 1);
        // Beside a secret nothing is repeated: it may be one, too.
        let said = if path.starts_with("/secrets") {
            "the body must be"
        } else {
            "nonsense"
        };
        refused(&say(JSON, unknown.as_bytes()), 422, "invalid", said);
    }
    let definition = br#"{"name": "b", "name": "c", "vertices": {}}"#;
    // A definition is kept as it is, with what is wrong with it.
    let draft = send(&server, ("POST", "/graphs"), JSON, definition).expect(201);
    assert_eq!(draft["checked"], false);
    assert_eq!(draft["problems"][0]["code"], "duplicate-key");
    let plain = send(&server, ("POST", "/graphs"), "text/plain", b"name: a");
    refused(&plain, 415, "unsupported-media-type", "application/yaml");
}

#[test]
fn a_list_refuses_a_number_that_is_none() {
    let (server, _data) = server(&[]);
    server.run("name: a\nvertices:\n  a: {script: 'true'}\n", &json!({}));
    for path in [
        "/graphs?limit=",
        "/pipelines?limit=",
        "/inbox?limit=",
        "/inbox?cursor=",
        "/pipelines/1/journal?limit=",
        "/pipelines/1/tracks?limit=",
        "/pipelines/1/tracks?cursor=",
        "/pipelines/1/journal?cursor=",
    ] {
        let name = path.rsplit(['?', '=']).nth(1).expect("a name");
        for wrong in ["abc", "1.5", "99999999999999999999"] {
            let answer = server.get(&format!("{path}{wrong}"));
            refused(&answer, 422, "invalid", &format!("`{name}={wrong}`"));
        }
        for wrong in ["0", "501"].iter().filter(|_| name == "limit") {
            let answer = server.get(&format!("{path}{wrong}"));
            refused(&answer, 422, "invalid", "from 1 to 500");
        }
        // A cursor names its list: the last word of the address.
        let list = path.split(['/', '?']).rfind(|word| !word.contains('='));
        let right = match name {
            "cursor" => format!("{}.7", list.expect("a list")),
            _ => "7".to_owned(),
        };
        server.get(&format!("{path}{right}")).expect(200);
    }
}

#[test]
fn a_range_after_the_end_of_a_log_tells_its_length() {
    let (server, _data) = server(&[]);
    let pipeline = server.run(
        "name: a\nvertices:\n  a: {script: echo hello}\n",
        &json!({}),
    );
    let track = server.track(&pipeline, "a");
    let stream = open(&server);
    say(
        &stream,
        &format!(
            "GET /api/v1/tracks/{}/attempts/1/log HTTP/1.1\r\nHost: a\r\nRange: bytes=6-\r\n\
             Authorization: Bearer {}\r\n\r\n",
            track["id"], server.token
        ),
    );
    let (status, head, body) = answer(&stream);
    assert_eq!(status, 416);
    assert!(head.contains("\r\ncontent-range: bytes */6\r\n"), "{head}");
    let body: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(
        (&body["code"], &body["length"]),
        (&json!("range"), &json!(6))
    );
}
