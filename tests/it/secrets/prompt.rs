//! A secret that is typed on a terminal.

use std::fs;
use std::io::{Read, Write};
use std::process::{Command, Stdio};

use super::search::{call, sha};
use crate::server::program;

const TYPED: &str = "c4nary typed $HOME 'x'";

#[test]
fn what_is_typed_on_a_terminal_is_taken_and_not_shown() {
    let own = tempfile::tempdir().expect("a directory");
    let data = own.path().join("data");
    let command = format!(
        "{} secret set TYPED --data {}",
        program().get_program().display(),
        data.display()
    );
    // It runs the command on a pseudo-terminal, whose keys are its own standard input.
    let mut terminal = Command::new("script")
        .args(["-qec", &command, "/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("script is installed");
    let mut keys = terminal.stdin.take().expect("a pipe");
    let mut screen = terminal.stdout.take().expect("a pipe");
    let (mut shown, mut piece) = (String::new(), [0; 256]);
    let mut typed = false;
    loop {
        let count = screen.read(&mut piece).expect("it shows");
        if count == 0 {
            break;
        }
        shown.push_str(&String::from_utf8_lossy(&piece[..count]));
        // What is typed before it asks is thrown away.
        if !typed && shown.contains("(it is not shown): ") {
            keys.write_all(format!("{TYPED}\n").as_bytes())
                .expect("typed");
            typed = true;
        }
    }
    assert!(terminal.wait().expect("it ends").success(), "{shown}");
    assert!(shown.contains("the secret `TYPED` is set"), "{shown}");
    assert!(!shown.contains("c4nary"), "{shown}");

    let script = format!(
        "test \"$(printf %s \"$TYPED\" | sha256sum)\" = '{}  -'",
        sha(TYPED)
    );
    let graph = serde_json::json!({"name": "g", "secrets": ["TYPED"], "vertices": {"a": script}});
    let file = own.path().join("g.json");
    fs::write(&file, graph.to_string()).expect("written");
    let mut run = program();
    let said = call(run.arg("run").arg(&file).arg("--data").arg(&data), "");
    assert!(said.status.success(), "{said:?}");
}
