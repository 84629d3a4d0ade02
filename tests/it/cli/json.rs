//! What programs read of verbs that mostly speak to people.

use std::io::{BufRead, BufReader};

use serde_json::{Value, json};

use crate::cli::Desk;
use crate::server::{Server, ask};

#[test]
fn facts_are_printed_as_json() {
    let desk = Desk::new();
    std::fs::create_dir(desk.data()).expect("made");
    let server = Server::start_on(&desk.data(), &[]);
    desk.write("g.yaml", "name: g\nvertices: {a: 'true', b: 'exit 3'}\n");
    desk.call(&["import", "g.yaml"]).expect(0);
    let json = |words: &[&str], code: i32| desk.call(words).expect(code).json();
    let told = json(&["start", "g", "--wait", "--json"], 1);
    assert_eq!(told["pipelines"][0]["state"], "FAILED", "{told}");
    let told = json(&["again", "g", "--wait", "--json"], 1);
    assert_eq!(told["pipelines"][0]["again_of"], 1, "{told}");
    let told = json(&["link", "--json"], 0);
    let (path, url) = (told["path"].as_str(), told["url"].as_str());
    assert_eq!(
        url.map(str::to_owned),
        path.map(|path| format!("{}{path}", server.url))
    );
    assert!(server.sign_in(url.expect("an address")).contains('='));
    assert_eq!(json(&["drain", "--undo", "--json"], 0)["draining"], false);
    let file = desk.dir().join("value");
    std::fs::write(&file, "a long value\n").expect("written");
    let mut set = desk.command(&["secret", "set", "NAME", "--json"]);
    let set = set.stdin(std::fs::File::open(&file).expect("a file"));
    let set = crate::cli::Said::of(set.output().expect("it runs")).expect(0);
    assert_eq!(set.json(), json!({"name": "NAME", "dry_run": false}));
    assert_eq!(
        json(&["secret", "rm", "NAME", "--json"], 0),
        json!({"name": "NAME", "unfinished_pipelines": 0, "dry_run": false})
    );
}

/// Its first line says where it answers, the others what becomes of the pipeline.
#[test]
fn a_server_says_as_json_where_it_answers() {
    let desk = Desk::new();
    desk.write("g.yaml", "name: g\nvertices: {a: 'true'}\n");
    let mut command = desk.command(&["serve", "--port", "0", "--run", "g.yaml", "--json"]);
    let mut server = command
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    let lines = BufReader::new(server.stdout.take().expect("a pipe")).lines();
    let lines: Vec<Value> = lines
        .take(3)
        .map(|line| serde_json::from_str(&line.expect("a line")).expect("an object"))
        .collect();
    let url = lines[0]["url"].as_str().expect("an address").to_owned();
    assert_eq!(
        ask("GET", &format!("{url}/api/v1/healthz"), &[], b"").status,
        200
    );
    assert_eq!(lines[0]["pid"], server.id());
    assert_eq!((&lines[1]["id"], &lines[2]["id"]), (&json!(1), &json!(1)));
    assert_eq!(lines[2]["state"], "FINISH");
    server.kill().expect("killed");
    server.wait().expect("ended");
}
