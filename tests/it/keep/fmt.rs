//! `trackyard fmt`: one layout, the same meaning, every comment.

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use crate::cli::Desk;
use crate::server::program;

const UGLY: &str = "\
# Why this is here.
name:   g
vertices:
    a:   {script:   'true',   retry: { limit: 1 ,delay: 1s } }   # the first
    # between
    b:
        script: |
            # no comment of the file
            echo   hello
        needs:   [ a ]
";
const FINE: &str = "\
# Why this is here.
name: g
vertices:
  a: {script: \"true\", retry: {limit: 1, delay: 1s}} # the first
  # between
  b:
    script: |
      # no comment of the file
      echo   hello
    needs: [a]
";

#[test]
fn a_file_is_laid_out_in_place() {
    let desk = Desk::new();
    desk.write("g.yaml", UGLY);
    let path = desk.dir().join("g.yaml");
    fs::set_permissions(&path, Permissions::from_mode(0o640)).expect("it is ours");
    let said = desk.call(&["fmt", "--check", "g.yaml"]).expect(1);
    assert_eq!(
        (said.out.as_str(), said.err.as_str()),
        ("g.yaml\n", "1 file would be changed\n")
    );
    let said = desk.call(&["fmt", "--diff", "g.yaml"]).expect(0);
    assert!(said.out.contains("-name:   g\n+name: g\n"), "{}", said.out);
    assert_eq!(fs::read_to_string(&path).expect("a file"), UGLY);
    let said = desk.call(&["fmt", "g.yaml"]).expect(0);
    assert_eq!(said.out, "laid out g.yaml\n");
    assert_eq!(fs::read_to_string(&path).expect("a file"), FINE);
    let mode = fs::metadata(&path)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
    let said = desk.call(&["fmt", "g.yaml", "--json"]).expect(0).json();
    assert_eq!(said["changed"], 0, "{said}");
    desk.call(&["fmt", "--check", "g.yaml"]).expect(0);
}

#[test]
fn standard_input_becomes_standard_output() {
    let mut command = program();
    command
        .args(["fmt", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command.spawn().expect("it runs");
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(UGLY.as_bytes()).expect("it reads");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&output.stdout), FINE);
}

#[test]
fn json_is_laid_out_too() {
    let desk = Desk::new();
    desk.write("g.json", "{\"name\":\"g\",\"vertices\":{\"a\":\"true\"}}");
    desk.call(&["fmt", "g.json"]).expect(0);
    let text = fs::read_to_string(desk.dir().join("g.json")).expect("a file");
    assert_eq!(
        text,
        "{\n  \"name\": \"g\",\n  \"vertices\": {\n    \"a\": \"true\"\n  }\n}\n"
    );
}

#[test]
fn a_definition_with_an_error_is_left_alone() {
    let desk = Desk::new();
    let wrong = "name: g\nvertices:\n  a:   {skript: 'true'}\n";
    desk.write("bad.yaml", wrong);
    desk.write("g.yaml", UGLY);
    let said = desk
        .call(&["fmt", "bad.yaml", "gone.yaml", "g.yaml"])
        .expect(1);
    assert!(
        said.err.contains("bad.yaml:3:9: error[unknown-key]"),
        "{}",
        said.err
    );
    assert!(
        said.err.contains("bad.yaml: left as it is: it has errors"),
        "{}",
        said.err
    );
    assert!(said.err.contains("gone.yaml"), "{}", said.err);
    assert_eq!(said.out, "laid out g.yaml\n");
    let text = |name: &str| fs::read_to_string(desk.dir().join(name)).expect("a file");
    assert_eq!(
        (text("bad.yaml").as_str(), text("g.yaml").as_str()),
        (wrong, FINE)
    );
}

#[test]
fn the_examples_are_laid_out() {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
    let mut command = program();
    command.args(["fmt", "--check"]);
    for entry in fs::read_dir(dir).expect("examples") {
        command.arg(entry.expect("a file").path());
    }
    let output = command.output().expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}
