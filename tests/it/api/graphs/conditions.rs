//! `If-Match` and `If-None-Match` of what changes a definition

use serde_json::{Value, json};

use crate::server::{Answer, Server, rows};

const TEXT: &str =
    "# Kept as it is.\nname: g\nvertices: {a: 'true', b: {script: 'true', needs: a}}\n";

fn ask(server: &Server, (method, path): (&str, &str), header: (&str, &str), body: &str) -> Answer {
    let media = match path {
        "" => "application/yaml",
        _ => "application/json",
    };
    let headers = [("Content-Type", media), header];
    let path = format!("/api/v1/graphs{path}");
    server.ask(method, &path, &headers, body.as_bytes())
}

/// Each is refused with another `ETag` than that of the newest version, and done with it, with `*`, with
/// none.
#[test]
fn whatever_changes_a_graph_is_done_to_what_was_seen() {
    let vertex = r#"{"name": "c", "definition": {"script": "true"}}"#;
    let same = r#"{"name": "b", "definition": {"script": "echo b"}}"#;
    for (method, path, body) in [
        ("POST", "/1/restore", ""),
        ("POST", "/2/archive", ""),
        ("POST", "/2/unarchive", ""),
        ("POST", "/2/check", ""),
        ("POST", "/2/clone", r#"{"name": "h"}"#),
        ("POST", "/2/vertices", vertex),
        ("PUT", "/2/vertices/b", same),
        ("DELETE", "/2/vertices/b", ""),
        ("POST", "/2/edges", r#"{"tail": "b", "head": "a"}"#),
        ("PUT", "/2/edges/a/b", r#"{"tail": "b", "head": "a"}"#),
        ("DELETE", "/2/edges/a/b", ""),
        ("DELETE", "/2", ""),
    ] {
        let server = Server::start();
        let first = server.define(TEXT).etag;
        // A copy that stays, so that there are two versions and nothing was started.
        let json = r#"{"name": "n", "definition": {"script": "true"}}"#;
        ask(&server, ("POST", "/1/vertices"), ("X-None", ""), json).expect(201);
        let newest = server.get("/graphs/2").etag;
        let request = (method, path);
        for wrong in [first.as_str(), "\"2-1-0\""] {
            for dry in ["", "?dry_run=true"] {
                let path = format!("{path}{dry}");
                let late = ask(&server, (method, &path), ("If-Match", wrong), body);
                let said = late.expect(412);
                assert_eq!(said["code"], "changed-meanwhile", "{method} {path}");
                assert!(
                    said["detail"].to_string().contains("is 2, graph 2"),
                    "{said}"
                );
            }
        }
        assert_eq!(server.get("/graphs/2").etag, newest, "{method} {path}");
        assert_eq!(rows(server.data(), "graph"), 2, "{method} {path}");
        let unread = ask(&server, request, ("If-Match", "2-1-0"), body);
        assert_eq!(unread.expect(422)["code"], "invalid", "{method} {path}");
        let tags = format!("\"x\", {newest}");
        let done = ask(&server, request, ("If-Match", &tags), body);
        assert!(done.status < 300, "{method} {path}: {}", done.json());
    }
}

#[test]
fn any_state_will_do_for_a_star_and_where_nothing_is_said() {
    let server = Server::start();
    server.define(TEXT).expect(201);
    for header in [("If-Match", "*"), ("X-None", "")] {
        for word in ["archive", "unarchive", "check", "restore"] {
            let done = ask(&server, ("POST", &format!("/1/{word}")), header, "");
            assert_eq!(done.status, 200, "{word}: {}", done.json());
        }
    }
}

#[test]
fn a_definition_is_saved_only_where_no_graph_has_the_name() {
    let server = Server::start();
    let star = ("If-None-Match", "*");
    let save = |header, text: &str| ask(&server, ("POST", ""), header, text);
    save(star, TEXT).expect(201);
    for text in [TEXT, &TEXT.replace("true", "false")] {
        assert_eq!(save(star, text).expect(412)["code"], "name-taken");
    }
    let wrong = save(("If-None-Match", "\"1-1-0\""), TEXT).expect(422);
    assert_eq!(wrong["code"], "invalid");
    assert_eq!(server.get("/graphs/1").expect(200)["version"], 1);
    let seen = save(("If-Match", "\"1-1-0\""), &TEXT.replace("true", "false")).expect(422);
    assert!(
        seen["detail"]
            .as_str()
            .is_some_and(|why| why.contains("PUT /graphs/{id}"))
    );
    let other: Value = save(star, &TEXT.replace("name: g", "name: h")).expect(201);
    assert_eq!(other["id"], json!(2));
}
