//! Graphs that are saved: named where a file may be named, put away, cloned, their versions and how they went.

use serde_json::json;

use crate::cli::Desk;
use crate::executor::bench::until;
use crate::server::Server;

const FIRST: &str = "name: g\ninput: {who: {default: you}}\nvertices:\n  a: echo <who>\n  b: {script: echo b, needs: [a]}\n";

/// Two versions of `g`, each started once.
fn two_versions(desk: &Desk) {
    desk.write("g.txt", FIRST);
    let old = std::fs::read_to_string(desk.dir().join("g.txt")).expect("read");
    desk.write("one.yaml", &old);
    desk.call(&["run", "one.yaml"]).expect(0);
    desk.write(
        "two.yaml",
        &old.replace("  b: {script: echo b", "  c: {script: echo c"),
    );
    desk.call(&["run", "two.yaml"]).expect(0);
}

#[test]
fn a_saved_graph_is_drawn_rendered_and_simulated_by_its_name() {
    let desk = Desk::new();
    two_versions(&desk);
    let out = |words: &[&str]| desk.call(words).expect(0).out;
    assert!(out(&["graph", "g"]).contains(" c\n"));
    assert!(out(&["graph", "g@1"]).contains(" b\n"));
    assert_eq!(
        out(&["graph", "1", "--json"]),
        out(&["graph", "one.yaml", "--json"])
    );
    assert_eq!(
        out(&["render", "g@2", "-p", "who=me"]),
        out(&["render", "two.yaml", "-p", "who=me"])
    );
    assert_eq!(out(&["simulate", "g"]), out(&["simulate", "two.yaml"]));
    // A file comes first, and `./` says that a file is meant; a directory is none.
    std::fs::create_dir(desk.dir().join("g")).expect("made");
    assert!(out(&["graph", "g"]).contains(" c\n"));
    std::fs::remove_dir(desk.dir().join("g")).expect("removed");
    std::fs::copy(desk.dir().join("one.yaml"), desk.dir().join("g")).expect("copied");
    assert!(out(&["graph", "g"]).contains(" b\n"));
    std::fs::remove_file(desk.dir().join("g")).expect("removed");
    let said = desk.call(&["graph", "h"]).expect(1).err;
    assert!(said.contains("there is no graph called `h`"), "{said}");
    let said = desk.call(&["simulate", "gone.yaml"]).expect(1).err;
    assert!(said.contains("gone.yaml: error[unreadable]"), "{said}");
    desk.write("bad.yaml", "name: bad\nvertices: {a: 'echo <nobody>'}\n");
    desk.call(&["import", "bad.yaml"]).expect(1);
    let said = desk.call(&["render", "bad"]).expect(1).err;
    assert!(said.contains("`bad` v1 has problems"), "{said}");
}

#[test]
fn why_takes_a_pipeline_by_name_as_it_takes_a_track() {
    let desk = Desk::new();
    two_versions(&desk);
    let out = |words: &[&str]| desk.call(words).expect(0).out;
    assert_eq!(out(&["why", "g"]), out(&["why", "--pipeline", "2"]));
    assert_eq!(out(&["why", "g~1"]), out(&["why", "--pipeline", "1"]));
    assert_eq!(out(&["why", "last/c"]), out(&["why", "4"]));
    assert_ne!(out(&["why", "1"]), out(&["why", "--pipeline", "1"]));
    let said = desk.call(&["why", "h"]).expect(1).err;
    assert!(said.contains("there is no graph called `h`"), "{said}");
    // `g/c` is a track of `g` and a graph.
    desk.write("other.yaml", "name: g/c\nvertices: {x: 'true'}\n");
    desk.call(&["run", "other.yaml"]).expect(0);
    let said = desk.call(&["why", "g/c"]).expect(2).err;
    assert!(
        said.contains("may be pipeline 3, or track 4 is `c` of `g`"),
        "{said}"
    );
}

#[test]
fn graphs_are_put_away_cloned_and_restored() {
    let desk = Desk::new();
    two_versions(&desk);
    let _server = Server::start_on(&desk.data(), &[]);
    let json = |words: &[&str]| desk.call(words).expect(0).json();
    let names = |words: &[&str]| {
        let told = json(words);
        let graphs = told["graphs"].as_array().expect("graphs").clone();
        graphs
            .iter()
            .map(|g| g["name"].as_str().expect("a name").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(json(&["clone", "g@1", "copy", "--json"])["version"], 1);
    assert!(
        desk.call(&["clone", "g", "copy"])
            .expect(1)
            .err
            .contains("has this name already")
    );
    assert_eq!(names(&["ls", "--graphs", "--json"]), ["copy", "g"]);
    let told = json(&["archive", "g", "--json"]);
    assert_eq!(
        told,
        json!({"name": "g", "versions": 2, "archived": true, "removed": false, "dry_run": false})
    );
    assert_eq!(names(&["ls", "--graphs", "--json"]), ["copy"]);
    assert_eq!(names(&["ls", "--graphs", "--archived", "--json"]), ["g"]);
    desk.call(&["start", "g"]).expect(1);
    assert_eq!(
        desk.call(&["unarchive", "g"]).expect(0).out,
        "`g` is not archived (2 versions)\n"
    );
    let versions = json(&["versions", "g", "--json"]);
    let numbers: Vec<_> = versions["graphs"]
        .as_array()
        .expect("graphs")
        .iter()
        .map(|g| g["version"].clone())
        .collect();
    assert_eq!(numbers, [2, 1]);
    assert_eq!(
        json(&["versions", "g", "--restore", "1", "--json"])["version"],
        3
    );
    assert!(desk.call(&["diff", "g@1", "g@3"]).expect(0).out.is_empty());
    let said = desk
        .call(&["versions", "g", "--restore", "9"])
        .expect(1)
        .err;
    assert!(said.contains("`g` has no version 9"), "{said}");
}

#[test]
fn how_a_graph_went_is_counted_and_a_pipeline_is_drawn_in_time() {
    let desk = Desk::new();
    desk.write("f.yaml", "name: f\nvertices: {a: 'true', b: {script: 'exit 3', needs: [a]}, c: {script: 'true', needs: [b]}}\n");
    desk.call(&["run", "f.yaml"]).expect(1);
    let told = desk.call(&["stats", "f", "--json"]).expect(0).json();
    assert_eq!(told["runs"]["states"], json!({"FAILED": 1}));
    assert_eq!(told["runs"]["success"], 0.0);
    let text = desk.call(&["stats", "f", "--days", "1"]).expect(0).out;
    assert!(text.starts_with("f: 1 pipeline\n"), "{text}");
    assert!(
        text.contains("100 %") && text.contains("FAILED 1"),
        "{text}"
    );
    desk.call(&["stats", "f", "--days", "0"]).expect(2);
    let drawn = desk.call(&["timeline", "last"]).expect(0).out;
    let row = |vertex: &str| {
        drawn
            .lines()
            .find(|line| line.contains(vertex))
            .expect("a row")
            .to_owned()
    };
    assert!(
        row(" a *").contains("succeeded") && row(" a *").contains('█'),
        "{drawn}"
    );
    assert!(
        row(" b *").contains('█') && !row(" c ").contains('█'),
        "{drawn}"
    );
    let told = desk.call(&["timeline", "f", "--json"]).expect(0).json();
    assert_eq!(told["critical"], json!([1, 2]));
    desk.call(&["timeline", "99"]).expect(1);
}

#[test]
fn many_are_asked_by_a_filter_and_worked_out_first() {
    let desk = Desk::new();
    std::fs::create_dir(desk.data()).expect("made");
    let server = Server::start_on(&desk.data(), &[]);
    for name in ["g", "h"] {
        desk.write(
            &format!("{name}.yaml"),
            &format!("name: {name}\nvertices: {{a: 'until [ -e go ]; do sleep 0.02; done'}}\n"),
        );
        desk.call(&["import", &format!("{name}.yaml")]).expect(0);
    }
    for name in ["g", "g", "h"] {
        desk.call(&["start", name]).expect(0);
    }
    let state = |id: i64| server.get(&format!("/pipelines/{id}")).json()["state"].clone();
    until("all run", || (1..=3).all(|id| state(id) == "RUNNING"));
    let dry = desk
        .call(&["stop", "--graph", "g", "--state", "running", "--dry-run"])
        .expect(0)
        .out;
    assert!(dry.contains("pipeline 2 (g, RUNNING) would be "), "{dry}");
    assert!(
        dry.ends_with("stop: 2 pipelines. Nothing was done.\n"),
        "{dry}"
    );
    assert!((1..=3).all(|id| state(id) == "RUNNING"));
    let paused = desk
        .call(&["pause", "--graph", "g", "--json"])
        .expect(0)
        .out;
    let last: serde_json::Value =
        serde_json::from_str(paused.lines().last().expect("sums")).expect("an object");
    assert_eq!(
        last,
        json!({"dry_run": false, "done": 2, "would": 0, "refused": 0})
    );
    assert_eq!(
        (state(1), state(2), state(3)),
        (json!("PAUSED"), json!("PAUSED"), json!("RUNNING"))
    );
    let listed = desk
        .call(&["ls", "--state", "PAUSED", "--json"])
        .expect(0)
        .json();
    assert_eq!(listed["pipelines"].as_array().map(Vec::len), Some(2));
    // One that is paused already is refused, and said.
    let again = desk.call(&["pause", "--all"]).expect(1);
    assert!(
        again
            .err
            .contains("pipeline 1 (g, PAUSED) is left as it is"),
        "{}",
        again.err
    );
    assert_eq!(state(3), "PAUSED");
    for words in [
        &["stop"][..],
        &["stop", "1", "--all"],
        &["stop", "--all", "--graph", "g"],
        &["stop", "--track", "1", "--all"],
        &["pause"],
        &["retry", "--all", "--after"],
        &["retry", "--all", "-p", "x=1"],
        &["stop", "--state", "GONE"],
        &["stop", "--since", "soon"],
        &["ls", "--graphs", "--state", "FAILED"],
        &["ls", "--archived"],
    ] {
        desk.call(words).expect(2);
    }
    desk.call(&["stop", "--graph", "nobody"]).expect(1);
    desk.call(&["kill", "--all", "--why", "the test ends"])
        .expect(0);
    until("all end", || (1..=3).all(|id| state(id) == "STOPPED"));
}
