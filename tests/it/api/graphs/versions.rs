//! `/graphs/<id>/versions`, `/graphs/<id>/diff`, `/graphs/<id>/restore`

use serde_json::{Value, json};

use crate::server::Server;

const FIRST: &str = "\
name: site
input:
  who: {type: str, default: me}
vertices:
  fetch:
    script: |
      echo one
      echo <who>
  pack: {script: echo pack, needs: [fetch]}
  send: {script: echo send, needs: [pack]}   # as written
";

const SECOND: &str = "\
name: site
timeout: 5m
input:
  who: {type: str, default: you}
vertices:
  fetch:
    retry: 2
    script: |
      echo two
      echo <who>
  pack: {script: echo pack}
  tell: {script: echo tell, needs: [fetch]}
";

/// Versions 1 to `count` of the graph `site`, each used by a pipeline; the graphs' numbers.
fn versions(server: &Server, count: usize) -> Vec<Value> {
    let one = |n: usize| {
        let text = if n.is_multiple_of(2) { FIRST } else { SECOND };
        let text = format!("{text}desc: number {n}\n");
        server.run(&text, &json!({}));
        server.define(&text).expect(200)["id"].clone()
    };
    (0..count).map(one).collect()
}

#[test]
fn versions_are_listed_by_pages_newest_first() {
    let server = Server::start();
    let ids = versions(&server, 5);
    server
        .define("name: other\nvertices: {a: 'true'}\n")
        .expect(201);
    let page = |query: &str| {
        let page = server
            .get(&format!("/graphs/{}/versions{query}", ids[2]))
            .expect(200);
        let graphs = page["graphs"].as_array().expect("a list");
        let found: Vec<_> = graphs.iter().map(|g| g["version"].clone()).collect();
        let named = graphs.iter().all(|g| g["name"] == "site");
        assert!(named, "{page}");
        (found, page["next"].clone())
    };
    assert_eq!(
        page(""),
        (
            vec![json!(5), json!(4), json!(3), json!(2), json!(1)],
            Value::Null
        )
    );
    assert_eq!(
        page("?limit=2"),
        (vec![json!(5), json!(4)], json!("versions.4"))
    );
    assert_eq!(
        page("?limit=2&cursor=versions.4"),
        (vec![json!(3), json!(2)], json!("versions.2"))
    );
    assert_eq!(
        page("?limit=2&cursor=versions.2"),
        (vec![json!(1)], Value::Null)
    );
    assert_eq!(page("?cursor=versions.99999999999").0.len(), 5);
    assert_eq!(page("?cursor=versions.-1").0.len(), 0);
    for query in ["?cursor=x", "?cursor=4", "?limit=0"] {
        let refused = server
            .get(&format!("/graphs/{}/versions{query}", ids[0]))
            .expect(422);
        assert_eq!(refused["code"], "invalid");
    }
    assert_eq!(
        server.get("/graphs/77/versions").expect(404)["code"],
        "not-found"
    );
}

#[test]
fn two_versions_are_compared_as_a_person_would() {
    let server = Server::start();
    let first = server.define(FIRST).expect(201)["id"].clone();
    server.run(FIRST, &json!({}));
    let second = server.define(SECOND).expect(201)["id"].clone();
    let diff = server
        .get(&format!("/graphs/{second}/diff?with={first}"))
        .expect(200);
    assert_eq!(
        diff,
        json!({
            "from": first,
            "to": second,
            "settings": [
                {"field": "input.who.default", "before": "me", "after": "you"},
                {"field": "timeout", "before": null, "after": "5m"},
            ],
            "vertices_added": ["tell"],
            "vertices_removed": ["send"],
            "vertices_changed": [{
                "name": "fetch",
                "fields": [{
                    "field": "retry",
                    "before": null,
                    "after": {"limit": 2, "delay": "0s", "backoff": 1.0, "max_delay": "1h"},
                }],
                "script": "@@ -1,2 +1,2 @@\n-echo one\n+echo two\n echo <who>\n",
            }],
            "edges_added": [{"tail": "fetch", "head": "tell"}],
            "edges_removed": [
                {"tail": "fetch", "head": "pack"},
                {"tail": "pack", "head": "send"},
            ],
        })
    );
    let back = server
        .get(&format!("/graphs/{first}/diff?with={second}"))
        .expect(200);
    assert_eq!(back["vertices_added"], diff["vertices_removed"]);
    assert_eq!(back["edges_removed"], diff["edges_added"]);
    let same = server
        .get(&format!("/graphs/{first}/diff?with={first}"))
        .expect(200);
    let lists = same.as_object().expect("an object").values();
    assert!(
        lists.filter_map(Value::as_array).all(Vec::is_empty),
        "{same}"
    );
    for (path, status, code) in [
        (format!("/graphs/{first}/diff"), 422, "invalid"),
        (format!("/graphs/{first}/diff?with=x"), 422, "invalid"),
        (format!("/graphs/{first}/diff?with=77"), 404, "not-found"),
        (format!("/graphs/77/diff?with={first}"), 404, "not-found"),
    ] {
        let refused = server.get(&path).expect(status);
        assert_eq!(refused["code"], code, "{path}");
        let detail = refused["detail"].as_str().expect("words");
        assert!(
            detail.contains(if status == 404 { "77" } else { "`with=" }),
            "{detail}"
        );
    }
}

#[test]
fn a_version_is_restored_as_it_was_written() {
    let server = Server::start();
    let restore = |id: &Value| server.post(&format!("/graphs/{id}/restore"), &json!({}));
    server.run(FIRST, &json!({}));
    let first = server.define(FIRST).expect(200)["id"].clone();
    let second = server.define(SECOND).expect(201);
    // Nobody has used the newest version, and it stays all the same.
    let placed = restore(&first).expect(201);
    assert_eq!(placed["version"], 3);
    let yaml = server.get(&format!("/graphs/{}.yaml", second["id"]));
    assert_eq!(String::from_utf8_lossy(&yaml.body), SECOND);
    let yaml = server.get(&format!("/graphs/{}.yaml", placed["id"]));
    assert_eq!(String::from_utf8_lossy(&yaml.body), FIRST);
    server.run(SECOND, &json!({}));
    let next = restore(&first).expect(201);
    assert_eq!(next["version"], 4);
    let yaml = server.get(&format!("/graphs/{}.yaml", next["id"]));
    assert_eq!(String::from_utf8_lossy(&yaml.body), FIRST);
    let again = restore(&first).expect(200);
    assert_eq!((&again["id"], &again["version"]), (&next["id"], &json!(4)));
    assert_eq!(restore(&json!(77)).expect(404)["code"], "not-found");
}
