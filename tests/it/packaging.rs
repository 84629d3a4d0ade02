//! The systemd unit: what keeps scripts alive is in it, and systemd understands all of it.

use std::collections::BTreeMap;
use std::process::Command;

const UNIT: &str = include_str!("../../packaging/trackyard.service");

/// The settings of the unit.
fn settings() -> BTreeMap<&'static str, &'static str> {
    let lines = UNIT.lines().filter(|line| !line.starts_with(['#', '[']));
    lines.filter_map(|line| line.split_once('=')).collect()
}

#[test]
fn the_end_of_the_server_is_not_the_end_of_its_scripts() {
    let settings = settings();
    for (name, value) in [
        ("KillMode", "process"),
        ("Delegate", "yes"),
        ("OOMPolicy", "continue"),
        ("Restart", "on-failure"),
        ("NoNewPrivileges", "yes"),
        ("StateDirectoryMode", "0700"),
    ] {
        assert_eq!(settings.get(name), Some(&value), "{name}");
    }
    // The one that stops a runaway server must not fire on an orderly end, which takes 2 s.
    let patience: u32 = settings["TimeoutStopSec"].parse().expect("seconds");
    assert!(patience > 2);
}

#[test]
fn each_block_of_settings_has_its_reason() {
    let service = UNIT.split("[Service]").nth(1).expect("a section");
    let service = service.split("[Install]").next().expect("a section");
    let mut reason = false;
    let mut follows = false;
    for line in service.lines().skip(1) {
        let setting = !line.starts_with('#') && line.contains('=');
        // What the server is and who it runs as needs none.
        let plain = ["Type=", "ExecStart=", "User=", "Group="];
        let plain = plain.iter().any(|name| line.starts_with(name));
        if setting && !plain {
            assert!(reason || follows, "`{line}` has no comment above it");
        }
        reason = line.starts_with("# ") && !line.starts_with("# ---");
        follows = setting;
    }
}

#[test]
fn systemd_understands_the_unit() {
    let own = tempfile::tempdir().expect("a directory");
    let path = own.path().join("trackyard.service");
    let unit = UNIT.replace("/usr/local/bin/trackyard", env!("CARGO_BIN_EXE_trackyard"));
    std::fs::write(&path, unit).expect("written");
    let verify = Command::new("systemd-analyze")
        .args(["verify", "--man=no"])
        .arg(&path)
        .output();
    let verify = verify.expect("systemd-analyze is installed (Debian: `systemd`)");
    // It says what it does not know and still ends with 0.
    let said = String::from_utf8_lossy(&verify.stderr);
    let about_us: Vec<&str> = said.lines().filter(|l| l.contains("trackyard")).collect();
    assert!(verify.status.success() && about_us.is_empty(), "{said}");
}
