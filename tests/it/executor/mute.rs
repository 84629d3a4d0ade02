//! A supervisor that lives and does not answer: it was stopped, or is never scheduled.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{bounded, unbounded};
use rustix::process::{Resource, Rlimit};
use trackyard::executor::{Backend, Executor, Fact, NoOrder, Order, Orders, Settings, Verdict};
use trackyard::spool::Instance;

use super::bench::{Bench, LONG, key, number_in, release, script, until};
use crate::processes::{go_on, stop};

/// A server that is told to stop ends within this time.
const PROMPT: Duration = Duration::from_secs(2);

/// A script that notes that it ran, and that few of fill a socket.
fn heavy(bench: &Bench, track: i64) -> Order {
    Order {
        env: vec![("HEAVY".to_owned(), "x".repeat(100_000))],
        ..script(&format!("echo {track} >>{}", bench.path("ran").display()))
    }
}

/// The tracks whose scripts ran, sorted.
fn ran(bench: &Bench) -> Vec<i64> {
    let text = fs::read_to_string(bench.path("ran")).unwrap_or_default();
    let mut tracks: Vec<i64> = text.lines().map(|line| line.parse().unwrap()).collect();
    tracks.sort_unstable();
    tracks
}

#[test]
fn a_stop_does_not_wait_for_it_and_loses_nothing() {
    let mut bench = Bench::new();
    let [supervisor] = bench.supervisors()[..] else {
        panic!("one supervisor")
    };
    stop(supervisor);
    for track in 0..10 {
        bench.launch(track, heavy(&bench, track));
    }
    // Two are on their way then, and two do not fit.
    until("a full socket", || bench.spool().script(key(3)).exists());
    let (say, stopped) = bounded(1);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            bench.executor.stop();
            say.send(())
        });
        let prompt = stopped.recv_timeout(PROMPT);
        // Whatever is wrong, the test ends.
        go_on(supervisor);
        assert!(prompt.is_ok(), "it waits");
    });
    bench.restart(|_| {});
    let tracks: Vec<i64> = (0..10).collect();
    for (&track, verdict) in tracks.iter().zip(bench.probe(&tracks)) {
        match verdict {
            Verdict::LaunchAgain => bench.executor.launch(key(track)),
            Verdict::Adopt | Verdict::TakeResult => {}
            Verdict::Interrupted(why) => panic!("{track}: {why}"),
        }
    }
    for _ in &tracks {
        let fact = bench.fact();
        assert!(
            matches!(&fact, Fact::Ended { record, .. } if record.success()),
            "{fact:?}"
        );
    }
    assert_eq!(ran(&bench), tracks, "each ran once");
}

#[test]
fn it_holds_nothing_else_up_and_is_heard_when_it_goes_on() {
    let bench = Bench::new();
    let [supervisor] = bench.supervisors()[..] else {
        panic!("one supervisor")
    };
    stop(supervisor);
    for track in 0..10 {
        bench.launch(track, heavy(&bench, track));
    }
    // Most do not fit into its socket: another supervisor takes them.
    for _ in 0..5 {
        assert!(matches!(bench.fact(), Fact::Ended { record, .. } if record.success()));
    }
    go_on(supervisor);
    for _ in 5..10 {
        assert!(matches!(bench.fact(), Fact::Ended { record, .. } if record.success()));
    }
    assert_eq!(ran(&bench), (0..10).collect::<Vec<_>>(), "each ran once");
}

#[test]
fn who_cannot_be_reached_is_tried_again_while_it_lives() {
    let bench = Bench::new();
    let (hold, held) = bench.hold();
    bench.launch(1, held);
    bench.until_up([1]);
    let [supervisor] = bench.supervisors()[..] else {
        panic!("one supervisor")
    };
    let [instance] = &bench.spool().instances().unwrap()[..] else {
        panic!("one directory")
    };
    // Another connection takes the place of the server's, and no new one can be made.
    stop(supervisor);
    let other = instance.connect().unwrap();
    let (socket, aside) = (instance.dir.join("sock"), instance.dir.join("aside"));
    fs::rename(&socket, &aside).unwrap();
    go_on(supervisor);
    // The server has noticed once it takes another supervisor.
    let mut launched = 1;
    until("another supervisor", || {
        bench.supervisors().len() == 2 || {
            launched += 1;
            bench.launch(launched, script("true"));
            false
        }
    });
    fs::rename(&aside, &socket).unwrap();
    let _open = release(&hold, 1);
    for _ in 0..launched {
        let fact = bench.fact();
        assert!(
            matches!(&fact, Fact::Ended { record, .. } if record.success()),
            "{fact:?}"
        );
    }
    drop(other);
}

#[test]
fn a_start_that_it_prevents_says_who_it_is_and_what_to_do() {
    let mut bench = Bench::new();
    let (hold, held) = bench.hold();
    bench.launch(1, held);
    bench.until_up([1]);
    let [supervisor] = bench.supervisors()[..] else {
        panic!("one supervisor")
    };
    stop(supervisor);
    bench.executor.stop();
    let orders: Orders = Arc::new(|_| Err(NoOrder::Yet("none".to_owned())));
    let settings = Settings::new(bench.data.clone(), "/no/such".into());
    let refused = Executor::start(settings, orders, unbounded().0);
    go_on(supervisor);
    let error = refused.unwrap_err().to_string();
    for told in [
        format!("process {supervisor}, lives but does not answer"),
        format!("`kill -CONT {supervisor}` lets it go on"),
        format!("`kill -KILL {supervisor}` ends it"),
    ] {
        assert!(error.contains(&told), "{error}");
    }
    // As it says.
    bench.restart(|_| {});
    assert_eq!(bench.probe(&[1]), [Verdict::Adopt]);
    let _open = release(&hold, 1);
    assert_eq!(bench.ended(1).1, "up\non\n");
}

#[test]
fn one_that_cannot_be_spoken_to_from_the_start_is_ended_and_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let (program, pid) = (dir.path().join("deaf"), dir.path().join("pid"));
    // It says that it is ready, and has no socket.
    let text = format!(
        "#!/bin/sh\necho $$ >{}\necho ready 7\nexec >/dev/null\nread x <{}\n",
        pid.display(),
        dir.path().join("fifo").display()
    );
    fs::write(&program, text).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    let fifo = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, dir.path().join("fifo"), fifo, mode, 0).unwrap();
    let orders: Orders = Arc::new(|_| Err(NoOrder::Yet("none".to_owned())));
    let settings = Settings::new(dir.path().to_owned(), program);
    let error = Executor::start(settings, orders, unbounded().0).unwrap_err();
    assert!(
        error.to_string().contains("no supervisor can be started"),
        "{error}"
    );
    let process = format!("/proc/{}", number_in(&pid));
    assert!(!Path::new(&process).exists(), "not even as a zombie");
}

/// Lets a supervisor open handles with numbers below this only.
fn limit_handles(supervisor: i32, below: u64) {
    let pid = rustix::process::Pid::from_raw(supervisor);
    let limit = Rlimit {
        current: Some(below),
        ..prlimit_of(supervisor)
    };
    rustix::process::prlimit(pid, Resource::Nofile, limit).unwrap();
    assert_eq!(prlimit_of(supervisor), limit);
}

fn prlimit_of(process: i32) -> Rlimit {
    let text = fs::read_to_string(format!("/proc/{process}/limits")).unwrap();
    let line = text.lines().find(|line| line.starts_with("Max open files"));
    let mut values = line.unwrap()["Max open files".len()..].split_whitespace();
    let mut value = || values.next().unwrap().parse().ok();
    Rlimit {
        current: value(),
        maximum: value(),
    }
}

/// The processor time of a process, in hundredths of a second.
fn time_used(pid: i32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields = stat.rsplit_once(')').unwrap().1.split_whitespace();
    fields
        .skip(11)
        .take(2)
        .map(|t| t.parse::<u64>().unwrap())
        .sum()
}

/// Says Hello to a supervisor until it answers: the server that this hangs up may be quicker to
/// come back.
fn greet(instance: &Instance) {
    let hello = br#"{"say":"hello","protocol":1,"version":""}"#;
    let length = u32::try_from(hello.len()).unwrap().to_le_bytes();
    until("an answer", || {
        let mut stream = instance.connect().unwrap();
        stream.set_read_timeout(Some(LONG)).unwrap();
        let said = stream.write_all(&[&length[..], hello].concat());
        said.is_ok() && stream.read_exact(&mut [0; 4]).is_ok()
    });
}

#[test]
fn without_a_handle_it_hears_the_next_server_and_without_that_it_waits_quietly() {
    let bench = Bench::new();
    // It has a reason to stay.
    let (hold, held) = bench.hold();
    bench.launch(1, held);
    bench.until_up([1]);
    let [supervisor] = bench.supervisors()[..] else {
        panic!("one supervisor")
    };
    let [instance] = &bench.spool().instances().unwrap()[..] else {
        panic!("one directory")
    };
    let handles = fs::read_dir(format!("/proc/{supervisor}/fd")).unwrap();
    let names = handles.map(|entry| entry.unwrap().file_name());
    let used: Vec<u64> = names
        .map(|n| n.to_str().unwrap().parse().unwrap())
        .collect();
    let before = prlimit_of(supervisor).current.unwrap();
    // All that it may open is open. The server that is hung up connects again at once.
    limit_handles(supervisor, (0..).find(|n| !used.contains(n)).unwrap());
    for _ in 0..10 {
        greet(instance);
    }
    // Not even what it keeps is of use now.
    limit_handles(supervisor, 3);
    let waits = instance.connect().unwrap();
    let used = time_used(supervisor);
    let nothing = bench.facts.recv_timeout(Duration::from_secs(1));
    assert!(nothing.is_err(), "{nothing:?}");
    let used = time_used(supervisor) - used;
    assert!(used < 10, "{used} hundredths of a second");
    limit_handles(supervisor, before);
    drop(waits);
    greet(instance);
    let _open = release(&hold, 1);
    assert_eq!(bench.ended(1).1, "up\non\n");
}
