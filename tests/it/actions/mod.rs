//! What people ask of pipelines and tracks, over REST, of a real server with real scripts.
//!
//! Each deed is worked out first (`dry_run`), which must change nothing, and must be found in the
//! journal afterwards.

mod again;
mod asking;
mod killed;
mod parallel;
mod pipelines;
mod stopping;
mod survivors;
mod tracks;

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::executor::bench::until;
use crate::processes;
use crate::server::{Answer, Server, program};

/// A pipeline of a server of its own. Its scripts run in one directory, where they wait for files.
pub(crate) struct Case {
    pub(crate) server: Server,
    pub(crate) id: Value,
    own: tempfile::TempDir,
}

/// A program of two slots with other settings from the environment.
fn with(settings: &[(&str, &str)]) -> Command {
    let mut command = program();
    command.env("TRACKYARD_SLOTS", "2");
    command.envs(settings.iter().copied());
    command
}

impl Case {
    /// Starts a graph on a server of two slots that waits a second before a KILL.
    pub(crate) fn start(yaml: &str) -> Self {
        Self::with(&[("TRACKYARD_GRACE", "1s")], yaml, &json!({}))
    }

    /// The same with other settings, and with what a start says.
    pub(crate) fn with(settings: &[(&str, &str)], yaml: &str, start: &Value) -> Self {
        let own = tempfile::tempdir().expect("a directory");
        let server = Server::from_command(with(settings), own.path(), &[]);
        let mut case = Self {
            server,
            id: Value::Null,
            own,
        };
        case.id = case.one_more(yaml, start);
        case
    }

    /// Starts another pipeline.
    pub(crate) fn one_more(&self, yaml: &str, start: &Value) -> Value {
        let graph = self.server.define(yaml).json();
        assert_eq!(graph["checked"], true, "{graph}");
        let path = format!("/graphs/{}/pipelines", graph["id"]);
        self.server.post(&path, start).expect(201)["id"].clone()
    }

    /// A file of the directory in which the scripts run.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.own.path().join(format!("work/{}/{name}", self.id))
    }

    /// Makes a file that a script waits for, once there is the directory.
    pub(crate) fn put(&self, name: &str) {
        until("written", || std::fs::write(self.file(name), "").is_ok());
    }

    /// What scripts have written, once it is as many lines.
    pub(crate) fn lines(&self, name: &str, count: usize) -> Vec<String> {
        let read = || std::fs::read_to_string(self.file(name)).unwrap_or_default();
        until(name, || {
            read().lines().count() >= count && read().ends_with('\n')
        });
        read().lines().map(str::to_owned).collect()
    }

    pub(crate) fn pipeline(&self) -> Value {
        self.server
            .get(&format!("/pipelines/{}", self.id))
            .expect(200)
    }

    /// A track as it is in the list of its pipeline.
    pub(crate) fn track(&self, vertex: &str) -> Value {
        let pipeline = self.pipeline();
        let tracks = pipeline["tracks"].as_array().expect("tracks");
        let track = tracks.iter().find(|t| t["vertex"] == vertex);
        track.expect("a track of that name").clone()
    }

    /// `RUNNING: a SUCCEED, b PENDING slot`
    pub(crate) fn states(&self) -> String {
        let pipeline = self.pipeline();
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let one = |t: &Value| {
            let all = [
                word(&t["vertex"]),
                word(&t["state"]),
                word(&t["pending_on"]),
            ];
            all.join(" ").trim_end().to_owned()
        };
        let tracks = pipeline["tracks"].as_array().expect("tracks");
        let tracks: Vec<String> = tracks.iter().map(one).collect();
        format!("{}: {}", word(&pipeline["state"]), tracks.join(", "))
    }

    /// Waits until it stands so.
    pub(crate) fn until(&self, states: &str) {
        until(states, || {
            let now = self.states();
            assert!(!now.is_empty());
            now == states
        });
    }

    pub(crate) fn settled(&self) -> String {
        self.server.settled(&self.id);
        self.states()
    }

    pub(crate) fn journal(&self) -> Vec<Value> {
        let path = format!("/pipelines/{}/journal", self.id);
        let journal = self.server.get(&path).expect(200);
        journal["entries"].as_array().expect("entries").clone()
    }

    /// The address of what is asked of a track, or with `""` of the pipeline.
    pub(crate) fn path(&self, vertex: &str, word: &str) -> String {
        match vertex {
            "" => format!("/pipelines/{}/{word}", self.id),
            vertex => format!("/tracks/{}/{word}", self.track(vertex)["id"]),
        }
    }

    /// Asks, with nothing added.
    pub(crate) fn ask(&self, vertex: &str, word: &str, body: &Value) -> Answer {
        self.server.post(&self.path(vertex, word), body)
    }

    /// What stands in the pipeline, its tracks and its journal.
    fn everything(&self) -> Value {
        let pipeline = self.pipeline();
        let tracks = pipeline["tracks"].as_array().expect("tracks");
        let whole = |t: &Value| self.server.get(&format!("/tracks/{}", t["id"])).expect(200);
        let tracks: Vec<Value> = tracks.iter().map(whole).collect();
        json!([pipeline, tracks, self.journal()])
    }

    /// Does what is asked of a track, or with `""` of the pipeline, when nothing moves by itself: it
    /// is worked out first, done with what was seen, and found in the journal. Gives what was worked
    /// out.
    pub(crate) fn act(&self, vertex: &str, word: &str, body: Value) -> Value {
        let mut body = body;
        let seen = match vertex {
            "" => self.pipeline(),
            vertex => self.track(vertex),
        };
        body["expect"] = seen["state"].clone();
        body["why"] = json!(format!("to see what `{word}` does"));
        let path = self.path(vertex, word);
        let before = self.everything();
        let dry = self
            .server
            .post(&format!("{path}?dry_run=true"), &body)
            .expect(200);
        assert_eq!(
            self.everything(),
            before,
            "a dry run of `{word}` changed something"
        );
        let done = self.server.post(&path, &body).expect(200);
        let to = dry["to"].as_str().expect("a state");
        let state = match vertex {
            "" => done["state"].clone(),
            _ => self.pipeline()["state"].clone(),
        };
        // What runs may have ended by now.
        assert!(state == to || to == "RUNNING", "{state} is not {to}");
        let from = dry["tracks"].as_array().expect("tracks").iter();
        let from: Vec<&Value> = from.map(|t| &t["from"]).collect();
        let tracks = before[0]["tracks"].as_array().expect("tracks");
        let was: Vec<&Value> = tracks.iter().map(|t| &t["state"]).collect();
        assert_eq!(from, was);
        self.journaled(&before[2], &seen, word);
        dry
    }

    /// Who, when, what and why are in the journal, of the thing that was asked.
    fn journaled(&self, before: &Value, seen: &Value, word: &str) {
        let old = before.as_array().expect("entries").len();
        let journal = self.journal();
        let ours = |entry: &&Value| {
            let why = entry["why"].as_str().unwrap_or_default();
            let of_it = seen.get("vertex").is_none() || entry["track"] == seen["id"];
            let said = why.ends_with(&format!(": to see what `{word}` does"));
            said && of_it && entry["who"] == "token" && entry["at"].is_string()
        };
        let found = journal[old..].iter().find(ours);
        assert!(found.is_some(), "`{word}` is not in {journal:?}");
    }
}

/// The fates that a dry run tells: `a run, b keep`.
pub(crate) fn fates(dry: &Value) -> String {
    let tracks = dry["tracks"].as_array().expect("tracks").iter();
    let one = |t: &Value| {
        let word = |name: &str| t[name].as_str().expect("a word").to_owned();
        format!("{} {}", word("vertex"), word("will"))
    };
    let all: Vec<String> = tracks.map(one).collect();
    let counts = dry["counts"].as_object().expect("counts");
    let counted: u64 = counts.values().filter_map(Value::as_u64).sum();
    assert_eq!(counted, all.len() as u64);
    all.join(", ")
}

/// A script that notes its number and waits for a file.
pub(crate) fn waits(name: &str) -> String {
    format!("echo $$ >>{name}.pid; until [ -e {name}.go ]; do sleep 0.02; done")
}

/// Waits until no process with these numbers, and none of the groups that they lead, is there.
pub(crate) fn gone(pids: &[String]) {
    for pid in pids {
        let pid: i32 = pid.parse().expect("a number");
        until("the end of a process", || !processes::lives(pid));
        until("the end of a group", || !processes::group_lives(pid));
    }
}
