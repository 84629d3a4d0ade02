//! The secrets of a pipeline are hidden in what any of its scripts prints or leaves, whichever of
//! them got them.

use serde_json::{Value, json};

use super::{GIVEN, LATE, NAMED, asked, state};
use crate::server::Server;

const GRAPH: &str = r#"
name: neighbours
on_failure: continue_independent
input: {key: {type: secret, required: true}}
vertices:
  writes: {secrets: [CANARY], script: 'printf "%s\n" <key> "$CANARY" >kept'}
  late:
    needs: [writes]
    input: {late: {type: secret, required: true}}
    script: echo <late> >>kept
  reads:
    needs: [late]
    script: 'cat kept; env | grep -c c4nary || true'
  leaves:
    needs: [late]
    outputs: {note: str}
    script: 'echo "note=$(head -n1 kept)" >"$TRACKYARD_OUTPUT"'
"#;

#[test]
fn a_script_that_got_no_secret_shows_none_of_its_neighbours() {
    let server = Server::start();
    let value = json!({"value": NAMED});
    assert_eq!(
        asked(&server, "PUT", "/secrets/CANARY", &value, "").status,
        201
    );
    let graph = server.define(GRAPH).expect(201);
    let start = format!("/graphs/{}/pipelines", graph["id"]);
    let body = json!({"input": {"key": GIVEN}, "ask_later": true});
    let id = asked(&server, "POST", &start, &body, "").expect(201)["id"].clone();
    server.until(|| state(&server, &id, "writes")["state"] == "SUCCEED");
    let path = format!("/tracks/{}/input", state(&server, &id, "late")["id"]);
    asked(
        &server,
        "PUT",
        &path,
        &json!({"values": {"late": LATE}}),
        "",
    )
    .expect(200);
    let ended = server.settled(&id);
    let log = String::from_utf8(server.log(&server.track(&ended, "reads"))).expect("text");
    assert_eq!(log, "******\n******\n******\n0\n");
    let leaves = server.track(&ended, "leaves");
    let why = "the output `note` holds the secret `key`";
    assert_eq!(
        (&leaves["reason"], &leaves["detail"]),
        (&json!("bad_output"), &json!(why))
    );
}

#[test]
fn an_output_that_a_person_gives_holds_no_secret() {
    let server = Server::start();
    let yaml = r#"
name: asked
input: {key: {type: secret, required: true}, short: {type: secret, required: true}}
vertices:
  holds:
    outputs: {note: str}
    on_interrupt: ask
    script: 'echo running; : <key> <short>; until [ -e go ]; do sleep 0.02; done'
  other: 'true'
"#;
    let graph = server.define(yaml).expect(201);
    let start = format!("/graphs/{}/pipelines", graph["id"]);
    let body = json!({"input": {"key": GIVEN, "short": "true"}});
    let id = asked(&server, "POST", &start, &body, "").expect(201)["id"].clone();
    let track = state(&server, &id, "holds")["id"].clone();
    let log = format!("/tracks/{track}/attempts/1/log");
    server.until(|| server.get(&log).body == b"running\n");
    server.kill_supervisors();
    server.until(|| state(&server, &id, "holds")["state"] == "INTERRUPTED");
    let resolve = format!("/tracks/{track}/resolve");
    let say = |note: &str| {
        let body = json!({"verdict": "succeeded", "why": "a test", "outputs": {"note": note}});
        asked(&server, "POST", &resolve, &body, "")
    };
    let coded = GIVEN.replace('-', "%2d");
    for (note, secret) in [
        (format!("is {GIVEN}"), "key"),
        (coded, "key"),
        ("true".to_owned(), "short"),
    ] {
        let refused = say(&note).expect(422);
        let problem: &Value = &refused["problems"][0];
        assert_eq!(problem["code"], "holds-secret", "{refused}");
        let message = format!("the output `note` holds the secret `{secret}`");
        assert_eq!(problem["message"], message.as_str());
    }
    // A word that is a short secret may be a part of a text.
    say("it is true that it was done").expect(200);
    assert_eq!(state(&server, &id, "holds")["state"], "SUCCEED");
}
