//! What runs now and what waits for what.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::json;

use crate::cli::Desk;
use crate::executor::bench::until;
use crate::processes;
use crate::server::Server;

const YAML: &str = "name: g
vertices:
  a: {script: 'until [ -e go ]; do sleep 0.02; done', pool: db}
  b: {script: 'true', pool: db}
  c: {script: 'true', needs: [a, b]}
  d: {script: 'echo <who>', input: {who: {required: true}}}
";

#[test]
fn what_runs_and_what_waits_is_shown() {
    let desk = Desk::new();
    std::fs::create_dir(desk.data()).expect("made");
    let mut server = Server::start_on(&desk.data(), &[]);
    desk.write("g.yaml", YAML);
    desk.call(&["import", "g.yaml"]).expect(0);
    let none = desk.call(&["ps"]).expect(0);
    assert_eq!(none.out, "nothing runs, and nothing waits\n");
    desk.call(&["start", "g", "--ask-later", "--name", "mine"])
        .expect(0);
    let words = || -> Vec<String> {
        let out = desk.call(&["ps"]).expect(0).out;
        let without_time = |line: &str| {
            let words: Vec<&str> = line.split_whitespace().collect();
            words.join(" ")
        };
        out.lines().map(without_time).collect()
    };
    until("a runs", || {
        words().iter().any(|line| line.contains("1 a RUNNING"))
    });
    let seen = words();
    assert_eq!(seen[0], "PIPELINE TRACK VERTEX STATE FOR WAITS ON");
    for (line, begins, ends) in [
        (1, "1 mine 1 a RUNNING ", ""),
        (2, "1 mine 2 b PENDING ", "slot of the pool db"),
        (3, "1 mine 4 d PENDING ", "input"),
        (4, "1 mine 3 c WAITING", "a, b"),
    ] {
        let told = &seen[line];
        assert!(told.starts_with(begins) && told.ends_with(ends), "{seen:?}");
    }
    let one = desk.call(&["ps", "-n", "1"]).expect(0);
    assert!(
        one.out.ends_with("and 3 tracks more: -n shows more\n"),
        "{}",
        one.out
    );
    let told = desk.call(&["ps", "--json"]).expect(0).json();
    assert_eq!(told["tracks"][3]["waits_on"], json!(["a", "b"]), "{told}");
    assert_eq!(told["tracks"][3]["pipeline"]["name"], "mine");
    assert!(told["tracks"][0]["since"].is_string(), "{told}");
    assert_eq!((&told["served"], &told["more"]), (&json!(true), &json!(0)));

    let mut command = desk.command(&["ps", "-w"]);
    let mut watching = command.stdout(Stdio::piped()).spawn().expect("it runs");
    let mut lines = BufReader::new(watching.stdout.take().expect("a pipe")).lines();
    let mut told = |text: &str| {
        while !lines.next().expect("a line").expect("text").contains(text) {}
    };
    told("RUNNING");
    std::fs::write(desk.data().join("work/1/go"), "").expect("written");
    // Nothing but `d` is left once the others have ended.
    until("c has ended", || {
        server.get("/pipelines/1").json()["tracks"][2]["state"] == "SUCCEED"
    });
    desk.call(&["input", "g/d", "-p", "who=x"]).expect(0);
    told("nothing runs");
    processes::terminate(watching.id() as i32);
    assert_eq!(watching.wait().expect("it ends").code(), Some(143));

    desk.call(&["start", "g", "--ask-later"]).expect(0);
    server.kill();
    let said = desk.call(&["ps"]).expect(0);
    assert!(said.out.contains("WAITING"), "{}", said.out);
    assert!(
        said.err.contains("nothing moves before `trackyard serve"),
        "{}",
        said.err
    );
}
