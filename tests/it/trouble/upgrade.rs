//! A server goes and the next build comes while scripts run.

use std::process::Command;

use serde_json::{Value, json};

use super::tools::{PROMPT, WAITS, own, pipeline, start, supervisors, terminate};
use crate::server::{Server, program};

const SLEEPERS: usize = 50;
const SLOTS: [&str; 2] = ["--slots", "60"];

/// How many tracks of a pipeline stand at a state.
fn count(server: &Server, id: &Value, state: &str) -> usize {
    let pipeline = pipeline(server, id);
    let tracks = pipeline["tracks"].as_array().expect("tracks");
    tracks
        .iter()
        .filter(|track| track["state"] == state)
        .count()
}

#[test]
fn fifty_scripts_go_on_and_the_next_build_takes_them_over() {
    let dir = tempfile::tempdir().expect("a directory");
    let data = dir.path().join("data");
    std::fs::create_dir(&data).expect("made");
    let server = Server::start_on(&data, &SLOTS);
    let mut yaml = "name: g\nvertices:\n".to_owned();
    for n in 0..SLEEPERS {
        yaml += &format!(
            "  v{n}: echo {n} >>ran; echo one; until [ -e go ]; do sleep 0.1; done; echo two\n"
        );
    }
    let id = start(&server, &yaml);
    let other = start(&server, &format!("name: h\nvertices:\n  a: {WAITS}\n"));
    let work = data.join(format!("work/{id}"));
    let ran = || std::fs::read_to_string(work.join("ran")).unwrap_or_default();
    server.until(|| ran().lines().count() == SLEEPERS);
    server.until(|| data.join(format!("logs/{other}")).exists());
    let memory: u64 = supervisors(&data).into_iter().map(own).sum();
    let each = memory / (SLEEPERS as u64 + 1);
    assert!(each < 200_000, "{each} bytes for each running script");
    let took = terminate(&server);
    assert!(took < PROMPT, "{took:?}");

    // The next build is another file, and the former one has been replaced.
    let next_file = dir.path().join("next-trackyard");
    std::fs::copy(program().get_program(), &next_file).expect("copied");
    let next = Server::from_command(Command::new(&next_file), &data, &SLOTS);
    let exe = |pid: u32| std::fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default();
    assert_eq!(exe(next.pid()), next_file);
    assert_eq!(count(&next, &id, "RUNNING"), SLEEPERS);

    // They are watched like others: their logs go on, and they can be stopped.
    let first = next.track(&pipeline(&next, &id), "v0");
    assert_eq!(
        (&first["state"], next.log(&first)),
        (&json!("RUNNING"), b"one\n".to_vec())
    );
    next.post(&format!("/pipelines/{other}/stop"), &json!({}))
        .expect(200);
    assert_eq!(next.settled(&other)["state"], "STOPPED");
    assert_eq!(count(&next, &id, "RUNNING"), SLEEPERS, "of nothing else");
    std::fs::write(work.join("go"), "").expect("written");
    let ended = next.settled(&id);
    assert_eq!(ended["state"], "FINISH", "{ended}");
    assert_eq!(count(&next, &id, "SUCCEED"), SLEEPERS);
    assert_eq!(ran().lines().count(), SLEEPERS, "each ran once");
    assert_eq!(next.log(&next.track(&ended, "v0")), b"one\ntwo\n");
    // And new work is taken, by what the next build started: the former one's have nothing to do.
    let new = next.run("name: i\nvertices: {a: echo a}\n", &json!({}));
    assert_eq!(new["state"], "FINISH");
    next.until(|| {
        let mut programs = supervisors(&data)
            .into_iter()
            .map(|pid| exe(pid.cast_unsigned()));
        programs.all(|program| program == next_file)
    });
}

#[test]
fn the_log_of_a_script_that_was_taken_over_grows_while_it_runs() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut server = Server::start_on(dir.path(), &[]);
    let id = start(
        &server,
        "name: g\nvertices:\n  a: echo one; until [ -e more ]; do sleep 0.05; done; echo two; until [ -e go ]; do sleep 0.05; done\n",
    );
    server.until(|| dir.path().join("logs/1/1-1.log").exists());
    server.kill();
    let next = Server::start_on(dir.path(), &[]);
    let log = || next.log(&next.track(&pipeline(&next, &id), "a"));
    assert_eq!(log(), b"one\n");
    std::fs::write(dir.path().join("work/1/more"), "").expect("written");
    next.until(|| log() == b"one\ntwo\n");
    assert_eq!(next.track(&pipeline(&next, &id), "a")["state"], "RUNNING");
    std::fs::write(dir.path().join("work/1/go"), "").expect("written");
    assert_eq!(next.settled(&id)["state"], "FINISH");
}
