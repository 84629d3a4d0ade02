//! What still runs of INTERRUPTED tracks, and what has left the process group of its script.

use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::{Case, gone, with};
use crate::executor::bench::until;
use crate::processes;
use crate::server::{Server, ask, program};

/// A script that is deaf to TERM, with a child that is too, one that has left the group, one that ends
/// when it is asked and whose own child, which is deaf, works elsewhere (that one is certain only as long
/// as somebody saw its parent), and one that starts another one whenever it is asked to end.
const DEAF: &str = "name: g
vertices:
  a: |
    exec >/dev/null 2>&1
    trap '' TERM
    setsid sh -c 'trap \"\" TERM; echo $$ >>a.pids; while :; do sleep 0.02; done' &
    (trap - TERM; exec setsid sh -c '(trap \"\" TERM; cd /; exec sleep 1000) & echo $! >>a.pids; wait') &
    (trap '' TERM; while :; do sleep 0.02; done) &
    echo $! >>a.pids
    (trap - TERM
    cat >relay <<'.'
    trap 'setsid sh relay & exit' TERM
    echo $$ >>a.pids
    while :; do sleep 0.02; done
    .
    exec setsid sh relay) &
    echo $$ >>a.pids
    while :; do sleep 0.02; done
  b: {script: 'echo b >>ran', needs: [a]}
";

/// A server and its supervisors are killed while the script runs; the next server has this grace.
fn lost(grace: &str, yaml: &str) -> (Case, Vec<String>) {
    let mut case = Case::start(yaml);
    let pids = case.lines("a.pids", yaml.matches(">>a.pids").count());
    case.server.kill();
    case.server.kill_supervisors();
    let case = restart(case, grace);
    case.until("RUNNING: a INTERRUPTED, b WAITING");
    live(&pids);
    (case, pids)
}

fn restart(mut case: Case, grace: &str) -> Case {
    case.server.kill();
    case.server = Server::from_command(with(&[("TRACKYARD_GRACE", grace)]), case.own.path(), &[]);
    case
}

fn live(pids: &[String]) {
    let lives = |pid: &String| processes::lives(pid.parse().expect("a number"));
    assert!(pids.iter().all(lives), "{pids:?}");
}

fn all_gone(case: &Case, pids: &[String]) {
    gone(pids);
    // Also those that came to be when others were asked to end.
    until("nothing that runs there", || {
        let work = case.own.path().join("work");
        let works = |pid: &i32| {
            let dir = std::fs::read_link(format!("/proc/{pid}/cwd"));
            dir.is_ok_and(|dir| dir.starts_with(&work))
        };
        processes::processes(|_| true).iter().all(|pid| !works(pid))
    });
}

fn why(case: &Case) -> String {
    let why = case.server.get(&case.path("a", "why"));
    why.expect(200)["sentence"]
        .as_str()
        .expect("a text")
        .to_owned()
}

/// What the program prints.
fn say(case: &Case, words: &[&str]) -> String {
    let mut command = program();
    command.args(words).arg("--data").arg(case.server.data());
    let said = command.output().expect("it runs");
    assert!(said.status.success(), "{said:?}");
    String::from_utf8(said.stdout).expect("text")
}

/// A process with the environment of the attempt that is none of it.
struct Foreign(Child);

impl Foreign {
    fn start(case: &Case) -> Self {
        let mut sleeps = Command::new("sleep");
        sleeps.arg("1000").current_dir(case.server.data());
        sleeps
            .env("TRACKYARD_PIPELINE", case.id.to_string())
            .env("TRACKYARD_TRACK", case.track("a")["id"].to_string())
            .env("TRACKYARD_ATTEMPT", "1");
        let child = sleeps.stdout(Stdio::null()).spawn().expect("it starts");
        Self(child)
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn warnings(dry: &Value) -> Vec<String> {
    let all = dry["warnings"].as_array().expect("a list").iter();
    all.map(|w| w.as_str().expect("a text").to_owned())
        .collect()
}

#[test]
fn no_process_of_an_interrupted_track_survives_its_stop() {
    let (case, pids) = lost("1s", DEAF);
    let mut foreign = Foreign::start(&case);
    let named = why(&case);
    assert!(named.contains("still run: `stop` ends that"), "{named}");
    let some = pids.iter().filter(|pid| named.contains(*pid));
    assert!(some.count() > 2, "{named}: {pids:?}");
    for word in [
        "retry",
        "retry-after",
        "run-alone",
        "fail",
        "succeed",
        "skip",
    ] {
        let path = format!("{}?dry_run=true", case.path("a", word));
        let dry = case
            .server
            .post(&path, &json!({"expect": "any", "why": "x"}));
        let mut all = warnings(&dry.expect(200));
        all.retain(|told| !told.starts_with("The pipeline is paused"));
        let [told] = &all[..] else {
            panic!("`{word}` tells nothing")
        };
        assert!(
            told.contains(" more still run") && told.contains("beside"),
            "{told}"
        );
    }
    let track = case.track("a")["id"].to_string();
    let said = say(&case, &["retry", "--track", &track, "--dry-run"]);
    assert!(said.contains("Of `a` processes "), "{said}");
    let cookie = case.server.sign_in(&case.server.link);
    let url = format!("{}/tracks/{track}/retry", case.server.url);
    let page = ask("GET", &url, &[("Cookie", &cookie)], b"").body;
    let page = String::from_utf8(page).expect("text");
    assert!(page.contains("still run and would go on beside"), "{page}");
    let url = format!("{}/tracks/{track}/stop", case.server.url);
    let page = ask("GET", &url, &[("Cookie", &cookie)], b"").body;
    let page = String::from_utf8(page).expect("text");
    let says = "It stays INTERRUPTED: what is found of it is ended";
    assert!(page.contains(says), "{page}");
    assert!(page.contains("2 tracks keep their state"), "{page}");
    let dry = case.act("a", "stop", json!({}));
    let [told] = &warnings(&dry)[..] else {
        panic!("{dry}")
    };
    assert!(told.contains("would be ended"), "{told}");
    all_gone(&case, &pids);
    assert!(matches!(foreign.0.try_wait(), Ok(None)), "it is none of it");
    // Nobody knows how it ended.
    assert_eq!(case.states(), "RUNNING: a INTERRUPTED, b WAITING");
    let sentence = why(&case);
    assert!(!sentence.contains("still run"), "{sentence}");
    let dry = case.act("a", "stop", json!({}));
    let none = "No process of `a` is found that nobody watches any more; it stays INTERRUPTED.";
    assert_eq!(warnings(&dry), [none]);
    let dry = case.act("a", "succeed", json!({}));
    assert_eq!(warnings(&dry), [""; 0]);
    assert_eq!(case.settled(), "FINISH: a SUCCEED, b SUCCEED");
}

#[test]
fn a_kill_of_an_interrupted_track_takes_the_grace_from_its_stop() {
    let (case, pids) = lost("1h", DEAF);
    case.act("a", "stop", json!({}));
    // The one that starts another one was asked.
    case.lines("a.pids", 6);
    live(&pids[..1]);
    case.act("a", "kill", json!({}));
    all_gone(&case, &pids);
    assert_eq!(case.states(), "RUNNING: a INTERRUPTED, b WAITING");
}

#[test]
fn the_stop_of_a_pipeline_ends_what_still_runs_of_it() {
    let (case, pids) = lost("1s", DEAF);
    let dry = case.act("", "stop", json!({}));
    assert!(warnings(&dry)[0].contains("would be ended"), "{dry}");
    all_gone(&case, &pids);
    assert_eq!(case.settled(), "STOPPED: a INTERRUPTED, b STOPPED");
}

#[test]
fn what_is_to_end_is_ended_by_the_next_server() {
    let lines = DEAF.split_inclusive('\n');
    let lines: Vec<&str> = lines.filter(|line| !line.contains("cd /")).collect();
    let (case, pids) = lost("1h", &lines.concat());
    case.act("", "stop", json!({}));
    case.lines("a.pids", 5);
    let mut case = case;
    let path = format!("{}?dry_run=true", case.path("a", "retry"));
    let dry = case
        .server
        .post(&path, &json!({"expect": "any"}))
        .expect(200);
    let [told] = &warnings(&dry)[..] else {
        panic!("{dry}")
    };
    assert!(told.contains("being ended"), "{told}");
    let track = case.track("a")["id"].to_string();
    case.server.kill();
    // Without a server the command line looks itself.
    let said = say(&case, &["why", &track]);
    let asked = "still run: `stop` was asked, and `kill` does not wait for the grace";
    assert!(said.contains(asked), "{said}");
    let case = restart(case, "1s");
    all_gone(&case, &pids);
    assert_eq!(case.states(), "STOPPED: a INTERRUPTED, b STOPPED");
}

/// A script that is deaf to TERM.
const ONE: &str = "name: g
vertices:
  a: |
    exec >/dev/null 2>&1
    trap '' TERM
    echo $$ >>a.pids
    while :; do sleep 0.02; done
  b: {script: 'true', needs: [a]}
";

#[test]
fn what_the_graph_fails_when_it_is_lost_is_ended() {
    let yaml = ONE.replace("a: |", "a:\n    on_interrupt: fail\n    script: |");
    let yaml = yaml
        .replace("\n    ", "\n      ")
        .replace("      on_i", "    on_i");
    let yaml = yaml.replace("      script: |", "    script: |");
    let mut case = Case::start(&yaml);
    let pids = case.lines("a.pids", 1);
    case.server.kill();
    case.server.kill_supervisors();
    let case = restart(case, "1s");
    all_gone(&case, &pids);
    assert_eq!(case.settled(), "FAILED: a FAILED, b WAITING");
}

#[test]
fn what_was_lost_can_be_stopped_whatever_became_of_its_track() {
    let (case, pids) = lost("1s", ONE);
    let dry = case.act("a", "fail", json!({}));
    assert!(warnings(&dry)[0].contains("would go on"), "{dry}");
    live(&pids);
    let said = why(&case);
    assert!(
        said.contains("of an attempt that was lost process"),
        "{said}"
    );
    let dry = case.act("a", "stop", json!({}));
    let expected = "would be ended; it stays FAILED.";
    assert!(warnings(&dry)[0].ends_with(expected), "{dry}");
    all_gone(&case, &pids);
    assert_eq!(case.settled(), "FAILED: a FAILED, b WAITING");
}

#[test]
fn a_stop_of_the_next_attempt_ends_the_one_before_too() {
    let (case, _) = lost("1s", ONE);
    case.act("a", "retry", json!({}));
    let pids = case.lines("a.pids", 2);
    case.act("a", "stop", json!({}));
    all_gone(&case, &pids);
    case.until("STOPPED: a STOPPED, b STOPPED");
}

#[test]
fn what_somebody_watches_is_not_told_as_lost() {
    let (case, before) = lost("1s", ONE);
    case.act("a", "stop", json!({}));
    all_gone(&case, &before);
    case.act("a", "retry", json!({}));
    let pids = case.lines("a.pids", 2);
    let dry = case.act("a", "stop", json!({}));
    let none = "No process of `a` is found that nobody watches any more.";
    assert_eq!(warnings(&dry), [none]);
    all_gone(&case, &pids);
}

#[test]
fn a_stop_that_was_answered_outlives_a_retry_and_the_server() {
    let (case, before) = lost("1h", ONE);
    case.act("a", "stop", json!({}));
    case.act("a", "retry", json!({}));
    let pids = case.lines("a.pids", 2);
    live(&pids);
    let case = restart(case, "1s");
    gone(&before);
    live(&pids[1..]);
    case.act("a", "kill", json!({}));
    all_gone(&case, &pids);
}

/// What is being ended is ended also when its supervisor dies before.
#[test]
fn a_stop_outlives_the_supervisor() {
    let case = Case::with(&[("TRACKYARD_GRACE", "3s")], DEAF, &json!({}));
    let pids = case.lines("a.pids", 5);
    case.act("a", "stop", json!({}));
    case.server.kill_supervisors();
    all_gone(&case, &pids);
    case.until("RUNNING: a INTERRUPTED, b WAITING");
}

/// All that a script started is ended, wherever it went, before its end is told.
#[test]
fn what_left_its_group_does_not_survive_a_stop() {
    let case = Case::start(DEAF);
    let pids = case.lines("a.pids", 5);
    case.act("a", "stop", json!({}));
    case.until("STOPPED: a STOPPED, b STOPPED");
    let lives = |pid: &String| processes::lives(pid.parse().expect("a number"));
    assert!(!pids.iter().any(lives), "{pids:?}");
    all_gone(&case, &pids);
}
