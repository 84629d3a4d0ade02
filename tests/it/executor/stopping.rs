//! Kill and timeout.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{bounded, unbounded};
use trackyard::engine::Time;
use trackyard::executor::{Backend, Executor, Fact, Order, Orders, Settings};
use trackyard::spool::{Cause, ExitRecord, Gate};

use super::bench::{Bench, key, lives, number_in, script, until};

/// A script that notes its number and that of a child, and whose `trap` is given.
fn stubborn(bench: &Bench, trap: &str) -> Order {
    let (main, child) = (bench.path("main"), bench.path("child"));
    let text = format!(
        "trap '{trap}' TERM\nsh -c 'trap \"\" TERM; echo $$ >{}; while :; do sleep 0.05; done' &
         echo $$ >{}\nwhile :; do sleep 0.05; done\n",
        child.display(),
        main.display()
    );
    script(&text)
}

#[test]
fn a_kill_is_first_a_request() {
    let bench = Bench::new();
    let (main, log) = (bench.path("main"), bench.spool().log(key(1)));
    let text = format!(
        "trap 'echo bye; exit 7' TERM; echo up; echo $$ >{}; while :; do sleep 0.02; done",
        main.display()
    );
    bench.launch(1, script(&text));
    number_in(&main);
    until("output", || log.exists());
    bench.executor.kill(key(1), 10_000);
    let (record, output) = bench.ended(1);
    assert_eq!((record.cause, record.code), (Cause::Stopped, Some(7)));
    // Between the two the shell may tell that its `sleep` was ended, too.
    assert!(
        output.starts_with("up\n") && output.ends_with("bye\n"),
        "{output}"
    );
}

#[test]
fn who_ignores_a_kill_is_ended_with_all_its_group() {
    let bench = Bench::new();
    bench.launch(1, stubborn(&bench, ""));
    let pids = [
        number_in(&bench.path("main")),
        number_in(&bench.path("child")),
    ];
    let start = Instant::now();
    bench.executor.kill(key(1), 300);
    let (record, _) = bench.ended(1);
    assert_eq!(
        (record.cause, record.code, record.signal),
        (Cause::Stopped, None, Some(9))
    );
    assert!(start.elapsed() >= Duration::from_millis(300));
    until("their end", || pids.iter().all(|&pid| !lives(pid)));
}

#[test]
fn a_timeout_ends_the_group_after_the_grace() {
    let bench = Bench::with("", |settings| settings.grace_ms = 300);
    let order = Order {
        timeout_ms: Some(200),
        ..stubborn(&bench, "exit 5")
    };
    let (record, _) = bench.run(1, order);
    // The main process obeyed, its child did not and had the whole grace.
    assert_eq!((record.cause, record.code), (Cause::TimedOut, Some(5)));
    let took = record.finished_at - record.started_at;
    assert!((500..3000).contains(&took), "{took}");
    let child = number_in(&bench.path("child"));
    until("its end", || !lives(child));
}

#[test]
fn what_is_left_of_a_group_may_end_by_itself() {
    let bench = Bench::new();
    let done = bench.path("done");
    let text = format!(
        "sh -c 'trap \"sleep 0.3; echo ok >{0}; exit\" TERM; echo $$ >{1}; while :; do sleep 0.02; done' >/dev/null 2>&1 &
         exec sleep 1000",
        done.display(),
        bench.path("child").display()
    );
    bench.launch(1, script(&text));
    number_in(&bench.path("child"));
    let start = Instant::now();
    bench.executor.kill(key(1), 30_000);
    let (record, _) = bench.ended(1);
    assert_eq!((record.cause, record.signal), (Cause::Stopped, Some(15)));
    assert!(done.exists(), "the child had time to end in order");
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "and nobody waited longer than it took"
    );
}

#[test]
fn a_script_in_time_is_not_timed_out() {
    let bench = Bench::new();
    let order = Order {
        timeout_ms: Some(30_000),
        ..script("exit 2")
    };
    let (record, _) = bench.run(1, order);
    assert_eq!((record.cause, record.code), (Cause::Exited, Some(2)));
    let order = Order {
        timeout_ms: Some(u64::MAX),
        ..script("true")
    };
    assert!(bench.run(2, order).0.success());
}

#[test]
fn a_cancelled_attempt_never_starts() {
    let bench = Bench::new();
    let ran = bench.path("ran");
    let order = script(&format!("echo x >>{}", ran.display()));
    // The gate was taken before the launch, as by a server that died right after.
    assert!(bench.spool().cancel(key(1)).unwrap());
    let (record, _) = bench.run(1, order);
    assert_eq!((record.cause, record.code), (Cause::Stopped, None));
    assert_eq!(bench.spool().gate(key(1)).unwrap(), Gate::Cancelled);
    assert!(!ran.exists());
}

#[test]
fn a_kill_at_any_moment_leads_to_one_end() {
    let bench = Bench::new();
    let ran = bench.path("ran");
    let order = script(&format!("echo x >>{}; sleep 1000", ran.display()));
    let (mut cancelled, n) = (0, 300);
    for track in 0..n {
        bench.launch(track, order.clone());
        for _ in 0..track * 20 {
            std::hint::spin_loop();
        }
        bench.executor.kill(key(track), 5_000);
        let (record, _) = bench.ended(track);
        assert_eq!(record.cause, Cause::Stopped, "{record:?}");
        cancelled += usize::from(record.signal.is_none());
        if record.signal.is_none() {
            assert_ne!(bench.spool().gate(key(track)).unwrap(), Gate::Started);
        }
        // As the driver does, while the supervisor may not yet have seen the launch. A script that
        // starts after all would sleep on, and the bench would not end.
        bench.executor.clean(key(track));
    }
    assert!(bench.facts.try_recv().is_err(), "one fact each");
    let started = std::fs::read(&ran).map_or(0, |bytes| bytes.len() / 2);
    assert!(
        started + cancelled <= usize::try_from(n).unwrap(),
        "{started} ran, {cancelled} not"
    );
}

#[test]
fn a_launch_that_a_kill_overtakes_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let program = env!("CARGO_BIN_EXE_trackyard").into();
    let mut settings = Settings::new(dir.path().to_owned(), program);
    settings.idle_ms = 100;
    let (facts, told) = unbounded();
    let (reads, read) = bounded(0);
    let (goes_on, go_on) = bounded::<()>(0);
    let orders: Orders = Arc::new(move |_| {
        reads.send(()).unwrap();
        go_on.recv().unwrap();
        Ok(script("true"))
    });
    let executor = Executor::start(settings, orders, facts).unwrap();
    executor.launch(key(1));
    read.recv().unwrap();
    executor.kill(key(1), 0);
    assert!(
        matches!(told.recv().unwrap(), Fact::Ended { record, .. } if record.cause == Cause::Stopped)
    );
    // As the driver does, once that is committed.
    executor.clean(key(1));
    executor.finish_pipeline(key(1).pipeline);
    let spool = executor.spool().clone();
    until("the removal", || spool.list().unwrap().is_empty());
    goes_on.send(()).unwrap();
    executor.stop();
    assert_eq!(spool.list().unwrap(), []);
    assert!(!spool.work(key(1).pipeline).exists());
    assert!(told.try_recv().is_err());
}

#[test]
fn a_kill_of_what_is_over_or_unknown_does_nothing() {
    let bench = Bench::new();
    bench.executor.kill(key(9), 0);
    assert!(bench.run(1, script("true")).0.success());
    bench.executor.kill(key(1), 0);
    assert!(bench.run(2, script("true")).0.success());
    assert!(bench.facts.try_recv().is_err());
    assert_eq!(bench.spool().list().unwrap(), [key(1), key(2)]);
    bench.executor.kill(key(3), 0);
    let Fact::Ended { record, .. } = ({
        bench.launch(3, script("true"));
        bench.fact()
    }) else {
        panic!("it ends")
    };
    assert!(
        record.success(),
        "a kill before the launch is no order to kill it later"
    );
}

/// Found by the simulator: a restart of the host had kept an exit record and lost the gate, and a
/// kill that took the gate said that the script had never run.
#[test]
fn a_kill_leaves_a_result_that_is_there() {
    let bench = Bench::new();
    let record = ExitRecord {
        code: Some(0),
        ..ExitRecord::never_ran(Cause::Exited, Time(1))
    };
    let spool = bench.spool();
    let by = &spool.instances().unwrap()[0];
    spool.write_exit(by, key(1), &record).unwrap();
    // Nobody can read the order of the attempt, so it waits before its gate.
    let orders = bench.scripts.lock().unwrap();
    bench.executor.launch(key(1));
    bench.executor.kill(key(1), 10);
    assert_eq!(bench.ended(1).0, record);
    drop(orders);
}
