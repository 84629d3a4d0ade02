//! A data directory, a graph that runs in it, and what is true of both after a death.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use trackyard::failpoint::Point;
use trackyard::spool::{Instance, Spool};

use crate::executor::bench::{lives, until};
use crate::server::{Server, program};

/// The first wave. The first two are held until the test lets them go, the third until all three
/// run: so a third slot is all that the others have, and they run one after another.
pub(super) const HELD: [&str; 2] = ["h0", "h1"];
pub(super) const FIRST: [&str; 3] = ["h0", "h1", "c0"];
/// All vertices and what they need: a chain, then a fan.
const VERTICES: [(&str, &[&str]); 8] = [
    ("h0", &[]),
    ("h1", &[]),
    ("c0", &[]),
    ("c1", &["c0"]),
    ("f0", &["c1"]),
    ("f1", &["c1"]),
    ("f2", &["c1"]),
    ("z", &["f0", "f1", "f2", "h0", "h1"]),
];

/// What a process wrote at its deadly pass.
pub(super) struct Mark {
    pub(super) pid: i32,
    /// The attempt, as `pipeline-track-number`.
    pub(super) attempt: String,
}

/// What a script wrote at its start.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ran {
    pub(super) vertex: String,
    pub(super) attempt: i64,
    /// The process that was the script's parent: its supervisor, while that lived.
    pub(super) parent: i32,
}

/// What is expected of a pipeline beside that every vertex runs once and succeeds.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// The vertices that were INTERRUPTED.
    pub(super) interrupted: BTreeSet<String>,
    /// They run again; else a person has said that they succeeded.
    pub(super) again: bool,
    /// The one of them whose script did not run.
    pub(super) never: Option<String>,
    /// How many attempts were not started for a reason that passes.
    pub(super) unstarted: usize,
}

pub(super) struct Case {
    pub(super) own: tempfile::TempDir,
}

impl Case {
    pub(super) fn new() -> Case {
        let own = tempfile::tempdir().unwrap();
        Case { own }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.own.path().join(name)
    }

    /// The program, to die at the pass of a point or not at all.
    pub(super) fn program(&self, dies: Option<(Point, u64)>) -> Command {
        let mut command = program();
        if let Some((point, pass)) = dies {
            let file = self.path("passes");
            let value = format!("{point:?}:{pass}:{}", file.display());
            command.env("TRACKYARD_FAILPOINT", value);
        }
        command
    }

    pub(super) fn serve(&self, dies: Option<(Point, u64)>) -> Server {
        let slots = ["--slots", "3"];
        Server::from_command(self.program(dies), self.own.path(), &slots)
    }

    /// The deadly pass, once there was one and its process is dead.
    pub(super) fn died(&self, pass: u64) -> Mark {
        let line = || {
            let text = fs::read_to_string(self.path("passes")).unwrap_or_default();
            text.lines().nth(pass as usize - 1).map(str::to_owned)
        };
        until("the deadly pass", || line().is_some());
        let line = line().unwrap();
        let (pid, attempt) = line.split_once(' ').unwrap();
        let (pid, attempt) = (pid.parse().unwrap(), attempt.trim().to_owned());
        until("the death", || !lives(pid));
        Mark { pid, attempt }
    }

    /// A script that says that it runs, and then does this. It fails if it sees the variable.
    pub(super) fn script(&self, then: &str) -> String {
        let lines = self.path("lines");
        format!(
            "[ -z \"${{TRACKYARD_FAILPOINT+x}}\" ]\n\
             echo \"$TRACKYARD_VERTEX $TRACKYARD_ATTEMPT $PPID\" >>'{}'\n{then}\n",
            lines.display()
        )
    }

    /// A wait for the test.
    pub(super) fn hold(&self) -> String {
        let go = self.path("go");
        format!("until [ -e '{}' ]; do sleep 0.02; done", go.display())
    }

    /// Lets all go that wait.
    pub(super) fn release(&self) {
        fs::write(self.path("go"), "").unwrap();
    }

    /// Saves a graph of these vertices, and gives its number.
    pub(super) fn define(&self, server: &Server, vertices: &Value) -> Value {
        let graph = json!({"name": "g", "vertices": vertices});
        let graph = server.define(&graph.to_string()).expect(201);
        assert_eq!(graph["checked"], true, "{graph}");
        graph["id"].clone()
    }

    /// The graph of [`VERTICES`].
    pub(super) fn graph(&self, server: &Server) -> Value {
        let (lines, go) = (self.path("lines"), self.path("go"));
        let all_run = format!(
            "until [ \"$(grep -c . '{}')\" -ge 3 ] || [ -e '{}' ]; do sleep 0.02; done",
            lines.display(),
            go.display()
        );
        let vertices = VERTICES.map(|(name, needs)| {
            let then = match name {
                "h0" | "h1" => self.hold(),
                "c0" => all_run.clone(),
                _ => String::new(),
            };
            let vertex = json!({"script": self.script(&then), "needs": needs});
            (name.to_owned(), vertex)
        });
        self.define(server, &Value::Object(vertices.into_iter().collect()))
    }

    /// Starts a graph once, however often it is called; the pipeline's number, unless the server
    /// dies before it says so.
    pub(super) fn start(&self, server: &Server, graph: &Value) -> Option<Value> {
        let path = format!("/api/v1/graphs/{graph}/pipelines");
        let headers = [
            ("Content-Type", "application/json"),
            ("Idempotency-Key", "one"),
        ];
        let answer = server.try_ask("POST", &path, &headers, b"{}").ok()?;
        let id = answer.json()["id"].clone();
        assert!(id.is_i64(), "{}", answer.json());
        Some(id)
    }

    /// The scripts that ran, in order of their names.
    pub(super) fn ran(&self) -> Vec<Ran> {
        let text = fs::read_to_string(self.path("lines")).unwrap_or_default();
        let mut ran: Vec<_> = text
            .lines()
            .map(|line| {
                let [vertex, attempt, parent] = line.split(' ').collect::<Vec<_>>()[..] else {
                    panic!("`{line}` is no whole line")
                };
                Ran {
                    vertex: vertex.to_owned(),
                    attempt: attempt.parse().unwrap(),
                    parent: parent.parse().unwrap(),
                }
            })
            .collect();
        ran.sort();
        ran
    }

    /// Waits until scripts that ran for attempts are exactly these, one line each.
    pub(super) fn ran_once(&self, mut wanted: Vec<(String, i64)>) {
        let ran = || self.ran().into_iter().map(|ran| (ran.vertex, ran.attempt));
        // A script that nobody watches any more may be about to say that it runs.
        until("the last line", || ran().count() >= wanted.len());
        wanted.sort();
        assert_eq!(ran().collect::<Vec<_>>(), wanted);
    }

    /// Waits until nothing moves any more by itself, and gives the vertices that are INTERRUPTED.
    pub(super) fn interrupted(&self, server: &Server, id: &Value) -> BTreeSet<String> {
        let tracks = || {
            let pipeline = server.get(&format!("/pipelines/{id}")).expect(200);
            pipeline["tracks"].as_array().unwrap().clone()
        };
        let moves = |track: &Value| track["state"] == "RUNNING" || track["state"] == "PENDING";
        server.until(|| !tracks().iter().any(moves));
        let tracks = tracks();
        let held = tracks.iter().filter(|t| t["state"] == "INTERRUPTED");
        held.map(|t| t["vertex"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Waits for the end of the pipeline: all SUCCEED, each attempt ran once, and there is no
    /// other attempt than the outcome says.
    pub(super) fn finished(&self, server: &Server, id: &Value, outcome: &Outcome) {
        let pipeline = server.settled(id);
        assert_eq!(pipeline["state"], "FINISH", "{pipeline}");
        let (mut ran, mut unstarted) = (Vec::new(), 0);
        for (vertex, _) in VERTICES {
            let track = server.track(&pipeline, vertex);
            assert_eq!(track["state"], "SUCCEED", "{track}");
            let attempts = track["attempts"].as_array().unwrap();
            let count = |why: &str| attempts.iter().filter(|a| a["reason"] == why).count();
            let (interrupted, refused) = (count("interrupted"), count("not_started"));
            let held = outcome.interrupted.contains(vertex);
            assert_eq!(interrupted, usize::from(held), "{track}");
            let rest = attempts.len() - interrupted - refused;
            assert_eq!(rest, usize::from(!held || outcome.again), "{track}");
            unstarted += refused;
            let never = outcome.never.as_deref() == Some(vertex);
            let began = |a: &&Value| {
                a["reason"] != "not_started" && !(never && a["reason"] == "interrupted")
            };
            let began = attempts.iter().filter(began);
            ran.extend(began.map(|a| (vertex.to_owned(), a["attempt"].as_i64().unwrap())));
        }
        assert_eq!(unstarted, outcome.unstarted, "{pipeline}");
        self.ran_once(ran);
        self.no_file_of_an_attempt();
    }

    pub(super) fn spool(&self) -> Spool {
        Spool::at(&self.path("spool")).unwrap()
    }

    /// Waits until no file of an attempt is left.
    pub(super) fn no_file_of_an_attempt(&self) {
        let spool = self.spool();
        until("the removal of the files", || {
            spool.list().unwrap().is_empty()
        });
    }

    /// Waits until nothing is left of dead supervisors.
    pub(super) fn no_dead_supervisor(&self) {
        let spool = self.spool();
        until("the removal of dead supervisors", || {
            let dead = |instance: &Instance| !instance.alive().unwrap();
            !spool.instances().unwrap().iter().any(dead)
        });
    }
}
