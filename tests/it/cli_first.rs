//! The verbs that need no server and no data directory, as a person meets them first.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::cli::Desk;

const DIAMOND: &str = "\
name: d
vertices:
  a: 'true'
  b: {needs: [a], retry: {limit: 1, delay: 10s}, script: 'true'}
  c: {needs: [a], script: 'true'}
  d: {needs: [b, c], script: 'true'}
";

#[test]
fn what_init_writes_runs_and_is_never_overwritten() {
    let desk = Desk::new();
    let said = desk.call(&["init"]).expect(0);
    assert_eq!(said.out, "wrote hello.yaml\n");
    let next = "next: trackyard check hello.yaml && trackyard run hello.yaml\n";
    assert_eq!(said.err, next);
    desk.write("hello.yaml", &desk.call(&["init", "-"]).expect(0).out);
    let said = desk.call(&["check", "hello.yaml"]).expect(0);
    assert_eq!(said.out, "1 file checked: no problems\n");
    let said = desk
        .call(&["run", "--json", "hello.yaml", "-p", "who=you"])
        .expect(0);
    assert_eq!(said.json()["state"], "FINISH");
    let said = desk.call(&["init"]).expect(1);
    assert!(
        said.err.contains("`hello.yaml` is there already"),
        "{}",
        said.err
    );
    let said = desk.call(&["init", "no/such/directory.yaml"]).expect(1);
    assert!(said.err.contains("cannot be written"), "{}", said.err);
}

#[test]
fn examples_are_listed_and_printed() {
    let desk = Desk::new();
    let listed = desk.call(&["example", "--json"]).expect(0).json();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/outputs.yaml");
    let text = fs::read_to_string(file).expect("an example");
    assert!(
        listed["examples"]
            .as_array()
            .is_some_and(|e| e.contains(&json!("outputs")))
    );
    assert_eq!(desk.call(&["example", "outputs"]).expect(0).out, text);
    let said = desk.call(&["example", "nothing"]).expect(2);
    assert!(
        said.err.contains("there are fails-on-purpose"),
        "{}",
        said.err
    );
}

#[test]
fn a_graph_is_drawn() {
    let desk = Desk::new();
    desk.write("d.yaml", DIAMOND);
    let drawn = desk.call(&["graph", "d.yaml"]).expect(0);
    assert_eq!(drawn.out, "● a\n├─╮\n● │ b\n│ ● c\n├─╯\n● d\n");
    let dot = desk.call(&["graph", "d.yaml", "--format", "dot"]).expect(0);
    assert!(dot.out.contains("  v1 -> v3;\n"), "{}", dot.out);
    let mermaid = desk
        .call(&["graph", "d.yaml", "--format", "mermaid"])
        .expect(0);
    assert!(mermaid.out.contains("  v1 --> v3\n"), "{}", mermaid.out);
    let svg = desk.call(&["graph", "d.yaml", "--format", "svg"]).expect(0);
    let cards = svg.out.matches("<rect class=\"card\"").count();
    assert_eq!((cards, svg.out.matches("class=\"edge\"").count()), (4, 4));
    let outline = desk.call(&["graph", "d.yaml", "--json"]).expect(0).json();
    assert_eq!(
        outline["vertices"][3],
        json!({"name": "d", "layer": 2, "handler": null})
    );
    desk.write(
        "d.yaml",
        "name: d\nvertices:\n  a: {needs: [b], script: 'true'}\n",
    );
    let said = desk.call(&["graph", "d.yaml"]).expect(1);
    assert!(said.err.contains("d.yaml:3:"), "{}", said.err);
}

#[test]
fn a_simulation_says_what_would_happen_and_runs_nothing() {
    let desk = Desk::new();
    desk.write("d.yaml", DIAMOND);
    let words = [
        "simulate", "d.yaml", "--lasts", "c=5s", "--exits", "b=1,0", "--slots", "2",
    ];
    let said = desk.call(&words).expect(0);
    let expected = "\
AT   TAKES  VERTEX  ENDS
0s   1s     a       succeeds   ██
1s   1s     b       exit_code    ███
1s   5s     c       succeeds     ███████████████
12s  1s     b (2)   succeeds                                     ███
13s  1s     d       succeeds                                        ███

FINISH after 14s
critical path (7s): a → c → d
";
    let trimmed = |text: &str| {
        let lines = text.lines().map(|line| format!("{}\n", line.trim_end()));
        lines.collect::<String>()
    };
    assert_eq!(trimmed(&said.out), expected);
    let failed = desk
        .call(&["simulate", "--json", "d.yaml", "--exits", "a=3"])
        .expect(1);
    assert_eq!(
        failed.json()["tracks"][0],
        json!({"vertex": "a", "state": "FAILED"})
    );
    assert!(!desk.data().exists());
    for (words, hint) in [
        (["--lasts", "x=5s"], "a vertex of this graph"),
        (["--lasts", "a=soon"], "no length of time"),
        (["--exits", "a=256"], "from 0 to 255"),
    ] {
        let said = desk
            .call(&["simulate", "d.yaml", words[0], words[1]])
            .expect(2);
        assert!(said.err.contains(hint), "{}", said.err);
    }
}

#[test]
fn shells_read_the_completions_and_each_verb_has_a_page() {
    let desk = Desk::new();
    let script = desk.call(&["completions", "bash"]).expect(0).out;
    desk.write("completions", &script);
    let read = Command::new("bash")
        .args(["-c", ". ./completions && complete -p trackyard"])
        .current_dir(desk.dir())
        .stdout(Stdio::piped())
        .output()
        .expect("bash runs");
    assert!(read.status.success(), "{read:?}");
    for shell in ["zsh", "fish"] {
        assert!(
            desk.call(&["completions", shell])
                .expect(0)
                .out
                .contains("simulate")
        );
    }
    assert!(
        desk.call(&["man"])
            .expect(0)
            .out
            .contains(".TH trackyard 1")
    );
    desk.call(&["man", "pages"]).expect(0);
    let page = fs::read_to_string(desk.dir().join("pages/trackyard-run.1")).expect("a page");
    assert!(page.contains("without a server"), "{page}");
}
