//! What people ask of pipelines and tracks on the command line, of a running server.

use serde_json::{Value, json};

use crate::cli::Desk;
use crate::executor::bench::until;
use crate::processes;
use crate::server::Server;

/// Two scripts that wait for a file each, one after another, and one that fails until it is mended.
const YAML: &str = "name: g
on_failure: continue_independent
input: {who: {type: str, default: nobody}}
vertices:
  a: {script: 'echo $$ >a.pid; until [ -e go ]; do sleep 0.02; done'}
  b: {script: 'echo \"b <who>\" >>ran', needs: [a]}
  c: {script: 'echo c >>ran; test -e mended; echo n=3 >>$TRACKYARD_OUTPUT', outputs: {n: {type: int}}}
  d: {script: 'echo \"d <c.n>\" >>ran', needs: [c]}
";

/// A server with pipeline 1 of the graph, whose tracks are 1 to 4; `c` has failed.
struct Case {
    desk: Desk,
    server: Server,
}

impl Case {
    fn new() -> Self {
        let desk = Desk::new();
        std::fs::create_dir(desk.data()).expect("made");
        let server = Server::start_on(&desk.data(), &[]);
        desk.write("g.yaml", YAML);
        desk.call(&["import", "g.yaml"]).expect(0);
        desk.call(&["start", "g"]).expect(0);
        let case = Self { desk, server };
        case.until("FAILED: RUNNING WAITING FAILED WAITING");
        let pid = case.desk.data().join("work/1/a.pid");
        // There is a moment in which the file is there and its line is not.
        until("a script", || {
            std::fs::read_to_string(&pid).is_ok_and(|line| line.ends_with('\n'))
        });
        case
    }

    /// Calls and gives what was printed, when it went well.
    fn say(&self, words: &[&str]) -> String {
        let said = self.desk.call(words).expect(0);
        assert_eq!(said.err, "");
        said.out
    }

    fn states(&self) -> String {
        let pipeline = self.server.get("/pipelines/1").expect(200);
        let word = |value: &Value| value["state"].as_str().expect("a state").to_owned();
        let tracks: Vec<String> = pipeline["tracks"]
            .as_array()
            .expect("tracks")
            .iter()
            .map(word)
            .collect();
        format!("{}: {}", word(&pipeline), tracks.join(" "))
    }

    fn until(&self, states: &str) {
        until(states, || self.states() == states);
    }

    fn put(&self, name: &str) {
        std::fs::write(self.desk.data().join("work/1").join(name), "").expect("written");
    }

    fn ran(&self) -> String {
        std::fs::read_to_string(self.desk.data().join("work/1/ran")).expect("something ran")
    }
}

#[test]
fn a_pipeline_is_paused_resumed_and_retried() {
    let case = Case::new();
    assert_eq!(
        case.say(&["pause", "1", "--why", "a test"]),
        "pipeline 1 is FAILED\n"
    );
    let twice = case.desk.call(&["pause", "1"]).expect(1);
    assert_eq!(
        twice.err,
        "trackyard: the pipeline is FAILED: it is paused already\n"
    );
    case.put("mended");
    let dry = case.say(&["retry", "1", "--dry-run"]);
    assert_eq!(
        dry,
        "TRACK  NOW      THEN     WILL  VERTEX\n\
         1      RUNNING  RUNNING  keep  a\n\
         2      WAITING  WAITING  run   b\n\
         3      FAILED   PENDING  run   c\n\
         4      WAITING  WAITING  run   d\n\n\
         The pipeline is FAILED and would be PAUSED: run 3, end 0, change 0, keep 1. Nothing was done.\n"
    );
    assert_eq!(case.states(), "FAILED: RUNNING WAITING FAILED WAITING");
    assert_eq!(case.say(&["retry", "1"]), "pipeline 1 is PAUSED\n");
    let resumed = case.desk.call(&["resume", "1", "--json"]).expect(0).json();
    assert_eq!(
        (&resumed["id"], &resumed["state"]),
        (&json!(1), &json!("RUNNING"))
    );
    case.until("RUNNING: RUNNING WAITING SUCCEED SUCCEED");
    case.put("go");
    case.until("FINISH: SUCCEED SUCCEED SUCCEED SUCCEED");
}

#[test]
fn who_pauses_is_told_until_when_the_time_of_a_pipeline_runs_on() {
    let case = Case::new();
    let yaml = "name: h\ntimeout: 1h\nvertices: {x: 'until [ -e go ]; do sleep 0.02; done'}\n";
    case.desk.write("h.yaml", yaml);
    case.desk.call(&["import", "h.yaml"]).expect(0);
    case.desk.call(&["start", "h"]).expect(0);
    let said = case.say(&["pause", "2"]);
    let until = said.strip_prefix("pipeline 2 is PAUSED; its timeout runs on, until ");
    let until = until.expect("a time").trim_end();
    let why = case.say(&["why", "--pipeline", "2"]);
    assert!(why.contains("and its timeout runs on; `x` runs."), "{why}");
    assert!(why.contains(&format!("(until {until})")), "{why}: {until}");
    let due = case.server.get("/pipelines/2").json()["due_at"].clone();
    let due = due.as_str().expect("a time");
    // Local time here, UTC there: minutes and seconds are the same but for odd zones.
    assert_eq!(until.get(17..19), due.get(17..19), "{until}, {due}");
    assert_eq!(case.say(&["resume", "2"]), "pipeline 2 is RUNNING\n");
    case.say(&["kill", "2"]);
    let over = case.server.settled(&json!(2));
    assert_eq!(over["due_at"], Value::Null, "{over}");
}

#[test]
fn a_track_is_held_released_skipped_and_given_values() {
    let case = Case::new();
    assert_eq!(
        case.say(&["hold", "2", "--why", "not yet"]),
        "track 2 (b) is WAITING\n"
    );
    let said = case.say(&["input", "2", "-p", "who=you"]);
    assert_eq!(said, "track 2 (b) is WAITING\n");
    let wrong = case.desk.call(&["input", "2", "-p", "whom=you"]).expect(2);
    assert!(
        wrong.err.starts_with("trackyard: `whom`: "),
        "{}",
        wrong.err
    );
    case.desk.call(&["input", "2"]).expect(2);
    let dry = case.say(&["skip", "3", "--dry-run"]);
    assert!(
        dry.contains("3      FAILED   SKIPPED  change  c\n"),
        "{dry}"
    );
    let warned = "  d\n\n`d` takes `c.n` and will fail when it starts: a track that is skipped leaves no values.\n\nThe pipeline is";
    assert!(dry.contains(warned), "{dry}");
    assert_eq!(case.say(&["skip", "3"]), "track 3 (c) is SKIPPED\n");
    case.put("go");
    // A value that a skipped one did not leave is not there.
    case.until("FAILED: SUCCEED PENDING SKIPPED FAILED");
    case.say(&["skip", "4"]);
    let said = case.say(&["release", "2", "--json"]);
    let track: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!((&track["id"], &track["vertex"]), (&json!(2), &json!("b")));
    case.until("FINISH: SUCCEED SUCCEED SKIPPED SKIPPED");
    assert!(case.ran().ends_with("b you\n"), "{}", case.ran());
    let journal = case.server.get("/pipelines/1/journal").json();
    let entries = journal["entries"].as_array().expect("entries");
    let held = entries.iter().find(|e| e["why"] == "hold: not yet");
    assert_eq!(
        held.map(|e| (&e["track"], &e["who"])),
        Some((&json!(2), &json!("token")))
    );
    let late = case.desk.call(&["hold", "2"]).expect(1);
    assert!(late.err.contains("the track is SUCCEED"), "{}", late.err);
}

#[test]
fn a_person_says_how_a_track_ended() {
    let case = Case::new();
    let silent = case
        .desk
        .call(&["force", "3", "succeed", "-p", "n=9"])
        .expect(2);
    assert!(
        silent
            .err
            .starts_with("trackyard: `why`: `succeed` needs a reason"),
        "{}",
        silent.err
    );
    let wrong = ["force", "3", "succeed", "--why", "w", "-p", "n=x"];
    let wrong = case.desk.call(&wrong).expect(2);
    assert!(wrong.err.starts_with("trackyard: `n`: "), "{}", wrong.err);
    for dry in [&[][..], &["--dry-run"]] {
        let without = [&["force", "3", "succeed", "--why", "w"], dry].concat();
        let without = case.desk.call(&without).expect(2);
        assert_eq!(
            without.err,
            "trackyard: `n`: `n` is missing, and a script after it takes it: give a whole number, as its own script was to leave\n"
        );
    }
    let done = case.say(&["force", "3", "succeed", "--why", "seen", "-p", "n=9"]);
    assert_eq!(done, "track 3 (c) is SUCCEED\n");
    until("d", || case.ran().ends_with("d 9\n"));
    let pid = std::fs::read_to_string(case.desk.data().join("work/1/a.pid")).expect("a number");
    let pid = pid.trim().parse().expect("a number");
    let dry = case.say(&["force", "1", "fail", "--why", "it hangs", "--dry-run"]);
    assert!(dry.contains("1      RUNNING  RUNNING  end   a\n"), "{dry}");
    assert!(processes::lives(pid));
    case.say(&["force", "1", "fail", "--why", "it hangs"]);
    until("its end", || !processes::lives(pid));
    case.until("FAILED: FAILED WAITING SUCCEED SUCCEED");
}

#[test]
fn a_track_is_retried_alone_or_with_what_comes_after_it() {
    let case = Case::new();
    for (words, why) in [
        (
            &["retry", "--track", "3", "--after", "--alone"][..],
            "cannot be used with",
        ),
        (&["retry", "1", "--after"], "cannot be used with"),
        (&["retry", "--alone"], "required"),
        (&["retry"], "required"),
        (&["retry", "1", "--track", "3"], "cannot be used with"),
        (&["retry", "1", "-p", "who=you"], "--track TRACK"),
        (&["retry", "--all", "-p", "who=you"], "--track TRACK"),
        (
            &["stop", "--all", "--state", "FAILED"],
            "cannot be used with",
        ),
        (&["pause", "1", "--all"], "cannot be used with"),
        (&["stop"], "required"),
    ] {
        let wrong = case.desk.call(words).expect(2);
        assert!(wrong.err.contains(why), "{words:?}: {}", wrong.err);
    }
    case.put("mended");
    assert_eq!(
        case.say(&["retry", "--track", "3", "--alone"]),
        "track 3 (c) is RUNNING\n"
    );
    case.until("PAUSED: RUNNING WAITING SUCCEED PENDING");
    case.say(&["resume", "1"]);
    case.until("RUNNING: RUNNING WAITING SUCCEED SUCCEED");
    let dry = case.say(&["retry", "--track", "3", "--after", "--dry-run"]);
    assert!(dry.contains("run 3, end 0, change 0, keep 1"), "{dry}");
    case.say(&["retry", "--track", "3", "--after"]);
    until("both again", || case.ran().matches("d 3\n").count() == 2);
    case.put("go");
    case.until("FINISH: SUCCEED SUCCEED SUCCEED SUCCEED");
    case.say(&["retry", "--track", "2", "-p", "who=me"]);
    until("the other value", || case.ran().ends_with("b me\n"));
}

#[test]
fn a_track_and_a_pipeline_are_stopped_and_killed() {
    let case = Case::new();
    let pid = std::fs::read_to_string(case.desk.data().join("work/1/a.pid")).expect("a number");
    let pid = pid.trim().parse().expect("a number");
    assert_eq!(
        case.say(&["stop", "--track", "2"]),
        "track 2 (b) is STOPPED\n"
    );
    case.say(&["kill", "--track", "1"]);
    until("its end", || !processes::lives(pid));
    case.until("FAILED: STOPPED STOPPED FAILED WAITING");
    case.desk.call(&["start", "g"]).expect(0);
    let dry = case.say(&["stop", "2", "--dry-run"]);
    assert!(dry.ends_with("Nothing was done.\n"), "{dry}");
    case.say(&["stop", "2", "--why", "enough"]);
    assert!(case.server.settled(&json!(2))["finished_at"].is_string());
    let over = case.desk.call(&["kill", "2"]).expect(1);
    assert!(over.err.contains("nothing of it moves"), "{}", over.err);
    let none = case.desk.call(&["kill", "99"]).expect(1);
    assert_eq!(none.err, "trackyard: pipeline `99` does not exist\n");
    let none = case.desk.call(&["skip", "99"]).expect(1);
    assert_eq!(none.err, "trackyard: track `99` does not exist\n");
}

#[test]
fn a_pipeline_is_started_once_more() {
    let case = Case::new();
    let desk = &case.desk;
    desk.call(&["kill", "1"]).expect(0);
    case.server.settled(&json!(1));
    desk.write(
        "h.yaml",
        "name: h\ninput: {x: {type: int, default: 1}}\nvertices: {a: 'echo <x>'}\n",
    );
    desk.call(&["import", "h.yaml"]).expect(0);
    let start = ["start", "h", "-p", "x=5", "--priority", "-2", "--wait"];
    desk.call(&start).expect(0);
    let dry = case.say(&["again", "2", "--dry-run"]);
    assert_eq!(dry, "h v1 would start with 1 track. Nothing was done.\n");
    let again = desk
        .call(&["again", "2", "--wait", "--why", "to be sure"])
        .expect(0);
    let told = format!("pipeline 3 has started: {}/pipelines/3\n", case.server.url);
    assert_eq!(again.out, told);
    assert!(again.err.contains("FINISH"), "{}", again.err);
    let shown = desk.call(&["show", "3"]).expect(0).out;
    let heading = shown.lines().next().expect("a heading");
    assert!(
        heading.ends_with("by token, again of #2, priority -2"),
        "{heading}"
    );
    let shown = desk.call(&["show", "3", "--json"]).expect(0).json();
    assert_eq!(
        (&shown["again_of"], &shown["priority"]),
        (&json!(2), &json!(-2))
    );
    let track = shown["tracks"][0]["id"].to_string();
    assert_eq!(case.say(&["logs", &track]), "5\n");
    let failed = desk.call(&["again", "1", "--json"]).expect(0).json();
    assert_eq!(failed["id"], 4);
    desk.call(&["kill", "4"]).expect(0);
}

#[test]
fn without_a_server_there_is_nobody_to_ask() {
    let desk = Desk::new();
    for words in [
        &["pause", "1"][..],
        &["force", "1", "fail", "--why", "x"],
        &["again", "1"],
    ] {
        let said = desk.call(words).expect(1);
        assert!(
            said.err.contains("no server works on the data directory"),
            "{}",
            said.err
        );
    }
}

#[test]
fn every_verb_has_an_example() {
    let desk = Desk::new();
    for verb in [
        "pause", "resume", "stop", "kill", "retry", "skip", "hold", "release", "force", "input",
        "again",
    ] {
        let help = desk.call(&[verb, "--help"]).expect(0).out;
        let example = format!("\n  trackyard {verb} ");
        assert!(help.contains(&example), "{help}");
        assert!(help.contains("--why") && help.contains("--dry-run") && help.contains("--json"));
    }
}
