//! `/hooks` and `/graphs/<id>/hooks`

use std::process::Command;
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::cli::Desk;
use crate::server::{Answer, Server, ask, program};

pub(super) const YAML: &str = "name: g
input:
  branch: {type: str, default: none}
  count: {type: int, default: 1}
vertices: {a: 'echo <branch> <count>'}
";
/// The same with a secret, which has to be given.
const KEEPING: &str = "name: k
input: {word: {type: secret}}
vertices: {a: 'echo <word>'}
";
pub(super) const SECRET: &str = "a secret of a hook";

pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("a time").as_secs() as i64
}

/// What `X-Hub-Signature-256` says of a text.
pub(super) fn signature(secret: &str, text: &[u8]) -> String {
    let mac = <Hmac<Sha256> as Mac>::new_from_slice(secret.as_bytes());
    let mac = mac.expect("a key").chain_update(text).finalize();
    let bytes = mac.into_bytes();
    let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={}", hex.concat())
}

/// A call of a hook with nothing but these headers.
fn send(server: &Server, hook: &Value, headers: &[(&str, &str)], body: &str) -> Answer {
    send_to(server, &hook.to_string(), headers, body)
}

pub(super) fn send_to(server: &Server, hook: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let url = format!("{}/api/v1/hooks/{hook}", server.url);
    let mut all = vec![("Content-Type", "application/json")];
    all.extend_from_slice(headers);
    ask("POST", &url, &all, body.as_bytes())
}

/// A call that is signed as it should be, now, with a query.
pub(super) fn call_with(server: &Server, hook: &Value, query: &str, body: &str) -> Answer {
    let at = now().to_string();
    let signature = signature(SECRET, format!("{at}.{body}").as_bytes());
    let headers = [
        ("X-Trackyard-Timestamp", at.as_str()),
        ("X-Trackyard-Signature", &signature),
    ];
    send_to(server, &format!("{hook}{query}"), &headers, body)
}

/// One that is signed with this secret at this time.
fn call(server: &Server, hook: &Value, (secret, at): (&str, i64), body: &str) -> Answer {
    let at = at.to_string();
    let signature = signature(secret, format!("{at}.{body}").as_bytes());
    let headers = [
        ("X-Trackyard-Timestamp", at.as_str()),
        ("X-Trackyard-Signature", &signature),
    ];
    send(server, hook, &headers, body)
}

/// A graph and a hook of it.
fn hooked(server: &Server, body: &Value) -> (String, Value) {
    let graph = server.define(YAML).expect(201);
    let path = format!("/graphs/{}/hooks", graph["id"]);
    let made = server.post(&path, body).expect(201);
    (path, made["id"].clone())
}

fn pipelines(server: &Server) -> usize {
    let list = server.get("/pipelines").expect(200);
    list["pipelines"].as_array().expect("a list").len()
}

pub(super) fn put(server: &Server, path: &str, body: &Value) -> Answer {
    let media = [("Content-Type", "application/json")];
    let path = format!("/api/v1{path}");
    server.ask("PUT", &path, &media, body.to_string().as_bytes())
}

pub(super) fn delete(server: &Server, path: &str) -> Answer {
    server.ask("DELETE", &format!("/api/v1{path}"), &[], b"")
}

#[test]
fn a_signed_call_starts_the_newest_version_with_what_it_brings() {
    let server = Server::start();
    let input = json!({
        "branch": {"pointer": "/push/a~1b/0"},
        "count": {"value": 7},
    });
    let (_, hook) = hooked(&server, &json!({"secret": SECRET, "input": input}));
    let body = r#"{"push": {"a/b": ["main"]}}"#;
    let started = call(&server, &hook, (SECRET, now()), body).expect(201);
    let pipeline = server.settled(&started["id"]);
    assert_eq!(pipeline["state"], "FINISH");
    assert_eq!(
        (&pipeline["trigger"], &pipeline["creator"]),
        (&json!("hook"), &json!(format!("hook:{hook}")))
    );
    assert_eq!(server.log(&server.track(&pipeline, "a")), b"main 7\n");
    // That version is sealed now; the next one is started, and what is not found is not given.
    let next = server
        .define(&YAML.replace("echo", "echo again"))
        .expect(201);
    let started = call(&server, &hook, (SECRET, now()), "[]").expect(201);
    let pipeline = server.settled(&started["id"]);
    assert_eq!(pipeline["graph_id"], next["id"]);
    assert_eq!(server.log(&server.track(&pipeline, "a")), b"again none 7\n");
}

#[test]
fn a_secret_that_a_call_brings_is_sealed() {
    let server = Server::start();
    let graph = server.define(KEEPING).expect(201);
    let body = json!({"secret": SECRET, "input": {"word": {"pointer": "/word"}}});
    let path = format!("/graphs/{}/hooks", graph["id"]);
    let hook = server.post(&path, &body).expect(201)["id"].clone();
    let call = |at| call(&server, &hook, (SECRET, at), r#"{"word": "c4nary word"}"#);
    let at = now();
    let started = call(at).expect(201);
    assert_eq!(call(at).expect(200)["id"], started["id"]);
    let pipeline = server.settled(&started["id"]);
    assert_eq!(pipeline["input"], json!({"word": null}));
    assert_eq!(server.log(&server.track(&pipeline, "a")), b"******\n");
}

#[test]
fn the_examples_of_the_documentation_work() {
    let server = Server::start();
    let (_, hook) = hooked(
        &server,
        &json!({"secret": SECRET, "input": {"branch": {"pointer": "/ref"}}}),
    );
    let page = include_str!("../../../docs/hooks.md");
    let examples: Vec<&str> = page.split("```sh\n").skip(1).collect();
    assert_eq!(examples.len(), 2);
    for example in examples {
        let script = example.split("```").next().expect("its end");
        let ran = Command::new("sh")
            .args(["-ec", script])
            .env("SECRET", SECRET)
            .env("HOOK", format!("{}/api/v1/hooks/{hook}", server.url))
            .output();
        let ran = ran.expect("sh, curl, openssl and python3 are there");
        let said = String::from_utf8_lossy(&ran.stdout);
        let answer: Value = serde_json::from_str(&said).unwrap_or_else(|_| panic!("{ran:?}"));
        let pipeline = server.settled(&answer["id"]);
        assert_eq!(pipeline["input"]["branch"], "refs/heads/main", "{said}");
    }
}

/// Whatever is wrong with who asks, the answer is the same, and nothing starts.
#[test]
fn who_is_not_known_is_told_nothing() {
    let server = Server::start();
    let (path, hook) = hooked(&server, &json!({"secret": SECRET}));
    let made = json!({"secret": SECRET, "style": "github"});
    let github = server.post(&path, &made).expect(201)["id"].clone();
    let (at, body) = (now().to_string(), "{}");
    let right = signature(SECRET, format!("{at}.{body}").as_bytes());
    let of_body = signature(SECRET, body.as_bytes());
    let (time, sign, hub) = (
        "X-Trackyard-Timestamp",
        "X-Trackyard-Signature",
        "X-Hub-Signature-256",
    );
    let delivery = ("X-GitHub-Delivery", "1");
    let stale = |offset: i64| call(&server, &hook, (SECRET, now() + offset), body);
    let wrong = [
        call(&server, &json!(99), (SECRET, now()), body),
        call(&server, &hook, ("another secret, longer", now()), body),
        stale(-302),
        stale(302),
        send(&server, &hook, &[], body),
        send(&server, &hook, &[(time, &at)], body),
        send(&server, &hook, &[(sign, &right)], body),
        send(&server, &hook, &[(time, &at), (sign, &right[7..])], body),
        send(&server, &hook, &[(time, &at), (sign, &right)], "[]"),
        send(
            &server,
            &hook,
            &[(time, "soon"), (sign, &signature(SECRET, b"soon.{}"))],
            body,
        ),
        send(&server, &hook, &[(hub, &of_body), delivery], body),
        send(&server, &github, &[(time, &at), (sign, &right)], body),
        send(&server, &github, &[(hub, &right), delivery], body),
        send(
            &server,
            &hook,
            &[("Authorization", &format!("Bearer {}", server.token))],
            body,
        ),
        // Not even that it is no JSON is said.
        send(
            &server,
            &hook,
            &[(time, &at), (sign, "sha256=00")],
            "no json",
        ),
    ];
    for (n, answer) in wrong.iter().enumerate() {
        assert_eq!(answer.expect(401)["code"], "unauthorized", "{n}");
        assert_eq!(answer.body, wrong[0].body, "{n}");
    }
    assert_eq!(pipelines(&server), 0);
    let url = format!("{}/api/v1/hooks/{hook}?wait=1s", server.url);
    assert_eq!(ask("POST", &url, &[], b"{}").expect(422)["code"], "invalid");
    // The right one is taken all the same.
    send(&server, &hook, &[(time, &at), (sign, &right)], body).expect(201);
}

#[test]
fn a_call_that_comes_again_starts_nothing_twice() {
    let server = Server::start();
    let input = json!({"branch": {"pointer": "/ref"}});
    let (path, hook) = hooked(&server, &json!({"secret": SECRET, "input": input}));
    let (at, body) = (now(), r#"{"ref": "main"}"#);
    let answers: Vec<Value> = thread::scope(|scope| {
        let one = || call(&server, &hook, (SECRET, at), body).json();
        let threads: Vec<_> = (0..20).map(|_| scope.spawn(one)).collect();
        threads
            .into_iter()
            .map(|t| t.join().expect("an answer"))
            .collect()
    });
    assert!(
        answers
            .iter()
            .all(|answer| answer["id"] == answers[0]["id"]),
        "{answers:?}"
    );
    assert_eq!(
        answers
            .iter()
            .filter(|answer| answer["replayed"] == false)
            .count(),
        1
    );
    server.settled(&answers[0]["id"]);
    // Also when the hook and the graph are others by then, and with the signature in capitals.
    server
        .define(&YAML.replace("echo", "echo again"))
        .expect(201);
    put(&server, &format!("{path}/{hook}"), &json!({"input": {}})).expect(200);
    let again = call(&server, &hook, (SECRET, at), body).expect(200);
    assert_eq!(
        (&again["id"], &again["replayed"]),
        (&answers[0]["id"], &json!(true))
    );
    let time = at.to_string();
    let capitals = signature(SECRET, format!("{at}.{body}").as_bytes()).to_uppercase();
    let capitals = capitals.replace("SHA", "sha");
    let headers = [
        ("X-Trackyard-Timestamp", time.as_str()),
        ("X-Trackyard-Signature", &capitals),
    ];
    assert_eq!(
        send(&server, &hook, &headers, body).expect(200)["id"],
        again["id"]
    );
    assert_eq!(pipelines(&server), 1);
}

#[test]
fn a_delivery_of_github_starts_something_once() {
    let server = Server::start();
    let (_, hook) = hooked(&server, &json!({"secret": SECRET, "style": "github"}));
    let signed = signature(SECRET, b"{}");
    let deliver = |delivery: &str| {
        let headers = [
            ("X-Hub-Signature-256", signed.as_str()),
            ("X-GitHub-Delivery", delivery),
        ];
        send(&server, &hook, &headers, "{}")
    };
    let first = deliver("72d3162e-cc78-11e3-81ab-4c9367dc0958").expect(201);
    let again = deliver("72d3162e-cc78-11e3-81ab-4c9367dc0958").expect(200);
    assert_eq!(first["id"], again["id"]);
    assert_ne!(deliver("b").expect(201)["id"], first["id"]);
    for illegal in ["", "a b", &"x".repeat(200)] {
        assert_eq!(deliver(illegal).expect(422)["code"], "invalid-input");
    }
    assert_eq!(pipelines(&server), 2);
}

#[test]
fn a_hook_is_switched_off_changed_and_removed() {
    let server = Server::start();
    let (path, hook) = hooked(&server, &json!({"secret": SECRET}));
    let one = format!("{path}/{hook}");
    let off = put(&server, &one, &json!({"enabled": false})).expect(200);
    assert_eq!(
        (&off["enabled"], &off["style"]),
        (&json!(false), &json!("trackyard"))
    );
    let refused = call(&server, &hook, (SECRET, now()), "{}").expect(403);
    assert_eq!(refused["code"], "hook-disabled");
    call(&server, &hook, ("another secret, longer", now()), "{}").expect(401);
    let body = json!({"enabled": true, "secret": "another secret, longer"});
    put(&server, &one, &body).expect(200);
    call(&server, &hook, (SECRET, now()), "{}").expect(401);
    call(&server, &hook, ("another secret, longer", now()), "{}").expect(201);
    delete(&server, &one).expect(200);
    call(&server, &hook, ("another secret, longer", now()), "{}").expect(401);
    assert_eq!(delete(&server, &one).expect(404)["code"], "not-found");
    assert_eq!(
        put(&server, &one, &json!({})).expect(404)["code"],
        "not-found"
    );
    // Its number is gone with it.
    let next = server.post(&path, &json!({})).expect(201)["id"].clone();
    assert!(next.as_i64() > hook.as_i64(), "{next}");
}

/// What a call brings is in no answer, and a definition is not told to callers.
#[test]
fn a_refused_call_tells_no_value() {
    let server = Server::start();
    let input = json!({"count": {"pointer": "/count"}, "nobody": {"value": "c4nary constant"}});
    let older = YAML.replace("input:", "input:\n  nobody: {type: str, default: none}");
    let path = format!("/graphs/{}/hooks", server.define(&older).expect(201)["id"]);
    let body = json!({"secret": SECRET, "input": input});
    let hook = server.post(&path, &body).expect(201)["id"].clone();
    server.define(YAML).expect(200);
    let refused = call(&server, &hook, (SECRET, now()), r#"{"count": "c4nary"}"#);
    assert!(!String::from_utf8_lossy(&refused.body).contains("c4nary"));
    let refused = refused.expect(422);
    assert_eq!(refused["code"], "invalid-input");
    let told = refused["problems"].as_array().expect("problems").iter();
    let told: Vec<_> = told
        .map(|p| (p["field"].as_str(), p["code"].as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (Some("nobody"), Some("unknown-parameter")),
            (Some("count"), Some("bad-value")),
        ]
    );
    put(&server, &format!("{path}/{hook}"), &json!({"input": {}})).expect(200);
    let media = |media: &str, body: &str| {
        let at = now().to_string();
        let signed = signature(SECRET, format!("{at}.{body}").as_bytes());
        let url = format!("{}/api/v1/hooks/{hook}", server.url);
        let headers = [
            ("Content-Type", media),
            ("X-Trackyard-Timestamp", at.as_str()),
            ("X-Trackyard-Signature", signed.as_str()),
        ];
        ask("POST", &url, &headers, body.as_bytes())
    };
    assert_eq!(
        media("text/plain", "{}").expect(415)["code"],
        "unsupported-media-type"
    );
    assert_eq!(media("application/json", r#"{"a": 1, "a": 2}"#).status, 422);
    assert_eq!(
        media("application/json", "{").expect(400)["code"],
        "malformed"
    );
    // A version that cannot be started.
    let newest = "name: g\nvertices: {a: 'echo <c4nary>'}\n";
    assert_eq!(server.define(newest).expect(201)["checked"], false);
    let refused = call(&server, &hook, (SECRET, now()), "{}");
    assert!(!String::from_utf8_lossy(&refused.body).contains("c4nary"));
    assert_eq!(refused.expect(409)["code"], "unchecked");
    assert_eq!(pipelines(&server), 0);
}

#[test]
fn what_comes_to_a_hook_is_bounded() {
    let own = tempfile::tempdir().expect("a directory");
    let mut command = program();
    command
        .env("TRACKYARD_MAX_HOOK_BYTES", "100")
        .env("TRACKYARD_HOOK_WINDOW", "10s");
    let server = Server::from_command(command, own.path(), &[]);
    let (_, hook) = hooked(&server, &json!({"secret": SECRET}));
    let long = format!("[\"{}\"]", "x".repeat(100));
    let refused = call(&server, &hook, (SECRET, now()), &long).expect(413);
    assert_eq!(refused["code"], "too-large");
    let detail = refused["detail"].as_str().expect("words");
    assert!(detail.ends_with("100 bytes (`max_hook_bytes`)"), "{detail}");
    call(&server, &hook, (SECRET, now() - 30), "{}").expect(401);
    call(&server, &hook, (SECRET, now()), "{}").expect(201);
}

#[test]
fn a_hook_is_made_once_and_its_secret_told_once() {
    let server = Server::start();
    let graph = server.define(YAML).expect(201);
    let path = format!("/graphs/{}/hooks", graph["id"]);
    let headers = [
        ("Content-Type", "application/json"),
        ("Idempotency-Key", "k"),
    ];
    let make = || server.ask("POST", &format!("/api/v1{path}"), &headers, b"{}");
    let made = make().expect(201);
    let secret = made["secret"].as_str().expect("a secret").to_owned();
    assert_eq!((secret.len(), &made["graph"]), (64, &json!("g")));
    assert_eq!(
        made["path"],
        format!("/api/v1/hooks/{}", made["id"]).as_str()
    );
    let again = make();
    assert!(again.replayed);
    let again = again.expect(200);
    assert_eq!(
        (&again["id"], &again["secret"]),
        (&made["id"], &Value::Null)
    );
    call(&server, &made["id"], (&secret, now()), "{}").expect(201);
    let other = server.post(&path, &json!({})).expect(201);
    assert_ne!(other["secret"], secret.as_str());
    // Pages of the list; nothing of the secret is in it, or on the disk in the clear.
    let page = server.get(&format!("{path}?limit=1"));
    assert!(!String::from_utf8_lossy(&page.body).contains(&secret));
    let page = page.expect(200);
    assert_eq!(
        (&page["hooks"][0]["id"], &page["next"]),
        (&made["id"], &json!(format!("hooks.{}", made["id"])))
    );
    let rest = server
        .get(&format!("{path}?cursor=hooks.{}", made["id"]))
        .expect(200);
    assert_eq!(
        (&rest["hooks"][0]["id"], &rest["next"]),
        (&other["id"], &Value::Null)
    );
    for file in ["trackyard.db", "trackyard.db-wal"] {
        let bytes = std::fs::read(server.data().join(file)).expect("a file");
        let mut found = bytes.windows(secret.len());
        assert!(!found.any(|window| window == secret.as_bytes()), "{file}");
    }
}

#[test]
fn what_is_wrong_with_a_hook_is_said() {
    let server = Server::start();
    let graph = server.define(YAML).expect(201);
    let path = format!("/graphs/{}/hooks", graph["id"]);
    for (body, code, field) in [
        (json!({"secret": "short"}), "too-short", "secret"),
        (
            json!({"secret": "x".repeat(70_000)}),
            "value-too-large",
            "secret",
        ),
        (
            json!({"input": {"branch": {"pointer": "ref"}}}),
            "bad-value",
            "input.branch",
        ),
        (
            json!({"input": {"branch": {"pointer": "/a", "value": 1}}}),
            "bad-value",
            "input.branch",
        ),
        (
            json!({"input": {"branch": {"pointer": "/a~2"}}}),
            "bad-value",
            "input.branch",
        ),
    ] {
        let refused = server.post(&path, &body);
        assert!(!String::from_utf8_lossy(&refused.body).contains("c4nary"));
        let refused = refused.expect(422);
        let problem = &refused["problems"][0];
        assert_eq!(
            (&refused["code"], &problem["code"], &problem["field"]),
            (&json!("invalid-input"), &json!(code), &json!(field))
        );
    }
    let keeping = server.define(KEEPING).expect(201);
    let body = json!({"input": {"word": {"value": "c4nary word"}}});
    let refused = server.post(&format!("/graphs/{}/hooks", keeping["id"]), &body);
    assert!(!String::from_utf8_lossy(&refused.body).contains("c4nary"));
    assert_eq!(refused.expect(422)["problems"][0]["field"], "input.word");
    for body in [
        json!({"style": "gitlab"}),
        json!({"input": {"branch": "/ref"}}),
        json!({"name": "x"}),
    ] {
        assert_eq!(
            server.post(&path, &body).expect(422)["code"],
            "invalid",
            "{body}"
        );
    }
    server.post("/graphs/99/hooks", &json!({})).expect(404);
    server.get("/graphs/99/hooks").expect(404);
    let other = server
        .define(&YAML.replace("name: g", "name: h"))
        .expect(201);
    let made = server.post(&path, &json!({})).expect(201);
    let elsewhere = format!("/graphs/{}/hooks/{}", other["id"], made["id"]);
    put(&server, &elsewhere, &json!({})).expect(404);
    delete(&server, &elsewhere).expect(404);
    let list = server.get(&path).expect(200);
    assert_eq!(list["hooks"].as_array().map(Vec::len), Some(1));
}

#[test]
fn the_command_line_makes_lists_and_removes_hooks() {
    let desk = Desk::new();
    std::fs::create_dir_all(desk.data()).expect("made");
    let server = Server::start_on(&desk.data(), &[]);
    server.define(YAML).expect(201);
    let made = desk.call(&[
        "hook",
        "add",
        "g",
        "-i",
        "branch=/ref",
        "--value",
        "count=3",
        "--json",
    ]);
    let made = made.expect(0).json();
    assert_eq!(
        made["input"],
        json!({"branch": {"pointer": "/ref"}, "count": {"value": "3"}})
    );
    let said = desk
        .call(&["hook", "add", "g", "--style", "github"])
        .expect(0);
    assert!(
        said.out.contains(&format!("{}/api/v1/hooks/2", server.url)),
        "{}",
        said.out
    );
    assert!(said.out.contains("nothing tells again: "), "{}", said.out);
    let listed = desk.call(&["hook", "ls", "g"]).expect(0);
    assert!(
        listed.out.contains("github") && listed.out.contains("branch, count"),
        "{}",
        listed.out
    );
    desk.call(&["hook", "rm", "g", "1"]).expect(0);
    let listed = desk.call(&["hook", "ls", "g", "--json"]).expect(0).json();
    assert_eq!(listed["hooks"].as_array().map(Vec::len), Some(1));
    desk.call(&["hook", "rm", "g", "1"]).expect(1);
    let wrong = desk.call(&["hook", "add", "g", "-i", "branch"]).expect(2);
    assert!(wrong.err.contains("NAME"), "{}", wrong.err);
}

/// Who has kept a call, or the secret of a hook, starts nothing with it later.
#[test]
fn what_was_removed_is_called_no_more() {
    let server = Server::start();
    let (path, hook) = hooked(&server, &json!({"secret": SECRET, "input": {}}));
    let at = now();
    let answer = call(&server, &hook, (SECRET, at), "{}");
    let id = answer.expect(201)["id"].clone();
    server.settled(&id);
    delete(&server, &format!("/pipelines/{id}")).expect(200);
    let again = call(&server, &hook, (SECRET, at), "{}");
    assert_eq!((again.status, pipelines(&server)), (422, 0));
    // The graph goes with its hooks: the next one of its name has none.
    let graph = path.trim_end_matches("/hooks");
    // Not before the last row of the pipeline is gone.
    server.until(|| delete(&server, graph).status == 200);
    let (other, _) = hooked(
        &server,
        &json!({"secret": "another one, longer", "input": {}}),
    );
    let listed = server.get(&other).expect(200);
    assert_eq!(listed["hooks"].as_array().map(Vec::len), Some(1));
    let late = call(&server, &hook, (SECRET, now()), "{}");
    assert_eq!((late.status, pipelines(&server)), (401, 0));
}
