//! A server that stands still: no verb waits for it for ever.

use std::process::Stdio;
use std::time::Instant;

use serde_json::json;

use crate::cli::Desk;
use crate::cli::waits::{told, until_told};
use crate::executor::bench::until;
use crate::processes;
use crate::server::Server;

/// A second is far more than an answer takes, and far less than a test may.
const FILE: &str = "[default.trackyard]\nanswer_timeout = '1s'\n";

#[test]
fn a_server_that_stands_still_is_told_of() {
    let desk = Desk::new();
    std::fs::create_dir(desk.data()).expect("made");
    let server = Server::start_on(&desk.data(), &[]);
    let yaml = "name: g\nvertices: {a: 'until [ -e go ]; do sleep 0.05; done'}\n";
    let graph = server.define(yaml).expect(201);
    let path = format!("/graphs/{}/pipelines", graph["id"]);
    server.post(&path, &json!({})).expect(201);
    desk.write("Rocket.toml", FILE);
    desk.write("h.yaml", "name: h\nvertices: {a: 'true'}\n");

    let pid = server.pid() as i32;
    processes::stop(pid);
    until("it stands still", || processes::stands_still(pid));
    for (words, in_doubt) in [
        (&["why", "1"][..], false),
        (&["pause", "1"], true),
        (&["import", "h.yaml"], true),
        (&["secret", "rm", "NAME"], true),
        (&["link"], true),
        (&["drain"], true),
    ] {
        let began = Instant::now();
        let said = desk.call(words).expect(1);
        assert!(began.elapsed().as_secs() < 30, "{words:?}");
        let told = format!(
            "the server at {} (process id {pid}) has said nothing for 1",
            server.url
        );
        assert!(said.err.contains(&told), "{words:?}: {}", said.err);
        assert!(said.err.contains("`answer_timeout`"), "{}", said.err);
        let doubt = said.err.contains("is not known: look before");
        assert_eq!(doubt, in_doubt, "{words:?}: {}", said.err);
    }
    processes::go_on(pid);
    desk.call(&["why", "1"]).expect(0);
}

#[test]
fn a_wait_goes_on_once_the_server_does() {
    let desk = Desk::new();
    std::fs::create_dir(desk.data()).expect("made");
    let often = "[default.trackyard]\nstream_heartbeat = '100ms'\n";
    std::fs::write(desk.data().join("Rocket.toml"), often).expect("written");
    let server = Server::start_on(&desk.data(), &[]);
    let held = "name: g\nvertices: {a: 'until [ -e go ]; do sleep 0.05; done'}\n";
    desk.write("g.yaml", held);
    desk.write("Rocket.toml", FILE);
    desk.call(&["import", "g.yaml"]).expect(0);
    desk.call(&["start", "g"]).expect(0);
    let pid = server.pid() as i32;
    processes::stop(pid);
    until("it stands still", || processes::stands_still(pid));
    let mut waiting = desk.command(&["wait", "g"]);
    let mut waiting = waiting.stderr(Stdio::piped()).spawn().expect("it runs");
    let mut lines = told(&mut waiting);
    until_told(&mut lines, "waiting for the next server");
    processes::go_on(pid);
    until_told(&mut lines, "a server works on it again");
    // Now in the midst of a stream.
    processes::stop(pid);
    until_told(&mut lines, "waiting for the next server");
    processes::go_on(pid);
    std::fs::write(desk.data().join("work/1/go"), "").expect("written");
    until_told(&mut lines, "FINISH");
    assert_eq!(waiting.wait().expect("it ends").code(), Some(0));
}
