//! Logs by their lines, and what is said where there is no log.

use std::io::Read;

use serde_json::{Value, json};

use crate::cli::Desk;
use crate::executor::bench::until;
use crate::server::Server;

const PRINTS: &str = "\
name: p
vertices:
  a: printf 'one\\ntwo Error\\n\\nfour error\\nno end'
  quiet: {script: 'true', needs: [a]}
  fails: {script: echo before; exit 3, needs: [quiet]}
  never: {script: echo never, needs: [fails]}
";

fn ran() -> Desk {
    let desk = Desk::new();
    desk.write("p.yaml", PRINTS);
    desk.call(&["run", "p.yaml"]).expect(1);
    desk
}

fn objects(text: &str) -> Vec<Value> {
    let object = |line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
    text.lines().map(object).collect()
}

#[test]
fn lines_are_chosen_by_place_by_text_and_by_expression() {
    let desk = ran();
    for (words, expected) in [
        (&[][..], "one\ntwo Error\n\nfour error\nno end"),
        (&["--tail", "2"], "four error\nno end"),
        (&["-n", "99"], "one\ntwo Error\n\nfour error\nno end"),
        (&["-n", "0"], ""),
        (&["--grep", "error"], "four error\n"),
        (&["-i", "--grep", "ERROR"], "two Error\nfour error\n"),
        (&["--regex", "^(two|no) "], "two Error\nno end\n"),
        (&["--grep", "^two"], ""),
    ] {
        let words = [&["logs", "last/a"], words].concat();
        assert_eq!(desk.call(&words).expect(0).out, expected, "{words:?}");
    }
    let lines = objects(&desk.call(&["logs", "p/a", "--json"]).expect(0).out);
    assert_eq!(lines.len(), 5, "{lines:?}");
    assert_eq!(
        lines[1],
        json!({"n": 2, "attempt": 1, "text": "two Error", "cut": 0})
    );
    let found = objects(
        &desk
            .call(&["logs", "p/a", "--json", "--grep", "end"])
            .expect(0)
            .out,
    );
    assert_eq!((found.len(), &found[0]["n"]), (1, &json!(5)));
    let last = objects(
        &desk
            .call(&["logs", "p/a", "--json", "--tail", "1"])
            .expect(0)
            .out,
    );
    assert_eq!(
        last,
        [json!({"n": 5, "attempt": 1, "text": "no end", "cut": 0})]
    );
    for (words, why) in [
        (&["--regex", "("][..], "`--regex`: "),
        (&["--grep", ""], "`--grep`: write 1 to 1000 bytes"),
        (&["-i"], "write `--grep` or `--regex`, too"),
        (&["--tail", "1", "--grep", "x"], "cannot be used with"),
    ] {
        let words = [&["logs", "last/a"], words].concat();
        let said = desk.call(&words).expect(2);
        assert!(said.err.contains(why), "{words:?}: {}", said.err);
    }
}

#[test]
fn what_has_no_log_is_said() {
    let desk = ran();
    let quiet = desk.call(&["logs", "p/quiet"]).expect(0);
    assert_eq!(quiet.out, "");
    assert!(
        quiet
            .err
            .contains("track 2 (quiet), attempt 1, has printed nothing"),
        "{}",
        quiet.err
    );
    let never = desk.call(&["logs", "p/never"]).expect(1);
    assert!(
        never.err.contains("track 4 (never) has not run"),
        "{}",
        never.err
    );
    let none = desk.call(&["logs", "p/a", "--attempt", "7"]).expect(1);
    assert!(
        none.err.contains("has no attempt 7: the last one is 1"),
        "{}",
        none.err
    );
    std::fs::remove_file(desk.data().join("logs/1/1-1.log")).expect("removed");
    let gone = desk.call(&["logs", "p/a", "--json"]).expect(1);
    assert!(gone.err.contains("is not there any more"), "{}", gone.err);
    assert!(gone.err.contains("`--logs`"), "{}", gone.err);
}

/// What the advice names can be typed.
#[test]
fn what_is_advised_instead_of_a_pipeline_is_a_track() {
    let desk = ran();
    for name in ["last", "p", "p~0"] {
        let said = desk.call(&["logs", name]).expect(2).err;
        let (_, rest) = said
            .split_once("e.g. `")
            .unwrap_or_else(|| panic!("no advice: {said}"));
        let (advised, _) = rest.split_once('`').expect("a name");
        assert_eq!(advised, format!("{name}/a"));
        desk.call(&["logs", advised]).expect(0);
    }
}

#[test]
fn lines_are_followed_through_attempts_from_the_last_ones_on() {
    let desk = Desk::new();
    std::fs::create_dir(desk.data()).expect("made");
    let _server = Server::start_on(&desk.data(), &[]);
    desk.write(
        "f.yaml",
        "name: f\nvertices:\n  a:\n    script: |\n      echo old; echo new; printf part\n      until [ -e go ]; do sleep 0.02; done\n      echo ed; echo skipped; echo last\n",
    );
    desk.call(&["import", "f.yaml"]).expect(0);
    desk.call(&["start", "f"]).expect(0);
    let printed = |words: &[&str]| desk.call(words).out;
    until("it prints", || printed(&["logs", "f/a"]).ends_with("part"));
    // A line without an end is no line yet for those who follow.
    let spawn = |words: &[&str]| {
        let mut command = desk.command(words);
        command
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped());
        command.spawn().expect("it starts")
    };
    let tail = spawn(&["logs", "f/a", "-f", "--tail", "2"]);
    let json = spawn(&[
        "logs",
        "f/a",
        "-f",
        "--json",
        "--regex",
        "^(new|parted|last)$",
    ]);
    // It has found where the last lines begin before there are more.
    let mut tail = tail;
    let mut begun = [0; 8];
    let from = tail.stdout.as_mut().expect("a pipe");
    from.read_exact(&mut begun).expect("it prints");
    assert_eq!(&begun, b"new\npart");
    std::fs::write(desk.data().join("work/1/go"), "").expect("written");
    let out = |child: std::process::Child| {
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("text")
    };
    assert_eq!(out(tail), "ed\nskipped\nlast\n");
    let texts: Vec<Value> = objects(&out(json))
        .iter()
        .map(|line| line["text"].clone())
        .collect();
    assert_eq!(texts, ["new", "parted", "last"]);
}
