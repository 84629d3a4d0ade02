//! `DELETE /pipelines/<id>`

use serde_json::{Value, json};

use crate::executor::bench::until;
use crate::processes;
use crate::server::{Answer, Server, rows};
use crate::sse::Events;

const YAML: &str = "name: g\ninput: {word: {type: secret, required: true}}\nvertices:\n  a: 'echo hello >left; echo told <word>'\n  b: {script: 'false', needs: [a]}\n";

fn delete(server: &Server, id: &Value, query: &str) -> Answer {
    let path = format!("/api/v1/pipelines/{id}{query}");
    server.ask("DELETE", &path, &[], b"")
}

fn whole(server: &Server) -> Vec<Value> {
    let paths = [
        "/pipelines",
        "/pipelines/1",
        "/pipelines/1/journal",
        "/tracks/1",
        "/inbox",
    ];
    paths.iter().map(|path| server.get(path).json()).collect()
}

#[test]
fn a_pipeline_goes_with_all_that_belongs_to_it() {
    let own = tempfile::tempdir().unwrap();
    let mut server = Server::start_on(own.path(), &[]);
    let input = json!({"input": {"word": "quite-secret"}});
    let old = server.run(YAML, &input);
    assert_eq!(old["state"], "FAILED");
    let id = &old["id"];
    let again = server.post(&format!("/pipelines/{id}/again"), &json!({}));
    let again = server.settled(&again.expect(201)["id"]);
    assert_eq!(
        (&again["again_of"], &again["again_of_deleted"]),
        (id, &json!(false))
    );
    let [logs, work] = ["logs", "work"].map(|name| own.path().join(name).join(id.to_string()));
    assert!(logs.exists() && work.join("left").exists());

    let before = whole(&server);
    let dry = delete(&server, id, "?dry_run=true").expect(200);
    assert_eq!(
        (&dry["deleted"], &dry["attempts"]),
        (&json!(false), &json!(2))
    );
    assert_eq!(dry["repeated_by"], json!([again["id"]]));
    assert!(dry["log_bytes"].as_i64() > Some(10) && dry["journal_entries"].as_i64() > Some(5));
    assert_eq!(whole(&server), before);

    let mut events = Events::open(&server, "/api/v1/stream", &[]).expect("a stream");
    // It is open once it has said something.
    events.block();
    let done = delete(&server, id, "?why=too%20old").expect(200);
    assert_eq!(
        (&done["deleted"], &done["pipeline"]["state"]),
        (&json!(true), &json!("FAILED"))
    );
    let event = events.next().expect("news");
    assert_eq!(
        (event.kind.as_str(), &event.data),
        ("removed", &json!({"p": id}))
    );

    let gone = server.get(&format!("/pipelines/{id}")).expect(404);
    let detail = gone["detail"].as_str().unwrap();
    assert!(
        detail.starts_with("pipeline `1` was deleted at 20") && detail.ends_with("by `token`"),
        "{detail}"
    );
    assert_eq!(gone["code"], "pipeline-deleted");
    let asked = json!({"expect": "any"});
    let paths = [
        "tracks", "journal", "events", "why", "timeline", "bundle", "stream",
    ];
    for path in paths.map(|path| format!("/pipelines/{id}/{path}")) {
        let answer = server.get(&path).expect(404);
        assert_eq!(
            (&answer["code"], &answer["detail"]),
            (&gone["code"], &gone["detail"]),
            "{path}"
        );
    }
    for path in ["again", "again?dry_run=true", "stop", "stop?dry_run=true"] {
        let answer = server.post(&format!("/pipelines/{id}/{path}"), &asked);
        let answer = answer.expect(404);
        assert_eq!(
            (&answer["code"], &answer["detail"]),
            (&gone["code"], &gone["detail"]),
            "{path}"
        );
    }
    assert_eq!(
        delete(&server, id, "").expect(404)["detail"],
        gone["detail"]
    );
    assert_eq!(
        server
            .get(&format!("/tracks/{}", old["tracks"][0]["id"]))
            .status,
        404
    );
    let list = server.get("/pipelines").expect(200);
    assert_eq!(list["pipelines"].as_array().map(Vec::len), Some(1));
    let repeats = &list["pipelines"][0];
    assert_eq!(
        (&repeats["again_of"], &repeats["again_of_deleted"]),
        (id, &json!(true)),
        "what repeats it stays"
    );
    until("the end of the files", || !logs.exists() && !work.exists());
    let noted = |table: &str| rows(own.path(), table);
    until("the end of the rows", || noted("removal") == 0);
    assert_eq!(
        [
            noted("pipeline"),
            noted("track"),
            noted("attempt"),
            noted("given_secret")
        ],
        [1, 2, 2, 1]
    );
    assert_eq!(
        rows(own.path(), "journal WHERE pipeline_id = 1"),
        1,
        "who did it, and why"
    );
    assert_eq!(
        rows(
            own.path(),
            "journal WHERE who = 'token' AND why = 'too old'"
        ),
        1
    );

    server.kill();
    let server = Server::start_on(own.path(), &[]);
    assert_eq!(
        server.get(&format!("/pipelines/{id}")).expect(404)["detail"],
        gone["detail"]
    );
    for id in [&again["id"], &json!(3)] {
        let third = server.post(&format!("/graphs/{}/pipelines", old["graph_id"]), &input);
        server.settled(&third.expect(201)["id"]);
        delete(&server, id, "").expect(200);
    }
    let fourth = server.run(YAML, &input);
    assert_eq!(fourth["id"], json!(5), "a number is given once");
}

#[test]
fn one_that_is_not_over_is_refused_and_nothing_happens() {
    let server = Server::start();
    let yaml = "name: g\nvertices: {a: 'while ! test -e go; do sleep 0.05; done'}\n";
    let graph = server.define(yaml).expect(201);
    let path = format!("/graphs/{}/pipelines", graph["id"]);
    let id = server.post(&path, &json!({})).expect(201)["id"].clone();
    for query in ["", "?dry_run=true"] {
        let refused = delete(&server, &id, query).expect(409);
        assert_eq!(
            (&refused["code"], &refused["state"]),
            (&json!("pipeline-live"), &json!("RUNNING"))
        );
    }
    assert_eq!(
        delete(&server, &json!(77), "").expect(404)["code"],
        "not-found"
    );
    assert_eq!(delete(&server, &id, "?dryrun=true").status, 422);
    let long = format!("?why={}", "x".repeat(600));
    assert_eq!(
        delete(&server, &id, &long).expect(422)["code"],
        "invalid-input"
    );
    std::fs::write(
        server.data().join("work").join(id.to_string()).join("go"),
        "",
    )
    .unwrap();
    assert_eq!(server.settled(&id)["state"], "FINISH");
    delete(&server, &id, "").expect(200);
}

/// What was started once does not start again because it was deleted.
#[test]
fn the_key_of_a_start_stays_used() {
    let server = Server::start();
    let graph = server
        .define("name: g\nvertices: {a: 'true'}\n")
        .expect(201);
    let path = format!("/api/v1/graphs/{}/pipelines", graph["id"]);
    let headers = [
        ("Content-Type", "application/json"),
        ("Idempotency-Key", "one"),
    ];
    let start = || server.ask("POST", &path, &headers, b"{}");
    let id = start().expect(201)["id"].clone();
    server.settled(&id);
    delete(&server, &id, "").expect(200);
    assert_eq!(start().expect(422)["code"], "idempotency-key-reused");
}

#[test]
fn one_of_which_something_still_runs_is_refused() {
    let server = Server::start();
    let yaml = "name: g\nvertices: {a: 'echo $$ >pid; exec sleep 1000'}\n";
    let graph = server.define(yaml).expect(201);
    let path = format!("/graphs/{}/pipelines", graph["id"]);
    let id = server.post(&path, &json!({})).expect(201)["id"].clone();
    let file = server.data().join("work").join(id.to_string()).join("pid");
    let pid = || {
        std::fs::read_to_string(&file)
            .ok()?
            .trim()
            .parse::<i32>()
            .ok()
    };
    until("the script", || pid().is_some());
    server.kill_supervisors();
    let track = || server.get(&format!("/pipelines/{id}")).expect(200)["tracks"][0].clone();
    until("the loss", || track()["state"] == "INTERRUPTED");
    let path = format!("/tracks/{}", track()["id"]);
    let body = json!({"expect": "INTERRUPTED"});
    server.post(&format!("{path}/fail"), &body).expect(200);
    assert_eq!(server.settled(&id)["state"], "FAILED");
    let pid = pid().expect("its number");
    assert!(processes::lives(pid));
    for query in ["", "?dry_run=true"] {
        let refused = delete(&server, &id, query).expect(409);
        assert_eq!(refused["code"], "still-runs");
        let detail = refused["detail"].as_str().unwrap();
        assert!(
            detail.contains(&format!("process {pid} still runs")),
            "{detail}"
        );
    }
    server
        .post(&format!("{path}/kill"), &json!({"expect": "any"}))
        .expect(200);
    until("its end", || !processes::lives(pid));
    delete(&server, &id, "").expect(200);
}
