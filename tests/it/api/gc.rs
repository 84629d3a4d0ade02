//! `/gc`, and what the server deletes by itself.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use serde_json::{Value, json};
use trackyard::clock;

use super::metrics::values;
use crate::server::{Server, program, rows};

/// The numbers of the pipelines that are there, the newest first.
fn left(server: &Server) -> Vec<i64> {
    let list = server.get("/pipelines").expect(200);
    let list = list["pipelines"].as_array().expect("a list");
    list.iter().filter_map(|p| p["id"].as_i64()).collect()
}

/// How many were deleted by this one for this reason.
fn deleted(server: &Server, who: &str, why: &str) -> i64 {
    let lines = format!("journal WHERE new_state = 'DELETED' AND who = '{who}' AND why = '{why}'");
    rows(server.data(), &lines)
}

fn write(data: &Path, statement: &str) {
    let path = data.join("trackyard.db");
    let mut db = SqliteConnection::establish(path.to_str().expect("text")).expect("a database");
    db.batch_execute(&format!("PRAGMA busy_timeout = 5000; {statement}"))
        .expect("written");
}

fn page(server: &Server, cookie: &str, path: &str) -> String {
    let url = format!("{}{path}", server.url);
    let answer = crate::server::ask("GET", &url, &[("Cookie", cookie)], b"");
    String::from_utf8_lossy(&answer.body).into_owned()
}

#[test]
fn a_clock_that_has_gone_forward_makes_nothing_old_before_it_has_held() {
    const DAY: i64 = 86_400_000;
    let own = tempfile::tempdir().unwrap();
    let mut server = Server::start_on(own.path(), &[]);
    for _ in 0..2 {
        server.run("name: g\nvertices: {a: 'true'}\n", &json!({}));
    }
    server.stop();
    let age = |days: i64, what: &str| {
        let ms = days * DAY;
        write(
            own.path(),
            &format!("UPDATE pipeline SET finished_at = finished_at - {ms} WHERE {what}"),
        );
    };
    age(60, "id = 1");
    let settings = "[default.trackyard]\nretention_days = 30\nretention_every = '100ms'\n";
    std::fs::write(own.path().join("Rocket.toml"), settings).unwrap();
    let applied = |said: &str| {
        let server = Server::start_on(own.path(), &[]);
        let cookie = server.sign_in(&server.link);
        server.until(|| page(&server, &cookie, "/system").contains("Last applied"));
        let system = page(&server, &cookie, "/system");
        assert_eq!(
            system.contains("ahead of what is believed"),
            !said.is_empty()
        );
        assert!(system.contains(said), "{system}");
        left(&server)
    };
    // A year ago, by the clock that nobody sets, it was a year earlier: now.
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    let kept = json!({
        "boot": boot.trim(),
        "believed": {"wall": clock::now() - 365 * DAY - 60_000, "up": clock::up()},
        "doubt": null,
    });
    let file = own.path().join("clock");
    std::fs::write(&file, kept.to_string()).unwrap();
    assert_eq!(applied("The clock is 365 d 0 h ahead"), [2, 1]);
    // The next server has not forgotten it.
    assert_eq!(applied("The clock is 365 d 0 h ahead"), [2, 1]);
    // Without the file the journal says when it was.
    std::fs::remove_file(&file).unwrap();
    assert_eq!(applied(""), [2]);
    std::fs::remove_file(&file).unwrap();
    age(60, "id = 2");
    write(
        own.path(),
        &format!("UPDATE journal SET at = at - {}", 100 * DAY),
    );
    assert_eq!(applied("The clock is 100 d 0 h ahead"), [2]);
}

#[test]
fn the_server_keeps_the_newest_by_itself_and_what_is_not_over() {
    let own = tempfile::tempdir().unwrap();
    let settings = "[default.trackyard]\nretention_keep_last = 2\nretention_every = '100ms'\n";
    std::fs::write(own.path().join("Rocket.toml"), settings).unwrap();
    let server = Server::start_on(own.path(), &[]);
    let slow = "name: plain\nvertices: {a: 'until [ -e go ]; do sleep 0.02; done'}\n";
    let slow = server.define(slow).expect(201)["id"].clone();
    let start = format!("/graphs/{slow}/pipelines");
    let first = server.post(&start, &json!({})).expect(201)["id"].clone();
    for round in 0..3 {
        // Another version each time: all of them together are meant.
        for (name, more) in [("plain", ""), ("own", "retention: {keep_last: 1}\n")] {
            let yaml = format!("name: {name}\n{more}vertices: {{a: 'echo {round}'}}\n");
            server.run(&yaml, &json!({}));
        }
    }
    // Numbers 2, 4 and 6 are of the one graph, 3, 5 and 7 of the other.
    server.until(|| left(&server) == [7, 6, 4, 1]);
    assert_eq!(first, 1);
    server.until(|| deleted(&server, "retention", "keep_last 1 of the graph") == 2);
    assert_eq!(
        deleted(&server, "retention", "keep_last 2 of the server"),
        1
    );
    let cookie = server.sign_in(&server.link);
    let page = |path: &str| page(&server, &cookie, path);
    server.until(|| page("/system").contains("Last applied"));
    let system = page("/system");
    assert!(system.contains("Only the newest 2 pipelines of each graph are kept"));
    let preview = page("/system?retention=preview");
    assert!(preview.contains("Nothing would be deleted now."));
    // What was not over when others went goes when it is.
    std::fs::write(own.path().join("work/1/go"), "").unwrap();
    server.until(|| left(&server) == [7, 6, 4]);
}

#[test]
fn a_dry_run_counts_what_the_same_request_deletes() {
    let server = Server::start();
    let none = server.post("/gc?dry_run=true", &json!({})).expect(200);
    assert_eq!(
        none["server"],
        json!({"days": null, "keep_last": null, "max_bytes": null})
    );
    assert_eq!(
        (&none["pipelines"], &none["graphs_with_rules"]),
        (&json!(0), &json!(0))
    );
    let yaml = "name: g\nretention: {max_bytes: 1KiB}\nvertices: {a: 'head -c 600 /dev/zero'}\n";
    for _ in 0..3 {
        server.run(yaml, &json!({}));
    }
    server.run("name: other\nvertices: {a: 'true'}\n", &json!({}));
    let would = server.post("/gc?dry_run=true", &json!({})).expect(200);
    assert_eq!(would["dry_run"], true);
    assert_eq!(
        (&would["pipelines"], &would["log_bytes"]),
        (&json!(2), &json!(1200))
    );
    let line = &would["graphs"][0];
    assert_eq!(
        (&line["graph"], &line["rule"]),
        (&json!("g"), &json!("max_bytes"))
    );
    assert_eq!(
        (&line["limit"], &line["said_by"]),
        (&json!(1024), &json!("graph"))
    );
    assert!(
        line["oldest_at"].as_str() < line["newest_at"].as_str(),
        "{line}"
    );
    assert_eq!(would["graphs"].as_array().map(Vec::len), Some(1));
    assert_eq!(left(&server), [4, 3, 2, 1]);
    let gc = |words: &[&str]| {
        let mut command = program();
        let called = command
            .arg("gc")
            .arg("--data")
            .arg(server.data())
            .args(words);
        let done = called.output().expect("it ends");
        assert!(done.status.success(), "{words:?}: {done:?}");
        String::from_utf8(done.stdout).expect("text")
    };
    let said = gc(&["--dry-run"]);
    assert!(
        said.starts_with("g: 2 pipelines would be deleted, ended 20"),
        "{said}"
    );
    let told = ", 1.2 KiB of logs (max_bytes 1.0 KiB, says the graph)\n\
         2 pipelines would be deleted, with 1.2 KiB of logs. Nothing was done.\n";
    assert!(said.ends_with(told), "{said}");
    let said = gc(&["--dry-run", "--graph", "other"]);
    assert!(said.starts_with("0 pipelines would be deleted"), "{said}");
    let other = server.post("/gc?graph=other", &json!({})).expect(200);
    assert_eq!(other["pipelines"], 0);
    // With a key: once.
    let keyed = || {
        let key = [("Idempotency-Key", "k")];
        server.ask("POST", "/api/v1/gc?graph=g", &key, b"")
    };
    let (first, again) = (keyed(), keyed());
    assert!(!first.replayed && again.replayed);
    let count = |answer: &Value| answer["pipelines"].clone();
    assert_eq!(count(&first.expect(200)), 2);
    assert_eq!(count(&again.expect(200)), 2);
    assert_eq!(left(&server), [4, 3]);
    server.until(|| deleted(&server, "token", "max_bytes 1KiB of the graph") == 2);
    let said = gc(&["--json"]);
    let all = json!({"dry_run": false, "deleted": 0, "would": 0, "refused": 0, "log_bytes": 0});
    assert_eq!(said, format!("{all}\n"));
}

/// The rows of many tracks go in many commits, and a pipeline that is started meanwhile runs.
#[test]
fn ten_thousand_tracks_go_in_turns_and_others_have_theirs() {
    let server = Server::start();
    let yaml = "name: g\nretention: {keep_last: 1}\nvertices: {a: 'true'}\n";
    server.run(yaml, &json!({}));
    write(
        server.data(),
        "INSERT INTO pipeline (id, graph_id, graph_name, name, description, state, creator, trigger_kind,
                               input, first_track, vertices, created_at, finished_at)
         SELECT n.value, graph_id, graph_name, name, '', state, '', 'rest', '{}',
                iif(n.value = 1000, 100001, 200001), iif(n.value = 1000, 10000, 1), created_at, finished_at
         FROM json_each('[1000, 1001]') AS n, pipeline WHERE pipeline.id = 1;
         WITH RECURSIVE n(i) AS (SELECT 100001 UNION ALL SELECT i + 1 FROM n WHERE i < 110000)
         INSERT INTO track (id, pipeline_id, vertex_id, name, state, detail, attempt, retries, missing, input, script, output)
         SELECT i, 1000, 1, 'a', 3, '', 1, 0, 0, '{}', '', '' FROM n;
         INSERT INTO attempt (track_id, number, pipeline_id, boot, ordered_at, detail, log_bytes, dropped_bytes)
         SELECT id, 1, pipeline_id, '', 0, '', 0, 0 FROM track WHERE pipeline_id = 1000;",
    );
    let commits = || values(&server)["trackyard_commit_seconds_count"];
    let before = commits();
    let done = server.post("/gc", &json!({})).expect(200);
    assert_eq!(
        (&done["pipelines"], &done["more"]),
        (&json!(2), &json!(false))
    );
    // It does not wait for what is being removed.
    server.run("name: other\nvertices: {a: 'true'}\n", &json!({}));
    server.until(|| rows(server.data(), "removal") == 0);
    assert_eq!(rows(server.data(), "track WHERE pipeline_id = 1000"), 0);
    // Twenty thousand rows at most a thousand at a time.
    let commits = commits() - before;
    assert!(commits >= 20.0, "{commits}");
    for (name, value) in values(&server) {
        if name.starts_with("trackyard_commit_seconds_bucket") {
            println!("{name} {value}");
        }
    }
    assert_eq!(left(&server), [1001, 2]);
}
