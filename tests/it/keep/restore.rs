//! `trackyard restore`: nothing that ran since the backup is run again by itself.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::{call, on, used};
use crate::server::{Server, ask};

/// Says that it ran, then waits until it may end.
fn graph(own: &Path) -> String {
    let dir = own.display();
    format!(
        "name: g\nvertices:\n  a: \"echo a >>{dir}/ran; until [ -e {dir}/go ]; do sleep 0.02; done\"\n  b: {{script: 'echo b >>{dir}/ran', needs: [a]}}\n"
    )
}

struct Case {
    own: tempfile::TempDir,
    server: Server,
    file: String,
    cookie: String,
}

impl Case {
    /// A backup while the first of two pipelines runs, and the second waits for its slot. Then both
    /// go on to their end.
    fn new() -> Self {
        let own = tempfile::tempdir().expect("a directory");
        let old = own.path().join("old");
        fs::create_dir(&old).expect("made");
        let server = Server::start_on(&old, &["--slots", "1"]);
        let cookie = server.sign_in(&server.link);
        let id = server.define(&graph(own.path())).expect(201)["id"].clone();
        let start = || server.post(&format!("/graphs/{id}/pipelines"), &json!({}));
        let ids = [
            start().expect(201)["id"].clone(),
            start().expect(201)["id"].clone(),
        ];
        assert_eq!(ids, [json!(1), json!(2)]);
        let ran = own.path().join("ran");
        server.until(|| ran.exists());
        let file = own.path().join("b.tar.gz").to_string_lossy().into_owned();
        call(&server, &["backup", "--logs", &file]).expect(0);
        fs::write(own.path().join("go"), "").expect("written");
        for id in ids {
            assert_eq!(server.settled(&id)["state"], "FINISH");
        }
        let case = Self {
            own,
            server,
            file,
            cookie,
        };
        assert_eq!(case.ran(), "a\na\nb\nb\n");
        case
    }

    fn ran(&self) -> String {
        fs::read_to_string(self.own.path().join("ran")).expect("a file")
    }
}

fn of(server: &Server, pipeline: i64) -> Value {
    server.get(&format!("/pipelines/{pipeline}")).expect(200)
}

#[test]
fn what_ran_since_the_backup_is_not_run_again() {
    let case = Case::new();
    let new = case.own.path().join("new");
    let said = on(&new, &["restore", &case.file]).expect(0);
    assert!(
        said.out.contains("1 script ran when it was made"),
        "{}",
        said.out
    );
    assert!(
        said.out
            .contains("2 pipelines had not ended: #1 #2. Paused"),
        "{}",
        said.out
    );
    let server = Server::start_on(&new, &["--slots", "1"]);
    server.until(|| of(&server, 1)["tracks"][0]["state"] == "INTERRUPTED");
    for pipeline in [1, 2] {
        assert_eq!(of(&server, pipeline)["state"], "PAUSED");
    }
    let track = server.track(&of(&server, 1), "a");
    let detail = track.to_string();
    assert!(detail.contains("restored from a backup"), "{detail}");
    assert_eq!(of(&server, 2)["tracks"][0]["state"], "PENDING");
    let journal = server.get("/pipelines/2/journal").expect(200).to_string();
    assert!(journal.contains("\"who\":\"restore\""), "{journal}");
    assert!(
        journal.contains("the data was restored from a backup of"),
        "{journal}"
    );
    let page = |server: &Server| {
        let cookie = [("Cookie", case.cookie.as_str())];
        ask("GET", &format!("{}/pipelines", server.url), &cookie, b"").status
    };
    assert_eq!(page(&case.server), 200);
    assert_ne!(page(&server), 200, "browsers sign in again");
    // A person says what is to be done; what follows is the old server's work no more.
    call(
        &server,
        &[
            "force",
            &track["id"].to_string(),
            "succeed",
            "--why",
            "seen",
        ],
    )
    .expect(0);
    call(&server, &["resume", "1"]).expect(0);
    assert_eq!(server.settled(&json!(1))["state"], "FINISH");
    assert_eq!(
        case.ran(),
        "a\na\nb\nb\nb\n",
        "only what a person let go on"
    );
    assert_eq!(of(&server, 2)["state"], "PAUSED");
    assert_eq!(
        case.server.get("/pipelines/1").expect(200)["state"],
        "FINISH"
    );
    let log = on(&new, &["logs", &track["id"].to_string()]);
    log.expect(0);
}

#[test]
fn with_resume_only_what_had_not_started_runs() {
    let case = Case::new();
    let new = case.own.path().join("new");
    let said = on(&new, &["restore", "--resume", &case.file, "--json"]).expect(0);
    let said = said.json();
    assert_eq!(
        (&said["live"], &said["paused"]),
        (&json!([1, 2]), &json!([]))
    );
    assert_eq!(said["interrupted"], 1);
    let server = Server::start_on(&new, &["--slots", "1"]);
    assert_eq!(server.settled(&json!(2))["state"], "FINISH");
    assert_eq!(of(&server, 1)["tracks"][0]["state"], "INTERRUPTED");
    assert_eq!(case.ran(), "a\na\nb\nb\na\nb\n");
}

#[test]
fn a_directory_in_use_is_refused_and_an_old_one_moved_aside() {
    let desk = used();
    desk.call(&["backup", "b.tar.gz"]).expect(0);
    let said = desk.call(&["restore", "b.tar.gz"]).expect(1);
    assert!(said.err.contains("is not empty"), "{}", said.err);
    desk.call(&["run", "-q", "g.yaml"]).expect(0);
    let server = Server::start_on(&desk.data(), &[]);
    let said = desk.call(&["restore", "b.tar.gz", "--force"]).expect(1);
    assert!(
        said.err.contains("works on the data directory")
            && said.err.contains("drain")
            && !said.err.contains("import FILE"),
        "{}",
        said.err
    );
    assert_eq!(server.get("/pipelines/2").status, 200);
    drop(server);
    let said = desk.call(&["restore", "b.tar.gz", "--force", "--json"]);
    let aside = said.expect(0).json()["moved_to"]
        .as_str()
        .expect("a place")
        .to_owned();
    let count = |data: &Path| {
        let listed = on(data, &["ls", "--json"]).expect(0).json();
        listed["pipelines"].as_array().expect("a list").len()
    };
    assert_eq!((count(&desk.data()), count(Path::new(&aside))), (1, 2));
}

#[test]
fn a_file_that_is_no_backup_changes_nothing() {
    let desk = used();
    desk.call(&["backup", "b.tar.gz"]).expect(0);
    let whole = fs::read(desk.dir().join("b.tar.gz")).expect("a backup");
    let target = desk.dir().join("target");
    let mut header = tar::Header::new_gnu();
    header.set_size(1);
    header.as_gnu_mut().expect("it is").name[..8].copy_from_slice(b"../evil\0");
    header.set_cksum();
    let zip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut evil = tar::Builder::new(zip);
    evil.append(&header, &b"x"[..]).expect("written");
    let evil = evil.into_inner().expect("a file").finish().expect("a file");
    for (bytes, why) in [
        (&whole[..whole.len() / 2], "no backup that can be used"),
        (b"not at all", "no backup that can be used"),
        (&evil, "`../evil` does not belong into a backup"),
    ] {
        fs::write(desk.dir().join("x.tar.gz"), bytes).expect("written");
        let said = on(
            &target,
            &["restore", &desk.dir().join("x.tar.gz").to_string_lossy()],
        );
        let said = said.expect(1);
        assert!(said.err.contains(why), "{}", said.err);
        assert!(!target.exists());
    }
    let left = fs::read_dir(desk.dir()).expect("a directory").count();
    assert_eq!(left, 4, "data, definition, backup, what is none");
}
