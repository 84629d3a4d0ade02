//! Output: much of it, none of it, and somebody who keeps it open.

use std::fs;
use std::time::{Duration, Instant};

use trackyard::executor::{Backend, Fact};
use trackyard::spool::Cause;

use super::bench::{Bench, end, key, lives, number_in, script, until};

/// Memory of a process that is its own, in bytes: pages of the program itself are everybody's, and come as they are used.
fn memory(pid: i32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("RssAnon:"))
        .unwrap();
    line.split_whitespace()
        .nth(1)
        .unwrap()
        .parse::<u64>()
        .unwrap()
        * 1024
}

#[test]
fn a_flood_is_capped_and_takes_no_memory() {
    let bench = Bench::new();
    bench.run(1, script("true"));
    let [supervisor] = bench.supervisors()[..] else {
        panic!("one supervisor")
    };
    let before = memory(supervisor);
    let size = 100_000_000;
    bench.launch(
        2,
        script("echo first; head -c 100000000 /dev/zero | tr '\\0' 'x'; echo last"),
    );
    let mut highest = before;
    let fact = loop {
        match bench.facts.try_recv() {
            Ok(fact) => break fact,
            Err(_) => highest = highest.max(memory(supervisor)),
        }
    };
    let Fact::Ended { record, tail, .. } = fact else {
        panic!("{fact:?}")
    };
    let cap = 64 << 20;
    assert_eq!(
        (record.log_bytes, record.dropped_bytes),
        (cap, size + 11 - cap)
    );
    assert_eq!(tail.len(), 64 << 10);
    assert!(tail.ends_with(b"xxxlast\n"));
    let log = fs::read(bench.spool().log(key(2))).unwrap();
    assert!(log.starts_with(b"first\nxxx"));
    let marker = format!(
        "[trackyard: {} bytes of output are not kept here]",
        size + 11 - cap
    );
    assert!(log[32 << 20..].starts_with(format!("\n{marker}\n").as_bytes()));
    let files = fs::read_dir(bench.spool().logs(key(2).pipeline))
        .unwrap()
        .count();
    assert_eq!(files, 1, "no segment is left");
    let grown = highest - before;
    assert!(grown < 1 << 20, "the supervisor grew by {grown} bytes");
}

#[test]
fn a_script_may_close_its_output() {
    let bench = Bench::new();
    let (record, output) = bench.run(1, script("echo a; exec >&- 2>&-; sleep 0.2; exit 4"));
    assert_eq!((record.code, output.as_str()), (Some(4), "a\n"));
    assert!(record.finished_at - record.started_at >= 200);
}

#[test]
fn a_background_process_neither_holds_the_attempt_nor_is_ended() {
    let bench = Bench::new();
    let (pid, said) = (bench.path("pid"), bench.path("said"));
    // It goes on printing after the attempt is over: without a reader that would end it.
    let text = format!(
        "(trap 'echo x; echo done >{1}; exec sleep 1000' USR1; while :; do sleep 0.05; done) &
         echo $! >{0}; echo main",
        pid.display(),
        said.display()
    );
    let start = Instant::now();
    let (record, output) = bench.run(1, script(&text));
    let took = start.elapsed();
    assert_eq!((record.code, output.as_str()), (Some(0), "main\n"));
    assert!(
        took >= Duration::from_secs(2) && took < Duration::from_secs(8),
        "{took:?}"
    );
    assert!(
        record.finished_at - record.started_at < 2000,
        "the grace is not the script's time"
    );
    let daemon = number_in(&pid);
    assert!(lives(daemon));
    let of = rustix::process::Pid::from_raw(daemon).unwrap();
    rustix::process::kill_process(of, rustix::process::Signal::USR1).unwrap();
    until("its printing", || said.exists());
    assert!(lives(daemon));
    assert_eq!(fs::read(bench.spool().log(key(1))).unwrap(), b"main\n");
    end(daemon);
}

#[test]
fn a_background_process_that_ends_soon_is_heard() {
    let bench = Bench::new();
    let start = Instant::now();
    let (record, output) = bench.run(1, script("(sleep 0.3; echo late) & echo main"));
    assert_eq!((record.code, output.as_str()), (Some(0), "main\nlate\n"));
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "its end is noticed"
    );
}

#[test]
fn a_small_cap_is_obeyed() {
    let bench = Bench::with("", |settings| settings.log_cap = 10);
    let (record, output) = bench.run(1, script("printf 0123456789abcdef"));
    assert_eq!((record.log_bytes, record.dropped_bytes), (10, 6));
    assert_eq!(
        output,
        "01234\n[trackyard: 6 bytes of output are not kept here]\nbcdef"
    );
    assert_eq!(record.cause, Cause::Exited);
    bench.executor.clean(key(1));
}
