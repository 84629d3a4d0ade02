//! `trackyard doctor`: what is wrong is named, with what to do.

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value;

use super::{call, on, used};
use crate::cli::Desk;
use crate::server::{Server, program};

/// What is said of one check.
fn level(found: &Value, check: &str) -> String {
    let checks = found["checks"].as_array().expect("checks");
    let one = checks.iter().find(|one| one["check"] == check);
    let one = one.unwrap_or_else(|| panic!("no {check} in {found}"));
    one["level"].as_str().expect("a level").to_owned()
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("it is ours");
}

#[test]
fn a_healthy_directory_has_nothing_bad() {
    let desk = Desk::new();
    let said = desk.call(&["doctor"]).expect(0);
    assert!(said.out.contains("is not there yet"), "{}", said.out);
    assert!(!desk.data().exists(), "nothing is made");
    let desk = used();
    let found = desk.call(&["doctor", "--json"]).expect(0).json();
    assert_eq!(found["healthy"], true, "{found}");
    for check in [
        "data", "database", "schema", "changes", "clock", "token", "kernel",
    ] {
        assert_eq!(level(&found, check), "ok", "{found}");
    }
    let said = desk.call(&["doctor"]).expect(0);
    assert!(
        said.out.contains("ok      database      whole"),
        "{}",
        said.out
    );
    assert!(
        said.out.contains("1 pipeline, 0 of them live"),
        "{}",
        said.out
    );
}

#[test]
fn a_running_server_is_found() {
    let server = Server::start();
    let said = call(&server, &["doctor"]).expect(0);
    let line = format!("ok      server        answers at {}\n", server.url);
    assert!(said.out.contains(&line), "{}", said.out);
}

#[test]
fn an_address_that_somebody_else_has_is_a_notice() {
    let other = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = other.local_addr().expect("it listens").port().to_string();
    let desk = used();
    let mut command = program();
    command
        .arg("doctor")
        .arg("--json")
        .arg("--data")
        .arg(desk.data());
    let output = command
        .env("TRACKYARD_PORT", &port)
        .output()
        .expect("it runs");
    let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(level(&found, "server"), "notice", "{found}");
    assert!(found.to_string().contains(&port), "{found}");
}

#[test]
fn files_that_others_can_read_are_bad() {
    let desk = used();
    mode(&desk.data().join("local.token"), 0o644);
    let said = desk.call(&["doctor"]).expect(1);
    assert!(said.out.contains("bad     token"), "{}", said.out);
    assert!(said.out.contains("trackyard token rotate"), "{}", said.out);
    mode(&desk.data().join("local.token"), 0o600);
    mode(&desk.data(), 0o777);
    let found = desk.call(&["doctor", "--json"]).expect(1).json();
    assert_eq!(level(&found, "data"), "bad", "{found}");
    mode(&desk.data(), 0o755);
    let found = desk.call(&["doctor", "--json"]).expect(0).json();
    assert_eq!(level(&found, "data"), "notice", "{found}");
}

#[test]
fn a_lost_key_and_a_damaged_database_are_bad() {
    let server = Server::start();
    let media = [("Content-Type", "application/json")];
    let set = server.ask(
        "PUT",
        "/api/v1/secrets/S",
        &media,
        br#"{"value": "0123456789"}"#,
    );
    assert!(set.status < 300, "{}", set.status);
    let own = tempfile::tempdir().expect("a directory");
    let (data, file) = (own.path().join("data"), own.path().join("b.tar.gz"));
    call(&server, &["backup", &file.to_string_lossy()]).expect(0);
    on(&data, &["restore", &file.to_string_lossy()]).expect(0);
    let said = on(&data, &["doctor"]).expect(1);
    assert!(said.out.contains("bad     secrets"), "{}", said.out);
    assert!(said.out.contains("put it back"), "{}", said.out);
    fs::copy(server.data().join("secret.key"), data.join("secret.key")).expect("copied");
    let found = on(&data, &["doctor", "--json"]).expect(0).json();
    assert_eq!(level(&found, "secrets"), "ok", "{found}");
    let path = data.join("trackyard.db");
    let mut bytes = fs::read(&path).expect("a database");
    bytes[4_096..40_960].fill(0xaa);
    fs::write(&path, bytes).expect("written");
    let said = on(&data, &["doctor"]).expect(1);
    assert!(said.out.contains("bad     database"), "{}", said.out);
    assert!(said.out.contains("trackyard restore"), "{}", said.out);
}
