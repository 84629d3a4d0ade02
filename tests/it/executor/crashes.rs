//! The server goes, the supervisor goes, the build changes.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixListener;

use trackyard::engine::Remains;
use trackyard::executor::{Backend, Fact, Order, Verdict};
use trackyard::spool::{Cause, LogView};

use super::bench::{Bench, end, key, lives, number_in, processes, release, script, until};
use crate::processes::stop;

#[test]
fn the_next_server_adopts_what_runs_and_gets_its_results() {
    let mut bench = Bench::new();
    let (hold, held) = bench.hold();
    let tracks: Vec<i64> = (0..40).collect();
    for &track in &tracks {
        bench.launch(track, held.clone());
    }
    bench.until_up(0..40);
    let supervisors = bench.supervisors();
    bench.executor.stop();
    // Twenty end while there is no server, longer than an idle supervisor would stay.
    let _open = release(&hold, 20);
    let spool = bench.spool();
    let exits = || {
        (0..40)
            .filter(|&t| spool.read_exit(key(t)).unwrap().is_some())
            .count()
    };
    until("the first twenty", || exits() == 20);
    bench.restart(|_| {});
    assert_eq!(bench.supervisors(), supervisors);
    let verdicts = bench.probe(&tracks);
    let count = |of: &Verdict| verdicts.iter().filter(|v| *v == of).count();
    assert_eq!(
        (count(&Verdict::TakeResult), count(&Verdict::Adopt)),
        (20, 20)
    );
    let _open_too = release(&hold, 20);
    for _ in 0..40 {
        let Fact::Ended { record, tail, .. } = bench.fact() else {
            panic!("it ends")
        };
        assert!(record.success() && tail == b"up\non\n");
    }
    assert!(bench.facts.try_recv().is_err());
}

#[test]
fn an_adopted_script_can_be_killed_and_a_lost_launch_repeated() {
    let mut bench = Bench::new();
    let (_hold, held) = bench.hold();
    bench.launch(1, held);
    bench.until_up([1]);
    bench.restart(|_| {});
    assert_eq!(bench.probe(&[1, 2]), [Verdict::Adopt, Verdict::LaunchAgain]);
    bench.executor.kill(key(1), 5_000);
    assert_eq!(bench.ended(1).0.cause, Cause::Stopped);
    assert!(bench.run(2, script("true")).0.success());
}

#[test]
fn the_boot_and_the_gate_decide_after_a_restart() {
    let bench = Bench::new();
    bench.spool().write_script(key(1), "true").unwrap();
    assert!(bench.spool().take_gate(key(1)).unwrap());
    bench.spool().cancel(key(2)).unwrap();
    let boot = bench.executor.boot().to_owned();
    let asked = [
        (key(1), boot.clone()),
        (key(2), boot),
        (key(3), "another".to_owned()),
    ];
    let verdicts: BTreeMap<_, _> = bench.executor.probe(&asked).into_iter().collect();
    assert!(matches!(verdicts[&key(1)], Verdict::Interrupted(_)));
    assert_eq!(verdicts[&key(2)], Verdict::TakeResult);
    assert!(matches!(verdicts[&key(3)], Verdict::Interrupted(_)));
    let mut facts = [bench.fact(), bench.fact(), bench.fact()];
    facts.sort_by_key(Fact::key);
    assert!(matches!(&facts[0], Fact::Interrupted { why, .. } if why.contains("supervisor died")));
    assert!(matches!(&facts[1], Fact::Ended { record, .. } if record.cause == Cause::Stopped));
    assert!(matches!(&facts[2], Fact::Interrupted { why, .. } if why.contains("host")));
}

#[test]
fn when_a_supervisor_dies_what_it_ran_is_interrupted_and_the_rest_runs() {
    let bench = Bench::new();
    let (hold, held) = bench.hold();
    let spool = bench.spool();
    let of_ours = spool.dir().display().to_string();
    for track in 0..10 {
        bench.launch(track, held.clone());
    }
    bench.until_up(0..10);
    let [supervisor] = bench.supervisors()[..] else {
        panic!("one supervisor")
    };
    // Stopped, it still takes messages but obeys none: these are handed over, not started.
    let pid = rustix::process::Pid::from_raw(supervisor).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::STOP).unwrap();
    let ran = bench.path("ran");
    for track in 10..20 {
        bench.launch(track, script(&format!("echo {track} >>{}", ran.display())));
    }
    until("the hand-over", || {
        (10..20).all(|track| spool.script(key(track)).exists())
    });
    end(supervisor);
    let mut interrupted = Vec::new();
    let mut ended = Vec::new();
    for _ in 0..20 {
        match bench.fact() {
            Fact::Interrupted { key, why, .. } => {
                assert!(
                    why.contains("may still run") || why.contains("ran on"),
                    "{why}"
                );
                interrupted.push(key.track.0);
            }
            Fact::Ended { key, record, .. } => {
                assert!(record.success());
                ended.push(key.track.0);
            }
            other => panic!("{other:?}"),
        }
    }
    interrupted.sort_unstable();
    ended.sort_unstable();
    assert_eq!(interrupted, (0..10).collect::<Vec<_>>());
    assert_eq!(ended, (10..20).collect::<Vec<_>>());
    assert_eq!(
        fs::read_to_string(&ran).unwrap().lines().count(),
        10,
        "each ran once"
    );
    assert_eq!(bench.supervisors().len(), 1);
    // What was interrupted goes on without a supervisor, as its reason says.
    let _open = release(&hold, 10);
    until("their end", || {
        processes(|words| words[0] == "/bin/sh" && words.iter().any(|w| w.contains(&of_ours)))
            .is_empty()
    });
}

#[test]
fn what_is_known_of_an_interrupted_script_goes_with_its_fact() {
    let mut bench = Bench::with("", |settings| {
        (settings.log_cap, settings.tail) = (1_000, 100);
    });
    let (hold, held) = bench.hold();
    let text = "echo first; head -c 3000 /dev/zero | tr '\\0' x; printf last; read x <\"$HOLD\"";
    let much = Order {
        script: text.to_owned(),
        ..held.clone()
    };
    let silent = Order {
        script: "read x <\"$HOLD\"".to_owned(),
        ..held.clone()
    };
    // The clock of files is a few ticks of the kernel behind.
    let before = trackyard::clock::now() - 20;
    bench.launch(1, held);
    bench.launch(2, much);
    bench.launch(3, silent);
    let spool = bench.spool();
    let log = |track| LogView::open(&spool.log(key(track))).unwrap();
    until("its output", || log(2).last(4).unwrap() == b"last");
    bench.until_up([1]);
    until("its start", || spool.taken_at(key(3)).unwrap().is_some());
    let seen = log(2).last(u64::MAX).unwrap();
    // The server that hears of it is another one.
    let [supervisor] = bench.supervisors()[..] else {
        panic!("one supervisor")
    };
    bench.executor.stop();
    end(supervisor);
    bench.restart(|_| {});
    bench.probe(&[1, 2, 3]);
    let mut remains = BTreeMap::new();
    for _ in 0..3 {
        let Fact::Interrupted {
            key, remains: of, ..
        } = bench.fact()
        else {
            panic!("nobody can know")
        };
        let started_at = of.started_at.expect("its gate is there").0;
        assert!((before..=trackyard::clock::now()).contains(&started_at));
        remains.insert(key.track.0, of);
    }
    let of = |track: i64| {
        let Remains {
            output,
            log_bytes,
            dropped_bytes,
            ..
        } = &remains[&track];
        (output.as_slice(), *log_bytes, *dropped_bytes)
    };
    let tail = [&[b'x'; 96][..], b"last"].concat();
    assert_eq!(of(1), (&b"up\n"[..], 3, 0));
    assert_eq!(of(2), (&tail[..], 1_000, 2_010));
    assert_eq!(of(3), (&b""[..], 0, 0));
    // Once that is committed the log becomes one file, of the same bytes.
    (1..=3).for_each(|track| bench.executor.clean(key(track)));
    until("the removal of the files", || {
        spool.list().unwrap().is_empty()
    });
    let logs = fs::read_dir(spool.logs(key(1).pipeline)).unwrap();
    assert_eq!(logs.count(), 2);
    assert!(fs::read(spool.log(key(2))).unwrap() == seen);
    let _open = release(&hold, 3);
}

#[test]
fn results_written_before_a_supervisor_died_are_kept() {
    let mut bench = Bench::new();
    bench.launch(1, script("echo kept; exit 9"));
    let spool = bench.spool();
    until("the result", || spool.read_exit(key(1)).unwrap().is_some());
    let [supervisor] = bench.supervisors()[..] else {
        panic!("one supervisor")
    };
    bench.executor.stop();
    end(supervisor);
    bench.restart(|_| {});
    assert_eq!(bench.probe(&[1]), [Verdict::TakeResult]);
    let (record, output) = bench.ended(1);
    assert_eq!((record.code, output.as_str()), (Some(9), "kept\n"));
}

#[test]
fn another_build_adopts_and_starts_its_own_supervisor() {
    let mut bench = Bench::new();
    let (hold, held) = bench.hold();
    bench.launch(1, held.clone());
    bench.until_up([1]);
    let [first] = bench.supervisors()[..] else {
        panic!("one supervisor")
    };
    bench.restart(|settings| settings.version = "next".to_owned());
    assert_eq!(bench.probe(&[1]), [Verdict::Adopt]);
    let two = bench.supervisors();
    assert!(two.len() == 2 && two.contains(&first));
    bench.launch(2, held);
    bench.until_up([2]);
    let _open = release(&hold, 2);
    for _ in 0..2 {
        assert!(matches!(bench.fact(), Fact::Ended { record, .. } if record.success()));
    }
    // The former one ends when what it ran has ended, and takes its directory with it.
    until("the end of the former supervisor", || !lives(first));
    until("the removal", || {
        bench.spool().instances().unwrap().len() == 1
    });
    assert!(bench.run(3, script("true")).0.success());
}

#[test]
fn a_supervisor_that_is_about_to_go_does_not_keep_a_server_from_starting() {
    let mut bench = Bench::new();
    bench.executor.stop();
    // It does not listen any more, and a script that it has just started may still hold its lock.
    let instance = bench.spool().new_instance().unwrap();
    let lock = instance.lock().unwrap();
    drop(UnixListener::bind(instance.dir.join("sock")).unwrap());
    let waiting = format!(":{} ", lock.metadata().unwrap().ino());
    let goes = std::thread::spawn(move || {
        until("the wait for its end", || {
            let locks = fs::read_to_string("/proc/locks").unwrap();
            locks
                .lines()
                .any(|line| line.contains("->") && line.contains(&waiting))
        });
        drop(lock);
    });
    bench.restart(|_| {});
    goes.join().unwrap();
    assert!(!instance.dir.exists());
    assert!(bench.run(1, script("true")).0.success());
}

#[test]
fn an_idle_supervisor_goes_and_leaves_nothing() {
    let bench = Bench::new();
    assert!(bench.run(1, script("true")).0.success());
    let [supervisor] = bench.supervisors()[..] else {
        panic!("one supervisor")
    };
    bench.executor.stop();
    until("its end", || !lives(supervisor));
    assert!(bench.spool().instances().unwrap().is_empty());
}

#[test]
fn a_supervisor_waits_for_the_server_that_started_it() {
    let bench = Bench::with("", |settings| settings.idle_ms = 0);
    assert!(bench.run(1, script("true")).0.success());
}

#[test]
fn a_supervisor_waits_for_what_a_script_left_in_the_background() {
    let bench = Bench::new();
    let pid = bench.path("pid");
    bench.launch(
        1,
        script(&format!("sleep 1000 & echo $! >{}", pid.display())),
    );
    let daemon = number_in(&pid);
    let [supervisor] = bench.supervisors()[..] else {
        panic!("one supervisor")
    };
    bench.ended(1);
    bench.executor.stop();
    // Longer than an idle one stays: another bench comes and goes meanwhile.
    let other = Bench::new();
    other.executor.stop();
    until("the end of the other", || other.supervisors().is_empty());
    assert!(lives(supervisor));
    end(daemon);
    until("its end", || !lives(supervisor));
}

#[test]
fn of_two_supervisors_the_death_of_one_leaves_the_other() {
    let mut bench = Bench::with("", |settings| settings.supervisors = 2);
    let (hold, held) = bench.hold();
    for track in 0..10 {
        bench.launch(track, held.clone());
    }
    bench.until_up(0..10);
    let [first, _] = bench.supervisors()[..] else {
        panic!("two supervisors")
    };
    end(first);
    for _ in 0..5 {
        assert!(matches!(bench.fact(), Fact::Interrupted { .. }));
    }
    assert!(bench.facts.try_recv().is_err(), "the others go on");
    bench.restart(|_| {});
    let left = bench.probe(&(0..10).collect::<Vec<_>>());
    let adopted = left.iter().filter(|v| **v == Verdict::Adopt).count();
    assert_eq!(adopted, 5);
    let _open = release(&hold, 10);
    let ended = (0..10).map(|_| bench.fact());
    let ended = ended.filter(|fact| matches!(fact, Fact::Ended { record, .. } if record.success()));
    assert_eq!(ended.count(), 5);
    assert_eq!(bench.supervisors().len(), 2);
}

#[test]
fn a_supervisor_goes_when_the_data_directory_has_gone() {
    let bench = Bench::new();
    let (_hold, held) = bench.hold();
    bench.launch(1, held);
    bench.until_up([1]);
    let of_ours = bench.spool().script(key(1)).display().to_string();
    let of_ours = |words: &[String]| words[0] == "/bin/sh" && words.contains(&of_ours);
    bench.executor.stop();
    fs::remove_dir_all(bench.dir.path()).unwrap();
    processes(of_ours).into_iter().for_each(end);
    until("its end", || bench.supervisors().is_empty());
}

#[test]
fn an_interruption_names_the_process_that_goes_on_and_no_other() {
    let bench = Bench::new();
    // The numbers of the attempts are the same there.
    let other = Bench::new();
    let (hold, held) = other.hold();
    other.launch(2, held);
    other.until_up([2]);
    let of = |name: &str| bench.path(name).display().to_string();
    // One is known by its script, one, which is another program by now, by where it works.
    let waits = format!("echo $$ >{}; read x <{}; true", of("first"), of("fifo"));
    let becomes = format!("echo $$ >{}; exec sleep 1000", of("third"));
    let gone = format!("echo $$ >{}; exec sleep 1000", of("second"));
    let (hold_ours, _) = bench.hold();
    fs::rename(&hold_ours, bench.path("fifo")).unwrap();
    bench.launch(1, script(&waits));
    bench.launch(2, script(&gone));
    bench.launch(3, script(&becomes));
    let pids = ["first", "second", "third"].map(|name| number_in(&bench.path(name)));
    let [supervisor] = bench.supervisors()[..] else {
        panic!("one supervisor")
    };
    // Nobody sees the end of the second.
    stop(supervisor);
    end(pids[1]);
    until("its end", || !lives(pids[1]));
    end(supervisor);
    let mut facts = [bench.fact(), bench.fact(), bench.fact()];
    facts.sort_by_key(Fact::key);
    let whys = facts.map(|fact| match fact {
        Fact::Interrupted { why, .. } => why,
        other => panic!("{other:?}"),
    });
    for n in [0, 2] {
        let told = format!("; its process {} ran on", pids[n]);
        assert!(whys[n].ends_with(&told), "{}", whys[n]);
    }
    assert!(
        whys[1].ends_with("; parts of it may still run"),
        "{}",
        whys[1]
    );
    end(pids[0]);
    end(pids[2]);
    let _open = release(&hold, 1);
    assert!(other.ended(2).0.success());
}
