//! `DELETE /graphs/<id>`, `/graphs/<id>/archive`, `/graphs/<id>/unarchive`

use serde_json::{Value, json};

use crate::server::{Answer, Server};

const TEXT: &str = "name: g\ntags: [t]\nvertices: {a: 'true', b: {needs: a, script: 'true'}}\n";

fn remove(server: &Server, id: &Value, query: &str, tag: &str) -> Answer {
    let path = format!("/api/v1/graphs/{id}{query}");
    let condition = [("If-Match", tag)];
    let headers = if tag.is_empty() { &[][..] } else { &condition };
    server.ask("DELETE", &path, headers, b"")
}

fn names(server: &Server, query: &str) -> Vec<Value> {
    let page = server.get(&format!("/graphs?{query}")).expect(200);
    let graphs = page["graphs"].as_array().expect("a list");
    graphs.iter().map(|g| g["name"].clone()).collect()
}

#[test]
fn a_graph_that_nothing_was_started_from_is_removed_and_its_numbers_stay_its_own() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut server = Server::start_on(dir.path(), &[]);
    let saved = server.define(TEXT);
    let id = saved.expect(201)["id"].clone();
    let path = format!("/graphs/{id}");
    let vertex = server.get(&path).expect(200)["vertices"][1]["id"].clone();
    let would = remove(&server, &id, "?dry_run=true", "").expect(200);
    let expected =
        json!({"name": "g", "versions": 1, "archived": false, "removed": false, "dry_run": true});
    assert_eq!(would, expected);
    server.get(&path).expect(200);
    let late = remove(&server, &id, "", "\"1-1-0\"").expect(412);
    assert_eq!(late["code"], "changed-meanwhile");
    let done = remove(&server, &id, "", &saved.etag).expect(200);
    assert_eq!(done["removed"], true);
    assert_eq!(server.get(&path).expect(404)["code"], "not-found");
    assert_eq!(
        remove(&server, &id, "", "").expect(404)["code"],
        "not-found"
    );
    assert_eq!(names(&server, "archived=any"), [Value::Null; 0]);
    let start = server.post(&format!("{path}/pipelines"), &json!({}));
    assert_eq!(start.expect(404)["code"], "not-found");
    // Also after a restart, when nothing tells of them but what is noted.
    server.stop();
    let server = Server::start_on(dir.path(), &[]);
    let next = server.define(TEXT).expect(201);
    assert!(next["id"].as_i64() > id.as_i64(), "{next}");
    assert_eq!(next["version"], 1);
    let next = server.get(&format!("/graphs/{}", next["id"])).expect(200);
    assert!(
        next["vertices"][0]["id"].as_i64() > vertex.as_i64(),
        "{next}"
    );
}

#[test]
fn a_graph_with_pipelines_is_not_removed_but_archived() {
    let server = Server::start();
    let run = server.run(TEXT, &json!({}));
    let first = run["graph_id"].clone();
    let second = server.define(&TEXT.replace("[t]", "[u]")).expect(201);
    let id = &second["id"];
    for of in [&first, id] {
        for query in ["", "?dry_run=true"] {
            assert_eq!(
                remove(&server, of, query, "").expect(409)["code"],
                "graph-in-use"
            );
        }
    }
    let shelf = |word: &str| server.post(&format!("/graphs/{first}/{word}"), &json!({}));
    for _ in 0..2 {
        let done = shelf("archive").expect(200);
        let expected = json!({"name": "g", "versions": 2, "archived": true, "removed": false, "dry_run": false});
        assert_eq!(done, expected, "a second time it is so already");
    }
    assert_eq!(names(&server, ""), [Value::Null; 0]);
    assert_eq!(names(&server, "archived=true&tag=u&state=FINISH"), ["g"]);
    let graph = server.get(&format!("/graphs/{id}")).expect(200);
    assert_eq!(graph["archived"], true);
    let headers = [("Content-Type", "application/yaml"), ("If-Match", "*")];
    let put = format!("/api/v1/graphs/{id}");
    let refused = [
        server.post(&format!("/graphs/{first}/pipelines"), &json!({})),
        server.post(
            &format!("/graphs/{first}/pipelines?dry_run=true"),
            &json!({}),
        ),
        server.post(&format!("/pipelines/{}/again", run["id"]), &json!({})),
        server.define(&TEXT.replace("[t]", "[v]")),
        server.define(&TEXT.replace("[t]", "[u]")),
        server.ask("PUT", &put, &headers, TEXT.as_bytes()),
        server.post(&format!("/graphs/{first}/restore"), &json!({})),
    ];
    for answer in refused {
        assert_eq!(answer.expect(409)["code"], "archived");
    }
    let history = server.get(&format!("/pipelines/{}", run["id"])).expect(200);
    assert_eq!(history["state"], "FINISH", "its history stays");
    assert_eq!(shelf("unarchive").expect(200)["archived"], false);
    assert_eq!(names(&server, ""), ["g"]);
    server.run(&TEXT.replace("[t]", "[u]"), &json!({}));
    for word in ["archive", "unarchive"] {
        let missing = server.post(&format!("/graphs/77/{word}"), &json!({}));
        assert_eq!(missing.expect(404)["code"], "not-found");
    }
}

/// A name that was removed from the archive is free again.
#[test]
fn an_archived_graph_that_is_removed_leaves_nothing() {
    let server = Server::start();
    let id = server.define(TEXT).expect(201)["id"].clone();
    server
        .post(&format!("/graphs/{id}/archive"), &json!({}))
        .expect(200);
    assert_eq!(remove(&server, &id, "", "").expect(200)["removed"], true);
    server.run(TEXT, &json!({}));
    assert_eq!(names(&server, "tag=t"), ["g"]);
}
