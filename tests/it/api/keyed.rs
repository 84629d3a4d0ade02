//! What each POST of the interface does with an `Idempotency-Key`, and those of the server itself.

use serde_json::{Value, json};
use trackyard::store::{Store, Used};

use super::described::operations;
use crate::server::{Answer, Server, ask};

const YAML: &str = "name: g
vertices:
  a: 'until [ -e go ]; do sleep 0.02; done'
  b: {script: 'echo b', needs: [a]}
";
/// What does not look at the key, and why.
const NOT_LOOKED_AT: [(&str, &str); 3] = [
    ("validateGraph", "nothing is saved"),
    ("renderGraph", "nothing is kept"),
    ("callHook", "a call is known by its signature"),
];
/// Refused like all others, but a key that has made a link is free for other requests.
const IN_MEMORY: &str = "makeSignInLink";

fn keyed(server: &Server, key: &str, (method, path): (&str, &str), body: &str) -> Answer {
    let media = match body.starts_with("name:") {
        true => "application/yaml",
        false => "application/json",
    };
    let headers = [("Content-Type", media), ("Idempotency-Key", key)];
    let path = format!("/api/v1{path}");
    server.ask(method, &path, &headers, body.as_bytes())
}

/// A body that the operation takes.
fn body(operation: &str) -> &'static str {
    match operation {
        "saveGraph" | "saveWorkflow" => "name: n\nvertices: {a: 'true'}\n",
        "cloneGraph" => r#"{"name": "copy"}"#,
        "addVertex" => r#"{"name": "c", "definition": {"script": "true"}}"#,
        "addEdge" => r#"{"tail": "a", "head": "b"}"#,
        "askOfMany" => r#"{"filter": {"state": "RUNNING"}}"#,
        "startInstance" => r#"{"workflow_id": 1}"#,
        "askOfPipeline" | "askOfTrack" => r#"{"expect": "any", "why": "why not"}"#,
        "resolveTrack" => r#"{"verdict": "failed"}"#,
        _ => "",
    }
}

#[test]
fn each_post_looks_at_its_key_or_is_known_not_to() {
    let server = Server::start();
    let graph = server.define(YAML).expect(201)["id"].clone();
    let start = format!("/graphs/{graph}/pipelines");
    let id = server.post(&start, &json!({})).expect(201)["id"].clone();
    let track = server.get(&format!("/pipelines/{id}")).expect(200)["tracks"][0]["id"].clone();
    assert_eq!((&graph, &id, &track), (&json!(1), &json!(1), &json!(1)));
    server.until(|| server.get("/tracks/1").json()["state"] == "RUNNING");
    let value = r#"{"value": "a long secret"}"#;
    keyed(&server, "spent", ("PUT", "/secrets/NAME"), value).expect(201);
    let lists = ["/graphs", "/pipelines", "/pipelines/1", "/graphs/1/hooks"];
    let now = || lists.map(|path| server.get(path).expect(200));
    let before = now();
    let mut looked_at = 0;
    for (method, path, operation) in operations().filter(|(method, ..)| method == "POST") {
        let name = operation["operationId"].as_str().expect("a name");
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let mut header = parameters.filter(|p| p["name"] == "Idempotency-Key");
        let said = header.next().expect(name)["description"].to_string();
        let known = NOT_LOOKED_AT.iter().any(|(known, _)| *known == name);
        assert_eq!(said.contains("not looked at"), known, "{name}: {said}");
        if known {
            continue;
        }
        let word = if path.starts_with("/tracks") {
            "kill"
        } else {
            "pause"
        };
        let path = path.replace("{word}", word).replace("{task}", "a");
        let path = path.replace("{id}", "1");
        let request = (method.as_str(), path.as_str());
        let refused = keyed(&server, "spent", request, body(name));
        assert_eq!(refused.status, 422, "{name}: {}", refused.json());
        let code = &refused.json()["code"];
        assert_eq!(code, "idempotency-key-reused", "{name}: {}", refused.json());
        let refused = keyed(&server, "", request, body(name)).expect(400);
        assert_eq!(refused["code"], "bad-idempotency-key", "{name}");
        looked_at += 1;
    }
    assert!(looked_at > 20, "{looked_at}");
    assert_eq!(now(), before);
    assert!(operations().any(|(.., operation)| operation["operationId"] == IN_MEMORY));
}

#[test]
fn a_drain_that_was_taken_back_is_not_repeated() {
    let server = Server::start();
    let graph = server.define(YAML).expect(201)["id"].clone();
    let start = format!("/graphs/{graph}/pipelines");
    server.post(&start, &json!({})).expect(201);
    server.until(|| server.get("/tracks/1").json()["state"] == "RUNNING");
    let readiness = || server.get("/readyz").status;
    // Worked out only: nothing drains, and the key stays free.
    let would = keyed(&server, "k", ("POST", "/drain?dry_run=true"), "").expect(200);
    assert_eq!(
        would,
        json!({"draining": true, "running": 1, "dry_run": true})
    );
    assert_eq!(readiness(), 200);
    let first = keyed(&server, "k", ("POST", "/drain"), "");
    assert!(!first.replayed);
    let said = json!({"draining": true, "running": 1, "dry_run": false});
    assert_eq!(first.expect(202), said);
    let again = keyed(&server, "k", ("POST", "/drain"), "");
    assert!(again.replayed);
    assert_eq!(again.expect(202), said);
    let would = keyed(&server, "u", ("DELETE", "/drain?dry_run=true"), "").expect(200);
    assert_eq!(
        would,
        json!({"draining": false, "running": 1, "dry_run": true})
    );
    assert_eq!(readiness(), 503);
    assert!(!keyed(&server, "u", ("DELETE", "/drain"), "").replayed);
    // The request came late once more: it was done, and what came after it stays.
    let late = keyed(&server, "k", ("POST", "/drain"), "");
    assert!(late.replayed);
    assert_eq!(late.expect(202)["draining"], false);
    assert_eq!(readiness(), 200);
}

#[test]
fn a_token_is_replaced_once_by_one_request() {
    let server = Server::start();
    let file = server.data().join("local.token");
    let token = || {
        let text = std::fs::read_to_string(&file).expect("a token");
        text.trim().to_owned()
    };
    let rotate = |token: &str, query: &str| {
        let authorization = format!("Bearer {token}");
        let headers = [
            ("Authorization", authorization.as_str()),
            ("Idempotency-Key", "k"),
        ];
        let url = format!("{}/api/v1/token/rotate{query}", server.url);
        ask("POST", &url, &headers, b"")
    };
    let old = token();
    let would = rotate(&old, "?dry_run=true").expect(200);
    assert_eq!(would["dry_run"], true);
    assert_eq!(token(), old);
    let first = rotate(&old, "");
    assert!(!first.replayed);
    let said = first.expect(200);
    let new = token();
    assert_ne!(new, old);
    let again = rotate(&new, "");
    assert!(again.replayed);
    assert_eq!((again.expect(200), token()), (said, new));
}

/// The link is a secret: the key that has made it is in no database.
#[test]
fn the_same_key_has_the_same_link_until_it_is_used() {
    let server = Server::start();
    let made = || keyed(&server, "k", ("POST", "/sign-in-links"), "");
    let would = keyed(&server, "k", ("POST", "/sign-in-links?dry_run=true"), "");
    assert_eq!(would.expect(200)["path"], Value::Null);
    let (first, again) = (made(), made());
    assert!(!first.replayed && again.replayed);
    let path = first.expect(200)["path"].clone();
    assert_eq!(again.expect(200)["path"], path);
    let other = keyed(&server, "l", ("POST", "/sign-in-links"), "").expect(200);
    assert_ne!(other["path"], path);
    let store = Store::open(&server.data().join("trackyard.db"), 1).expect("opened");
    assert_eq!(store.used("k").expect("asked"), None::<Used>);
    let path = path.as_str().expect("a path");
    server.sign_in(&format!("{}{path}", server.url));
    let new = made();
    assert!(!new.replayed);
    assert_ne!(new.expect(200)["path"], path);
}
