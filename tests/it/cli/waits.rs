//! Waiting for pipelines and following logs, through the death of a server.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStderr, Stdio};

use serde_json::json;

use crate::cli::{Desk, Said};
use crate::server::Server;

/// `a` and `b` wait for a file each, one after the other; `b` succeeds if there is a file `well`.
const TWO: &str = "name: two
vertices:
  a: |
    until [ -e go-a ]; do sleep 0.02; done
  b: {script: 'until [ -e go-b ]; do sleep 0.02; done; test -e well', needs: [a]}
";

fn served(yaml: &str) -> (Desk, Server) {
    let desk = Desk::new();
    std::fs::create_dir(desk.data()).expect("made");
    let server = Server::start_on(&desk.data(), &[]);
    desk.write("g.yaml", yaml);
    desk.call(&["import", "g.yaml"]).expect(0);
    (desk, server)
}

impl Desk {
    /// A call that goes on.
    fn begin(&self, words: &[&str]) -> Child {
        let mut command = self.command(words);
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("it runs")
    }

    /// Makes a file where the scripts of a pipeline run.
    fn put(&self, pipeline: u32, name: &str) {
        let dir = self.data().join(format!("work/{pipeline}"));
        std::fs::create_dir_all(&dir).expect("made");
        std::fs::write(dir.join(name), "").expect("written");
    }
}

pub(super) fn told(child: &mut Child) -> Lines<BufReader<ChildStderr>> {
    BufReader::new(child.stderr.take().expect("a pipe")).lines()
}

/// Reads lines up to one that holds `text`.
pub(super) fn until_told(lines: &mut Lines<BufReader<ChildStderr>>, text: &str) {
    let mut seen = Vec::new();
    for line in lines {
        let line = line.expect("text");
        if line.contains(text) {
            return;
        }
        seen.push(line);
    }
    panic!("`{text}` is not in {seen:?}");
}

#[test]
fn a_wait_goes_on_through_the_death_of_a_server() {
    let (desk, mut server) = served(TWO);
    desk.call(&["start", "two"]).expect(0);
    desk.put(1, "well");
    let mut waiting = desk.begin(&["wait", "two", "--json"]);
    let mut lines = told(&mut waiting);
    desk.put(1, "go-a");
    until_told(&mut lines, "SUCCEED     a");
    for _ in 0..2 {
        server.kill();
        until_told(&mut lines, "waiting for the next server");
        server = Server::start_on(&desk.data(), &[]);
        until_told(&mut lines, "a server works on it again");
    }
    // What ends while there is no server is heard of, too.
    server.kill();
    until_told(&mut lines, "waiting for the next server");
    desk.put(1, "go-b");
    let _server = Server::start_on(&desk.data(), &[]);
    until_told(&mut lines, "FINISH");
    let said = Said::of(waiting.wait_with_output().expect("it ends")).expect(0);
    let told = said.json();
    assert_eq!(told["pipelines"][0]["state"], "FINISH", "{told}");
    assert_eq!(told["unended"], json!([]));
}

#[test]
fn several_are_waited_for_and_one_is_enough() {
    let (desk, _server) = served(TWO);
    for _ in 0..3 {
        desk.call(&["start", "two"]).expect(0);
    }
    let late = desk
        .call(&["wait", "1", "2", "--timeout", "50ms"])
        .expect(1);
    assert!(
        late.err.contains("not ended after 50 ms: #1, #2"),
        "{}",
        late.err
    );
    let mut any = desk.begin(&["wait", "1", "2", "3", "--any", "--json"]);
    let mut lines = told(&mut any);
    let all = desk.begin(&["wait", "two~1", "3", "--json", "-q"]);
    for id in 1..=3 {
        desk.put(id, "go-a");
    }
    until_told(&mut lines, "SUCCEED     #2 a");
    desk.put(2, "well");
    desk.put(2, "go-b");
    let said = Said::of(any.wait_with_output().expect("it ends")).expect(0);
    let told = said.json();
    assert_eq!(told["pipelines"][0]["id"], 2, "{told}");
    assert_eq!(told["pipelines"].as_array().map(Vec::len), Some(1));
    assert_eq!(told["unended"], json!([1, 3]));
    desk.put(3, "go-b");
    let said = Said::of(all.wait_with_output().expect("it ends")).expect(1);
    assert!(said.err.contains("#3 two: FAILED"), "{}", said.err);
    assert!(said.err.contains("#2 two: FINISH"), "{}", said.err);
    // Of several that have ended the first that is named decides.
    desk.call(&["wait", "2", "3", "--any"]).expect(0);
    desk.call(&["wait", "3", "2", "--any"]).expect(1);
    // One that is named twice is one.
    let twice = desk
        .call(&["wait", "1", "two~2", "--any", "--timeout", "50ms"])
        .expect(1);
    assert!(twice.err.contains("not ended after"), "{}", twice.err);
    desk.call(&["wait", "99"]).expect(1);
}

#[test]
fn nobody_waits_for_what_does_not_move() {
    let (desk, mut server) = served(TWO);
    desk.write(
        "asks.yaml",
        "name: asks\nvertices:\n  a: {input: {who: {required: true}}, script: 'echo <who>'}\n",
    );
    desk.call(&["import", "asks.yaml"]).expect(0);
    let said = desk
        .call(&["start", "asks", "--ask-later", "--wait"])
        .expect(1);
    assert!(
        said.err.contains("pipeline 1 waits for a person"),
        "{}",
        said.err
    );
    desk.call(&["input", "asks/a", "-p", "who=x"]).expect(0);
    desk.call(&["wait", "asks"]).expect(0);
    desk.call(&["start", "two"]).expect(0);
    server.kill();
    desk.call(&["wait", "asks"]).expect(0);
    let said = desk.call(&["wait", "two"]).expect(1);
    assert!(
        said.err.contains("no server works on the data directory"),
        "{}",
        said.err
    );
    let said = desk.call(&["logs", "two/a", "-f"]).expect(0);
    assert!(
        said.err.contains("nothing more comes before a server does"),
        "{}",
        said.err
    );
}

#[test]
fn a_log_is_followed_byte_by_byte_through_the_death_of_a_server() {
    let (desk, mut server) = served(
        "name: g\nvertices:\n  a:\n    retry: {limit: 1, delay: 10ms}\n    script: |\n      printf 'one\\377\\n'\n      \
         until [ -e go ]; do sleep 0.02; done\n      printf 'two\\376'\n      if [ ! -e second ]; then >second; exit 1; fi\n",
    );
    desk.call(&["start", "g"]).expect(0);
    let mut following = desk.begin(&["logs", "g/a", "-f"]);
    let mut lines = told(&mut following);
    let mut out = BufReader::new(following.stdout.take().expect("a pipe"));
    let mut line = Vec::new();
    out.read_until(b'\n', &mut line).expect("a line");
    assert_eq!(line, b"one\xff\n");
    server.kill();
    until_told(&mut lines, "waiting for the next server");
    desk.put(1, "go");
    let _server = Server::start_on(&desk.data(), &[]);
    line.clear();
    std::io::Read::read_to_end(&mut out, &mut line).expect("the rest");
    assert_eq!(line, b"two\xfeone\xff\ntwo\xfe", "both attempts");
    assert!(following.wait().expect("it ends").success());
}
