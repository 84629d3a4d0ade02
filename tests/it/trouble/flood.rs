//! A script prints without end: memory stays flat, pages stay quick, and it is told what is missing.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::tools::{highest, page, start, state, supervisors};
use crate::server::Server;

const FLOOD: u64 = 1 << 30;
/// `log_cap_bytes`, unless somebody sets it.
const CAP: u64 = 64 << 20;
/// No process may grow by more.
const MOST_GROWTH: u64 = 32 << 20;
/// What a page may take of the server's own time, also of a build that is not optimized: it is
/// there within this time on a machine that has a core for it.
const PAGE: Duration = Duration::from_millis(50);
/// Half of all pages are there within this time on a machine that runs all tests at once. One that
/// had to wait for the flood would be there after it.
const BUSY: Duration = Duration::from_secs(1);

/// The processor time that a process has had.
fn worked(pid: i32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("it runs");
    let (_, rest) = stat.rsplit_once(')').expect("a name in brackets");
    let ticks = rest.split_whitespace().skip(11).take(2);
    // The kernel counts in hundredths of a second here.
    ticks
        .map(|n| Duration::from_millis(10 * n.parse::<u64>().expect("a number")))
        .sum()
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
    let of_server = i32::try_from(server.pid()).expect("a process id");
    let mut watched = supervisors(server.data());
    watched.push(of_server);
    let before: Vec<u64> = watched.iter().map(|pid| highest(*pid)).collect();

    let yaml = format!(
        "name: g\nvertices:\n  a: \"echo first; head -c {FLOOD} /dev/zero | tr '\\\\0' x; echo last\"\n"
    );
    let id = start(&server, &yaml);
    let (mut took, before_it) = (Vec::new(), worked(of_server));
    while state(&server, &id, "a") != "SUCCEED" {
        for path in paths(&id, 2) {
            let began = Instant::now();
            page(&server, &cookie, &path);
            took.push(began.elapsed());
        }
    }
    took.sort_unstable();
    let (median, pages) = (took[took.len() / 2], took.len());
    // Each round asked for the state, too: that is paid for by its pages.
    let each = (worked(of_server) - before_it) / u32::try_from(pages).expect("not so many");
    println!("{pages} pages, median {median:?}, of the server's own time {each:?} each");
    assert!(
        each < PAGE,
        "{each:?} of the server's own time for each of {pages}"
    );
    assert!(median < BUSY, "{median:?} of {pages}");
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
    let missing = format!(
        "{}.{} MiB of output are missing",
        dropped >> 20,
        ((dropped * 10) >> 20) % 10
    );
    assert!(html.contains(&missing), "`{missing}` is not in {html}");
    let log = server.log(&track);
    let (head, tail) = log.split_at(32 << 20);
    assert!(head.starts_with(b"first\nxxx") && tail.ends_with(b"xxxlast\n"));
    let told = format!("\n[trackyard: {dropped} bytes of output are not kept here]\n");
    assert!(tail.starts_with(told.as_bytes()));
}
