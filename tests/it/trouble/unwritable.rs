//! The database, or its disk, can only be read; or the file is no database.

use std::path::Path;
use std::process::Command;

use super::tools::{WAITS, page, start, state, try_start};
use crate::server::{Server, program};

/// What `trackyard serve` says when `path` can only be read, which it has to refuse.
fn refused(data: &Path, path: &Path) -> String {
    let root = rustix::process::getuid().is_root();
    let mut command = Command::new("unshare");
    command.args(if root { &["-m"][..] } else { &["-rm"][..] });
    let mount =
        "mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\" && exec timeout 30 \"$@\"";
    command.args(["sh", "-c", mount]).arg(path);
    command.arg(program().get_program());
    let ended = command
        .args(["serve", "--port", "0", "--data"])
        .arg(data)
        .output()
        .expect("unshare runs");
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(1), "{said}");
    said
}

#[test]
fn a_start_on_what_can_only_be_read_is_refused_with_what_to_do() {
    let own = tempfile::tempdir().expect("a directory");
    let mut server = Server::start_on(own.path(), &[]);
    server.run("name: g\nvertices: {a: 'true'}\n", &serde_json::json!({}));
    server.kill();
    let database = own.path().join("trackyard.db");
    let before = std::fs::read(&database).expect("it is there");
    for path in [own.path(), &database] {
        let said = refused(own.path(), path);
        assert!(said.contains(path.to_str().expect("text")), "{said}");
        assert!(
            said.contains("writ") && said.contains("--data DIR"),
            "{said}"
        );
    }
    assert!(before == std::fs::read(&database).expect("it is there"));
    // Where it can be written again, everything is there.
    let next = Server::start_on(own.path(), &[]);
    assert_eq!(next.get("/pipelines/1").expect(200)["state"], "FINISH");
}

#[test]
fn a_disk_that_can_only_be_read_while_the_server_runs_loses_nothing() {
    let own = tempfile::tempdir().expect("a directory");
    // With no byte left to it a process gets for its open files what they give on a disk that has
    // become read-only: SQLite knows one error for both. It must outlive the signal that says so.
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"]);
    command.arg(program().get_program());
    let server = Server::from_command(command, own.path(), &[]);
    let limit = |bytes: &str| {
        let set = Command::new("prlimit")
            .args(["--pid", &server.pid().to_string(), bytes])
            .status();
        assert!(set.expect("prlimit runs").success());
    };
    let cookie = server.sign_in(&server.link);
    let yaml = format!("name: g\nvertices:\n  a: {WAITS}\n  b: {{script: echo b, needs: [a]}}\n");
    let id = start(&server, &yaml);
    let work = own.path().join(format!("work/{id}"));
    server.until(|| work.exists());

    limit("--fsize=0:");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.pid()));
    let limits = limits.expect("it runs");
    assert!(limits.contains("Max file size             0 "), "{limits}");
    // The first one is under way when the database is lost: it may still be carried out.
    let unsure = try_start(&server, &serde_json::json!(1)).expect(503);
    assert_eq!(unsure["code"], "put-off", "{unsure}");
    std::fs::write(work.join("go"), "").expect("written");
    let banner = || page(&server, &cookie, "/pipelines");
    server.until(|| banner().contains("Nothing can be changed now"));
    let refused = try_start(&server, &serde_json::json!(1)).expect(503);
    assert_eq!(refused["code"], "unwritable", "{refused}");
    assert_eq!(state(&server, &id, "a"), "RUNNING");

    limit("--fsize=unlimited:");
    let ended = server.settled(&id);
    assert_eq!(ended["state"], "FINISH", "{ended}");
    server.until(|| !banner().contains("Nothing can be changed now"));
    // What was under way was carried out once, what was refused was not.
    let second = own.path().join("work/2");
    server.until(|| second.exists());
    std::fs::write(second.join("go"), "").expect("written");
    assert_eq!(server.settled(&serde_json::json!(2))["state"], "FINISH");
    assert_eq!(server.get("/pipelines/3").status, 404);
}

#[test]
fn a_file_that_is_no_database_is_refused_and_stays_as_it_is() {
    let text = "not a database, but somebody's file\n".repeat(100);
    // One that is cut off in its first page, one that is empty text, one that only begins as one.
    let begins = [b"SQLite format 3\0".as_slice(), &[0xff; 4_000]].concat();
    for bytes in [text.as_bytes(), b"\0\0\0\0", &begins] {
        let own = tempfile::tempdir().expect("a directory");
        let path = own.path().join("trackyard.db");
        std::fs::write(&path, bytes).expect("written");
        let ended = Command::new("timeout")
            .arg("30")
            .arg(program().get_program())
            .args(["serve", "--port", "0", "--data"])
            .arg(own.path())
            .output()
            .expect("timeout runs");
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(1), "{said}");
        assert!(said.contains("trackyard.db"), "{said}");
        assert!(bytes == std::fs::read(&path).expect("it is there"));
    }
}

#[test]
fn a_log_that_cannot_be_written_ends_nothing() {
    let own = tempfile::tempdir().expect("a directory");
    let mut command = Command::new("sh");
    command.args(["-c", "exec \"$@\" 2>/dev/full", "sh"]);
    command.arg(program().get_program());
    let server = Server::from_command(command, own.path(), &[]);
    let ended = server.run("name: g\nvertices: {a: echo a}\n", &serde_json::json!({}));
    assert_eq!(ended["state"], "FINISH");
}
