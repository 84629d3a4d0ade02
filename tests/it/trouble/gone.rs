//! The data directory of a running server is deleted: it cannot work any more, and still ends when told.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::executor::bench::until;
use crate::processes;
use crate::server::Server;
use crate::sse::Events;

/// How long a server may take to end.
const LONGEST: Duration = Duration::from_secs(5);

const WAITS: &str = "name: w\nvertices: {a: 'until [ -e go ]; do sleep 0.1; done', b: {script: 'true', needs: [a]}}\n";

/// Deletes all that the server has, lets `then` happen, and tells it to end.
fn ends_in_time(then: impl FnOnce(&Server)) {
    let own = tempfile::tempdir().expect("a directory");
    let mut server = Server::start_on(own.path(), &[]);
    let graph = server.define(WAITS).expect(201)["id"].clone();
    let path = format!("/graphs/{graph}/pipelines");
    server.post(&path, &json!({})).expect(201);
    let state = || server.get("/tracks/1").expect(200)["state"].clone();
    until("the script runs", || state() == "RUNNING");
    let _watched = Events::open(&server, "/api/v1/stream", &[]).expect("a stream");
    fs::remove_dir_all(own.path()).expect("deleted");
    then(&server);
    let began = Instant::now();
    processes::terminate(server.pid() as i32);
    server.ended();
    let took = began.elapsed();
    // Its script would look for a file that nobody can make any more.
    processes::end_all(own.path());
    assert!(took < LONGEST, "{took:?}");
}

#[test]
fn a_server_without_its_directory_ends_when_told() {
    ends_in_time(|_| {});
}

#[test]
fn it_ends_also_when_it_was_asked_for_more_meanwhile() {
    ends_in_time(|server| {
        // Whatever the answers are: they come, or the connection ends.
        for path in [
            "/graphs/1/pipelines",
            "/tracks/1/stop",
            "/pipelines/1/pause",
        ] {
            let media = [("Content-Type", "application/json")];
            let path = format!("/api/v1{path}");
            drop(server.try_ask("POST", &path, &media, b"{}"));
        }
    });
}

#[test]
fn it_ends_also_when_its_supervisors_have_died() {
    ends_in_time(|server| {
        server.kill_supervisors();
        let media = [("Content-Type", "application/json")];
        drop(server.try_ask("POST", "/api/v1/graphs/1/pipelines", &media, b"{}"));
    });
}
