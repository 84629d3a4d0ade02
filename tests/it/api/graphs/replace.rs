//! `PUT /graphs/<id>`, `/graphs/<id>/clone`, and what has changed meanwhile

use serde_json::{Value, json};

use crate::server::{Answer, Server};

fn text(name: &str, script: &str) -> String {
    format!("# kept\nname: {name}   # as written\nvertices: {{a: '{script}'}}\n")
}

fn ask(server: &Server, method: &str, path: &str, header: (&str, &str), body: &str) -> Answer {
    let headers = [("Content-Type", "application/yaml"), header];
    server.ask(method, &format!("/api/v1{path}"), &headers, body.as_bytes())
}

fn put(server: &Server, id: &Value, tag: &str, body: &str) -> Answer {
    let header = ("If-Match", tag);
    ask(server, "PUT", &format!("/graphs/{id}"), header, body)
}

fn source(server: &Server, id: &Value) -> String {
    let answer = server.get(&format!("/graphs/{id}.yaml"));
    String::from_utf8(answer.body).expect("text")
}

#[test]
fn what_a_reader_has_is_not_given_again() {
    let server = Server::start();
    let id = server.define(&text("g", "true")).expect(201)["id"].clone();
    let mut tags = Vec::new();
    let mut all_anew = |what: &str| {
        let first = server.get(&format!("/graphs/{id}")).etag;
        assert!(first.starts_with('"') && first.ends_with('"'), "{first}");
        assert!(!tags.contains(&first), "{what} changes the tag: {first}");
        for end in ["", ".yaml", ".json", ".dot", ".mmd", ".svg", "/layout"] {
            let path = format!("/graphs/{id}{end}");
            for same in [
                first.clone(),
                format!("W/{first}"),
                format!("\"x\", {first}"),
                "*".to_owned(),
            ] {
                let answer = ask(&server, "GET", &path, ("If-None-Match", &same), "");
                let said = (answer.status, answer.etag.as_str(), answer.body.len());
                assert_eq!(said, (304, first.as_str(), 0), "{path} {same}");
            }
            for tag in &tags {
                let answer = ask(&server, "GET", &path, ("If-None-Match", tag), "");
                assert_eq!((answer.status, &answer.etag), (200, &first), "{path}");
            }
        }
        tags.push(first);
    };
    all_anew("nothing");
    server.define(&text("g", "echo 2")).expect(200);
    all_anew("an edit");
    server
        .post(&format!("/graphs/{id}/pipelines"), &json!({}))
        .expect(201);
    all_anew("a start, for it is sealed");
    server
        .post(&format!("/graphs/{id}/archive"), &json!({}))
        .expect(200);
    all_anew("the archive");
    let wrong = ask(
        &server,
        "GET",
        &format!("/graphs/{id}"),
        ("If-None-Match", "x"),
        "",
    );
    assert_eq!(wrong.expect(422)["code"], "invalid");
}

#[test]
fn a_definition_is_replaced_only_as_it_was_seen() {
    let server = Server::start();
    let saved = server.define(&text("g", "echo 1"));
    let id = saved.expect(201)["id"].clone();
    let path = format!("/graphs/{id}");
    assert_eq!(saved.etag, server.get(&path).etag);
    let second = put(&server, &id, &saved.etag, &text("g", "echo 2"));
    assert_eq!(second.expect(200)["id"], id, "nothing has used it");
    assert_eq!(second.etag, server.get(&path).etag);
    let late = put(&server, &id, &saved.etag, &text("g", "echo 3"));
    assert_eq!(late.expect(412)["code"], "changed-meanwhile");
    assert_eq!(
        source(&server, &id),
        text("g", "echo 2"),
        "nothing was done"
    );
    let same = put(&server, &id, &second.etag, &text("g", "echo 2"));
    assert_eq!(
        (same.expect(200)["id"].clone(), &same.etag),
        (id.clone(), &second.etag)
    );
    // A version that was used stays; of an old version nothing is replaced any more.
    server
        .post(&format!("{path}/pipelines"), &json!({}))
        .expect(201);
    let late = put(&server, &id, &second.etag, &text("g", "echo 3"));
    assert_eq!(
        late.expect(412)["code"],
        "changed-meanwhile",
        "it is sealed now"
    );
    let third = put(&server, &id, "*", &text("g", "echo 3")).expect(201);
    assert_eq!(third["version"], 2);
    assert_ne!(third["id"], id);
    let old = put(&server, &id, "*", &text("g", "echo 4")).expect(412);
    assert_eq!(old["code"], "changed-meanwhile");
    let said = old["detail"].as_str().expect("a text");
    assert!(said.contains(&format!("graph {}", third["id"])), "{said}");
}

#[test]
fn what_cannot_replace_a_definition_is_refused() {
    let server = Server::start();
    let id = server.define(&text("g", "true")).expect(201)["id"].clone();
    let unseen = ask(
        &server,
        "PUT",
        &format!("/graphs/{id}"),
        ("X-None", ""),
        &text("g", "false"),
    );
    assert_eq!(unseen.expect(428)["code"], "missing-if-match");
    for (tag, body, status, code) in [
        ("*", text("h", "false"), 422, "other-name"),
        ("*", "name: [".to_owned(), 400, "malformed"),
        ("1-1", text("g", "false"), 422, "invalid"),
    ] {
        assert_eq!(put(&server, &id, tag, &body).expect(status)["code"], code);
    }
    let missing = put(&server, &json!(77), "*", &text("g", "true"));
    assert_eq!(missing.expect(404)["code"], "not-found");
    assert_eq!(source(&server, &id), text("g", "true"));
    assert_eq!(
        server.get("/graphs").expect(200)["graphs"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}

/// All have seen the same; one is first, and none overwrites another.
#[test]
fn of_many_who_saw_the_same_one_replaces_it() {
    let server = Server::start();
    let saved = server.define(&text("g", "echo 0"));
    let id = saved.expect(201)["id"].clone();
    let done: Vec<u16> = std::thread::scope(|scope| {
        let (server, id, tag) = (&server, &id, saved.etag.as_str());
        let one = |n: usize| {
            let body = text("g", &format!("echo {n}"));
            scope.spawn(move || put(server, id, tag, &body).status)
        };
        let all: Vec<_> = (1..9).map(one).collect();
        all.into_iter()
            .map(|one| one.join().expect("an answer"))
            .collect()
    });
    let count = |status: u16| done.iter().filter(|one| **one == status).count();
    assert_eq!((count(200), count(412)), (1, 7), "{done:?}");
}

#[test]
fn a_copy_has_the_same_text_under_another_name() {
    let server = Server::start();
    let id = server.define(&text("g", "echo name: g")).expect(201)["id"].clone();
    let copy = |body: Value| server.post(&format!("/graphs/{id}/clone"), &body);
    let made = copy(json!({"name": "g2: x"})).expect(201);
    assert_eq!(
        (&made["name"], &made["version"], &made["checked"]),
        (&json!("g2: x"), &json!(1), &json!(true))
    );
    let expected = text("g", "echo name: g").replace("name: g ", "name: \"g2: x\" ");
    assert_eq!(source(&server, &made["id"]), expected);
    assert_eq!(source(&server, &id), text("g", "echo name: g"));
    for name in ["g", "g2: x"] {
        assert_eq!(
            copy(json!({"name": name})).expect(409)["code"],
            "name-taken"
        );
    }
    for name in ["", "a\nb", &"n".repeat(300)] {
        let refused = copy(json!({"name": name}));
        assert!([400, 422].contains(&refused.status), "{name}");
    }
    assert_eq!(copy(json!({})).expect(422)["code"], "invalid");
    let missing = server.post("/graphs/77/clone", &json!({"name": "x"}));
    assert_eq!(missing.expect(404)["code"], "not-found");
    // JSON stays as it was written too.
    let written = "{\"vertices\": {\"name\": \"true\"},\n \"name\":  \"j\"}";
    let media = [("Content-Type", "application/json")];
    let saved = server.ask("POST", "/api/v1/graphs", &media, written.as_bytes());
    let path = format!("/graphs/{}/clone", saved.expect(201)["id"]);
    let made = server.post(&path, &json!({"name": "k"})).expect(201);
    let json = server.get(&format!("/graphs/{}.json", made["id"])).body;
    assert_eq!(
        String::from_utf8_lossy(&json),
        written.replace("\"j\"", "\"k\"")
    );
}
