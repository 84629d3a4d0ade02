//! `/pipelines/<id>/bundle`

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
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
    let mut sums = Command::new("sha256sum");
    sums.args(["--check", "--strict", "--quiet", "SHA256SUMS"]);
    let sums = sums.current_dir(own.path().join(top)).output();
    let sums = sums.expect("sha256sum");
    assert!(sums.status.success() && sums.stderr.is_empty(), "{sums:?}");
    let listed = String::from_utf8_lossy(&files["SHA256SUMS"])
        .lines()
        .count();
    assert_eq!(listed, files.len() - 1, "all but itself");
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

/// What a script of a bundle prints that is run as the bundle says, by one who knows the secrets.
fn by_hand(files: &BTreeMap<String, Vec<u8>>, run: &str) -> String {
    let own = tempfile::tempdir().unwrap();
    let run: Value = serde_json::from_slice(&files[run]).unwrap();
    let script = run["script"].as_str().unwrap();
    let file = own.path().join(script);
    std::fs::create_dir(file.parent().unwrap()).unwrap();
    std::fs::write(file, &files[script]).unwrap();
    let argv: Vec<&str> = run["argv"]
        .as_array()
        .unwrap()
        .iter()
        .map(|word| word.as_str().unwrap())
        .collect();
    let mut command = Command::new(argv[0]);
    command.args(&argv[1..]).current_dir(own.path());
    for (name, value) in run["environment"].as_object().unwrap() {
        let secret = if name == "CANARY" { NAMED } else { GIVEN };
        command.env(name, value.as_str().unwrap_or(secret));
    }
    String::from_utf8(command.output().unwrap().stdout).unwrap()
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
            "SHA256SUMS",
            "graph.yaml",
            "journal.ndjson",
            "logs/1-1.log",
            "logs/1-2.log",
            "logs/2-1.log",
            "manifest.json",
            "pipeline.json",
            "runs/1.json",
            "runs/2.json",
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
    assert_eq!(listed.len(), files.len() - 2);
    let empty = json!({"path": "logs/2-1.log", "bytes": 0, "sha256": sha(b"")});
    assert!(listed.contains(&empty), "an empty log is there: {manifest}");
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
    assert_eq!(files["scripts/1"], server.get("/tracks/1/script").body);
    let again = by_hand(&files, "runs/1.json");
    let said = format!("plain {GIVEN} and {NAMED} for here\n");
    assert!(again.starts_with(&said), "{again}");
    let described: Value = serde_json::from_slice(&files["pipeline.json"]).unwrap();
    assert_eq!(described["created_at"], pipeline["created_at"]);
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

/// Who reads slowly learns that the pipeline was deleted meanwhile: the answer has no end.
#[test]
fn a_bundle_of_a_pipeline_that_is_deleted_meanwhile_is_not_taken_for_a_whole_one() {
    let server = Server::start();
    let yaml = "name: g\nvertices: {a: 'head -c 30000000 /dev/urandom'}\n";
    let ended = server.run(yaml, &json!({}));
    assert_eq!(ended["state"], "FINISH");
    let bundle = || {
        let address = server.url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).unwrap();
        let token = &server.token;
        let head = format!(
            "GET /api/v1/pipelines/1/bundle HTTP/1.1\r\nHost: {address}\r\n\
             Authorization: Bearer {token}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut begun = vec![0; 4_096];
        stream.read_exact(&mut begun).unwrap();
        assert!(begun.starts_with(b"HTTP/1.1 200 OK\r\n"));
        (stream, begun)
    };
    let rest = |(mut stream, mut read): (TcpStream, Vec<u8>)| {
        // That the connection is reset is an end as well.
        let _ = stream.read_to_end(&mut read);
        read
    };
    let whole = rest(bundle());
    assert!(whole.ends_with(b"\r\n0\r\n\r\n"), "{} bytes", whole.len());
    let begun = bundle();
    server
        .ask("DELETE", "/api/v1/pipelines/1", &[], b"")
        .expect(200);
    let broken = rest(begun);
    assert!(broken.len() > 4_096);
    assert!(!broken.ends_with(b"0\r\n\r\n"), "{} bytes", broken.len());
}
