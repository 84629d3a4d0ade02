//! The disk is full: no result is lost, people are told, and with room again it goes on alone.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::tools::{lives, page, pipeline, start, state, supervisors};
use crate::server::{Server, program};

/// A server whose data directory is a small disk of its own, which only it and what it starts see.
struct Small {
    server: Server,
    /// The data directory as seen from here.
    inside: PathBuf,
    own: tempfile::TempDir,
    /// What the server has told.
    told: tempfile::NamedTempFile,
}

impl Small {
    fn new() -> Self {
        Self::of("16m")
    }

    fn of(size: &str) -> Self {
        let own = tempfile::tempdir().expect("a directory");
        let told = tempfile::NamedTempFile::new().expect("a file");
        let server = Server::start_in_own_disk(own.path(), size, told.path());
        let inside = format!("/proc/{}/root{}", server.pid(), own.path().display());
        Self {
            server,
            inside: PathBuf::from(inside),
            own,
            told,
        }
    }

    /// Starts a script that waits for `go`, before and after which it does what is given.
    fn waits(&self, before: &str, after: &str) -> Value {
        let yaml = format!(
            "name: g\nvertices:\n  a: {before}; echo up >here; until [ -e go ]; do sleep 0.05; done; {after}\n  b: {{script: echo b, needs: [a]}}\n"
        );
        let id = start(&self.server, &yaml);
        let here = self.inside.join(format!("work/{id}/here"));
        self.server.until(|| here.exists());
        id
    }

    /// Takes all room but that many bytes.
    fn fill(&self, but: usize) {
        let filler = self.inside.join("filler");
        let fill = format!(
            "cat /dev/zero >{0} 2>/dev/null; truncate -s -{but} {0}",
            filler.display()
        );
        let filled = Command::new("sh").arg("-c").arg(fill).status();
        assert!(filled.expect("sh runs").success());
    }

    fn take_the_ballast(&self) {
        std::fs::remove_file(self.inside.join("ballast")).expect("there was one");
    }

    /// Lets the script go on. An empty file takes no page of this disk.
    fn go(&self, id: &Value) {
        std::fs::write(self.inside.join(format!("work/{id}/go")), "").expect("written");
    }

    fn make_room(&self) {
        std::fs::remove_file(self.inside.join("filler")).expect("removed");
    }

    fn record(&self, id: &Value) -> PathBuf {
        self.inside.join(format!("spool/{id}-1-1.exit"))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let told = std::fs::read_to_string(self.told.path());
            eprintln!("the server told: {}", told.unwrap_or_default());
        }
    }
}

#[test]
fn the_ballast_takes_a_result_to_the_database() {
    let small = Small::new();
    let cookie = small.server.sign_in(&small.server.link);
    let id = small.waits("true", "echo late");
    small.fill(0);
    small.go(&id);
    small
        .server
        .until(|| state(&small.server, &id, "a") == "SUCCEED");
    // It may be there for a moment, while the driver finds that there is no room for it.
    small
        .server
        .until(|| !small.inside.join("ballast").exists());
    let banner = || page(&small.server, &cookie, "/pipelines");
    small
        .server
        .until(|| banner().contains("room for the reserve"));
    small.make_room();
    assert_eq!(small.server.settled(&id)["state"], "FINISH");
    // The next full disk finds it again.
    small.server.until(|| small.inside.join("ballast").exists());
    small
        .server
        .until(|| !banner().contains("room for the reserve"));
}

#[test]
fn full_when_the_exit_record_is_written() {
    let small = Small::new();
    let id = small.waits("true", "exit 0");
    small.take_the_ballast();
    small.fill(0);
    // The oldest: one that it has just forked has its command line, too.
    let shell = Command::new("pgrep")
        .args([
            "-of",
            &format!("{}/spool/{id}-1-1.script", small.own.path().display()),
        ])
        .output()
        .expect("pgrep runs");
    let shell: i32 = String::from_utf8_lossy(&shell.stdout)
        .trim()
        .parse()
        .expect("one process");
    small.go(&id);
    // The script has ended, and its result is with the supervisor alone.
    small.server.until(|| !lives(shell));
    assert!(!small.record(&id).exists());
    assert_eq!(state(&small.server, &id, "a"), "RUNNING");
    small.make_room();
    let ended = small.server.settled(&id);
    assert_eq!(ended["state"], "FINISH", "{ended}");
    assert_eq!(small.server.track(&ended, "a")["attempt"], 1);
}

#[test]
fn full_when_the_result_is_committed() {
    let small = Small::new();
    let cookie = small.server.sign_in(&small.server.link);
    // The end of its output is to go into the database, and there is no room for that.
    let id = small.waits("head -c 60000 /dev/zero | tr '\\0' x", "exit 0");
    small.take_the_ballast();
    small.fill(16 << 10);
    small.go(&id);
    small.server.until(|| small.record(&id).exists());
    let banner = || page(&small.server, &cookie, "/pipelines");
    small
        .server
        .until(|| banner().contains("Nothing can be changed now"));
    assert!(banner().contains("full"), "it says why");
    assert_eq!(state(&small.server, &id, "a"), "RUNNING");
    small.make_room();
    assert_eq!(small.server.settled(&id)["state"], "FINISH");
    small
        .server
        .until(|| !banner().contains("Nothing can be changed now"));
    small.server.until(|| small.inside.join("ballast").exists());
}

#[test]
fn a_log_that_finds_no_room_is_told_and_the_result_is_kept() {
    let small = Small::new();
    let cookie = small.server.sign_in(&small.server.link);
    // Twice the disk.
    let id = small.waits(
        "echo first",
        "head -c 32000000 /dev/zero | tr '\\0' x; echo last",
    );
    small.go(&id);
    let server = &small.server;
    server.until(|| state(server, &id, "a") == "SUCCEED");
    let track = server.track(&pipeline(server, &id), "a");
    let told = track["detail"].as_str().expect("a detail");
    assert!(
        told.contains("the log is not complete: No space left"),
        "{told}"
    );
    let attempt = &track["attempts"][0];
    let (kept, dropped) = (&attempt["log_bytes"], &attempt["dropped_bytes"]);
    let (kept, dropped) = (
        kept.as_u64().expect("bytes"),
        dropped.as_u64().expect("bytes"),
    );
    assert_eq!(
        kept + dropped,
        32_000_000 + 11,
        "each byte is accounted for"
    );
    assert!(kept > 1_000_000 && dropped > 16_000_000, "{kept} {dropped}");
    let html = page(server, &cookie, &format!("/tracks/{}", track["id"]));
    let missing = format!(
        "{}.{} MiB of output are missing",
        dropped >> 20,
        ((dropped * 10) >> 20) % 10
    );
    assert!(html.contains(&missing), "`{missing}` is not in {html}");
    assert!(html.contains("the log is not complete"));
    let log = server.log(&track);
    assert!(log.starts_with(b"up\n") || log.starts_with(b"first\nxxx"));
    assert_eq!(
        log.len() as u64,
        kept,
        "the log holds what it is said to hold"
    );
    // The log is the user's to remove.
    std::fs::remove_file(small.inside.join(format!("logs/{id}/1-1.log"))).expect("removed");
    assert_eq!(server.settled(&id)["state"], "FINISH");
}

#[test]
fn logs_that_find_no_room_to_be_compressed_are_once_there_is() {
    // Compressing leaves 64 MiB alone: the long one does not fit, the short ones do.
    let small = Small::of("96m");
    let prints = |lines: u32| format!("name: g\nvertices: {{a: 'seq 1 {lines}'}}\n");
    let run = |lines| small.server.run(&prints(lines), &serde_json::json!({}));
    let log = |id: u32| small.inside.join(format!("logs/{id}/{id}-1.log"));
    let packed = |id| log(id).with_extension("log.zst").exists() && !log(id).exists();
    small.fill((64 + 8 + 6) << 20);
    let ended = run(1_100_000);
    let told = || std::fs::read_to_string(small.told.path()).expect("text");
    small
        .server
        .until(|| told().contains("the disk has too little room"));
    assert!(told().contains("stays as it is until something is deleted"));
    run(30_000);
    small.server.until(|| packed(2));
    assert!(log(1).exists() && !packed(1));
    let text = small.server.log(&small.server.track(&ended, "a"));
    small.make_room();
    run(30_000);
    small.server.until(|| packed(3) && packed(1));
    assert_eq!(small.server.log(&small.server.track(&ended, "a")), text);
    // What is deleted makes room, too.
    small.fill((64 + 8 + 6) << 20);
    run(1_100_000);
    run(30_000);
    small.server.until(|| packed(5));
    assert!(log(4).exists() && !packed(4));
    small.make_room();
    small
        .server
        .ask("DELETE", "/api/v1/pipelines/2", &[], b"")
        .expect(200);
    small.server.until(|| packed(4));
}

#[test]
fn a_server_that_starts_on_a_full_disk_has_the_results_once_there_is_room() {
    let mut small = Small::new();
    let id = small.waits("true", "echo late");
    // The disk is there as long as a process that sees it.
    let data = small.own.path().to_owned();
    let supervisor = supervisors(&data)[0];
    small.inside = PathBuf::from(format!("/proc/{supervisor}/root{}", data.display()));
    small.take_the_ballast();
    small.fill(0);
    small.server.kill();
    let mut command = Command::new("nsenter");
    command.arg(format!("--mount=/proc/{supervisor}/ns/mnt"));
    if !rustix::process::getuid().is_root() {
        let user = format!("--user=/proc/{supervisor}/ns/user");
        command.args([&user, "--preserve-credentials"]);
    }
    command.arg(program().get_program());
    small.server = Server::from_command(command, &data, &[]);
    // Not earlier: opening a database gives back a few pages for a moment, and needs them again.
    small.go(&id);
    assert_eq!(state(&small.server, &id, "a"), "RUNNING");
    small.make_room();
    let ended = small.server.settled(&id);
    assert_eq!(ended["state"], "FINISH", "{ended}");
    assert_eq!(small.server.track(&ended, "a")["attempt"], 1);
}

#[test]
fn a_server_that_finds_no_room_names_the_disk_and_what_to_do() {
    let own = tempfile::tempdir().expect("a directory");
    let root = rustix::process::getuid().is_root();
    let mut command = Command::new("unshare");
    command.args(if root { &["-m"][..] } else { &["-rm"][..] });
    // All of it is taken before there is a database.
    let script =
        "mount -t tmpfs -o size=1m none \"$0\" && cd \"$0\" && { cat /dev/zero >all; \"$@\"; }";
    command.args(["sh", "-c", script]).arg(own.path());
    command.arg(program().get_program());
    command.args(["serve", "--port", "0", "--data"]);
    let output = command.arg(own.path()).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    let path = own.path().display();
    let full = format!("the disk of the data directory `{path}` is full (0 bytes are free)");
    assert!(said.contains(&full), "{said}");
    assert!(said.contains("Make room on it"), "{said}");
    assert!(!said.contains("must own it"), "{said}");
}
