//! The database cannot be written for a while: nothing is lost, people are told, it goes on alone.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::json;

use crate::server::{Server, ask};

const WAITS: &str = "name: g\nvertices:\n  a: \"until [ -e go ]; do sleep 0.05; done; echo late\"\n  b: {script: echo b, needs: [a]}\n";

#[test]
fn while_another_process_locks_the_database_pages_can_be_read_and_results_are_kept() {
    let server = Server::start();
    let cookie = server.sign_in(&server.link);
    let page = || {
        ask(
            "GET",
            &format!("{}/pipelines", server.url),
            &[("Cookie", &cookie)],
            b"",
        )
    };
    let graph = server.define(WAITS).expect(201);
    let start = || server.post(&format!("/graphs/{}/pipelines", graph["id"]), &json!({}));
    let id = start().expect(201)["id"].clone();
    let go = server.data().join(format!("work/{id}/go"));
    server.until(|| go.parent().is_some_and(std::path::Path::exists));

    let script = "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1], isolation_level=None)\nc.execute('BEGIN IMMEDIATE')\nprint('locked', flush=True)\nsys.stdin.readline()\nc.execute('ROLLBACK')\n";
    let mut lock = Command::new("python3");
    let lock = lock
        .args(["-c", script])
        .arg(server.data().join("trackyard.db"));
    let mut lock = lock
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 runs");
    let mut line = String::new();
    BufReader::new(lock.stdout.take().expect("a pipe"))
        .read_line(&mut line)
        .expect("it says so");
    assert_eq!(line, "locked\n");

    std::fs::write(&go, "").expect("written");
    server.until(|| String::from_utf8_lossy(&page().body).contains("Nothing can be changed now"));
    let refused = start().expect(503);
    assert_eq!(refused["code"], "unwritable", "{refused}");
    let still = server.get(&format!("/pipelines/{id}")).expect(200);
    assert_eq!(still["tracks"][0]["state"], "RUNNING", "{still}");

    drop(lock.stdin.take());
    assert!(lock.wait().expect("it ends").success());
    let ended = server.settled(&id);
    assert_eq!(ended["state"], "FINISH", "{ended}");
    assert!(!String::from_utf8_lossy(&page().body).contains("Nothing can be changed now"));
    start().expect(201);
}

#[test]
fn a_full_disk_loses_no_result() {
    let own = tempfile::tempdir().expect("a directory");
    // A disk of its own, which only the server and what it starts can see.
    let server = Server::start_in_own_disk(own.path(), "16m");
    let graph = server.define(WAITS).expect(201);
    let id = server
        .post(&format!("/graphs/{}/pipelines", graph["id"]), &json!({}))
        .expect(201)["id"]
        .clone();
    let inside = format!("/proc/{}/root{}", server.pid(), own.path().display());
    let work = std::path::PathBuf::from(format!("{inside}/work/{id}"));
    server.until(|| work.exists());
    let fill = format!("cat /dev/zero >{inside}/filler 2>/dev/null; true");
    let filled = Command::new("sh").arg("-c").arg(fill).status();
    assert!(filled.expect("sh runs").success());
    // An empty file takes no page of this disk.
    std::fs::write(work.join("go"), "").expect("written");
    let ended = || server.get(&format!("/pipelines/{id}")).json();
    server.until(|| ended()["tracks"][0]["state"] == "SUCCEED");
    // With room again, everything goes on by itself.
    std::fs::remove_file(format!("{inside}/filler")).expect("removed");
    assert_eq!(server.settled(&id)["state"], "FINISH");
}
