//! What waits for a person: by REST, on the page and in the terminal.

use serde_json::{Value, json};

use crate::server::{Server, ask, program};

/// `a` runs until its supervisor dies, `f` fails meanwhile, `v` wants a value.
const GRAPH: &str = "name: wants-you\nvertices:\n  a: \"echo up; until [ -e go ]; do sleep 0.02; done\"\n  f: \"until [ -e fail ]; do sleep 0.02; done; exit 3\"\n  v: {script: 'echo <x>', input: {x: {type: str, required: true}}}\n";

fn names(server: &Server) -> Vec<String> {
    let inbox = server.get("/inbox").expect(200);
    let name = |t: &Value| format!("{} {}", t["vertex"].as_str().unwrap_or(""), t["state"]);
    let tracks = inbox["tracks"].as_array().expect("a list");
    tracks.iter().map(name).collect()
}

#[test]
fn what_waits_for_a_person_is_in_one_list_until_it_is_answered() {
    let server = Server::start();
    let cookie = server.sign_in(&server.link);
    let page = || {
        let url = format!("{}/inbox", server.url);
        String::from_utf8(ask("GET", &url, &[("Cookie", &cookie)], b"").body).expect("text")
    };
    assert!(page().contains("Nothing waits for you"));
    let graph = server.define(GRAPH).expect(201)["id"].clone();
    let path = format!("/graphs/{graph}/pipelines");
    let start = json!({"name": "tonight", "ask_later": true});
    let id = server.post(&path, &start).expect(201)["id"].clone();
    assert_eq!(names(&server), ["v \"PENDING\""]);
    assert!(page().contains("tonight") && page().contains(">1</strong>"));

    let tracks = server.get(&format!("/pipelines/{id}")).expect(200)["tracks"].clone();
    let log = format!("/tracks/{}/attempts/1/log", tracks[0]["id"]);
    let work = server.data().join(format!("work/{id}"));
    // The two supervisors take turns: only when both scripts run is it sure which one dies.
    server.until(|| server.get(&log).body == b"up\n");
    std::fs::write(work.join("fail"), "").expect("written");
    let state = || server.get(&format!("/pipelines/{id}")).json()["state"].clone();
    server.until(|| state() == "FAILED");
    server.kill_supervisors();
    server.until(|| names(&server) == ["a \"INTERRUPTED\""]);
    let inbox = server.get("/inbox").expect(200);
    let pipeline = json!({"id": id, "name": "tonight", "graph": "wants-you"});
    assert_eq!(inbox["tracks"][0]["pipeline"], pipeline);

    let mut ls = program();
    ls.args(["ls", "--inbox", "--data"]).arg(server.data());
    let said = ls.output().expect("it runs");
    let text = String::from_utf8(said.stdout).expect("text");
    assert!(
        text.contains("INTERRUPTED") && text.contains("wants-you"),
        "{text}"
    );

    // The pipeline has failed, and still it is not over before somebody has answered.
    let answer = format!("/tracks/{}/resolve", tracks[0]["id"]);
    assert!(server.get(&format!("/pipelines/{id}")).json()["finished_at"].is_null());
    server
        .post(&answer, &json!({"verdict": "succeeded"}))
        .expect(200);
    let ended = server.settled(&id);
    assert_eq!(ended["state"], "FAILED", "{ended}");
    assert_eq!(ended["tracks"][0]["state"], "SUCCEED", "{ended}");
    assert_eq!(names(&server), [""; 0]);

    // What failed is on the page, beneath what waits, and is not counted with it.
    let html = page();
    let (waits, failed) = html
        .split_once("Failed in the last 7 days")
        .expect("it failed");
    assert!(waits.contains("Nothing waits for you") && !waits.contains("class=\"count\""));
    let row = format!("<tr id=\"f{id}\">");
    assert!(
        failed.contains(&row) && failed.contains("exit code 3"),
        "{failed}"
    );
    assert!(failed.contains(&format!("href=\"/tracks/{}\"", tracks[1]["id"])));
}
