//! Addresses with the names of other engines, beside ours

use serde_json::{Value, json};

use crate::server::{Answer, Server};

/// Its second script waits for the test.
const YAML: &str = "name: g
input: {x: {type: int, default: 1}}
vertices:
  a: {script: 'echo one; echo <x>'}
  b: {script: 'echo begun; until [ -e go ]; do sleep 0.02; done; exit 3', needs: [a], outputs: {n: {type: int}}}
  c: {script: 'echo <b.n>', needs: [b]}
";

fn keyed(server: &Server, key: &str, (method, path): (&str, &str), body: &Value) -> Answer {
    let headers = [
        ("Content-Type", "application/json"),
        ("Idempotency-Key", key),
    ];
    let path = format!("/api/v1{path}");
    server.ask(method, &path, &headers, body.to_string().as_bytes())
}

fn put(server: &Server, path: &str, body: &[u8]) -> Answer {
    let media = [("Content-Type", "application/json")];
    server.ask("PUT", &format!("/api/v1{path}"), &media, body)
}

#[test]
fn a_workflow_is_a_graph() {
    let server = Server::start();
    let media = [("Content-Type", "application/yaml")];
    let save = || server.ask("POST", "/api/v1/workflows", &media, YAML.as_bytes());
    let saved = save().expect(201);
    save().expect(200);
    server
        .define("name: h\nvertices: {a: 'true'}\n")
        .expect(201);
    let graph = format!("/graphs/{}", saved["id"]);
    let workflow = format!("/workflows/{}", saved["id"]);
    let ours = server.get(&graph).expect(200);
    assert_eq!(server.get(&workflow).expect(200), ours);
    assert_eq!(
        server.get(&format!("{workflow}/nodes")).expect(200)["vertices"],
        ours["vertices"]
    );
    assert_eq!(
        server.get(&format!("{workflow}/edges")).expect(200)["edges"],
        ours["edges"]
    );
    assert_eq!(ours["edges"].as_array().map(Vec::len), Some(2));
    for (part, list, whole) in [
        ("nodes", "vertices", &ours["vertices"]),
        ("edges", "edges", &ours["edges"]),
    ] {
        let first = server
            .get(&format!("{workflow}/{part}?limit=1"))
            .expect(200);
        assert_eq!(first[list][0], whole[0]);
        let next = first["next"].as_str().expect("more");
        let rest = server
            .get(&format!("{workflow}/{part}?cursor={next}"))
            .expect(200);
        assert_eq!((&rest[list][0], &rest["next"]), (&whole[1], &Value::Null));
        server
            .get(&format!("{workflow}/{part}?cursor=1"))
            .expect(422);
    }
    assert_eq!(
        server.get("/workflows").expect(200),
        server.get("/graphs").expect(200)
    );
    let page = server.get("/workflows?limit=1").expect(200);
    let cursor = page["next"].as_str().expect("a next page");
    let page = server
        .get(&format!("/workflows?limit=1&cursor={cursor}"))
        .expect(200);
    assert_eq!(page["graphs"][0]["name"], "h");
    for path in [
        "/workflows/99",
        "/workflows/99/nodes",
        "/workflows/99/edges",
    ] {
        assert_eq!(server.get(path).expect(404)["code"], "not-found", "{path}");
    }
    let refused = server
        .ask("POST", "/api/v1/workflows", &media, b"vertices: [a")
        .expect(400);
    assert_eq!(refused["code"], "malformed");
}

#[test]
fn an_instance_is_a_pipeline() {
    let own = tempfile::tempdir().expect("a directory");
    let server = Server::start_on(own.path(), &[]);
    let go = own.path().join("go");
    let yaml = YAML.replace("-e go", &format!("-e {}", go.display()));
    let graph = server.define(&yaml).expect(201);
    let start = ("POST", "/workflow-instances");
    let body = json!({"workflow_id": graph["id"], "input": {"x": 5}});
    let would = keyed(
        &server,
        "k",
        ("POST", "/workflow-instances?dry_run=true"),
        &body,
    )
    .expect(200);
    assert_eq!(would["values"], json!({"x": 5}));
    let started = keyed(&server, "k", start, &body).expect(201);
    let again = keyed(&server, "k", start, &body);
    assert!(again.replayed && again.json()["id"] == started["id"]);
    let id = started["id"].clone();
    let instance = format!("/workflow-instances/{id}");
    let state = || server.get(&instance).expect(200)["state"].clone();
    let b = || server.track(&server.get(&instance).expect(200), "b");
    server.until(|| b()["state"] == "RUNNING");
    assert_eq!(
        server.get("/workflow-instances").expect(200),
        server.get("/pipelines").expect(200)
    );
    // What is live is counted.
    let stats = server.get("/stats/workflows").expect(200);
    assert_eq!(
        (
            &stats["pipelines"]["RUNNING"],
            &stats["live"]["RUNNING"],
            &stats["queued"]
        ),
        (&json!(1), &json!(1), &json!(0))
    );
    let stats = server.get("/stats/nodes").expect(200);
    assert_eq!(
        (&stats["tracks"]["RUNNING"], &stats["slots_used"]),
        (&json!(1), &json!(1))
    );
    // Actions; their dry run does nothing.
    let act = |word: &str, body: &[u8]| put(&server, &format!("{instance}/actions/{word}"), body);
    assert!(act("pause?dry_run=true", b"").expect(200)["tracks"].is_array());
    assert_eq!(state(), "RUNNING");
    assert_eq!(act("pause", b"").expect(200)["state"], "PAUSED");
    assert_eq!(act("pause", b"").expect(409)["code"], "wrong-state");
    let moved = act("resume", br#"{"expect": "RUNNING"}"#).expect(409);
    assert_eq!(moved["code"], "moved");
    assert_eq!(act("resume", b"").expect(200)["state"], "RUNNING");
    assert_eq!(act("cancel", b"").expect(404)["code"], "not-found");
    // The newest lines of each log.
    let logs = format!("/logs{instance}");
    server.until(|| server.get(&logs).json()["logs"][1]["lines"] == json!(["begun"]));
    let page = server.get(&format!("{logs}?limit=1")).expect(200);
    let first = &page["logs"][0];
    assert_eq!(
        (&first["vertex"], &first["lines"], &first["more"]),
        (&json!("a"), &json!(["one", "5"]), &json!(false))
    );
    let page = server
        .get(&format!(
            "{logs}?limit=2&cursor={}",
            page["next"].as_str().expect("more")
        ))
        .expect(200);
    assert_eq!(
        (&page["logs"][1]["vertex"], &page["logs"][1]["lines"]),
        (&json!("c"), &json!([]))
    );
    // A task is completed by the rules of ours: not while it runs, and with what others take.
    let complete = |task: &str, body: &Value| {
        keyed(
            &server,
            &format!("{task} {body}"),
            ("POST", &format!("/instances/{id}/tasks/{task}/complete")),
            body,
        )
    };
    let running = complete("b", &json!({"output": {"n": 7}})).expect(409);
    assert_eq!(running["code"], "still-runs");
    std::fs::write(&go, "").expect("written");
    server.until(|| b()["state"] == "FAILED");
    let missing = complete("b", &json!({})).expect(422);
    assert_eq!(missing["problems"][0]["field"], "n");
    assert_eq!(
        complete("nobody", &json!({})).expect(404)["code"],
        "not-found"
    );
    let done = complete("b", &json!({"output": {"n": 8}, "why": "seen"})).expect(200);
    assert_eq!(
        (&done["state"], &done["outputs"]),
        (&json!("SUCCEED"), &json!({"n": 8}))
    );
    assert!(complete("b", &json!({"output": {"n": 8}, "why": "seen"})).replayed);
    let pipeline = server.settled(&id);
    assert_eq!(pipeline["state"], "FINISH");
    assert_eq!(server.log(&server.track(&pipeline, "c")), b"8\n");
}

#[test]
fn an_instance_is_started_by_name_and_terminated() {
    let server = Server::start();
    server.run("name: g\nvertices: {a: 'true'}\n", &json!({}));
    let newest = server
        .define("name: g\nvertices: {a: 'sleep 600'}\n")
        .expect(201);
    let start = |body: Value| server.post("/workflow-instances", &body);
    let id = start(json!({"name": "g"})).expect(201)["id"].clone();
    let instance = format!("/workflow-instances/{id}");
    assert_eq!(server.get(&instance).expect(200)["graph_id"], newest["id"]);
    let stop = format!("{instance}/actions/terminate");
    put(&server, &stop, br#"{"why": "enough"}"#).expect(200);
    let pipeline = server.settled(&id);
    assert_eq!(pipeline["state"], "STOPPED");
    // What is over is counted, too.
    let stats = server.get("/stats/workflows").expect(200);
    let counted = |of: &str| stats[of]["STOPPED"].clone();
    assert_eq!(
        (counted("pipelines"), counted("live")),
        (json!(1), json!(0))
    );
    // By the number of its track, which has ended.
    let track = &pipeline["tracks"][0]["id"];
    let path = format!("/instances/{id}/tasks/{track}/complete");
    assert_eq!(
        server.post(&path, &json!({})).expect(200)["state"],
        "SUCCEED"
    );
    let journal = server.get(&format!("/pipelines/{id}/journal")).body;
    assert!(String::from_utf8_lossy(&journal).contains("reported by a program"));
    for (body, status, code) in [
        (json!({}), 422, "invalid"),
        (json!({"name": "g", "workflow_id": 1}), 422, "invalid"),
        (json!({"name": "g", "desc": "x"}), 422, "invalid"),
        (json!({"name": "nobody"}), 404, "not-found"),
        (json!({"workflow_id": 99}), 404, "not-found"),
        (
            json!({"name": "g", "input": {"x": 1}}),
            422,
            "invalid-input",
        ),
    ] {
        assert_eq!(start(body.clone()).expect(status)["code"], code, "{body}");
    }
    for path in ["/workflow-instances/99", "/logs/workflow-instances/99"] {
        assert_eq!(server.get(path).expect(404)["code"], "not-found", "{path}");
    }
    put(&server, "/workflow-instances/99/actions/pause", b"").expect(404);
    server
        .post("/instances/99/tasks/a/complete", &json!({}))
        .expect(404);
    assert_eq!(
        server.get(&format!("/logs{instance}?limit=0")).expect(422)["code"],
        "invalid"
    );
}

/// The table of the page names each address of the interface that is an alias, and ours with it.
#[test]
fn the_documentation_names_every_alias() {
    let page = include_str!("../../../docs/aliases.md");
    let document = trackyard::api::document();
    let paths = document["paths"].as_object().expect("paths");
    let mut aliases = 0;
    for (path, item) in paths {
        for (method, operation) in item.as_object().expect("operations") {
            if operation["tags"][0] != "aliases" {
                continue;
            }
            aliases += 1;
            let named = match path.split_once("{word}") {
                Some((path, _)) => ["pause", "resume", "terminate"]
                    .map(|word| format!("{path}{word}"))
                    .to_vec(),
                None => vec![path.clone()],
            };
            for path in named {
                let cell = format!("| `{} {path}`", method.to_uppercase());
                assert!(page.contains(&cell), "{cell}");
            }
        }
    }
    assert_eq!(aliases, 13);
}
