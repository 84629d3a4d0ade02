//! Scripts that do not end when they should, or leave something behind, or are to inherit nothing.

use std::path::Path;

use rustix::process::Signal;
use serde_json::json;
use trackyard::spool::Spool;

use super::tools::{lives, number_in, page, pipeline, signal, start, state, supervisors};
use crate::server::{Server, program};

/// Leaves a process behind that is in no group of ours, and goes on once that is there.
const DAEMON: &str =
    "setsid sh -c 'echo $$ >daemon; exec sleep 1000' & until [ -s daemon ]; do sleep 0.02; done";

#[test]
fn a_daemon_that_keeps_the_output_open_holds_nothing_up_and_is_told() {
    let server = Server::start();
    let cookie = server.sign_in(&server.link);
    let yaml = format!(
        "name: g\nvertices:\n  a: \"{DAEMON}; echo main\"\n  b: {{script: echo b, needs: [a]}}\n"
    );
    let ended = server.run(&yaml, &json!({}));
    assert_eq!(ended["state"], "FINISH", "{ended}");
    let daemon = number_in(
        &server,
        &server.data().join(format!("work/{}/daemon", ended["id"])),
    );
    assert!(lives(daemon), "it is not ours to end");
    let track = server.track(&ended, "a");
    let told = track["detail"].as_str().expect("a detail");
    assert!(told.contains("still holds its output"), "{told}");
    let html = page(&server, &cookie, &format!("/tracks/{}", track["id"]));
    assert!(
        html.contains("still holds its output"),
        "the page says it too"
    );
    assert_eq!(server.log(&track), b"main\n");
    signal(daemon, Signal::KILL);
}

#[test]
fn a_daemon_does_not_outlive_a_stop_or_a_timeout_unless_it_is_to() {
    let server = Server::start();
    let quiet = DAEMON.replace(" &", " >/dev/null 2>&1 &");
    // Without the numbers of the attempt it is none of our business.
    let stays = "env -u TRACKYARD_TRACK setsid sh -c 'echo $$ >stays; exec sleep 1000' >/dev/null 2>&1 & until [ -s stays ]; do sleep 0.02; done";
    let script = format!("{quiet}; {stays}; exec sleep 1000");
    let yaml = format!(
        "name: g\non_failure: continue_independent\nvertices:\n  a:\n    script: \"{script}\"\n    timeout: 1s\n"
    );
    let ended = server.run(&yaml, &json!({}));
    let track = server.track(&ended, "a");
    assert_eq!(
        (&track["state"], &track["reason"]),
        (&json!("FAILED"), &json!("timeout"))
    );
    assert!(track["detail"].is_null(), "nothing is missing: {track}");
    let work = |id: &serde_json::Value| server.data().join(format!("work/{id}"));
    let yaml = format!("name: h\nvertices:\n  a: \"{script}\"\n");
    for word in ["stop", "kill"] {
        let id = start(&server, &yaml);
        number_in(&server, &work(&id).join("stays"));
        server
            .post(&format!("/pipelines/{id}/{word}"), &json!({}))
            .expect(200);
        assert_eq!(server.settled(&id)["state"], "STOPPED");
    }
    for id in 1..=3 {
        let id = json!(id);
        let of = |name: &str| number_in(&server, &work(&id).join(name));
        assert!(!lives(of("daemon")), "its end is told after this one's");
        assert!(lives(of("stays")));
        signal(of("stays"), Signal::KILL);
    }
}

#[test]
fn who_ignores_term_is_killed_after_the_grace_that_is_set() {
    let own = tempfile::tempdir().expect("a directory");
    let settings = "[default.trackyard]\ngrace = '400ms'\n";
    std::fs::write(own.path().join("Rocket.toml"), settings).expect("written");
    let server = Server::start_on(own.path(), &[]);
    let deaf = "trap '' TERM; echo $$ >pid; while :; do sleep 0.05; done";
    let yaml = format!(
        "name: g\nvertices:\n  a:\n    script: \"{deaf}\"\n    timeout: 300ms\n  b: {{script: 'true', needs: [a]}}\n"
    );
    let ended = server.run(&yaml, &json!({}));
    let track = server.track(&ended, "a");
    assert_eq!(
        (&track["state"], &track["reason"]),
        (&json!("FAILED"), &json!("timeout"))
    );
    assert_eq!(track["attempts"][0]["signal"], 9, "{track}");
    assert!(!lives(number_in(&server, &own.path().join("work/1/pid"))));

    let id = start(&server, &format!("name: h\nvertices:\n  a: \"{deaf}\"\n"));
    let pid = number_in(&server, &own.path().join(format!("work/{id}/pid")));
    let began = std::time::Instant::now();
    server
        .post(&format!("/pipelines/{id}/stop"), &json!({}))
        .expect(200);
    let ended = server.settled(&id);
    assert!(began.elapsed().as_millis() >= 400);
    let track = server.track(&ended, "a");
    assert_eq!(
        (&track["state"], &track["attempts"][0]["signal"]),
        (&json!("STOPPED"), &json!(9))
    );
    assert!(!lives(pid));
}

#[test]
fn a_timeout_holds_while_there_is_no_server() {
    let own = tempfile::tempdir().expect("a directory");
    let mut server = Server::start_on(own.path(), &[]);
    let yaml = "name: g\nvertices:\n  a: {script: echo $$ >pid; exec sleep 1000, timeout: 1s}\n";
    let id = start(&server, yaml);
    let pid = number_in(&server, &own.path().join("work/1/pid"));
    assert_eq!(state(&server, &id, "a"), "RUNNING");
    server.kill();
    server.until(|| own.path().join("spool/1-1-1.exit").exists());
    assert!(!lives(pid));
    let next = Server::start_on(own.path(), &[]);
    let track = next.track(&next.settled(&id), "a");
    assert_eq!(
        (&track["state"], &track["reason"]),
        (&json!("FAILED"), &json!("timeout"))
    );
    assert_eq!(track["attempt"], 1);
}

/// A supervisor that died between making an exit record and giving it its name leaves the file.
#[test]
fn a_record_that_was_not_finished_goes_with_its_supervisor() {
    let own = tempfile::tempdir().expect("a directory");
    let mut server = Server::start_on(own.path(), &[]);
    let instances = || server_spool(own.path()).instances().expect("a list");
    let before = instances();
    let unfinished: Vec<_> = before.iter().map(|i| i.dir.join("exit-a1b2c3")).collect();
    assert_eq!(unfinished.len(), 2);
    for path in &unfinished {
        std::fs::write(path, "{\"format\":").expect("written");
    }
    // One may be about to give it its name, for all that the next server can know.
    server.kill();
    server = Server::start_on(own.path(), &[]);
    assert!(unfinished.iter().all(|path| path.exists()));
    // Nobody is there when they die.
    server.kill();
    for pid in supervisors(own.path()) {
        signal(pid, Signal::KILL);
        server.until(|| !lives(pid));
    }
    let _server = Server::start_on(own.path(), &[]);
    assert!(before.iter().all(|instance| !instance.dir.exists()));
}

/// The directory in which a supervisor makes exit records is put aside for a while.
#[test]
fn that_a_result_cannot_be_written_is_told_once_and_that_it_was_is_too() {
    let own = tempfile::tempdir().expect("a directory");
    let told = own.path().join("told");
    let mut command = program();
    command.stderr(std::fs::File::create(&told).expect("a file"));
    let server = Server::from_command(command, own.path(), &[]);
    let id = start(
        &server,
        "name: g\nvertices:\n  a: until [ -e go ]; do sleep 0.05; done\n",
    );
    let work = own.path().join(format!("work/{id}"));
    server.until(|| work.exists() && state(&server, &id, "a") == "RUNNING");
    let dirs: Vec<_> = server_spool(own.path()).instances().expect("a list");
    let aside = |n: u64| own.path().join(format!("aside-{n}"));
    for instance in &dirs {
        std::fs::rename(&instance.dir, aside(instance.number)).expect("moved");
        std::fs::write(&instance.dir, "").expect("written");
    }
    std::fs::write(work.join("go"), "").expect("written");
    let count = |file: &Path, words: &str| {
        let text = std::fs::read_to_string(file).expect("text");
        text.matches(words).count()
    };
    let cannot = format!("the result of attempt {id}-1-1 cannot be written");
    server.until(|| count(&told, &cannot) > 0);
    assert_eq!(
        count(&told, "Not a directory"),
        2,
        "as a word and as a field"
    );
    for instance in &dirs {
        std::fs::remove_file(&instance.dir).expect("removed");
        std::fs::rename(aside(instance.number), &instance.dir).expect("moved");
    }
    assert_eq!(server.settled(&id)["state"], "FINISH");
    assert_eq!(count(&told, &cannot), 1);
    let after_all = format!("the result of attempt {id}-1-1 is written after all");
    assert_eq!(count(&told, &after_all), 1);
}

fn server_spool(data: &Path) -> Spool {
    Spool::at(&data.join("spool")).expect("it is there")
}

#[test]
fn a_script_inherits_nothing_of_the_server() {
    let own = tempfile::tempdir().expect("a directory");
    // Something is open that a terminal or a service manager forgot, and something is secret.
    let mut shell = std::process::Command::new("sh");
    shell
        .args(["-c", "exec 7</dev/null; exec \"$@\"", "sh"])
        .arg(program().get_program());
    shell
        .env("SECRET_OF_THE_SERVER", "1")
        .env("TRACKYARD_SLOTS", "3");
    let server = Server::from_command(shell, own.path(), &[]);
    let yaml = "name: g\nvertices:\n  a: ls /proc/self/fd | tr '\\n' ' '; tr '\\0' '\\n' </proc/$$/environ | sort\n";
    let ended = server.run(yaml, &json!({}));
    let log = String::from_utf8(server.log(&server.track(&ended, "a"))).expect("text");
    let home = std::env::var("HOME").unwrap_or_else(|_| "/".to_owned());
    let home = format!("HOME={home}");
    let outputs = server.data().join("spool/1-1-1.output");
    // 3 is the directory that `ls` itself reads.
    let expected = [
        "0 1 2 3 ".to_owned() + &home,
        "LANG=C.UTF-8".to_owned(),
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned(),
        "TRACKYARD_ATTEMPT=1".to_owned(),
        "TRACKYARD_GRAPH=g".to_owned(),
        format!("TRACKYARD_OUTPUT={}", outputs.display()),
        "TRACKYARD_PIPELINE=1".to_owned(),
        "TRACKYARD_TRACK=1".to_owned(),
        "TRACKYARD_VERTEX=a".to_owned(),
    ];
    assert_eq!(log.lines().collect::<Vec<_>>(), expected);
    let opened = std::fs::read_dir(format!("/proc/{}/fd", server.pid())).expect("it runs");
    let leaked = opened.flatten().any(|entry| entry.file_name() == "7");
    assert!(leaked, "the server did have it");
}

#[test]
fn a_script_ignores_and_blocks_no_signal_whatever_the_server_does() {
    let own = tempfile::tempdir().expect("a directory");
    // As under `nohup` and worse: with CHLD ignored nobody learns how a child ended.
    let mut command = std::process::Command::new("env");
    command.args(["--ignore-signal=HUP,INT,QUIT,PIPE,CHLD,USR2,TSTP,42"]);
    command.args(["--block-signal=USR1,40"]);
    command.arg(program().get_program());
    let server = Server::from_command(command, own.path(), &[]);
    let set = |line: &str, pid: &str| {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
        let found = status.lines().find_map(|l| l.strip_prefix(line));
        u64::from_str_radix(found.expect("a line").trim(), 16).expect("a number")
    };
    let pid = server.pid().to_string();
    assert_ne!(set("SigIgn:", &pid) & 0x200_0000_0003, 0, "the server does");
    assert_ne!(set("SigBlk:", &pid), 0, "the server does");
    // With limits it is started another way.
    let show = "grep -E 'Sig(Blk|Ign)' /proc/self/status";
    let yaml = format!(
        "name: g\nvertices:\n  a: {show}\n  b: {{script: \"{show}\", limits: {{open_files: 64}}}}\n"
    );
    let ended = server.run(&yaml, &json!({}));
    assert_eq!(ended["state"], "FINISH", "{ended}");
    for vertex in ["a", "b"] {
        let log = String::from_utf8(server.log(&server.track(&ended, vertex))).expect("text");
        let words: Vec<&str> = log.split_whitespace().collect();
        assert_eq!((words[0], words[2]), ("SigBlk:", "SigIgn:"));
        let bits = |word| u64::from_str_radix(word, 16).expect("a number");
        // 32 and 33 belong to the C library, which ignores them in all that it starts.
        let ignored = bits(words[3]) & !(1 << 31 | 1 << 32);
        assert_eq!((bits(words[1]), ignored), (0, 0), "{vertex}: {log}");
    }
    // What it ignored still ends no supervisor.
    for supervisor in supervisors(own.path()) {
        signal(supervisor, Signal::HUP);
        assert!(lives(supervisor));
    }
    let again = server.run(&yaml.replace("name: g", "name: h"), &json!({}));
    assert_eq!(again["state"], "FINISH", "{again}");
}

/// A script that "may safely run again" may not do so beside itself.
#[test]
fn what_still_runs_of_a_script_is_not_joined_by_its_rerun() {
    let server = Server::start();
    let yaml = "name: g\nvertices:\n  a: {on_interrupt: rerun, script: 'echo $$ >pid$TRACKYARD_ATTEMPT; [ $TRACKYARD_ATTEMPT = 3 ] || exec sleep 1000'}\n";
    let id = start(&server, yaml);
    let work = server.data().join(format!("work/{id}"));
    let supervisors = || supervisors(server.data());
    let kill_all = || {
        supervisors()
            .into_iter()
            .for_each(|pid| signal(pid, Signal::KILL))
    };
    let first = number_in(&server, &work.join("pid1"));
    kill_all();
    server.until(|| state(&server, &id, "a") == "INTERRUPTED");
    let track = server.track(&pipeline(&server, &id), "a");
    let detail = track["detail"].as_str().expect("a text");
    assert!(
        detail.ends_with(&format!("its process {first} ran on")),
        "{detail}"
    );
    signal(first, Signal::KILL);
    let path = format!("/tracks/{}/resolve", track["id"]);
    let again = json!({"verdict": "run_again"});
    server.post(&path, &again).expect(200);
    let second = number_in(&server, &work.join("pid2"));
    // Nothing is left of this one when its supervisor dies.
    let held = supervisors();
    held.iter().for_each(|pid| signal(*pid, Signal::STOP));
    signal(second, Signal::KILL);
    server.until(|| !lives(second));
    kill_all();
    let ended = server.settled(&id);
    assert_eq!(ended["state"], "FINISH", "{ended}");
    assert_eq!(server.track(&ended, "a")["attempt"], 3);
}
