//! `/pipelines/actions/<word>`

use serde_json::{Value, json};

use crate::server::Server;

/// Two that succeeded, one that failed, two that run.
fn history() -> (Server, Value) {
    let server = Server::start();
    for _ in 0..2 {
        server.run("name: good\nvertices: {a: 'true'}\n", &json!({}));
    }
    server.run("name: bad\nvertices: {a: 'test -e fine'}\n", &json!({}));
    let yaml = "name: slow\nvertices: {a: 'while ! test -e go; do sleep 0.05; done'}\n";
    let graph = server.define(yaml).expect(201)["id"].clone();
    for _ in 0..2 {
        server
            .post(&format!("/graphs/{graph}/pipelines"), &json!({}))
            .expect(201);
    }
    (server, graph)
}

fn ask(server: &Server, word: &str, body: &Value) -> Vec<(i64, String, Value)> {
    let answer = server
        .post(&format!("/pipelines/actions/{word}"), body)
        .expect(200);
    let lines = answer["pipelines"].as_array().expect("a list").iter();
    let line = |line: &Value| {
        let outcome = line["outcome"].as_str().expect("a word").to_owned();
        (
            line["id"].as_i64().expect("a number"),
            outcome,
            line["code"].clone(),
        )
    };
    lines.map(line).collect()
}

fn all_states(server: &Server) -> Vec<Value> {
    let list = server.get("/pipelines").expect(200);
    list["pipelines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["state"].clone())
        .collect()
}

#[test]
fn what_is_asked_of_many_is_answered_for_each() {
    let (server, _) = history();
    let before = all_states(&server);
    let line = |id, outcome: &str| (id, outcome.to_owned(), Value::Null);
    let slow = json!({"filter": {"graph": "slow"}, "why": "too many"});
    let would = ask(&server, "pause?dry_run=true", &slow);
    assert_eq!(would, [line(5, "would"), line(4, "would")]);
    assert_eq!(all_states(&server), before);
    assert_eq!(
        ask(&server, "pause", &slow),
        [line(5, "done"), line(4, "done")]
    );
    assert_eq!(all_states(&server)[..2], [json!("PAUSED"), json!("PAUSED")]);
    let journal = server.get("/pipelines/4/journal").expect(200);
    let whys: Vec<_> = journal["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| &e["why"])
        .collect();
    assert!(whys.contains(&&json!("pause: too many")), "{whys:?}");

    let refused = |id, code: &str| (id, "refused".to_owned(), json!(code));
    let again = ask(&server, "pause", &slow);
    assert_eq!(
        again,
        [refused(5, "wrong-state"), refused(4, "wrong-state")]
    );
    let wrong = json!({"filter": {"graph": "slow"}, "expect": "RUNNING"});
    assert_eq!(
        ask(&server, "resume", &wrong),
        [refused(5, "moved"), refused(4, "moved")]
    );
    server
        .post("/pipelines/5/resume", &json!({"expect": "any"}))
        .expect(200);
    let any = json!({"filter": {"graph": "slow"}, "expect": "any"});
    assert_eq!(
        ask(&server, "resume", &any),
        [refused(5, "wrong-state"), line(4, "done")]
    );

    let failed = json!({"filter": {"state": "FAILED,FINISH"}});
    let would = server
        .post("/pipelines/actions/retry-failed?dry_run=true", &failed)
        .expect(200);
    assert_eq!(
        would["pipelines"][0]["counts"],
        json!({"run": 1, "end": 0, "change": 0, "keep": 0})
    );
    assert_eq!(would["pipelines"][0]["to"], "RUNNING");
    assert_eq!(
        ask(&server, "retry-failed", &failed),
        [
            line(3, "done"),
            refused(2, "wrong-state"),
            refused(1, "wrong-state")
        ]
    );
    server.settled(&json!(3));
    assert_eq!(
        server.get("/pipelines/3").expect(200)["tracks"][0]["attempt"],
        2
    );

    let everything = json!({"everything": true, "limit": 1});
    let first = server
        .post("/pipelines/actions/kill", &everything)
        .expect(200);
    assert_eq!(
        (
            &first["pipelines"][0]["id"],
            &first["pipelines"][0]["outcome"]
        ),
        (&json!(5), &json!("done"))
    );
    let rest = json!({"everything": true, "cursor": first["next"]});
    assert_eq!(
        ask(&server, "kill", &rest),
        [line(4, "done")],
        "what is over is not meant"
    );
}

#[test]
fn many_are_deleted_at_once_but_what_is_live() {
    let (server, _) = history();
    let line = |id, outcome: &str| (id, outcome.to_owned(), Value::Null);
    let all = json!({"everything": true});
    let would = ask(&server, "delete?dry_run=true", &all);
    assert_eq!(
        would,
        [line(3, "would"), line(2, "would"), line(1, "would")]
    );
    assert_eq!(all_states(&server).len(), 5);
    let live = json!({"filter": {"live": true}});
    let refused = |id| (id, "refused".to_owned(), json!("pipeline-live"));
    assert_eq!(ask(&server, "delete", &live), [refused(5), refused(4)]);
    assert_eq!(
        ask(&server, "delete", &json!({"filter": {"state": "FINISH"}})),
        [line(2, "done"), line(1, "done")]
    );
    assert_eq!(ask(&server, "delete", &all), [line(3, "done")]);
    assert_eq!(all_states(&server), ["RUNNING", "RUNNING"]);
}

#[test]
fn what_is_not_said_clearly_is_refused() {
    let (server, _) = history();
    let before = all_states(&server);
    for (word, body, status, says) in [
        ("stop", json!({}), 422, "the filter says nothing"),
        (
            "stop",
            json!({"filter": {"live": "true"}}),
            422,
            "`filter.live`: invalid type: string, expected a boolean",
        ),
        (
            "stop",
            json!({"filter": {"name": ""}}),
            422,
            "the filter says nothing",
        ),
        (
            "stop",
            json!({"filter": {"graph": "slow"}, "everything": true}),
            422,
            "contradict",
        ),
        (
            "stop",
            json!({"filter": {"status": "RUNNING"}}),
            422,
            "status",
        ),
        (
            "stop",
            json!({"filter": {"state": "DONE"}}),
            422,
            "there are RUNNING, PAUSED",
        ),
        (
            "stop",
            json!({"everything": true, "limit": 501}),
            422,
            "from 1 to 500",
        ),
        (
            "stop",
            json!({"everything": true, "cursor": "x"}),
            422,
            "`cursor=x`",
        ),
        (
            "stop",
            json!({"everything": true, "expect": "DONE"}),
            422,
            "",
        ),
        (
            "stop",
            json!({"everything": true, "why": "x".repeat(600)}),
            422,
            "",
        ),
        (
            "stop?dryrun=true",
            json!({"everything": true}),
            422,
            "`dryrun` is not known",
        ),
        (
            "again",
            json!({"everything": true}),
            404,
            "there are pause, resume, stop, kill, retry-failed, delete",
        ),
    ] {
        let refused = server
            .post(&format!("/pipelines/actions/{word}"), &body)
            .expect(status);
        let detail = refused["detail"].as_str().expect("words");
        assert!(detail.contains(says), "{body}: {detail}");
    }
    assert_eq!(all_states(&server), before);
}
