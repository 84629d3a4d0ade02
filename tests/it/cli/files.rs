//! Definitions as files, and what is different between them; with no server.

use serde_json::json;

use crate::cli::Desk;

const FIRST: &str = "# Mine.\nname: web\ntimeout: 5m\nvertices:\n  ping: echo one\n  old: {script: 'true', needs: [ping]}\n";
const SECOND: &str =
    "name: web\ntimeout: 9m\nvertices:\n  ping: echo two\n  new: {script: 'true', needs: [ping]}\n";

/// Two versions of `web`, and one graph whose name is no name of a file.
fn saved() -> Desk {
    let desk = Desk::new();
    desk.write("web.yaml", FIRST);
    desk.call(&["run", "web.yaml"]).expect(0);
    desk.write("second.yaml", SECOND);
    desk.call(&["import", "second.yaml"]).expect(0);
    desk.write("odd.yaml", "name: ../up\nvertices: {a: 'true'}\n");
    desk.call(&["import", "odd.yaml"]).expect(0);
    desk
}

fn read(desk: &Desk, name: &str) -> String {
    std::fs::read_to_string(desk.dir().join(name)).expect("it is there")
}

#[test]
fn saved_definitions_are_written_as_they_were_saved() {
    let desk = saved();
    let out = |words: &[&str]| desk.call(words).expect(0).out;
    assert_eq!(out(&["export", "web"]), SECOND);
    assert_eq!(out(&["export", "web@1"]), FIRST);
    assert_eq!(out(&["export", "web", "--version", "1"]), FIRST);
    assert_eq!(out(&["export", "1"]), FIRST);
    assert!(out(&["export", "web", "--format", "dot"]).starts_with("digraph"));
    assert!(out(&["export", "web", "--format", "mermaid"]).starts_with("flowchart"));
    let json: serde_json::Value =
        serde_json::from_str(&out(&["export", "web", "--format", "json"])).expect("JSON");
    assert_eq!(json["name"], "web");

    let told = desk
        .call(&["export", "web", "-o", "out.yaml", "--json"])
        .expect(0)
        .json();
    assert_eq!(
        told["graphs"],
        json!([{"id": 2, "name": "web", "version": 2, "file": "out.yaml"}])
    );
    assert_eq!(read(&desk, "out.yaml"), SECOND);
    let twice = desk.call(&["export", "web@1", "-o", "out.yaml"]).expect(1);
    assert!(
        twice.err.contains("`out.yaml` is there already"),
        "{}",
        twice.err
    );
    desk.call(&["export", "web@1", "-o", "out.yaml", "--force"])
        .expect(0);
    assert_eq!(read(&desk, "out.yaml"), FIRST);

    assert_eq!(
        out(&["export", "--all", "all"]),
        "wrote 2 graphs into all\n"
    );
    assert_eq!(read(&desk, "all/web.yaml"), SECOND);
    assert!(read(&desk, "all/%2E.%2Fup.yaml").contains("name: ../up"));

    for (words, told) in [
        (&["export", "wec"][..], "(did you mean `web`?)"),
        (&["export", "web@7"], "`web` has no version 7"),
        (
            &["export", "web", "--version", "7"],
            "`web` has no version 7",
        ),
    ] {
        let said = desk.call(words).expect(1);
        assert!(said.err.contains(told), "{}", said.err);
    }
    desk.call(&["export"]).expect(2);
    desk.call(&["export", "web", "--json"]).expect(2);
}

#[test]
fn what_is_different_is_said_and_is_the_exit_code() {
    let desk = saved();
    let expected = "--- web@1\n+++ web@2\ntimeout: \"5m\" -> \"9m\"\n-vertex old\n-edge ping -> old\n\
                    +vertex new\n+edge ping -> new\nvertex ping\n  @@ -1 +1 @@\n  -echo one\n  \\ No newline at end of file\n  +echo two\n  \\ No newline at end of file\n";
    assert_eq!(
        desk.call(&["diff", "web@1", "web@2"]).expect(1).out,
        expected
    );
    let files = desk
        .call(&["diff", "web.yaml", "second.yaml"])
        .expect(1)
        .out;
    assert_eq!(
        files.lines().skip(2).collect::<Vec<_>>(),
        expected.lines().skip(2).collect::<Vec<_>>()
    );
    // One file alone is compared with the newest that is saved.
    assert_eq!(desk.call(&["diff", "second.yaml"]).expect(0).out, "");
    let back = desk.call(&["diff", "web.yaml"]).expect(1).out;
    assert!(
        back.starts_with("--- web\n+++ web.yaml\ntimeout: \"9m\" -> \"5m\"\n"),
        "{back}"
    );
    let json = desk
        .call(&["diff", "web@1", "web@2", "--json"])
        .expect(1)
        .json();
    assert_eq!(
        (&json["from"], &json["vertices_added"]),
        (&json!("web@1"), &json!(["new"])),
        "{json}"
    );
    desk.write("bad.yaml", "name: web\nvertices: {a: {skript: 'true'}}\n");
    for words in [
        &["diff", "gone.yaml", "web"][..],
        &["diff", "bad.yaml"],
        &["diff", "wec", "web"],
    ] {
        let said = desk.call(words).expect(2);
        assert!(!said.err.is_empty(), "{words:?}");
    }
}
