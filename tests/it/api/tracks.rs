//! `/tracks`

use serde_json::json;

use crate::server::Server;

const ASKS: &str = "name: asks\ninput: {who: {type: str, required: true}}\nvertices:\n  first: 'true'\n  hello: {script: echo \"hello <who>\", needs: [first]}\n";

#[test]
fn a_track_that_waits_for_a_value_runs_once_it_is_given() {
    let server = Server::start();
    let graph = server.define(ASKS).expect(201);
    let id = server
        .post(
            &format!("/graphs/{}/pipelines", graph["id"]),
            &json!({"ask_later": true}),
        )
        .expect(201)["id"]
        .clone();
    let pipeline = || server.get(&format!("/pipelines/{id}")).expect(200);
    server.until(|| pipeline()["tracks"][1]["pending_on"] == "input");
    let track = pipeline()["tracks"][1]["id"].clone();
    let path = format!("/api/v1/tracks/{track}/input");
    let media = [("Content-Type", "application/json")];
    let refused = server
        .ask("PUT", &path, &media, br#"{"whom": "x"}"#)
        .expect(422);
    assert_eq!(refused["problems"][0]["field"], "whom", "{refused}");
    let given = server
        .ask("PUT", &path, &media, br#"{"who": "you"}"#)
        .expect(200);
    assert_eq!(given["input"], json!({"who": "you"}));
    let ended = server.settled(&id);
    assert_eq!(ended["state"], "FINISH", "{ended}");
    assert_eq!(server.log(&server.track(&ended, "hello")), b"hello you\n");
    let late = server
        .ask("PUT", &path, &media, br#"{"who": "me"}"#)
        .expect(409);
    assert_eq!(late["code"], "not-live");
}

#[test]
fn a_log_is_served_by_ranges() {
    let server = Server::start();
    let pipeline = server.run(
        "name: g\nvertices: {a: printf 0123456789, b: 'true'}\n",
        &json!({}),
    );
    let track = server.track(&pipeline, "a");
    let path = format!("/api/v1/tracks/{}/attempts/1/log", track["id"]);
    let range = |range: &str| {
        let answer = server.ask("GET", &path, &[("Range", range)], b"");
        (answer.status, String::from_utf8(answer.body).expect("text"))
    };
    assert_eq!(range("bytes=2-4"), (206, "234".to_owned()));
    assert_eq!(range("bytes=8-"), (206, "89".to_owned()));
    assert_eq!(range("bytes=-1"), (206, "9".to_owned()));
    assert_eq!(range("bytes=10-").0, 416);
    assert_eq!(range("lines=1-2"), (200, "0123456789".to_owned()));
    let whole = server.ask("GET", &path, &[], b"");
    assert_eq!(
        (whole.status, whole.media.as_str()),
        (200, "text/plain; charset=utf-8")
    );
    let silent = server.track(&pipeline, "b");
    assert_eq!(server.log(&silent), b"");
    let none = server
        .get(&format!("/tracks/{}/attempts/2/log", track["id"]))
        .expect(404);
    assert_eq!(none["code"], "not-found");
}

#[test]
fn a_track_shows_what_ran() {
    let server = Server::start();
    let yaml = "name: g\ninput: {x: {type: str, default: a b}}\nvertices: {a: {script: echo <x>, desc: says it}}\n";
    let pipeline = server.run(yaml, &json!({}));
    let track = server.track(&pipeline, "a");
    assert_eq!(track["input"], json!({"x": "a b"}));
    assert_eq!(track["script"], "echo \"${p_x}\"");
    assert_eq!(track["output"], "a b\n");
    assert_eq!(track["pipeline_id"], pipeline["id"]);
    assert_eq!(track["attempts"][0]["log_bytes"], 4);
}
