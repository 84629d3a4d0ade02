//! `trackyard drain`: nothing new starts, what runs ends, then the server ends.

use std::process::{Output, Stdio};

use serde_json::json;

use crate::server::{Server, ask, program};

const GRAPH: &str = "name: g\nvertices:\n  a: \"until [ -e go ]; do sleep 0.02; done; echo a\"\n  b: {script: echo b, needs: [a]}\n";

fn drain(server: &Server, more: &[&str]) -> Output {
    let mut command = program();
    command.arg("drain").arg("--data").arg(server.data());
    command.args(more).output().expect("it runs")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}

#[test]
fn a_drained_server_ends_after_its_scripts_and_the_next_one_goes_on() {
    let own = tempfile::tempdir().expect("a directory");
    let mut server = Server::start_on(own.path(), &[]);
    let graph = server.define(GRAPH).expect(201)["id"].clone();
    let start = || server.post(&format!("/graphs/{graph}/pipelines"), &json!({}));
    let first = start().expect(201)["id"].clone();
    let work = own.path().join(format!("work/{first}"));
    server.until(|| work.exists());

    // Scripts still run after a while, and the server goes on.
    let said = drain(&server, &["--within", "50ms"]);
    assert_eq!(said.status.code(), Some(1), "{said:?}");
    assert!(text(&said.stdout).starts_with("no new script starts; 1 script still runs"));
    assert!(
        text(&said.stderr).contains("scripts still run after 50 ms"),
        "{said:?}"
    );
    let cookie = server.sign_in(&server.link);
    let page = || {
        let page = ask(
            "GET",
            &format!("{}/pipelines", server.url),
            &[("Cookie", &cookie)],
            b"",
        );
        text(&page.body).contains("starts no new script")
    };
    assert!(page());

    // What is started now waits.
    let second = start().expect(201)["id"].clone();
    let track = |id| server.get(&format!("/pipelines/{id}")).expect(200)["tracks"][0].clone();
    assert_eq!(track(&second)["state"], "PENDING", "{}", track(&second));

    // Taken back, it starts.
    let said = drain(&server, &["--undo"]);
    assert_eq!(
        text(&said.stdout),
        "the server starts scripts again\n",
        "{said:?}"
    );
    assert!(!page());
    server.until(|| track(&second)["state"] == "RUNNING");

    let mut waiting = program();
    waiting.arg("drain").arg("--data").arg(own.path());
    let waiting = waiting.stdout(Stdio::piped()).stderr(Stdio::piped());
    let waiting = waiting.spawn().expect("it runs");
    server.until(page);
    for id in [&first, &second] {
        std::fs::write(own.path().join(format!("work/{id}/go")), "").expect("written");
    }
    let said = waiting.wait_with_output().expect("it ends");
    assert_eq!(said.status.code(), Some(0), "{said:?}");
    assert!(text(&said.stdout).ends_with("what waits is started by the next one\n"));
    assert_eq!(server.ended().code(), Some(0), "no error");

    let server = Server::start_on(own.path(), &[]);
    for id in [&first, &second] {
        let ended = server.settled(id);
        assert_eq!(ended["state"], "FINISH", "{ended}");
        let once = |t: &serde_json::Value| t["attempt"] == 1;
        assert!(ended["tracks"].as_array().expect("tracks").iter().all(once));
    }
}

/// Nothing runs: the server ends at once, but not before its caller has the answer.
#[test]
fn who_drains_an_idle_server_is_answered() {
    for _ in 0..5 {
        let mut server = Server::start();
        let answer = server.post("/drain", &json!({})).expect(202);
        assert_eq!(answer["running"], 0);
        assert!(server.ended().success());
    }
}
