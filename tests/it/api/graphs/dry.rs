//! `?dry_run=true` of what changes a definition

use serde_json::{Value, json};

use crate::server::{Answer, Server, rows};

const TEXT: &str = "\
# kept
name: g
vertices:
  a: {script: 'true'}
  b: {script: 'true', needs: a}
";

fn ask(server: &Server, method: &str, path: &str, body: &str) -> Answer {
    let yaml = body.starts_with('#');
    // A graph is seen by its number.
    let seen = match path {
        "" | "?dry_run=true" => "X-None",
        _ => "If-Match",
    };
    let path = format!("/api/v1/graphs{path}");
    let media = if yaml {
        "application/yaml"
    } else {
        "application/json"
    };
    let headers = [
        ("Content-Type", media),
        (seen, "*"),
        ("Idempotency-Key", "the same"),
    ];
    let headers = match method {
        "POST" | "PUT" | "DELETE" => &headers[..],
        _ => &headers[..1],
    };
    server.ask(method, &path, headers, body.as_bytes())
}

/// All that a deed could change: definitions, the shelf, numbers that are spent, keys, and how all looks.
fn now(server: &Server) -> (Vec<i64>, Vec<String>, Value) {
    let tables = [
        "graph",
        "vertex",
        "edge",
        "graph_tag",
        "archived_graph",
        "request",
        "spent",
    ];
    let etags = [1, 2].map(|id| server.get(&format!("/graphs/{id}")).etag);
    let list = server.get("/graphs?archived=any").expect(200);
    (
        tables.map(|table| rows(server.data(), table)).to_vec(),
        etags.to_vec(),
        list,
    )
}

/// Each is worked out twice with a key, which changes nothing; then done with that key, and says the same.
#[test]
fn what_is_worked_out_changes_nothing_and_is_what_the_deed_says() {
    let other = TEXT.replace("'true', needs", "'echo b', needs");
    let vertex = r#"{"name": "c", "definition": {"script": "true", "needs": ["b"]}}"#;
    let set = r#"{"name": "b", "definition": {"script": "echo b", "needs": ["a"]}}"#;
    let joint = r#"{"tail": "b", "head": "a"}"#;
    for (method, path, body) in [
        ("POST", "", other.as_str()),
        ("POST", "", &other.replace("name: g", "name: new")),
        ("POST", "", TEXT),
        ("PUT", "/2", &other),
        ("POST", "/2/clone", r#"{"name": "h"}"#),
        ("POST", "/1/restore", ""),
        ("POST", "/2/restore", ""),
        ("POST", "/2/check", ""),
        ("POST", "/2/archive", ""),
        ("POST", "/2/unarchive", ""),
        ("DELETE", "/2", ""),
        ("POST", "/2/vertices", vertex),
        ("PUT", "/2/vertices/b", set),
        ("DELETE", "/2/vertices/a", ""),
        ("POST", "/2/edges", joint),
        ("PUT", "/2/edges/a/b", joint),
        ("DELETE", "/2/edges/a/b", ""),
    ] {
        let server = Server::start();
        server.define(TEXT).expect(201);
        let n = r#"{"name": "n", "definition": {"script": "true"}}"#;
        server
            .post(
                "/graphs/1/vertices",
                &serde_json::from_str(n).expect("JSON"),
            )
            .expect(201);
        let before = now(&server);
        let dry = format!("{path}?dry_run=true");
        let would = ask(&server, method, &dry, body);
        assert_eq!((would.replayed, would.header("location")), (false, ""));
        let would = would.expect(200);
        assert_eq!(ask(&server, method, &dry, body).expect(200), would);
        assert_eq!(now(&server), before, "{method} {path}");
        assert_eq!(would["dry_run"], true, "{method} {path}");
        let done = ask(&server, method, path, body);
        assert!(done.status < 300 && !done.replayed, "{}", done.json());
        let done = done.json();
        assert_eq!(done["dry_run"], false, "{method} {path}");
        for field in [
            "name", "version", "checked", "note", "problems", "versions", "archived",
        ] {
            assert_eq!(would[field], done[field], "{method} {path}: {field}");
        }
        let is_new =
            done["note"].is_string() && !["1", "2"].contains(&done["id"].to_string().as_str());
        let id = if is_new { &Value::Null } else { &done["id"] };
        assert_eq!(&would["id"], id, "{method} {path}: a number is not given");
    }
}

#[test]
fn what_would_be_other_is_told() {
    let server = Server::start();
    server.define(TEXT).expect(201);
    let would = ask(
        &server,
        "POST",
        "?dry_run=true",
        &TEXT.replace("'true', needs", "'false', needs"),
    );
    let changes = would.expect(200)["changes"].clone();
    assert_eq!(changes["vertices_changed"][0]["name"], "b");
    let script = changes["vertices_changed"][0]["script"].to_string();
    assert!(
        script.contains("-true") && script.contains("+false"),
        "{script}"
    );
    let would = ask(&server, "DELETE", "/1/vertices/a?dry_run=true", "").expect(200);
    let changes = &would["changes"];
    assert_eq!(changes["vertices_removed"], json!(["a"]));
    assert_eq!(
        changes["edges_removed"],
        json!([{"tail": "a", "head": "b"}])
    );
    assert!(would["note"].to_string().contains("comments"), "{would}");
    let new = ask(
        &server,
        "POST",
        "?dry_run=true",
        &TEXT.replace("name: g", "name: h"),
    );
    let new = new.expect(200);
    assert_eq!((&new["id"], &new["version"]), (&Value::Null, &json!(1)));
    assert_eq!(
        new["changes"],
        Value::Null,
        "there is nothing to compare it with"
    );
    let ring = ask(
        &server,
        "POST",
        "/1/edges?dry_run=true",
        r#"{"tail": "b", "head": "a"}"#,
    );
    let ring = ring.expect(200);
    assert_eq!(
        (&ring["checked"], &ring["problems"][0]["code"]),
        (&json!(false), &json!("cycle"))
    );
    let done = server.define(TEXT).expect(200);
    assert_eq!(
        (&done["changes"], &done["dry_run"]),
        (&Value::Null, &json!(false))
    );
}

#[test]
fn what_would_be_refused_is_refused() {
    let server = Server::start();
    server.run(&TEXT.replace("name: g", "name: ran"), &json!({}));
    server.define(TEXT).expect(201);
    let taken = r#"{"name": "a", "definition": {"script": "true"}}"#;
    for (method, path, body, status, code) in [
        ("POST", "", "# x\nname: [", 400, "malformed"),
        (
            "PUT",
            "/2",
            "# x\nname: h\nvertices: {a: 'true'}",
            422,
            "other-name",
        ),
        ("PUT", "/77", TEXT, 404, "not-found"),
        ("POST", "/2/clone", r#"{"name": "ran"}"#, 409, "name-taken"),
        ("POST", "/77/restore", "", 404, "not-found"),
        ("POST", "/77/check", "", 404, "not-found"),
        ("POST", "/77/archive", "", 404, "not-found"),
        ("DELETE", "/77", "", 404, "not-found"),
        ("DELETE", "/1", "", 409, "graph-in-use"),
        ("POST", "/2/vertices", taken, 409, "name-taken"),
        ("DELETE", "/2/vertices/nope", "", 404, "not-found"),
        (
            "PUT",
            "/2/edges/b/a",
            r#"{"tail": "a", "head": "b"}"#,
            404,
            "not-found",
        ),
    ] {
        for query in ["?dry_run=true", ""] {
            let refused = ask(&server, method, &format!("{path}{query}"), body);
            assert_eq!(
                refused.expect(status)["code"],
                code,
                "{method} {path}{query}"
            );
        }
        let unread = ask(&server, method, &format!("{path}?dry_run=yes"), body);
        assert_eq!(unread.expect(422)["code"], "invalid");
    }
    server.post("/graphs/2/archive", &json!({})).expect(200);
    for query in ["?dry_run=true", ""] {
        for path in ["", "/2/edges"] {
            let body = match path {
                "" => TEXT,
                _ => r#"{"tail": "b", "head": "a"}"#,
            };
            let refused = ask(&server, "POST", &format!("{path}{query}"), body);
            assert_eq!(refused.expect(409)["code"], "archived", "{path}{query}");
        }
    }
}
