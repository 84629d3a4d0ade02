//! `/pipelines/<id>/bundle`

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::executor::bench::until;
use crate::secrets::search::{clean, needles};
use crate::secrets::{GIVEN, NAMED};
use crate::server::Server;

const YAML: &str = r#"
name: packed
secrets: [CANARY]
input: {key: {type: secret, required: true}, host: {type: str}}
vertices:
  a:
    script: |
      echo "plain <key> and $CANARY for <host>"
      printf %s <key> | base64
      printf xx%s "$CANARY" | base64 | tr +/ -_
      test -e tried || { touch tried; exit 3; }
    retry: 1
  b: {needs: [a], outputs: {n: int}, script: 'echo n=7 >"$TRACKYARD_OUTPUT"'}
"#;

/// What `tar` makes of it: names and contents, without the top directory.
fn unpacked(bytes: &[u8], top: &str) -> BTreeMap<String, Vec<u8>> {
    let own = tempfile::tempdir().unwrap();
    let mut tar = Command::new("tar");
    tar.arg("-xzf-")
        .arg("-C")
        .arg(own.path())
        .stdin(Stdio::piped());
    let mut child = tar.spawn().expect("tar");
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    assert!(child.wait().unwrap().success());
    let mut files = BTreeMap::new();
    collect(&own.path().join(top), "", &mut files);
    assert_eq!(std::fs::read_dir(own.path()).unwrap().count(), 1);
    files
}

fn collect(dir: &Path, before: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{before}{}", entry.file_name().to_str().unwrap());
        match entry.file_type().unwrap().is_dir() {
            true => collect(&entry.path(), &format!("{name}/"), files),
            false => drop(files.insert(name, std::fs::read(entry.path()).unwrap())),
        }
    }
}

fn sha(content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    digest.iter().map(|b| format!("{b:02x}")).collect()
}

fn lines(text: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(text).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_bundle_has_all_of_a_pipeline_and_no_secret() {
    let server = Server::start();
    let value = json!({"value": NAMED}).to_string();
    let media = [("Content-Type", "application/json")];
    server
        .ask("PUT", "/api/v1/secrets/CANARY", &media, value.as_bytes())
        .expect(201);
    let pipeline = server.run(YAML, &json!({"input": {"key": GIVEN, "host": "here"}}));
    assert_eq!(pipeline["state"], "FINISH", "{pipeline}");
    let answer = server.get("/pipelines/1/bundle");
    assert_eq!(
        (answer.status, answer.media.as_str()),
        (200, "application/gzip")
    );
    let files = unpacked(&answer.body, "pipeline-1");
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "graph.yaml",
            "journal.ndjson",
            "logs/1-1.log",
            "logs/1-2.log",
            "manifest.json",
            "pipeline.json",
            "scripts/1",
            "scripts/2",
            "tracks.ndjson"
        ]
    );
    let manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    assert_eq!(
        (&manifest["format"], &manifest["pipeline"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(
        manifest["server"],
        server.get("/version").expect(200)["version"]
    );
    let listed = manifest["files"].as_array().unwrap();
    assert_eq!(listed.len(), files.len() - 1);
    for file in listed {
        let content = &files[file["path"].as_str().unwrap()];
        assert_eq!(
            (&file["bytes"], &file["sha256"]),
            (&json!(content.len()), &json!(sha(content)))
        );
    }
    assert_eq!(files["graph.yaml"], YAML.as_bytes());
    let log = String::from_utf8(files["logs/1-2.log"].clone()).unwrap();
    assert!(log.starts_with("plain ****** and ****** for here"), "{log}");
    let track = server.get("/tracks/1").expect(200);
    assert_eq!(
        files["scripts/1"],
        track["script"].as_str().unwrap().as_bytes()
    );
    let tracks = lines(&files["tracks.ndjson"]);
    assert_eq!(
        (&tracks[0]["input"]["key"], &tracks[0]["input"]["host"]),
        (&Value::Null, &json!("here"))
    );
    let codes: Vec<_> = tracks[0]["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| &a["exit_code"])
        .collect();
    assert_eq!(codes, [&json!(3), &json!(0)]);
    assert_eq!(tracks[1]["outputs"], json!({"n": 7}));
    let journal = server.get("/pipelines/1/journal").expect(200)["entries"].clone();
    assert_eq!(
        lines(&files["journal.ndjson"]).len(),
        journal.as_array().unwrap().len()
    );
    let needles = needles();
    for (name, content) in &files {
        clean(name, content, &needles);
    }
    assert_eq!(
        server.get("/pipelines/77/bundle").expect(404)["code"],
        "not-found"
    );
}

/// A bundle of many pages: more lines and tracks than are read at once, and a log that grows meanwhile.
#[test]
fn a_bundle_of_many_tracks_is_whole_while_a_log_grows() {
    let server = Server::start();
    let mut vertices: serde_json::Map<_, _> = (0..450)
        .map(|i| (format!("v{i}"), json!("echo told")))
        .collect();
    vertices.insert(
        "grows".to_owned(),
        json!("until [ -e go ]; do echo more and more; done"),
    );
    let graph = json!({"name": "many", "vertices": vertices}).to_string();
    let graph = server.define(&graph).expect(201);
    let path = format!("/graphs/{}/pipelines", graph["id"]);
    let id = server.post(&path, &json!({})).expect(201)["id"].clone();
    let states = |word: &str| {
        let tracks = server
            .get(&format!("/pipelines/{id}/tracks?state={word}&limit=500"))
            .expect(200);
        tracks["tracks"].as_array().unwrap().len()
    };
    until("all but one", || states("SUCCEED") == 450);
    let files = unpacked(
        &server.get(&format!("/pipelines/{id}/bundle")).body,
        &format!("pipeline-{id}"),
    );
    assert_eq!(
        files
            .keys()
            .filter(|name| name.starts_with("logs/"))
            .count(),
        451
    );
    assert_eq!(lines(&files["tracks.ndjson"]).len(), 451);
    assert!(lines(&files["journal.ndjson"]).len() > 900);
    let manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    for file in manifest["files"].as_array().unwrap() {
        let content = &files[file["path"].as_str().unwrap()];
        assert_eq!(file["sha256"], json!(sha(content)));
    }
    std::fs::write(
        server.data().join("work").join(id.to_string()).join("go"),
        "",
    )
    .unwrap();
    assert_eq!(server.settled(&id)["state"], "FINISH");
}
