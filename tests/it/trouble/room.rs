//! The machine has no room for another process, or for another open file: nothing fails for that.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::tools::{page, pipeline, start, supervisors};
use crate::server::{Server, program};

/// A user whom the limit of processes is for: root is beyond it. Nobody else is this one.
const SOMEBODY: u32 = 54_321;

/// A program as a user whom limits are for, where that is not who we are.
fn somebody(program: &str) -> Command {
    if !rustix::process::getuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    let id = SOMEBODY.to_string();
    command.args(["--reuid", &id, "--regid", &id, "--clear-groups", program]);
    command
}

fn server(data: &Path) -> Server {
    if rustix::process::getuid().is_root() {
        std::os::unix::fs::chown(data, Some(SOMEBODY), Some(SOMEBODY)).expect("root may");
    }
    let program = program();
    let program = program.get_program().to_str().expect("text");
    Server::from_command(somebody(program), data, &[])
}

/// Sets a soft limit of both supervisors, and reads it back as they have it.
fn limit(data: &Path, option: &str, name: &str, value: &str) {
    let found = supervisors(data);
    assert_eq!(found.len(), 2, "{found:?}");
    for pid in found {
        let mut command = somebody("prlimit");
        let set = command.args(["--pid", &pid.to_string()]);
        let set = set.arg(format!("--{option}={value}:")).status();
        assert!(set.expect("prlimit runs").success());
        let limits = std::fs::read_to_string(format!("/proc/{pid}/limits")).expect("it runs");
        let line = limits.lines().find(|line| line.starts_with(name));
        let soft = line.and_then(|line| line[name.len()..].split_whitespace().next());
        assert_eq!(soft, Some(value), "{limits}");
    }
}

/// With the limit at `none` a script waits and its page says why; with `enough` it runs.
fn waits_for_room(option: &str, name: &str, (none, enough): (&str, &str), says: &str) {
    let own = tempfile::tempdir().expect("a directory");
    let server = server(own.path());
    let cookie = server.sign_in(&server.link);
    // It works before.
    let yaml = "name: g\nvertices:\n  a: echo a\n  b: {script: echo b, needs: [a]}\n";
    assert_eq!(server.run(yaml, &serde_json::json!({}))["state"], "FINISH");
    limit(own.path(), option, name, none);
    let id = start(&server, yaml);
    let track = || server.track(&pipeline(&server, &id), "a");
    let waits = |track: &Value| {
        // Between two tries it is RUNNING, as far as anybody knows.
        assert!(["PENDING", "RUNNING"].contains(&track["state"].as_str().expect("text")));
        track["pending_on"] == "spawn"
    };
    server.until(|| waits(&track()) && track()["attempt"].as_u64() >= Some(3));
    let path = format!("/tracks/{}", track()["id"]);
    let told = format!("the machine could not start a process: {says}");
    server.until(|| {
        let html = page(&server, &cookie, &path);
        html.contains(&told) && html.contains("; trying again in ")
    });
    assert_eq!(
        pipeline(&server, &id)["state"],
        "RUNNING",
        "it has not failed"
    );
    limit(own.path(), option, name, enough);
    let ended = server.settled(&id);
    assert_eq!(ended["state"], "FINISH", "{ended}");
    assert_eq!(
        server.log(&server.track(&ended, "a")),
        b"a\n",
        "it ran once"
    );
}

#[test]
fn out_of_processes() {
    let says = "Resource temporarily unavailable (os error 11)";
    waits_for_room("nproc", "Max processes", ("0", "1000"), says);
}

#[test]
fn out_of_file_handles() {
    let says = "Too many open files (os error 24)";
    waits_for_room("nofile", "Max open files", ("3", "1000"), says);
}
