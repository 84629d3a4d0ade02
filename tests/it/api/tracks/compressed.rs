//! A log that is compressed: whoever reads it, in whatever way, gets what it was before.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use trackyard::engine::PipelineId;

use crate::server::{Server, program};

/// A megabyte; the last line has no end.
const PRINTS: &str = "name: g\nvertices: {a: \"seq 1 150000; printf 'no end'\"}\n";
/// The same, and it fails the first time.
const FAILS: &str =
    "name: g\nvertices: {a: 'seq 1 150000; test -e tried || { touch tried; exit 3; }'}\n";

fn printed() -> String {
    let lines: String = (1..=150_000).map(|n| format!("{n}\n")).collect();
    lines + "no end"
}

/// A server that compresses no log.
fn plain(data: &Path) -> Server {
    let mut command = program();
    command.env("TRACKYARD_LOG_COMPRESS_ABOVE", "0");
    Server::from_command(command, data, &[])
}

fn log(server: &Server) -> PathBuf {
    server.data().join("logs/1/1-1.log")
}

/// Waits until the one file of the first attempt's log is the compressed one.
fn is_compressed(server: &Server) {
    let log = log(server);
    let zst = log.with_extension("log.zst");
    server.until(|| zst.exists() && !log.exists());
    let (packed, text) = (fs::metadata(zst).expect("there").len(), printed().len());
    assert!(packed < text as u64 / 2, "{packed} of {text}");
}

/// What the command line prints.
fn prints(server: &Server, words: &[&str]) -> Vec<u8> {
    let mut command = program();
    let output = command
        .args(words)
        .arg("--data")
        .arg(server.data())
        .output();
    let output = output.expect("it runs");
    assert!(output.status.success(), "{output:?}");
    output.stdout
}

/// The log in a bundle.
fn bundled(server: &Server) -> Vec<u8> {
    let own = tempfile::tempdir().expect("a directory");
    let file = own.path().join("bundle");
    fs::write(&file, server.get("/pipelines/1/bundle").body).expect("written");
    let mut tar = Command::new("tar");
    tar.arg("-xzOf").arg(&file).arg("pipeline-1/logs/1-1.log");
    tar.output().expect("tar").stdout
}

/// Everything that can be read of the log, in each way.
fn all_ways(server: &Server) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for range in [
        "",
        "bytes=0-0",
        "bytes=262140-262150",
        "bytes=500000-",
        "bytes=-5",
        "bytes=99-700000",
    ] {
        for path in ["/tracks/1/attempts/1/log", "/tracks/1/log/raw"] {
            let headers: &[(&str, &str)] = match range {
                "" => &[],
                range => &[("Range", range)],
            };
            let answer = server.ask("GET", &format!("/api/v1{path}"), headers, b"");
            assert_eq!(answer.status, if range.is_empty() { 200 } else { 206 });
            let about = ["content-range", "content-length", "content-disposition"];
            let about = about.map(|name| answer.header(name).to_owned());
            found.push((format!("{path} {range} {about:?}"), answer.body));
        }
    }
    let beyond = [("Range", "bytes=9999999-")];
    let beyond = server.ask("GET", "/api/v1/tracks/1/log/raw", &beyond, b"");
    found.push((format!("{}", beyond.status), beyond.body));
    for query in [
        "",
        "?line=149999&n=9",
        "?line=77777&n=3",
        "?tail=5",
        "?line=200000",
        "?grep=9999",
        "?regex=%5E1.*77%24&n=20",
        "?grep=NO%20end&ignore_case=true",
    ] {
        found.push((
            query.to_owned(),
            server.get(&format!("/tracks/1/log{query}")).body,
        ));
    }
    let own = server.get("/logs/workflow-instances/1");
    found.push(("the end of each".to_owned(), own.body));
    found.push(("bundle".to_owned(), bundled(server)));
    for words in [
        &["logs", "1"][..],
        &["logs", "1", "--tail", "3"],
        &["logs", "1", "--grep", "4999"],
    ] {
        found.push((words.join(" "), prints(server, words)));
    }
    found
}

#[test]
fn a_compressed_log_is_read_in_every_way_as_the_plain_one_is() {
    let own = tempfile::tempdir().expect("a directory");
    let other = plain(own.path());
    let server = Server::start();
    for server in [&other, &server] {
        server.run(PRINTS, &json!({}));
    }
    is_compressed(&server);
    assert!(log(&other).exists());
    let (found, expected) = (all_ways(&server), all_ways(&other));
    assert!(found[0].1 == printed().as_bytes());
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found.0, expected.0);
        assert!(found.1 == expected.1, "{}", found.0);
    }
    let cookie = server.sign_in(&server.link);
    let page = |line: u32| {
        let path = format!("{}/tracks/1/attempts/1/log?line={line}", server.url);
        let answer = crate::server::ask("GET", &path, &[("Cookie", &cookie)], b"");
        String::from_utf8(answer.body).expect("text")
    };
    assert!(page(140_000).contains("140017"));
    // What others have reads it, too.
    let zst = log(&server).with_extension("log.zst");
    if let Ok(output) = Command::new("zstd").arg("-dcq").arg(zst).output() {
        assert!(output.stdout == printed().as_bytes());
    }
}

/// The next attempt writes a log of its own, whatever became of the one before it.
#[test]
fn a_track_that_is_brought_back_prints_into_another_log() {
    let server = Server::start();
    let ended = server.run(FAILS, &json!({}));
    assert_eq!(ended["state"], "FAILED");
    is_compressed(&server);
    let retry = json!({"expect": "FAILED"});
    server.post("/tracks/1/retry", &retry).expect(200);
    assert_eq!(server.settled(&json!(1))["state"], "FINISH");
    let second = server.data().join("logs/1/1-2.log.zst");
    server.until(|| second.exists());
    let read = |attempt| {
        server
            .get(&format!("/tracks/1/attempts/{attempt}/log"))
            .body
    };
    let text = printed();
    let lines = text.strip_suffix("no end").expect("it ends so");
    assert!(read(1) == lines.as_bytes() && read(2) == lines.as_bytes());
    let answer = server.ask("DELETE", "/api/v1/pipelines/1", &[], b"");
    assert!(answer.status < 300, "{}", answer.status);
    server.until(|| !server.data().join("logs/1").exists());
}

/// One thread does it in the order in which it hears of them: what is over after it has had its turn.
#[test]
fn logs_stay_as_they_are_until_the_pipeline_is_over() {
    let server = Server::start();
    let waits =
        "name: w\nvertices: {a: 'seq 1 150000', b: 'until [ -e go ]; do sleep 0.05; done'}\n";
    let graph = server.define(waits).expect(201);
    let path = format!("/graphs/{}/pipelines", graph["id"]);
    server.post(&path, &json!({})).expect(201);
    let spool = server.spool();
    let (first, second) = (PipelineId(1), PipelineId(2));
    let ended = || {
        let left = spool.list().expect("a directory");
        !left.iter().any(|key| key.track.0 == 1) && !spool.marked(first).expect("marks").is_empty()
    };
    server.until(ended);
    server.run(PRINTS, &json!({}));
    let other = server.data().join("logs/2/3-1.log.zst");
    server.until(|| other.exists() && spool.marked(second).expect("marks").is_empty());
    assert!(log(&server).exists());
    assert_eq!(spool.marked_pipelines().expect("marks"), [first]);
    fs::write(server.data().join("work/1/go"), "").expect("written");
    is_compressed(&server);
    server.until(|| spool.marked_pipelines().expect("marks").is_empty());
}

#[test]
fn a_damaged_compressed_log_is_an_error_and_no_text() {
    let server = Server::start();
    server.run(PRINTS, &json!({}));
    is_compressed(&server);
    let zst = log(&server).with_extension("log.zst");
    let sound = fs::read(&zst).expect("there");
    let code = |path: &str| -> Value {
        let answer = server.get(path);
        assert_eq!(answer.status, 500, "{path}");
        answer.json()["code"].clone()
    };
    let mut bytes = sound.clone();
    // Of the first frame alone.
    bytes[1_000] ^= 1;
    fs::write(&zst, &bytes).expect("written");
    assert_eq!(code("/tracks/1/attempts/1/log"), "log");
    assert_eq!(code("/tracks/1/log?line=3"), "log");
    let end = server.ask(
        "GET",
        "/api/v1/tracks/1/log/raw",
        &[("Range", "bytes=-6")],
        b"",
    );
    assert_eq!((end.status, &end.body[..]), (206, &b"no end"[..]));
    // Of the last one alone: what has been sent by then is not taken for all of it.
    let mut bytes = sound.clone();
    let at = bytes.len() - 2_000;
    bytes[at] ^= 1;
    fs::write(&zst, &bytes).expect("written");
    let broken = server.try_ask("GET", "/api/v1/tracks/1/log/raw", &[], b"");
    assert!(broken.is_err());
    fs::write(&zst, &sound[..sound.len() - 1]).expect("written");
    assert_eq!(code("/tracks/1/log/raw"), "log");
    let mut command = program();
    let said = command
        .args(["logs", "1", "--data"])
        .arg(server.data())
        .output();
    let said = String::from_utf8(said.expect("it runs").stderr).expect("text");
    assert!(said.contains("the compressed log is damaged"), "{said}");
    fs::write(&zst, sound).expect("written");
    assert!(server.get("/tracks/1/attempts/1/log").body == printed().as_bytes());
}

#[test]
fn a_backup_has_compressed_logs() {
    let server = Server::start();
    server.run(PRINTS, &json!({}));
    is_compressed(&server);
    let own = tempfile::tempdir().expect("a directory");
    let file = own.path().join("b.tar.gz");
    prints(&server, &["backup", file.to_str().expect("text"), "--logs"]);
    let data = own.path().join("data");
    let mut command = program();
    command.args(["restore", file.to_str().expect("text"), "--data"]);
    let restored = command.arg(&data).output().expect("it runs");
    assert!(restored.status.success(), "{restored:?}");
    assert!(data.join("logs/1/1-1.log.zst").exists());
    let restored = Server::start_on(&data, &[]);
    assert!(restored.get("/tracks/1/attempts/1/log").body == printed().as_bytes());
}
