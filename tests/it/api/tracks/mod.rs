//! `/tracks`

mod compressed;
mod log;
mod parts;

use serde_json::{Value, json};

use crate::server::{Server, ask};

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
        .ask("PUT", &path, &media, br#"{"values": {"whom": "x"}}"#)
        .expect(422);
    assert_eq!(refused["problems"][0]["field"], "whom", "{refused}");
    let given = server
        .ask("PUT", &path, &media, br#"{"values": {"who": "you"}}"#)
        .expect(200);
    assert_eq!(given["input"], json!({"who": "you"}));
    let ended = server.settled(&id);
    assert_eq!(ended["state"], "FINISH", "{ended}");
    assert_eq!(server.log(&server.track(&ended, "hello")), b"hello you\n");
    let late = server
        .ask("PUT", &path, &media, br#"{"values": {"who": "me"}}"#)
        .expect(409);
    assert_eq!(late["code"], "wrong-state");
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

const HELD: &str = "name: held\nvertices:\n  a: |\n    echo $TRACKYARD_ATTEMPT\n    until [ $TRACKYARD_ATTEMPT -gt 1 ] || [ -e go ]; do sleep 0.05; done\n  b: {script: echo b, needs: [a]}\n";

/// A track whose supervisor was killed while its script ran: its number and its pipeline's.
fn interrupted(server: &Server) -> (Value, Value) {
    let graph = server.define(HELD).json();
    let path = format!("/graphs/{}/pipelines", graph["id"]);
    let id = server.post(&path, &json!({})).expect(201)["id"].clone();
    let track = || server.get(&format!("/pipelines/{id}")).json()["tracks"][0].clone();
    let log = format!("/tracks/{}/attempts/1/log", track()["id"]);
    server.until(|| server.get(&log).body == b"1\n");
    server.kill_supervisors();
    server.until(|| track()["state"] == "INTERRUPTED");
    (track()["id"].clone(), id)
}

#[test]
fn an_interrupted_track_holds_what_comes_after_until_a_person_answers() {
    let server = Server::start();
    for (verdict, state, attempt) in [
        ("succeeded", "FINISH", 1),
        ("failed", "FAILED", 1),
        ("run_again", "FINISH", 2),
    ] {
        let (track, id) = interrupted(&server);
        let pipeline = server.get(&format!("/pipelines/{id}")).expect(200);
        assert_eq!(pipeline["state"], "RUNNING");
        assert_eq!(pipeline["tracks"][1]["state"], "WAITING");
        let path = format!("/tracks/{track}/resolve");
        server
            .post(&path, &json!({"verdict": "perhaps"}))
            .expect(422);
        let dry = server
            .post(
                &format!("{path}?dry_run=true"),
                &json!({"verdict": verdict}),
            )
            .expect(200);
        assert_eq!(dry["tracks"][0]["from"], "INTERRUPTED", "{dry}");
        assert_ne!(dry["tracks"][0]["to"], "INTERRUPTED", "{dry}");
        let still = server.get(&format!("/pipelines/{id}")).expect(200);
        assert_eq!(still, pipeline, "nothing was done");
        server
            .post(&path, &json!({"verdict": verdict, "why": "looked at it"}))
            .expect(200);
        let ended = server.settled(&id);
        assert_eq!(ended["state"], state, "{verdict}: {ended}");
        assert_eq!(ended["tracks"][0]["attempt"], attempt, "{verdict}");
        let journal = server.get(&format!("/pipelines/{id}/journal")).json();
        let told = journal["entries"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|e| e["why"].as_str())
            .any(|why| why.ends_with(": looked at it"));
        assert!(told, "{journal}");
        let late = server.post(&path, &json!({"verdict": verdict})).expect(409);
        assert_eq!(late["code"], "moved");
    }
}

/// Who has to say how it ended finds what it had printed, and when it began.
#[test]
fn an_interrupted_track_shows_what_is_known_of_it() {
    let server = Server::start();
    let cookie = server.sign_in(&server.link);
    let (track, _) = interrupted(&server);
    let body = server.get(&format!("/tracks/{track}")).expect(200);
    assert_eq!(body["output"], "1\n");
    let attempt = &body["attempts"][0];
    assert_eq!(
        (&attempt["log_bytes"], &attempt["dropped_bytes"]),
        (&json!(2), &json!(0))
    );
    let time = |name: &str| attempt[name].as_str().expect("a time").to_owned();
    assert!(time("ordered_at") <= time("started_at"), "{attempt}");
    assert!(time("started_at") < time("finished_at"), "{attempt}");
    assert_eq!(body["started_at"], attempt["started_at"]);
    let page = format!("{}/tracks/{track}", server.url);
    let page =
        String::from_utf8(ask("GET", &page, &[("Cookie", &cookie)], b"").body).expect("text");
    for shown in [
        "Nobody knows how this script ended",
        "<code>1</code>",
        "2 B",
    ] {
        assert!(page.contains(shown), "`{shown}` is not in {page}");
    }
}

#[test]
fn values_that_are_given_at_the_same_time_are_all_kept() {
    let server = Server::start();
    let yaml = "name: g\ninput: {a: {type: str, required: true}, b: {type: str, required: true}}\nvertices: {v: 'echo <a> <b>'}\n";
    let graph = server.define(yaml).expect(201);
    let path = format!("/graphs/{}/pipelines", graph["id"]);
    for _ in 0..10 {
        let id = server.post(&path, &json!({"ask_later": true})).expect(201)["id"].clone();
        let track = server.get(&format!("/pipelines/{id}")).json()["tracks"][0]["id"].clone();
        let path = format!("/api/v1/tracks/{track}/input");
        let media = [("Content-Type", "application/json")];
        std::thread::scope(|scope| {
            for body in [br#"{"values": {"a": "1"}}"#, br#"{"values": {"b": "2"}}"#] {
                scope.spawn(|| server.ask("PUT", &path, &media, body));
            }
        });
        let ended = server.settled(&id);
        assert_eq!(server.log(&server.track(&ended, "v")), b"1 2\n");
    }
}

/// What is read from the address of the values can be written to it.
#[test]
fn the_values_of_a_track_are_given_as_they_are_read() {
    let server = Server::start();
    let yaml = "name: g\ninput: {key: {type: secret, required: true}, who: {type: str, required: true}, n: {type: int, default: 3}}\nvertices:\n  a: {outputs: {word: str}, script: 'until [ -e go ]; do sleep 0.02; done; echo word=hi >\"$TRACKYARD_OUTPUT\"'}\n  b: {needs: [a], script: 'echo \"<a.word> <who> <n> <key>\"'}\n";
    let graph = server.define(yaml).expect(201);
    let path = format!("/graphs/{}/pipelines", graph["id"]);
    let body = json!({"ask_later": true, "input": {"key": "quite-secret"}});
    let id = server.post(&path, &body).expect(201)["id"].clone();
    let pipeline = server.get(&format!("/pipelines/{id}")).expect(200);
    let path = format!("/tracks/{}/input", server.track(&pipeline, "b")["id"]);
    let put = |body: &Value| {
        let media = [("Content-Type", "application/json")];
        let (path, body) = (format!("/api/v1{path}"), body.to_string());
        server.ask("PUT", &path, &media, body.as_bytes())
    };
    let mut input = server.get(&path).expect(200);
    assert_eq!(
        input,
        json!({"values": {"key": null, "n": 3}, "missing": true, "referred": {"a.word": null}})
    );
    input["values"]["who"] = json!("you");
    put(&input).expect(200);
    let given = server.get(&path).expect(200);
    assert_eq!(given["values"], json!({"key": null, "who": "you", "n": 3}));
    assert_eq!(given["missing"], false);
    put(&given).expect(200);
    assert_eq!(server.get(&path).expect(200), given, "nothing has changed");

    let other = json!({"referred": {"a.word": "mine"}});
    let refused = put(&other).expect(422);
    assert_eq!(refused["problems"][0]["field"], "referred", "{refused}");
    for (body, names) in [
        (json!({"who": "me"}), "`who`"),
        (json!({"values": ["me"]}), "`values`"),
        (json!({"missing": "no"}), "`missing`"),
    ] {
        let refused = put(&body).expect(422);
        let detail = refused["detail"].as_str().expect("words");
        assert!(detail.contains(names), "{detail}");
    }
    for (values, field) in [(json!({"whom": "me"}), "whom"), (json!({"n": "x"}), "n")] {
        let refused = put(&json!({ "values": values })).expect(422);
        assert_eq!(refused["problems"][0]["field"], field, "{refused}");
    }
    assert_eq!(server.get(&path).expect(200), given, "nothing has changed");
    std::fs::write(
        server.data().join("work").join(id.to_string()).join("go"),
        "",
    )
    .unwrap();
    let ended = server.settled(&id);
    assert_eq!(server.log(&server.track(&ended, "b")), b"hi you 3 ******\n");
}
