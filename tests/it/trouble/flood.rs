//! A script prints without end: memory stays flat, pages stay quick, and it is told what is missing.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::tools::{page, start, state, supervisors};
use crate::server::Server;

const FLOOD: u64 = 1 << 30;
/// `log_cap_bytes`, unless somebody sets it.
const CAP: u64 = 64 << 20;
/// No process may grow by more.
const MOST_GROWTH: u64 = 32 << 20;
/// Half of all pages are there within this time, also of a build that is not optimized.
const PAGE: Duration = Duration::from_millis(50);

/// The most memory that a process has had at once, in bytes.
fn highest(pid: i32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kib.expect("a number") << 10
}

#[test]
fn a_gigabyte_of_output() {
    let server = Server::start();
    let cookie = server.sign_in(&server.link);
    // All pages have been made once, as all code that they need has been loaded.
    let warm = server.run(
        "name: warm\nvertices: {a: echo a}\n",
        &serde_json::json!({}),
    );
    let paths = |id: &Value, track: i64| {
        let track = format!("/tracks/{track}");
        ["/pipelines".to_owned(), format!("/pipelines/{id}"), track]
    };
    for path in paths(&warm["id"], 1) {
        page(&server, &cookie, &path);
    }
    let mut watched = supervisors(server.data());
    watched.push(i32::try_from(server.pid()).expect("a process id"));
    let before: Vec<u64> = watched.iter().map(|pid| highest(*pid)).collect();

    let yaml = format!(
        "name: g\nvertices:\n  a: \"echo first; head -c {FLOOD} /dev/zero | tr '\\\\0' x; echo last\"\n"
    );
    let id = start(&server, &yaml);
    let mut took = Vec::new();
    while state(&server, &id, "a") != "SUCCEED" {
        for path in paths(&id, 2) {
            let began = Instant::now();
            page(&server, &cookie, &path);
            took.push(began.elapsed());
        }
    }
    took.sort_unstable();
    let (median, pages) = (took[took.len() / 2], took.len());
    println!(
        "{pages} pages, median {median:?}, slowest {:?}",
        took[pages - 1]
    );
    assert!(median < PAGE, "{median:?} of {pages}");
    for (pid, before) in watched.iter().zip(before) {
        let grown = highest(*pid) - before;
        println!("process {pid} had {before} bytes and grew by {grown}");
        assert!(grown < MOST_GROWTH, "process {pid} grew by {grown} bytes");
    }

    // What is missing is told: in the log, on the page, through REST.
    let track = server.track(&server.settled(&id), "a");
    let dropped = FLOOD + 11 - CAP;
    let attempt = &track["attempts"][0];
    assert_eq!(
        (&attempt["log_bytes"], &attempt["dropped_bytes"]),
        (&CAP.into(), &dropped.into())
    );
    let html = page(&server, &cookie, &format!("/tracks/{}", track["id"]));
    assert!(html.contains(&format!("{dropped} bytes more were dropped")));
    let log = server.log(&track);
    let (head, tail) = log.split_at(32 << 20);
    assert!(head.starts_with(b"first\nxxx") && tail.ends_with(b"xxxlast\n"));
    let told = format!("\n[trackyard: {dropped} bytes of output are not kept here]\n");
    assert!(tail.starts_with(told.as_bytes()));
}
