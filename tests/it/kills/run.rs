//! `trackyard run FILE` is killed and started again with the same words: it is one run.

use std::cell::RefCell;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use serde_json::{Value, json};

use super::work::{LONG, SLOTS, Work, kills, pause, until};
use crate::processes;
use crate::server::program;

/// Of so many kills of a server there is one of a `run`.
const EVERY: usize = 2;

fn run(work: &Work, more: &[&str]) -> Command {
    let mut command = program();
    command
        .args(["run", "--slots", SLOTS, "--data"])
        .arg(work.data())
        .args(more)
        .arg(work.path("g.json"))
        .stdout(Stdio::null());
    command
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_run_killed_at_any_moment_and_started_again_is_one_run() {
    let goal = kills(EVERY);
    let mut work = Work::new(500);
    fs::write(work.path("g.json"), &work.graph).unwrap();
    let (mut killed, mut ended) = (0, 0);
    while killed < goal {
        let child = RefCell::new(run(&work, &["--quiet"]).spawn().unwrap());
        let over = || child.borrow_mut().try_wait().unwrap().is_some();
        let lines = work.count() + work.random.below(25);
        if work.random.chance(70) {
            until("more lines", || work.count() >= lines || over());
        } else {
            work.pass(ended + 1);
        }
        if over() {
            assert!(child.borrow_mut().wait().unwrap().success());
            ended += 1;
            continue;
        }
        kill(child.into_inner());
        let begun = work.data().join("trackyard.db").exists();
        let open = |work: &Work| work.store().unfinished("run").unwrap().len();
        // Before the first kill there may be no table yet.
        let left = if killed > 0 && begun { open(&work) } else { 1 };
        assert!(left <= 1, "a second pipeline beside the first");
        killed += left;
    }
    assert!(run(&work, &["--quiet"]).status().unwrap().success());
    let found = work.judge();
    println!("run: {killed} kills, {ended} runs ended between them, {found:?}");
    assert_eq!((found.twice, found.missing), (0, 0));
    assert_eq!(found.vertices, 500 * found.pipelines);
    assert!(found.pipelines > ended);
}

/// A script that writes its line and waits for a file that its value names.
fn held() -> Work {
    let work = Work::new(1);
    let (lines, go) = (work.path("lines"), work.path("go"));
    let script = format!(
        "echo $TRACKYARD_TRACK 1 >>{}\nuntil [ -e {}<x> ]; do sleep 0.02; done",
        lines.display(),
        go.display()
    );
    let graph = json!({
        "name": "g",
        "input": {"x": {"type": "int", "default": 1}},
        "vertices": {"a": script},
    });
    fs::write(work.path("g.json"), graph.to_string()).unwrap();
    work
}

/// Starts a run and kills it while its first script waits.
fn killed(work: &Work, more: &[&str]) {
    let first = run(work, more).spawn().unwrap();
    until("its first script", || work.count() == 1);
    kill(first);
}

fn said(work: &Work, more: &[&str], code: i32) -> (Value, String) {
    let mut command = run(work, more);
    let command = command.arg("--json").stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > LONG {
            child.kill().unwrap();
        }
        pause(2);
    }
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{err}");
    (serde_json::from_slice(&output.stdout).unwrap(), err)
}

#[test]
fn a_run_of_the_same_file_and_values_goes_on_with_what_was_left() {
    let work = held();
    killed(&work, &["-p", "x=2"]);
    fs::write(work.path("go3"), "").unwrap();
    // Other values are another run, and so is another name.
    for (more, id) in [(&["-p", "x=3"][..], 2), (&["-p", "x=3", "--name", "n"], 3)] {
        let (other, err) = said(&work, more, 0);
        assert_eq!(
            (&other["id"], &other["state"]),
            (&json!(id), &json!("FINISH"))
        );
        assert!(
            err.contains("pipeline #1 (g v1) of an earlier run is unfinished and goes on too"),
            "{err}"
        );
    }
    fs::write(work.path("go2"), "").unwrap();
    let (same, err) = said(&work, &["-p", "x=2"], 0);
    assert!(err.contains("pipeline #1 goes on"), "{err}");
    assert_eq!((&same["id"], &same["state"]), (&json!(1), &json!("FINISH")));
    assert_eq!(work.judge().twice, 0);
    assert_eq!(work.pipelines().len(), 3);
}

#[test]
fn a_run_that_ended_while_nobody_was_there_is_told_and_not_run_again() {
    let work = held();
    killed(&work, &[]);
    fs::write(work.path("go1"), "").unwrap();
    until("its end", || processes::scripts(&work.data()).is_empty());
    let (same, err) = said(&work, &[], 0);
    assert!(err.contains("pipeline #1 goes on"), "{err}");
    assert_eq!((&same["id"], &same["state"]), (&json!(1), &json!("FINISH")));
    let (new, _) = said(&work, &[], 0);
    assert_eq!(new["id"], 2, "nothing was left: this is a new run");
}

#[test]
fn a_run_can_be_started_anew_beside_one_that_waits_for_a_person() {
    let work = held();
    killed(&work, &[]);
    let supervisors = processes::supervisors(&work.data());
    supervisors.into_iter().for_each(processes::end);
    let (stuck, err) = said(&work, &[], 1);
    assert_eq!(stuck["tracks"][0]["state"], "INTERRUPTED", "{stuck}");
    assert!(err.contains("pipeline #1 waits for a person"), "{err}");
    fs::write(work.path("go1"), "").unwrap();
    let (new, err) = said(&work, &["--new"], 0);
    assert_eq!((&new["id"], &new["state"]), (&json!(2), &json!("FINISH")));
    assert!(!err.contains("pipeline #1 goes on"), "{err}");
    assert!(
        err.contains("pipeline #1 (g v1) of an earlier run"),
        "{err}"
    );
}

#[test]
fn a_server_that_runs_a_definition_goes_on_with_it_too() {
    let work = held();
    let serve = || {
        let mut command = program();
        command
            .args(["serve", "--port", "0", "--data"])
            .arg(work.data())
            .arg("--run")
            .arg(work.path("g.json"))
            .stdout(Stdio::piped());
        command.spawn().unwrap()
    };
    let first = serve();
    until("its first script", || work.count() == 1);
    kill(first);
    fs::write(work.path("go1"), "").unwrap();
    let mut second = serve();
    let lines = BufReader::new(second.stdout.take().unwrap()).lines();
    let lines = lines.map(Result::unwrap);
    let said: Vec<String> = lines.take_while(|l| !l.starts_with("Look at it")).collect();
    kill(second);
    let said = said.join("\n");
    assert!(
        said.contains("Pipeline #1 was left unfinished and goes on"),
        "{said}"
    );
    assert!(said.contains("Pipeline #1: FINISH"), "{said}");
    assert_eq!(work.pipelines().len(), 1);
}
