//! A pipeline once more.

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use serde_json::{Value, json};

use super::Case;
use crate::server::Server;

const YAML: &str = "name: g
input:
  who: {type: str, required: true}
  times: {type: int, default: 2}
  late: {type: str, required: true}
  word: {type: secret, required: true}
vertices:
  a: {script: 'echo \"<who> <times> <own> <word> <pass>\" >>ran', input: {own: {type: str, default: x}, pass: {type: secret, required: true}}}
  b: {script: 'echo \"<late> <word>\" >>ran', needs: [a]}
";

fn given() -> Value {
    json!({
        "name": "nightly", "desc": "each night", "ask_later": true, "priority": 3,
        "input": {"who": "a b", "a.own": "y", "word": "WORD1", "a.pass": "PASS1"},
    })
}

/// What a pipeline's scripts have written.
fn ran(case: &Case, id: &Value, count: usize) -> Vec<String> {
    let file = case.server.data().join(format!("work/{id}/ran"));
    let lines = || std::fs::read_to_string(&file).unwrap_or_default();
    case.server.until(|| lines().lines().count() == count);
    lines().lines().map(str::to_owned).collect()
}

#[test]
fn the_same_version_runs_once_more_with_what_was_given() {
    let case = Case::with(&[], YAML, &given());
    case.until("RUNNING: a SUCCEED, b PENDING input");
    // What comes later is of this pipeline alone.
    let body = json!({"input": {"late": "now", "word": "WORD2"}, "expect": "PENDING"});
    case.ask("b", "input", &body).expect(200);
    assert_eq!(case.settled(), "FINISH: a SUCCEED, b SUCCEED");
    assert_eq!(
        ran(&case, &case.id, 2),
        ["a b 2 y WORD1 PASS1", "now WORD2"]
    );
    // A newer version of the graph is another matter.
    case.server
        .define("name: g\nvertices: {z: 'true'}\n")
        .expect(201);

    let before = case.server.get("/pipelines").json();
    let dry = case.ask("", "again?dry_run=true", &json!({})).expect(200);
    let secrets = json!({"who": "a b", "a.own": "y", "word": null, "a.pass": null});
    assert_eq!(
        dry,
        json!({
            "again_of": case.id, "graph_id": 1, "graph": "g", "version": 1, "name": "nightly",
            "input": secrets, "priority": 3, "track_count": 2, "waits_for_input": ["b"], "stops": [],
            "values": {"who": "a b", "times": 2, "word": null, "a.own": "y", "a.pass": null},
            "queued": false, "dry_run": true,
        })
    );
    assert_eq!(case.server.get("/pipelines").json(), before);

    let why = json!({"why": "the disk was full", "expect": "FINISH"});
    let started = case.ask("", "again", &why).expect(201);
    let second = &started["id"];
    assert_ne!(*second, case.id);
    let track = || case.server.get(&format!("/pipelines/{second}")).expect(200);
    case.server
        .until(|| track()["tracks"][1]["pending_on"] == "input");
    assert_eq!(ran(&case, second, 1), ["a b 2 y WORD1 PASS1"]);
    let pipeline = track();
    for (field, value) in [
        ("again_of", case.id.clone()),
        ("graph_id", json!(1)),
        ("version", json!(1)),
        ("name", json!("nightly")),
        ("desc", json!("each night")),
        ("priority", json!(3)),
        ("input", secrets),
        ("trigger", json!("rest")),
    ] {
        assert_eq!(pipeline[field], value, "{field}");
    }
    let b = &pipeline["tracks"][1]["id"];
    let missing = case.server.get(&format!("/tracks/{b}")).expect(200);
    assert_eq!(missing["missing_input"], true);
    let journal = case
        .server
        .get(&format!("/pipelines/{second}/journal"))
        .json();
    let first = &journal["entries"][0];
    assert_eq!(
        (&first["who"], &first["to"]),
        (&json!("token"), &json!("RUNNING"))
    );
    let said = format!("again of {}: the disk was full", case.id);
    assert_eq!(first["why"], said.as_str());
    // Its secret is the one of the start, in each of its tracks.
    let body = json!({"input": {"late": "then"}, "expect": "any"});
    case.server
        .post(&format!("/tracks/{b}/input"), &body)
        .expect(200);
    assert_eq!(case.server.settled(second)["state"], "FINISH");
    assert_eq!(ran(&case, second, 2)[1], "then WORD1");
}

#[test]
fn the_same_request_key_starts_it_once() {
    let case = Case::start("name: g\nvertices: {a: 'true'}\n");
    case.settled();
    let path = format!("/api/v1/pipelines/{}/again", case.id);
    let headers = [("Idempotency-Key", "k")];
    let ask = || case.server.ask("POST", &path, &headers, b"");
    let first = ask().expect(201);
    let second = ask().expect(200);
    assert_eq!(
        (&first["id"], &second["replayed"]),
        (&second["id"], &json!(true))
    );
    case.server.settled(&first["id"]);
    let other = case.ask("", "again", &json!({})).expect(201);
    assert_ne!(other["id"], first["id"]);
    case.server.settled(&other["id"]);
}

#[test]
fn one_that_runs_still_can_be_run_once_more() {
    let case = Case::start("name: g\nvertices: {a: 'until [ -e go ]; do sleep 0.02; done'}\n");
    let second = case
        .ask("", "again", &json!({"expect": "RUNNING"}))
        .expect(201)["id"]
        .clone();
    case.put("go");
    assert_eq!(case.settled(), "FINISH: a SUCCEED");
    let refused = case
        .ask("", "again", &json!({"expect": "RUNNING"}))
        .expect(409);
    assert_eq!(
        (&refused["code"], &refused["state"]),
        (&json!("moved"), &json!("FINISH"))
    );
    case.server
        .post(&format!("/pipelines/{second}/kill"), &json!({}))
        .expect(200);
    case.server.settled(&second);
}

/// A secret that cannot be opened is no empty text.
#[test]
fn without_its_secret_nothing_is_started() {
    let own = tempfile::tempdir().expect("a directory");
    let yaml =
        "name: g\ninput: {word: {type: secret, required: true}}\nvertices: {a: 'test -n <word>'}\n";
    let mut server = Server::start_on(own.path(), &[]);
    let done = server.run(yaml, &json!({"input": {"word": "WORD1"}}));
    assert_eq!(done["state"], "FINISH");
    server.kill();
    let database = own.path().join("trackyard.db");
    let database = database.to_str().expect("text");
    let mut database = SqliteConnection::establish(database).expect("opened");
    // The last byte belongs to what shows that nothing was changed.
    // Another last byte, whichever it has.
    let change = "UPDATE given_secret SET sealed = substr(sealed, 1, length(sealed) - 1) || \
                  CASE substr(sealed, -1) WHEN x'00' THEN x'01' ELSE x'00' END";
    database.batch_execute(change).expect("changed");
    drop(database);
    let server = Server::start_on(own.path(), &[]);
    for query in ["", "?dry_run=true"] {
        let refused = server.post(
            &format!("/pipelines/{}/again{query}", done["id"]),
            &json!({}),
        );
        let refused = refused.expect(500);
        let said = refused["detail"].as_str().expect("a text");
        assert!(
            refused["code"] == "sealed" && said.contains("`word`"),
            "{refused}"
        );
    }
    let all = server.get("/pipelines").json();
    assert_eq!(all["pipelines"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_a_limit_stops_or_refuses_is_told_before() {
    let graph = |on_limit: &str| {
        format!(
            "name: {on_limit}\nconcurrency: {{limit: 1, on_limit: {on_limit}}}\nvertices:\n  a: 'while ! test -e go; do sleep 0.05; done'\n"
        )
    };
    let case = Case::start(&graph("cancel_oldest"));
    case.until("RUNNING: a RUNNING");
    let dry = case.ask("", "again?dry_run=true", &json!({})).expect(200);
    assert_eq!(dry["stops"], json!([case.id]));
    case.until("RUNNING: a RUNNING");
    case.ask("", "again", &json!({})).expect(201);
    assert_eq!(case.settled(), "STOPPED: a STOPPED");

    let case = Case::start(&graph("reject"));
    case.until("RUNNING: a RUNNING");
    for path in ["again?dry_run=true", "again"] {
        let refused = case.ask("", path, &json!({})).expect(409);
        assert_eq!(refused["code"], "limit-reached");
    }
    case.put("go");
    assert_eq!(case.settled(), "FINISH: a SUCCEED");
}
