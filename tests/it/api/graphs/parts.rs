//! `/graphs/<id>/vertices`, `/graphs/<id>/edges`

use serde_json::{Value, json};

use crate::server::{Answer, Server};

const TEXT: &str = "\
# why
name: g
vertices:
  a: {script: 'true'}
  b/../c d: {script: 'true', needs: a, retry: 2}
  e: {script: 'true', needs: [a, b/../c d]}
handlers: {on_exit: 'true'}
";
/// The second one, as a part of an address.
const SECOND: &str = "b%2F..%2Fc%20d";

fn ask(server: &Server, method: &str, path: &str, tag: &str, body: &Value) -> Answer {
    let path = format!("/api/v1/graphs/{path}");
    let headers = [("Content-Type", "application/json"), ("If-Match", tag)];
    let headers = &headers[..if tag.is_empty() { 1 } else { 2 }];
    server.ask(method, &path, headers, body.to_string().as_bytes())
}

fn edges(server: &Server, id: &Value) -> Vec<(String, String)> {
    let page = server.get(&format!("/graphs/{id}/edges")).expect(200);
    let name = |edge: &Value, key: &str| edge[key].as_str().expect("a name").to_owned();
    let all = page["edges"].as_array().expect("edges").iter();
    all.map(|e| (name(e, "tail"), name(e, "head"))).collect()
}

#[test]
fn vertices_and_edges_are_read_as_they_are_defined() {
    let server = Server::start();
    let saved = server.define(TEXT);
    let id = saved.expect(201)["id"].clone();
    let first = server.get(&format!("/graphs/{id}/vertices?limit=2"));
    assert_eq!(first.etag, saved.etag);
    let first = first.expect(200);
    let a = json!({"name": "a", "definition": {"script": "true"}});
    assert_eq!(first["vertices"][0], a);
    let retry = json!({"limit": 2, "delay": "0s", "backoff": 1.0, "max_delay": "1h"});
    let keys = json!({"needs": ["a"], "retry": retry, "script": "true"});
    let second = json!({"name": "b/../c d", "definition": keys});
    assert_eq!(first["vertices"][1], second);
    let next = format!(
        "/graphs/{id}/vertices?cursor={}",
        first["next"].as_str().expect("more")
    );
    let rest = server.get(&next).expect(200);
    let names = rest["vertices"].as_array().expect("a list").iter();
    let names: Vec<_> = names.map(|v| v["name"].as_str().unwrap_or("")).collect();
    assert_eq!((names, &rest["next"]), (vec!["e", "on_exit"], &Value::Null));
    let one = server.get(&format!("/graphs/{id}/vertices/{SECOND}"));
    assert_eq!(one.expect(200), second);
    let page = server.get(&format!("/graphs/{id}/edges?limit=1&cursor=edges.{id}.1.1"));
    let expected =
        json!({"edges": [{"tail": "a", "head": "e"}], "next": format!("edges.{id}.1.2")});
    assert_eq!(page.expect(200), expected);
    let nope = format!("{id}/vertices/nope");
    for path in [nope.as_str(), "77/vertices", "77/vertices/a", "77/edges"] {
        let missing = server.get(&format!("/graphs/{path}")).expect(404);
        assert_eq!(missing["code"], "not-found");
    }
    for query in [
        "vertices?limit=0",
        "edges?cursor=x",
        "edges?cursor=edges.1",
        "edges?cursor=edges.77.1.1",
        "edges?cursor=edges.1.1.1.1",
        "edges?cursor=vertices.1.1.1",
    ] {
        let refused = server.get(&format!("/graphs/{id}/{query}")).expect(422);
        assert_eq!(refused["code"], "invalid");
    }
}

#[test]
fn no_page_of_another_definition_follows_a_page() {
    let server = Server::start();
    let text = "name: g\nvertices: {a: 'true', b: 'true', c: {script: 'true', needs: [a, b]}, d: {script: 'true', needs: [a]}}\n";
    let id = server.define(text).expect(201)["id"].clone();
    let lists = [
        format!("/graphs/{id}/vertices"),
        format!("/graphs/{id}/edges"),
        format!("/workflows/{id}/nodes"),
        format!("/workflows/{id}/edges"),
    ];
    let next = |path: &String| {
        let page = server.get(&format!("{path}?limit=2")).expect(200);
        let cursor = page["next"].as_str().expect("more");
        format!("{path}?cursor={cursor}")
    };
    let follow = lists.each_ref().map(next);
    for path in &follow {
        assert_eq!(server.get(path).expect(200)["next"], Value::Null);
    }
    // Nothing of the definition is other when it is put away and taken back.
    for word in ["archive", "unarchive"] {
        server
            .post(&format!("/graphs/{id}/{word}"), &json!({}))
            .expect(200);
    }
    server.get(&follow[0]).expect(200);
    let path = format!("/api/v1/graphs/{id}/vertices/d");
    server.ask("DELETE", &path, &[], b"").expect(200);
    for path in &follow {
        let refused = server.get(path).expect(422);
        let why = refused["detail"].as_str().expect("words");
        assert!(why.contains("the definition has changed since"), "{why}");
    }
    server.get(&next(&lists[0])).expect(200);
}

#[test]
fn a_definition_is_changed_vertex_by_vertex_and_edge_by_edge() {
    let server = Server::start();
    let old = server.define(TEXT).expect(201)["id"].clone();
    let edge = |tail: &str, head: &str| (tail.to_owned(), head.to_owned());
    let noted = |said: &Value| {
        said["note"]
            .as_str()
            .is_some_and(|n| n.contains("comments"))
    };
    let keys = json!({"script": "echo f", "needs": ["e"], "desc": "new"});
    let body = json!({"name": "f", "definition": keys});
    let added = ask(&server, "POST", &format!("{old}/vertices"), "", &body);
    let said = added.expect(201);
    // What a person wrote is not lost.
    assert_eq!(
        (&said["version"], &said["checked"]),
        (&json!(2), &json!(true))
    );
    assert!(noted(&said), "{said}");
    let before = server.get(&format!("/graphs/{old}.yaml")).body;
    assert_eq!(before, TEXT.as_bytes());
    let id = said["id"].clone();
    let read = server.get(&format!("/graphs/{id}/vertices/f"));
    assert_eq!(
        (&read.expect(200)["definition"], &read.etag),
        (&keys, &added.etag)
    );
    let put = format!("{id}/vertices/{SECOND}");
    let set = ask(
        &server,
        "PUT",
        &put,
        &added.etag,
        &json!({"name": "b/../c d", "definition": {"script": "echo 2"}}),
    )
    .expect(200);
    assert_eq!((&set["id"], noted(&set)), (&id, false), "printed already");
    let found = edges(&server, &id);
    assert_eq!(
        found,
        [edge("a", "e"), edge("b/../c d", "e"), edge("e", "f")]
    );
    let joint = json!({"tail": "a", "head": "b/../c d"});
    let joined = ask(&server, "POST", &format!("{id}/edges"), "", &joint);
    joined.expect(201);
    let again = ask(&server, "POST", &format!("{id}/edges"), "", &joint);
    assert_eq!(
        (again.status, again.etag),
        (200, joined.etag),
        "it was there"
    );
    let remove = |path: String| ask(&server, "DELETE", &path, "", &Value::Null);
    remove(format!("{id}/edges/{SECOND}/e")).expect(200);
    let found = edges(&server, &id);
    assert_eq!(
        found,
        [edge("a", "b/../c d"), edge("a", "e"), edge("e", "f")]
    );
    remove(format!("{id}/vertices/e")).expect(200);
    assert_eq!(edges(&server, &id), [edge("a", "b/../c d")]);
    let whole = server.get(&format!("/graphs/{id}.json")).json();
    let names: Vec<_> = whole["vertices"]
        .as_object()
        .expect("vertices")
        .keys()
        .collect();
    assert_eq!(names, ["a", "b/../c d", "f"]);
    assert_eq!(whole["handlers"], json!({"on_exit": {"script": "true"}}));
    // A version that was used stays.
    let start = format!("/graphs/{id}/pipelines?wait=30s");
    server.post(&start, &json!({})).expect(201);
    let next = remove(format!("{id}/vertices/f")).expect(200);
    assert_eq!(next["version"], 3);
}

/// Also of a text with comments, with errors, and of the scripts after the verdict.
#[test]
fn what_was_read_is_given_back_and_nothing_changes() {
    let server = Server::start();
    let wrong = TEXT.replace("'true', needs: a", "'if true', needs: a");
    let rich = "name: rich\nvertices:\n  a: {desc: d, script: 'echo <x>', timeout: 5s, env: {A: b}, \
        input: {x: {type: int, default: 2}}, outputs: {n: int}}\n  b: {script: 'echo <a.n>', needs: a}\n";
    for text in [TEXT, &wrong.replace("name: g", "name: wrong"), rich] {
        let saved = server.define(text);
        let id = saved.expect(201)["id"].clone();
        for (list, of) in [("vertices", "name"), ("edges", "tail")] {
            let page = server.get(&format!("/graphs/{id}/{list}")).expect(200);
            let all = page[list].as_array().expect("a list");
            assert!(!all.is_empty());
            for one in all {
                let name = |key: &str| one[key].as_str().expect("a name").replace(' ', "%20");
                let name = |key: &str| name(key).replace('/', "%2F");
                let path = match of {
                    "name" => format!("{id}/{list}/{}", name("name")),
                    _ => format!("{id}/{list}/{}/{}", name("tail"), name("head")),
                };
                let read = server.get(&format!("/graphs/{path}"));
                assert_eq!((&read.expect(200), &read.etag), (one, &saved.etag));
                let put = ask(&server, "PUT", &path, &read.etag, &read.json());
                let said = put.expect(200);
                assert_eq!(
                    (&said["id"], &put.etag),
                    (&id, &saved.etag),
                    "{path}: {said}"
                );
            }
        }
        let source = server.get(&format!("/graphs/{id}.yaml")).body;
        assert_eq!(String::from_utf8_lossy(&source), text);
    }
}

#[test]
fn an_edge_is_given_other_ends() {
    let server = Server::start();
    let id = server.define(TEXT).expect(201)["id"].clone();
    let path = format!("{id}/edges/a/{SECOND}");
    assert_eq!(
        server.get(&format!("/graphs/{path}")).expect(200),
        json!({"tail": "a", "head": "b/../c d"})
    );
    let to = json!({"tail": "e", "head": "a"});
    let set = ask(&server, "PUT", &path, "", &to).expect(200);
    let id = &set["id"];
    let edge = |tail: &str, head: &str| (tail.to_owned(), head.to_owned());
    assert_eq!(
        edges(&server, id),
        [edge("e", "a"), edge("a", "e"), edge("b/../c d", "e")]
    );
    assert_eq!(
        server.get(&format!("/graphs/{id}/edges/e/a")).expect(200),
        to
    );
    for gone in [
        format!("{id}/edges/a/{SECOND}"),
        format!("{id}/edges/nope/a"),
    ] {
        let missing = server.get(&format!("/graphs/{gone}")).expect(404);
        assert_eq!(missing["code"], "not-found");
    }
}

#[test]
fn what_cannot_be_changed_is_refused_and_nothing_is() {
    let server = Server::start();
    let saved = server.define(TEXT);
    let id = saved.expect(201)["id"].clone();
    let new = |keys: Value| json!({"name": "n", "definition": keys});
    let taken = json!({"name": "a", "definition": {"script": "x"}});
    let unknown = new(json!({"script": "x", "needs": ["nope"]}));
    let cases = [
        ("POST", "vertices", taken, 409, "name-taken"),
        (
            "POST",
            "vertices",
            new(json!({"skript": "x"})),
            422,
            "invalid",
        ),
        ("POST", "vertices", unknown, 422, "invalid"),
        ("POST", "vertices", new(json!([])), 422, "invalid"),
        ("POST", "vertices", json!({"name": "n"}), 422, "invalid"),
        (
            "PUT",
            "vertices/nope",
            json!({"name": "nope", "definition": {"script": "x"}}),
            404,
            "not-found",
        ),
        (
            "PUT",
            "vertices/a",
            json!({"name": "a", "definition": {"script": ["x"]}}),
            422,
            "invalid",
        ),
        (
            "PUT",
            "vertices/a",
            new(json!({"script": "x"})),
            422,
            "invalid",
        ),
        ("PUT", "vertices/a", json!({"script": "x"}), 422, "invalid"),
        ("DELETE", "vertices/nope", Value::Null, 404, "not-found"),
        (
            "PUT",
            "edges/e/a",
            json!({"tail": "e", "head": "a"}),
            404,
            "not-found",
        ),
        (
            "PUT",
            "edges/a/e",
            json!({"tail": "nope", "head": "e"}),
            404,
            "not-found",
        ),
        (
            "POST",
            "edges",
            json!({"tail": "a", "head": "nope"}),
            404,
            "not-found",
        ),
        (
            "POST",
            "edges",
            json!({"tail": "nope", "head": "a"}),
            404,
            "not-found",
        ),
        ("DELETE", "edges/e/a", Value::Null, 404, "not-found"),
    ];
    for (method, path, body, status, code) in cases {
        let at = format!("{id}/{path}");
        let answer = ask(&server, method, &at, "", &body);
        assert_eq!(
            answer.expect(status)["code"],
            code,
            "{method} {path} {body}"
        );
        let late = ask(&server, method, &at, "\"1-1-0\"", &body);
        assert!([412, 422].contains(&late.status), "{method} {path}");
        let missing = ask(&server, method, &format!("77/{path}"), "", &body);
        assert!([404, 422].contains(&missing.status), "{method} {path}");
    }
    assert_eq!(server.get(&format!("/graphs/{id}")).etag, saved.etag);
    // A ring is saved as any definition with an error.
    let back = json!({"tail": "e", "head": "a"});
    let ring = ask(&server, "POST", &format!("{id}/edges"), &saved.etag, &back).expect(201);
    assert_eq!(ring["checked"], false);
    assert_eq!(ring["problems"][0]["code"], "cycle", "{ring}");
    let old = ask(
        &server,
        "DELETE",
        &format!("{id}/vertices/a"),
        "",
        &Value::Null,
    );
    assert_eq!(
        old.expect(412)["code"],
        "changed-meanwhile",
        "not the newest version"
    );
    let archive = format!("/graphs/{id}/archive");
    server.post(&archive, &json!({})).expect(200);
    let path = format!("{}/edges/e/a", ring["id"]);
    let refused = ask(&server, "DELETE", &path, "", &Value::Null);
    assert_eq!(refused.expect(409)["code"], "archived");
}

/// A text that is laid out in its author's way, but has no comment, has nothing to be kept as it was.
#[test]
fn a_text_without_comments_is_changed_in_place() {
    let server = Server::start();
    let text = "name: et\nvertices:\n  a: echo 1\n";
    assert_eq!(server.define(text).expect(201)["id"], 1);
    let b = json!({"name": "b", "definition": {"script": "echo 2"}});
    let said = ask(&server, "POST", "1/vertices", "", &b).expect(201);
    assert_eq!((&said["id"], &said["version"]), (&json!(1), &json!(1)));
}

/// Whatever was wrong with a text and would be gone without a word: it stays, and is named.
#[test]
fn what_printing_would_lose_refuses_an_edit() {
    let server = Server::start();
    let keys = json!({"name": "a", "definition": {"script": "echo new"}});
    let cases = [
        (
            "bad-default",
            "b: {script: 'true', input: {n: {type: int, default: x}}}",
        ),
        (
            "bad-choices",
            "b: {script: 'true', input: {n: {choices: 1}}}",
        ),
        ("type-as-default", "b: {script: 'true', input: {n: secret}}"),
        ("bad-retry", "b: {script: 'true', retry: {delay: 5s}}"),
        ("duplicate-vertex", "b: 'true', b: 'false'"),
        ("duplicate-env", "b: {script: 'true', env: {A: b, A: c}}"),
        ("merge-key", "b: {<<: {script: 'true'}, script: 'true'}"),
        ("bad-limit", "b: {script: 'true', limits: {memory: much}}"),
        ("unknown-key", "b: {script: 'true', skript: 'true'}"),
        ("unknown-key", "a.b: {script: 'true', skript: 'true'}"),
        ("dangling-edge", "b: {script: 'true', next: nope}"),
    ];
    for (place, (code, vertex)) in cases.into_iter().enumerate() {
        let text = format!("name: g{place}\nvertices: {{a: 'true', {vertex}}}\n");
        let saved = server.define(&text);
        let id = saved.expect(201)["id"].clone();
        let edits = [
            ("PUT", "vertices/a", keys.clone()),
            (
                "POST",
                "vertices",
                json!({"name": "c", "definition": {"script": "true"}}),
            ),
            ("DELETE", "vertices/a", Value::Null),
        ];
        for (method, path, body) in edits {
            let refused = ask(&server, method, &format!("{id}/{path}"), "", &body);
            let refused = refused.expect(422);
            assert_eq!(refused["problems"][0]["code"], code, "{method} {vertex}");
        }
        assert_eq!(server.get(&format!("/graphs/{id}")).etag, saved.etag);
    }
    // What is given is judged alike, whatever the notation.
    let json = json!({"name": "j", "vertices": {"a": {"script": "true"}}});
    let id = server.post("/graphs", &json).expect(201)["id"].clone();
    let given = json!({"script": "true", "input": {"n": {"type": "int", "default": "x"}}});
    let given = json!({"name": "a", "definition": given});
    let path = format!("{id}/vertices/a");
    let refused = ask(&server, "PUT", &path, "", &given).expect(422);
    assert_eq!(refused["problems"][0]["code"], "bad-default");
    // An edit puts something in the place of what is wrong, or leaves it where it is.
    let stays = "name: s\nvertices:\n  a: {skript: x}\n  b: {script: 'true', env: {A-B: x}, needs: c}\n  c: {script: 'true', needs: b}\n";
    let id = server.define(stays).expect(201)["id"].clone();
    let path = format!("{id}/vertices/a");
    let said = ask(&server, "PUT", &path, "", &keys).expect(200);
    let problems = said["problems"].as_array().expect("a list").iter();
    let mut codes: Vec<_> = problems.map(|p| p["code"].as_str().unwrap_or("")).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["bad-env-name", "cycle"]);
    let path = format!("{}/edges/b/c", said["id"]);
    let said = ask(&server, "DELETE", &path, "", &Value::Null).expect(200);
    assert_eq!(said["problems"][0]["code"], "bad-env-name");
}
