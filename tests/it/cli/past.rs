//! What is over: as one file, and deleted.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use serde_json::{Value, json};

use crate::cli::Desk;
use crate::executor::bench::until;
use crate::processes;
use crate::server::{Server, rows};

const SLOW: &str = "name: slow\nvertices: {a: 'until [ -e go ]; do sleep 0.02; done'}\n";

/// The names in a bundle, and what some are.
fn unpacked(bytes: &[u8]) -> BTreeMap<String, String> {
    let own = tempfile::tempdir().expect("a directory");
    let mut tar = Command::new("tar");
    let tar = tar.args(["-xzvf-", "-C"]).arg(own.path());
    let mut child = tar
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("tar");
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(bytes).expect("written");
    drop(input);
    let listed = child.wait_with_output().expect("it ends");
    assert!(listed.status.success());
    let names = String::from_utf8(listed.stdout).expect("text");
    let read = |name: &str| {
        let text = std::fs::read_to_string(own.path().join(name)).expect("a file");
        (name.to_owned(), text)
    };
    names.lines().map(read).collect()
}

/// Pipelines 1 to 3 of `g`, 4 and 5 of `7`, all over, 6 of `slow`, which runs.
fn history(desk: &Desk) -> Server {
    std::fs::create_dir(desk.data()).expect("made");
    let server = Server::start_on(&desk.data(), &[]);
    desk.write("g.yaml", "name: g\nvertices: {a: 'echo a line'}\n");
    desk.write("7.yaml", "name: '7'\nvertices: {a: 'echo other'}\n");
    desk.write("slow.yaml", SLOW);
    for file in ["g.yaml", "7.yaml", "slow.yaml"] {
        desk.call(&["import", file]).expect(0);
    }
    for name in ["g", "g", "g", "7", "7"] {
        desk.call(&["start", name, "--wait"]).expect(0);
    }
    desk.call(&["start", "slow"]).expect(0);
    server
}

/// The pipelines that there are.
fn left(desk: &Desk) -> Vec<i64> {
    let list = desk.call(&["ls", "--json"]).expect(0).json();
    let list = list["pipelines"].as_array().expect("a list");
    let ids = list.iter().map(|p| p["id"].as_i64().expect("a number"));
    ids.collect()
}

/// One JSON object a line.
fn lines(desk: &Desk, words: &[&str], code: i32) -> Vec<Value> {
    let out = desk.call(words).expect(code).out;
    let line = |line| serde_json::from_str(line).expect("JSON");
    out.lines().map(line).collect()
}

/// Ended so many days before now.
fn age(data: &Path, id: i64, days: i64) {
    let ms = days * 86_400_000;
    write(
        data,
        &format!("UPDATE pipeline SET finished_at = finished_at - {ms} WHERE id = {id}"),
    );
}

/// Writes rows behind the server's back.
fn write(data: &Path, statement: &str) {
    let path = data.join("trackyard.db");
    let mut db = SqliteConnection::establish(path.to_str().expect("text")).expect("a database");
    db.batch_execute(&format!("PRAGMA busy_timeout = 5000; {statement}"))
        .expect("written");
}

#[test]
fn a_bundle_is_written_with_and_without_a_server() {
    let desk = Desk::new();
    let mut server = history(&desk);
    let sent = unpacked(&server.get("/pipelines/3/bundle").body);
    let said = desk.call(&["bundle", "g"]).expect(0);
    assert!(
        said.out.starts_with("wrote pipeline-3.tar.gz ("),
        "{}",
        said.out
    );
    let file = desk.dir().join("pipeline-3.tar.gz");
    let written = std::fs::read(&file).expect("a file");
    let found = unpacked(&written);
    assert_eq!(found, sent);
    assert_eq!(found["pipeline-3/logs/3-1.log"], "a line\n");
    let said = desk.call(&["bundle", "3"]).expect(1);
    assert!(said.err.contains("is there already"), "{}", said.err);
    assert_eq!(std::fs::read(&file).expect("a file"), written);

    server.kill();
    let output = desk.command(&["bundle", "g", "-o", "-"]).output();
    assert_eq!(unpacked(&output.expect("it runs").stdout), sent);
    let told = desk
        .call(&["bundle", "g~1", "-o", "b.tar.gz", "--json"])
        .expect(0);
    let bytes = std::fs::read(desk.dir().join("b.tar.gz")).expect("a file");
    assert_eq!(
        told.json(),
        json!({"pipeline": 2, "file": "b.tar.gz", "bytes": bytes.len()})
    );
    assert!(unpacked(&bytes).contains_key("pipeline-2/manifest.json"));
    desk.call(&["bundle", "3", "--force"]).expect(0);

    let said = desk.call(&["bundle", "77"]).expect(1);
    assert!(
        said.err.contains("pipeline 77 does not exist"),
        "{}",
        said.err
    );
    let said = desk.call(&["bundle", "3", "-o", "-", "--json"]).expect(2);
    assert!(said.err.contains("`--json`"), "{}", said.err);
    let said = desk.call(&["bundle", "3", "-o", "gone/b.tar.gz"]).expect(1);
    assert!(
        said.err.contains("`gone/b.tar.gz` was not written"),
        "{}",
        said.err
    );
    let begun = |name: &str| name.starts_with(".trackyard");
    let files = std::fs::read_dir(desk.dir()).expect("a directory");
    let names = files.map(|f| f.expect("a file").file_name().into_string().expect("text"));
    assert_eq!(names.filter(|name| begun(name)).count(), 0);
}

#[test]
fn pipelines_are_removed_each_for_itself() {
    let desk = Desk::new();
    let server = history(&desk);
    desk.call(&["again", "2", "--wait"]).expect(0);
    let said = desk.call(&["rm", "2", "--dry-run"]).expect(0);
    assert_eq!(
        said.out,
        "pipeline 2 (g, FINISH) would be deleted: 1 attempt, 7 bytes of logs; pipeline 7 repeats it and stays\nNothing was done.\n"
    );
    assert_eq!(left(&desk), [7, 6, 5, 4, 3, 2, 1]);
    let said = desk
        .call(&[
            "rm",
            "g~1",
            "slow",
            "g~1",
            "g~2",
            "99",
            "--why",
            "a & b=c %41",
        ])
        .expect(1);
    assert_eq!(
        said.out,
        "pipeline 3 (g, FINISH) is deleted: 1 attempt, 7 bytes of logs\n\
         pipeline 2 (g, FINISH) is deleted: 1 attempt, 7 bytes of logs; pipeline 7 repeats it and stays\n"
    );
    for told in [
        "pipeline 6 is not deleted: pipeline 6 is RUNNING",
        "pipeline 99 is not deleted: pipeline `99` does not exist",
    ] {
        assert!(said.err.contains(told), "{}", said.err);
    }
    assert_eq!(said.err.lines().count(), 2, "each once: {}", said.err);
    assert_eq!(left(&desk), [7, 6, 5, 4, 1]);
    assert_eq!(
        rows(
            &desk.data(),
            "journal WHERE new_state = 'DELETED' AND why = 'a & b=c %41'"
        ),
        2
    );
    for words in [
        &["show", "3"][..],
        &["why", "--pipeline", "3"],
        &["again", "3"],
        &["bundle", "3"],
        &["rm", "3"],
    ] {
        let said = desk.call(words).expect(1).err;
        let told = said.contains("was deleted at 20") && said.contains(" by `token`");
        assert!(told, "{words:?}: {said}");
    }
    let said = desk.call(&["show", "7"]).expect(0).out;
    assert!(said.contains(", again of #2 (deleted)"), "{said}");
    let told = desk.call(&["rm", "1", "slow", "--json"]).expect(1).json();
    assert_eq!(told["pipelines"][0]["pipeline"]["id"], 1, "{told}");
    assert_eq!(told["pipelines"][0]["deleted"], true, "{told}");
    assert_eq!(told["refused"][0]["id"], 6, "{told}");
    for (chars, told) in [(501, "the limit is 500"), (100_000, "the limit is 10000")] {
        let said = desk.call(&["rm", "4", "--why", &"x".repeat(chars)]);
        assert!(said.expect(2).err.contains(told), "{chars}");
    }
    assert_eq!(left(&desk), [7, 6, 5, 4]);
    drop(server);
    let said = desk.call(&["rm", "4"]).expect(1);
    assert!(said.err.contains("no server works"), "{}", said.err);
}

#[test]
fn old_pipelines_are_deleted_and_the_newest_stay() {
    let desk = Desk::new();
    let server = history(&desk);
    for words in [
        &["gc", "--keep-last", "0"][..],
        &["gc", "--graph", "g@1"],
        &["gc", "--older-than", "9"],
        &["gc", "--keep-last", "1", "--graph", "g@1"],
    ] {
        desk.call(words).expect(2);
    }
    let said = desk.call(&["gc", "--keep-last", "1", "--graph", "gg"]);
    assert!(said.expect(1).err.contains("no graph called `gg`"));
    let said = desk.call(&["gc"]).expect(0);
    assert!(said.err.contains("no rule says"), "{}", said.err);
    assert_eq!(said.out, "0 pipelines deleted, with 0 bytes of logs\n");
    let said = desk.call(&["gc", "--older-than", "1d"]).expect(0);
    assert_eq!(said.out, "0 pipelines deleted\n");
    for id in [1, 3, 4, 6] {
        age(&desk.data(), id, 10);
    }
    // It went on for long: its age counts from its end.
    write(
        &desk.data(),
        "UPDATE pipeline SET created_at = 0 WHERE id = 5",
    );

    let would = desk.call(&["gc", "--older-than", "9d", "--dry-run"]);
    assert_eq!(
        would.expect(0).out,
        "pipeline 4 (7, FINISH) would be deleted: 6 bytes of logs\n\
         pipeline 3 (g, FINISH) would be deleted: 7 bytes of logs\n\
         pipeline 1 (g, FINISH) would be deleted: 7 bytes of logs\n\
         3 pipelines would be deleted, with 20 bytes of logs. Nothing was done.\n"
    );
    // Pipeline 3 is old, and the newest of its graph.
    let both = ["gc", "--older-than", "9d", "--keep-last", "1", "--dry-run"];
    let told = lines(&desk, &[&both[..], &["--json"]].concat(), 0);
    let ids: Vec<&Value> = told.iter().map(|line| &line["id"]).collect();
    assert_eq!(ids, [&json!(4), &json!(1), &Value::Null], "{told:?}");
    assert_eq!(told[1]["log_bytes"], 7, "{told:?}");
    assert_eq!(
        told[2],
        json!({"dry_run": true, "deleted": 0, "would": 2, "refused": 0, "log_bytes": 13})
    );
    assert_eq!(left(&desk), [6, 5, 4, 3, 2, 1]);

    let done = desk.call(&["gc", "--keep-last", "2", "--graph", "g"]);
    assert_eq!(done.expect(0).out, "1 pipeline deleted\n");
    assert_eq!(left(&desk), [6, 5, 4, 3, 2]);
    // Of a graph that is called as a number is: its name is meant.
    let done = desk.call(&["gc", "--keep-last", "1", "--graph", "7"]);
    assert_eq!(done.expect(0).out, "1 pipeline deleted\n");
    assert_eq!(left(&desk), [6, 5, 3, 2]);
    desk.call(&["gc", "--keep-last", "1"]).expect(0);
    assert_eq!(left(&desk), [6, 5, 3]);
    let said = "DELETED' AND why = 'gc --keep-last 1";
    until("they are gone", || {
        rows(&desk.data(), &format!("journal WHERE new_state = '{said}'")) == 2
    });
    // What runs is no matter of it.
    desk.call(&["gc", "--older-than", "0s"]).expect(0);
    assert_eq!(left(&desk), [6]);
    drop(server);
    let said = desk.call(&["gc", "--keep-last", "1"]).expect(1);
    assert!(said.err.contains("no server works"), "{}", said.err);
}

#[test]
fn one_that_is_refused_stays_and_the_others_go() {
    let desk = Desk::new();
    std::fs::create_dir(desk.data()).expect("made");
    let server = Server::start_on(&desk.data(), &[]);
    desk.write("fine.yaml", "name: fine\nvertices: {a: 'true'}\n");
    desk.write(
        "lost.yaml",
        "name: lost\nvertices: {a: 'echo $$ >pid; exec sleep 1000'}\n",
    );
    for name in ["fine", "lost"] {
        desk.call(&["import", &format!("{name}.yaml")]).expect(0);
    }
    desk.call(&["start", "lost"]).expect(0);
    let file = desk.data().join("work/1/pid");
    let pid = || {
        let text = std::fs::read_to_string(&file).ok()?;
        text.trim().parse::<i32>().ok()
    };
    until("the script", || pid().is_some());
    let pid = pid().expect("its number");
    server.kill_supervisors();
    let state = || server.get("/tracks/1").json()["state"].clone();
    until("the loss", || state() == "INTERRUPTED");
    desk.call(&["force", "1", "fail"]).expect(0);
    server.settled(&json!(1));
    desk.call(&["start", "fine", "--wait"]).expect(0);

    let refused = format!("process {pid} still runs");
    let gc = ["gc", "--older-than", "0s", "--dry-run", "--json"];
    let told = lines(&desk, &gc, 1);
    let outcomes: Vec<&Value> = told.iter().map(|line| &line["outcome"]).collect();
    assert_eq!(
        outcomes,
        [&json!("would"), &json!("refused"), &Value::Null],
        "{told:?}"
    );
    assert_eq!(
        (&told[2]["would"], &told[2]["refused"]),
        (&json!(1), &json!(1))
    );
    let said = desk.call(&["gc", "--older-than", "0s"]).expect(1);
    assert_eq!(said.out, "1 pipeline deleted, 1 refused\n");
    assert!(
        said.err.contains("pipeline 1 is not deleted") && said.err.contains(&refused),
        "{}",
        said.err
    );
    assert_eq!(left(&desk), [1]);
    desk.call(&["kill", "--track", "1"]).expect(0);
    until("its end", || !processes::lives(pid));
    desk.call(&["rm", "1"]).expect(0);
}

/// More of them than the server is asked to delete at once.
#[test]
fn many_are_deleted_page_after_page() {
    let desk = Desk::new();
    std::fs::create_dir(desk.data()).expect("made");
    let _server = Server::start_on(&desk.data(), &[]);
    desk.write("g.yaml", "name: g\nvertices: {a: 'true'}\n");
    desk.call(&["import", "g.yaml"]).expect(0);
    desk.call(&["start", "g", "--wait"]).expect(0);
    write(
        &desk.data(),
        "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 450)
         INSERT INTO pipeline (id, graph_id, graph_name, name, description, state, creator, trigger_kind,
                               input, first_track, vertices, created_at, finished_at)
         SELECT i, graph_id, graph_name, name, '', state, '', 'rest', '{}', i, 1, created_at, finished_at
         FROM n, pipeline",
    );
    let said = desk
        .call(&["gc", "--keep-last", "5", "--dry-run"])
        .expect(0);
    assert!(
        said.out.contains("\n445 pipelines would be deleted"),
        "{}",
        said.out
    );
    let by_age = desk.call(&["gc", "--older-than", "0s", "--dry-run"]);
    let said = by_age.expect(0).out;
    assert!(said.contains("\n450 pipelines would be deleted"), "{said}");
    let said = desk.call(&["gc", "--keep-last", "5"]).expect(0);
    assert_eq!(said.out, "445 pipelines deleted\n");
    assert_eq!(left(&desk), [450, 449, 448, 447, 446]);
}
