//! `/graphs/<id>/hooks`: where the values of a start come from, and what is only worked out

use serde_json::{Value, json};

use super::hooks::{SECRET, YAML, call_with, delete, now, put, send_to, signature};
use crate::server::Server;

const NEEDY: &str = "name: n
input:
  who: {type: str, required: true}
  count: {type: int, default: 1}
vertices:
  a: {script: 'echo <who> <count> <own>', input: {own: {type: str, required: true}}}
";

/// `(field, code)` of each problem.
fn problems(said: &Value) -> Vec<(&str, &str)> {
    let problems = said["problems"].as_array().expect("problems").iter();
    let told = problems.map(|p| (p["field"].as_str(), p["code"].as_str()));
    told.map(|(field, code)| (field.expect("a field"), code.expect("a code")))
        .collect()
}

#[test]
fn where_values_come_from_fits_the_graph() {
    let server = Server::start();
    let graph = server.define(NEEDY).expect(201)["id"].clone();
    let path = format!("/graphs/{graph}/hooks");
    let full = json!({"who": {"pointer": "/who"}, "a.own": {"value": "mine"}});
    let with = |name: &str, source: Value| {
        let mut input = full.clone();
        input[name] = source;
        input
    };
    let hook = server.post(&path, &json!({"input": full})).expect(201);
    assert_eq!(hook["problems"], json!([]));
    let one = format!("{path}/{}", hook["id"]);
    for (input, found) in [
        (
            json!({}),
            vec![
                ("input.who", "missing-value"),
                ("input.a.own", "missing-value"),
            ],
        ),
        (
            with("whom", json!({"pointer": "/whom"})),
            vec![("input.whom", "unknown-parameter")],
        ),
        (
            with("b.own", json!({"value": 1})),
            vec![("input.b.own", "unknown-parameter")],
        ),
        (
            with("count", json!({"value": "many"})),
            vec![("input.count", "bad-value")],
        ),
        (
            with("count", json!({"pointer": "count"})),
            vec![("input.count", "bad-value")],
        ),
    ] {
        let body = json!({ "input": input });
        let refused = server.post(&path, &body).expect(422);
        assert_eq!(
            (&refused["code"], problems(&refused)),
            (&json!("invalid-input"), found.clone()),
            "{input}"
        );
        let refused = put(&server, &one, &body).expect(422);
        assert_eq!(problems(&refused), found, "{input}");
        // What is worked out is refused like what is done.
        let dry = format!("{path}?dry_run=true");
        assert_eq!(problems(&server.post(&dry, &body).expect(422)), found);
    }
    // Who says nothing of values has none: that is refused, too, of a new one alone.
    let refused = server.post(&path, &json!({})).expect(422);
    assert_eq!(problems(&refused).len(), 2, "{refused}");
    put(&server, &one, &json!({"enabled": false})).expect(200);
    // A text is read by the type of its parameter.
    let input = with("count", json!({"value": "7"}));
    let body = json!({"input": input, "enabled": true, "secret": SECRET});
    put(&server, &one, &body).expect(200);
    let call = call_with(&server, &hook["id"], "", r#"{"who": "you"}"#);
    let pipeline = server.settled(&call.expect(201)["id"]);
    let log = server.log(&server.track(&pipeline, "a"));
    assert_eq!(String::from_utf8_lossy(&log), "you 7 mine\n");
}

#[test]
fn a_hook_says_that_the_newest_version_wants_something_else() {
    let server = Server::start();
    let graph = server.define(YAML).expect(201)["id"].clone();
    let path = format!("/graphs/{graph}/hooks");
    let body = json!({"input": {"branch": {"pointer": "/ref"}}});
    let hook = server.post(&path, &body).expect(201)["id"].clone();
    let one = format!("{path}/{hook}");
    assert_eq!(server.get(&one).expect(200)["problems"], json!([]));
    let next = YAML.replace(
        "branch: {type: str, default: none}",
        "tag: {type: str, required: true}",
    );
    server
        .define(&next.replace("<branch>", "<tag>"))
        .expect(200);
    let found = [
        ("input.branch", "unknown-parameter"),
        ("input.tag", "missing-value"),
    ];
    assert_eq!(problems(&server.get(&one).expect(200)), found);
    let list = server.get(&path).expect(200);
    assert_eq!(problems(&list["hooks"][0]), found);
    // It can be switched off and mended.
    let off = put(&server, &one, &json!({"enabled": false})).expect(200);
    assert_eq!(problems(&off), found);
    let body = json!({"input": {"tag": {"pointer": "/ref"}}});
    let mended = put(&server, &one, &body).expect(200);
    assert_eq!(mended["problems"], json!([]));
    server.get(&format!("{path}/99")).expect(404);
}

#[test]
fn of_hooks_and_their_calls_is_said_what_would_be() {
    let server = Server::start();
    let graph = server.define(YAML).expect(201)["id"].clone();
    let path = format!("/graphs/{graph}/hooks");
    let input = json!({"branch": {"pointer": "/ref"}, "count": {"value": 7}});
    let body = json!({"input": input, "secret": SECRET});
    let would = server
        .post(&format!("{path}?dry_run=true"), &body)
        .expect(200);
    let said = json!({
        "graph": "g", "style": "trackyard", "enabled": true, "input": input, "dry_run": true,
    });
    assert_eq!(would, said);
    assert_eq!(server.get(&path).expect(200)["hooks"], json!([]));
    let hook = server.post(&path, &body).expect(201)["id"].clone();
    let (one, dry) = (
        format!("{path}/{hook}"),
        format!("{path}/{hook}?dry_run=true"),
    );
    let before = server.get(&one).expect(200);
    let off = put(&server, &dry, &json!({"enabled": false})).expect(200);
    assert_eq!(
        (&off["enabled"], &off["dry_run"]),
        (&json!(false), &json!(true))
    );
    let gone = delete(&server, &dry).expect(200);
    assert_eq!(gone, json!({"id": hook, "dry_run": true}));
    assert_eq!(server.get(&one).expect(200), before);
    // A call: signed as any other. What the hook says itself is not told to who calls.
    let brings = r#"{"ref": "main"}"#;
    let would = call_with(&server, &hook, "?dry_run=true", brings).expect(200);
    let said = json!({
        "graph_id": graph, "graph": "g", "version": 1,
        "input": {"branch": "main", "count": null}, "queued": false, "started": null, "dry_run": true,
    });
    assert_eq!(would, said);
    let refused = call_with(&server, &hook, "?dry_run=true", r#"{"ref": {}}"#).expect(422);
    assert_eq!(refused["code"], "invalid-input");
    assert_eq!(server.get("/pipelines").expect(200)["pipelines"], json!([]));
    let url = format!("{}/api/v1/hooks/{hook}?dry_run=true", server.url);
    let media = [("Content-Type", "application/json")];
    let unsigned = crate::server::ask("POST", &url, &media, brings.as_bytes());
    assert_eq!(unsigned.expect(401)["code"], "unauthorized");
    // The same call is not spent by it, and is known once it was sent.
    let at = now().to_string();
    let signature = signature(SECRET, format!("{at}.{brings}").as_bytes());
    let headers = [
        ("X-Trackyard-Timestamp", at.as_str()),
        ("X-Trackyard-Signature", &signature),
    ];
    let send = |query: &str| send_to(&server, &format!("{hook}{query}"), &headers, brings);
    assert_eq!(send("?dry_run=true").expect(200)["started"], Value::Null);
    let started = send("").expect(201)["id"].clone();
    assert_eq!(send("?dry_run=true").expect(200)["started"], started);
    assert_eq!(send("").expect(200)["id"], started);
}

#[test]
fn of_two_changes_at_once_none_takes_back_the_other() {
    let server = Server::start();
    let graph = server.define(YAML).expect(201);
    let hooks = format!("/graphs/{}/hooks", graph["id"]);
    let input = json!({"branch": {"value": "main"}});
    for _ in 0..30 {
        let made = server.post(&hooks, &json!({})).expect(201);
        let one = format!("{hooks}/{}", made["id"]);
        let changes = [json!({"enabled": false}), json!({"input": input})];
        std::thread::scope(|scope| {
            for change in &changes {
                scope.spawn(|| put(&server, &one, change).expect(200));
            }
        });
        let now = server.get(&one).expect(200);
        assert_eq!(
            (&now["enabled"], &now["input"]),
            (&json!(false), &input),
            "{now}"
        );
    }
}
