//! The command line, as a person types it.

mod bench;
mod dry;
mod files;
mod hangs;
mod json;
mod lines;
mod named;
mod past;
mod ps;
mod saved;
mod table;
mod waits;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::executor::bench::until;
use crate::processes;
use crate::server::{Server, program};

/// A directory with definitions and a data directory.
pub(crate) struct Desk {
    own: tempfile::TempDir,
}

/// What a call printed, and its exit code.
pub(crate) struct Said {
    code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        Self {
            code: output.status.code(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "out: {}\nerr: {}",
            self.out,
            self.err
        );
        self
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("no JSON: {}", self.out))
    }
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self {
            own: tempfile::tempdir().expect("a directory"),
        }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.own.path().join("data")
    }

    /// Where the calls are made.
    pub(crate) fn dir(&self) -> PathBuf {
        self.own.path().to_owned()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.own.path().join(name), text).expect("written");
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = program();
        command
            .current_dir(self.own.path())
            .args(words)
            .arg("--data")
            .arg(self.data());
        command
    }

    pub(crate) fn call(&self, words: &[&str]) -> Said {
        Said::of(self.command(words).output().expect("it runs"))
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        processes::end_all(&self.data());
    }
}

const GREET: &str = "\
name: greet
input:
  who: {type: str, required: true}
  times: {type: int, default: 1}
vertices:
  hello: echo \"hello <who> <times>\"
  bye: {script: echo bye, needs: [hello]}
";

#[test]
fn check_names_every_problem_with_its_place() {
    let desk = Desk::new();
    desk.write("good.yaml", GREET);
    desk.write(
        "bad.yaml",
        "name: bad\nvertices:\n  a: {skript: 'true'}\n  b: {script: 'true', needs: [c]}\n",
    );
    let good = desk.call(&["check", "good.yaml"]).expect(0);
    assert!(
        good.out.contains("1 file checked: no problems"),
        "{}",
        good.out
    );
    let bad = desk
        .call(&["check", "bad.yaml", "gone.yaml", "good.yaml"])
        .expect(1);
    for line in [
        "bad.yaml:3:7: error[unknown-key]",
        "bad.yaml:4:31: error[dangling-edge]",
        "gone.yaml: error[unreadable]",
    ] {
        assert!(bad.out.contains(line), "{line} in {}", bad.out);
    }
    let json = desk.call(&["check", "bad.yaml", "--json"]).expect(1).json();
    assert_eq!(json["files"][0]["problems"][0]["line"], 3, "{json}");
    assert!(!desk.data().exists(), "nothing is saved");
}

#[test]
fn check_reads_standard_input() {
    let desk = Desk::new();
    let mut child = desk
        .command(&["check", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(b"{\"name\": 1,}")
        .expect("written");
    let said = Said::of(child.wait_with_output().expect("it ends")).expect(1);
    assert!(
        said.out.starts_with("<stdin>:1:11: error[syntax]"),
        "{}",
        said.out
    );
}

#[test]
fn run_shows_the_way_to_finish_and_keeps_the_history() {
    let desk = Desk::new();
    desk.write("greet.yaml", GREET);
    let ran = desk
        .call(&["run", "greet.yaml", "-p", "who=a b", "-p", "times=007"])
        .expect(0);
    assert!(ran.err.contains("SUCCEED     hello"), "{}", ran.err);
    assert!(ran.err.contains("2 succeeded"), "{}", ran.err);
    let list = desk.call(&["ls"]).expect(0);
    assert!(
        list.out
            .lines()
            .nth(1)
            .is_some_and(|l| l.contains("FINISH") && l.contains("greet v1")),
        "{}",
        list.out
    );
    let shown = desk.call(&["show", "1", "--json"]).expect(0).json();
    let track = shown["tracks"][0]["id"].to_string();
    assert_eq!(desk.call(&["logs", &track]).expect(0).out, "hello a b 7\n");
    assert_eq!(
        desk.call(&["logs", &track, "-f"]).expect(0).out,
        "hello a b 7\n",
        "it has ended"
    );
    let json = desk
        .call(&["run", "greet.yaml", "-p", "who=x", "--json", "--quiet"])
        .expect(0)
        .json();
    assert_eq!(
        (&json["state"], &json["version"]),
        (&json!("FINISH"), &json!(1)),
        "the same text is the same version"
    );
    let graphs = desk.call(&["ls", "--graphs"]).expect(0);
    assert!(graphs.out.contains("sealed"), "{}", graphs.out);
}

#[test]
fn run_tells_of_outputs_that_nobody_declared() {
    let desk = Desk::new();
    desk.write(
        "loose.yaml",
        "name: loose\nvertices: {fetch: 'echo count=7 >>\"$TRACKYARD_OUTPUT\"'}\n",
    );
    let ran = desk.call(&["run", "loose.yaml"]).expect(0);
    assert!(
        ran.err
            .contains("fetch: outputs that its vertex does not declare are not used: `count`"),
        "{}",
        ran.err
    );
}

#[test]
fn run_ends_with_1_and_the_reason_when_a_track_fails() {
    let desk = Desk::new();
    desk.write(
        "bad.yaml",
        "name: bad\nvertices:\n  a: |\n    echo \"so far so good\"\n    exit 3\n",
    );
    let ran = desk.call(&["run", "bad.yaml"]).expect(1);
    assert!(
        ran.err
            .contains("FAILED a: exit code 3\n  | so far so good"),
        "{}",
        ran.err
    );
}

#[test]
fn run_refuses_what_cannot_be_run() {
    let desk = Desk::new();
    desk.write("greet.yaml", GREET);
    desk.write("bad.yaml", "name: bad\nvertices:\n  a: {skript: 'true'}\n");
    let missing = desk.call(&["run", "greet.yaml", "-p", "times=x"]).expect(2);
    assert!(
        missing.err.contains("`who`") && missing.err.contains("`times`"),
        "{}",
        missing.err
    );
    let twice = desk
        .call(&["run", "greet.yaml", "-p", "who=1", "-p", "who=2"])
        .expect(2);
    assert!(twice.err.contains("given twice"), "{}", twice.err);
    let bad = desk.call(&["run", "bad.yaml"]).expect(1);
    assert!(
        bad.err.contains("bad.yaml:3:7: error[unknown-key]"),
        "{}",
        bad.err
    );
    desk.call(&["run", "gone.yaml"]).expect(1);
    assert_eq!(
        desk.call(&["ls", "--json"]).expect(0).json()["pipelines"],
        json!([])
    );
}

#[test]
fn ctrl_c_stops_what_runs() {
    let desk = Desk::new();
    desk.write(
        "long.yaml",
        "name: long\nvertices:\n  a: |\n    echo begun >begun\n    while :; do sleep 0.05; done\n",
    );
    let mut child = desk.command(&["run", "long.yaml", "--json"]);
    let child = child
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let begun = desk.data().join("work/1/begun");
    let since = std::time::Instant::now();
    while !begun.exists() {
        assert!(since.elapsed().as_secs() < 30, "the script has not begun");
        std::thread::yield_now();
    }
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .expect("kill runs");
    assert!(killed.success());
    let said = Said::of(child.wait_with_output().expect("it ends")).expect(130);
    assert_eq!(said.json()["state"], "STOPPED");
    assert_eq!(said.json()["tracks"][0]["state"], "STOPPED");
}

#[test]
fn every_verb_works_with_a_server() {
    let desk = Desk::new();
    desk.write("greet.yaml", GREET);
    std::fs::create_dir(desk.data()).expect("made");
    let server = Server::start_on(&desk.data(), &[]);
    let imported = desk.call(&["import", "greet.yaml"]).expect(0);
    assert_eq!(imported.out, "graph 1 is `greet` v1 (created)\n");
    let dry = ["start", "greet", "-p", "who=you", "--dry-run"];
    assert_eq!(
        desk.call(&dry).expect(0).out,
        "greet v1 would start with 2 tracks. Nothing was done.\n"
    );
    let told = desk
        .call(&[&dry[..], &["--json"]].concat())
        .expect(0)
        .json();
    assert_eq!(told["values"], json!({"who": "you", "times": 1}), "{told}");
    desk.call(&["start", "greet", "--dry-run"]).expect(2);
    desk.call(&["start", "greet", "--dry-run", "--wait"])
        .expect(2);
    let started = desk
        .call(&["start", "greet", "-p", "who=you", "--wait", "--key", "k"])
        .expect(0);
    assert!(
        started.out.contains(&format!("{}/pipelines/1", server.url)),
        "{}",
        started.out
    );
    assert!(started.err.contains("FINISH"), "{}", started.err);
    desk.call(&["start", "1", "-p", "who=you", "--key", "k"])
        .expect(0);
    assert_eq!(
        desk.call(&["ls", "--json"]).expect(0).json()["pipelines"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    let wrong = desk.call(&["start", "greet"]).expect(2);
    assert!(wrong.err.contains("`who`"), "{}", wrong.err);
    let unknown = desk.call(&["start", "greed"]).expect(1);
    assert!(unknown.err.contains("ls --graphs"), "{}", unknown.err);
    let link = desk.call(&["link"]).expect(0).out;
    server.sign_in(link.trim());

    let second = desk.call(&["serve", "--port", "0"]).expect(1);
    assert!(
        second.err.contains(&server.pid().to_string()),
        "names the holder: {}",
        second.err
    );
    let run = desk.call(&["run", "greet.yaml", "-p", "who=x"]).expect(1);
    assert!(run.err.contains("start GRAPH --wait"), "{}", run.err);
}

#[test]
fn logs_follow_a_track_to_its_end() {
    let desk = Desk::new();
    std::fs::create_dir(desk.data()).expect("made");
    let server = Server::start_on(&desk.data(), &[]);
    let yaml = "name: g\nvertices:\n  a: |\n    echo one\n    until [ -e go ]; do sleep 0.05; done\n    echo two\n";
    let graph = server.define(yaml).expect(201);
    let id = server
        .post(&format!("/graphs/{}/pipelines", graph["id"]), &json!({}))
        .expect(201)["id"]
        .clone();
    let mut command = desk.command(&["logs", "1", "-f"]);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("it runs");
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(
        child.stdout.take().expect("a pipe"),
    ));
    assert_eq!(lines.next().expect("a line").expect("text"), "one");
    std::fs::write(desk.data().join(format!("work/{id}/go")), "").expect("written");
    assert_eq!(lines.next().expect("a line").expect("text"), "two");
    assert!(lines.next().is_none());
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn run_shows_what_an_interrupted_script_had_printed() {
    let desk = Desk::new();
    let held = "echo so far; until [ -e go ]; do sleep 0.05; done";
    let yaml = format!("name: g\nvertices:\n  a: {held}\n");
    desk.write("g.yaml", &yaml);
    let mut command = desk.command(&["run", "g.yaml"]);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let child = child.expect("it runs");
    let log = desk.data().join("logs/1/1-1.log");
    until("its output", || {
        std::fs::read(&log).is_ok_and(|log| log == b"so far\n")
    });
    processes::supervisors(&desk.data())
        .into_iter()
        .for_each(processes::end);
    let said = Said::of(child.wait_with_output().expect("it ends")).expect(1);
    assert!(
        said.err.contains("INTERRUPTED a: interrupted"),
        "{}",
        said.err
    );
    assert!(said.err.contains("\n  | so far\n"), "{}", said.err);
    let logs = desk.call(&["logs", "1"]).expect(0);
    assert_eq!(logs.out, "so far\n");
}

#[test]
fn a_wrong_setting_is_named_with_its_place() {
    let desk = Desk::new();
    desk.write(
        "Rocket.toml",
        "[default.trackyard]\nslots = \"many\"\nbatchs = 4\n",
    );
    let said = desk.call(&["ls"]).expect(2);
    assert!(
        said.err.contains("Rocket.toml") && said.err.contains("slots"),
        "{}",
        said.err
    );
    assert!(
        said.err.contains("batchs") && said.err.contains("`batch`"),
        "{}",
        said.err
    );
    let said = Said::of(
        desk.command(&["ls"])
            .env("TRACKYARD_SLOTS", "-1")
            .output()
            .expect("it runs"),
    )
    .expect(2);
    assert!(said.err.contains("TRACKYARD_SLOTS"), "{}", said.err);
}

#[test]
fn a_data_directory_without_a_database_is_no_empty_history() {
    let desk = Desk::new();
    let said = desk.call(&["ls"]).expect(1);
    assert!(said.err.contains("there is no database"), "{}", said.err);
}

#[test]
fn a_file_that_is_no_database_is_refused_and_kept() {
    let desk = Desk::new();
    desk.write("greet.yaml", GREET);
    std::fs::create_dir(desk.data()).expect("made");
    let path = desk.data().join("trackyard.db");
    std::fs::write(&path, "not a database, but somebody's file\n".repeat(100)).expect("written");
    let said = desk.call(&["run", "greet.yaml", "-p", "who=x"]).expect(1);
    assert!(said.err.contains("trackyard.db"), "{}", said.err);
    assert!(
        std::fs::read_to_string(&path)
            .expect("it is there")
            .starts_with("not a database")
    );
}

#[test]
fn every_example_does_what_it_says() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut seen = 0;
    for entry in std::fs::read_dir(examples).expect("examples") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_stem()
            .and_then(|n| n.to_str())
            .expect("a name")
            .to_owned();
        let desk = Desk::new();
        let path = path.to_str().expect("text");
        desk.call(&["check", path]).expect(0);
        let code = if name == "fails-on-purpose" { 1 } else { 0 };
        let ran = desk.call(&["run", path, "--json"]).expect(code).json();
        let state = if code == 1 { "FAILED" } else { "FINISH" };
        assert_eq!(ran["state"], state, "{name}: {ran}");
        seen += 1;
    }
    assert!(seen >= 6, "{seen} examples");
}

#[test]
fn serve_runs_a_first_definition_and_says_where_to_look() {
    let desk = Desk::new();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/web-server-check.yaml");
    let mut command = desk.command(&["serve", "--port", "0"]);
    let mut child = command
        .arg("--run")
        .arg(example)
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    let lines = std::io::BufRead::lines(std::io::BufReader::new(
        child.stdout.take().expect("a pipe"),
    ));
    let mut seen = String::new();
    for line in lines {
        seen.push_str(&line.expect("text"));
        seen.push('\n');
        if seen.contains("Look at it:") {
            break;
        }
    }
    child.kill().expect("it was running");
    child.wait().expect("it has ended");
    assert!(
        seen.contains("sign-in?code=") && seen.contains("FINISH") && seen.contains("/pipelines/1"),
        "{seen}"
    );
}

#[test]
fn a_port_that_is_taken_is_named_before_anything_is_opened() {
    let desk = Desk::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let said = desk.call(&["serve", "--port", &port]).expect(1);
    let expected = format!("cannot listen on 127.0.0.1:{port}: ");
    assert!(
        said.err.contains(&expected) && said.err.contains("--port N"),
        "{}",
        said.err
    );
    assert!(!desk.data().exists(), "nothing was made");
}

#[test]
fn render_prints_what_would_run() {
    let desk = Desk::new();
    desk.write("greet.yaml", GREET);
    let missing = desk
        .call(&["render", "greet.yaml", "-p", "times=x"])
        .expect(2);
    assert!(
        missing.err.contains("`who` is required") && missing.err.contains("`times` must be"),
        "{}",
        missing.err
    );
    let all = ["render", "greet.yaml", "-p", "who=it's"];
    let printed = desk.call(&all).expect(0);
    let hello = r#"p_who='it'\''s'; p_times='1'; echo "hello ${p_who} ${p_times}""#;
    assert_eq!(
        printed.out,
        format!("==> hello: /bin/sh -e <==\n{hello}\n\n==> bye: /bin/sh -e <==\necho bye\n")
    );
    let one = desk
        .call(&[&all[..], &["--vertex", "hello"]].concat())
        .expect(0);
    assert_eq!(one.out, format!("{hello}\n"));
    let json = desk
        .call(&[&all[..], &["--json"]].concat())
        .expect(0)
        .json();
    assert_eq!(json["scripts"][0]["script"], hello);
    let nobody = desk
        .call(&[&all[..], &["--vertex", "nobody"]].concat())
        .expect(2);
    assert!(nobody.err.contains("no vertex `nobody`"), "{}", nobody.err);
    desk.write("bad.yaml", "name: bad\nvertices:\n  a: |\n    if true\n");
    let bad = desk.call(&["render", "bad.yaml"]).expect(1);
    assert!(
        bad.err.contains("bad.yaml:4:5: error[shell-syntax]"),
        "{}",
        bad.err
    );
    let few = desk
        .command(&all)
        .env("TRACKYARD_MAX_RENDER_BYTES", "60")
        .output();
    let few = Said::of(few.expect("it runs")).expect(1);
    assert!(few.err.contains("max_render_bytes"), "{}", few.err);
    assert!(!desk.data().exists(), "nothing was saved");
}
