//! What a script may use of the machine.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use trackyard::executor::Order;
use trackyard::graph::{Resource, Rlimits};
use trackyard::spool::Cause;

use super::bench::{Bench, script};

fn limited(text: &str, limits: Rlimits) -> Order {
    Order {
        limits,
        ..script(text)
    }
}

const NONE: Rlimits = Rlimits::NONE;

#[test]
fn limits_hold_before_the_script_starts_and_cannot_be_raised() {
    let bench = Bench::new();
    let limits = NONE
        .with(Resource::Memory, 64 << 20)
        .with(Resource::OpenFiles, 50)
        .with(Resource::Processes, 4_000)
        .with(Resource::Cpu, 7_000)
        .with(Resource::FileSize, 1 << 20);
    let text = "cat /proc/self/limits; ls /proc/self/fd | tr '\\n' ' '; readlink /proc/self/fd/0; \
                env | sort | tr '\\n' ' '; echo; ulimit -Hn 51 2>/dev/null || echo stays";
    let (record, output) = bench.run(1, limited(text, limits));
    assert!(record.success(), "{record:?} {output}");
    for (name, soft, hard) in [
        ("Max address space", "67108864", "67108864"),
        ("Max open files", "50", "50"),
        ("Max processes", "4000", "4000"),
        ("Max cpu time", "7", "8"),
        ("Max file size", "1048576", "1048576"),
    ] {
        let line = output.lines().find(|line| line.starts_with(name));
        let words: Vec<&str> = line.expect(name)[name.len()..].split_whitespace().collect();
        assert_eq!(words[..2], [soft, hard], "{name}");
    }
    let rest: Vec<&str> = output.lines().rev().take(3).collect();
    assert!(rest[1].starts_with("HOME=/ LANG=C.UTF-8 PATH="), "{rest:?}");
    assert_eq!(rest[2], "0 1 2 3 /dev/null", "no handle more than without");
    // Root may raise its own limits.
    if !rustix::process::getuid().is_root() {
        assert!(rest[0].ends_with("stays"), "{rest:?}");
    }
}

#[test]
fn a_script_that_wants_more_fails_alone() {
    let bench = Bench::new();
    let memory = NONE.with(Resource::Memory, 32 << 20);
    let (record, output) = bench.run(
        1,
        limited("x=$(head -c 100000000 /dev/zero | tr '\\0' x)", memory),
    );
    assert!(!record.success(), "{record:?} {output}");
    let file = NONE.with(Resource::FileSize, 4096);
    let (record, _) = bench.run(2, limited("exec head -c 10000 /dev/zero >file", file));
    assert_eq!((record.cause, record.signal), (Cause::Signalled, Some(25)));
    let cpu = NONE.with(Resource::Cpu, 1_000);
    let (record, _) = bench.run(3, limited("while :; do :; done", cpu));
    assert_eq!((record.cause, record.signal), (Cause::Signalled, Some(24)));
    let (record, _) = bench.run(4, script("ulimit -t | grep -q unlimited"));
    assert!(record.success(), "the next script is as free as before");
}

#[test]
fn a_limit_that_cannot_be_set_starts_nothing() {
    let bench = Bench::with("", |settings| {
        // A supervisor that may open 64 files at most, and has no right to raise that.
        let program = settings.data.join("low");
        let own = settings.program.display();
        let strip = match rustix::process::getuid().is_root() {
            true => "setpriv --bounding-set -sys_resource ",
            false => "",
        };
        let text = format!("#!/bin/sh\nulimit -n 64\nexec {strip}{own} \"$@\"\n");
        fs::write(&program, text).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
        settings.program = program;
    });
    let order = limited("echo ran >ran", NONE.with(Resource::OpenFiles, 100));
    let (record, output) = bench.run(1, order);
    let Cause::CouldNotStart { why } = record.cause else {
        panic!("{record:?}");
    };
    assert!(
        why.starts_with("its limit `open_files: 100` is more than this machine allows (64)"),
        "{why}"
    );
    assert_eq!(output, "");
    assert!(
        !bench
            .spool()
            .work(super::bench::key(1).pipeline)
            .join("ran")
            .exists()
    );

    let missing = Order {
        argv: vec!["/no/such".to_owned()],
        ..limited("", NONE.with(Resource::OpenFiles, 32))
    };
    let (record, _) = bench.run(2, missing);
    let why = "the interpreter `/no/such` does not exist".to_owned();
    assert_eq!(record.cause, Cause::CouldNotStart { why });
}
