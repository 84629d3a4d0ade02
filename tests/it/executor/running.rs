//! Scripts that run, and what they are given.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use trackyard::executor::{Backend, Fact, Order};
use trackyard::spool::Cause;

use super::bench::{Bench, end, key, number_in, release, script, until};

#[test]
fn success_and_failure() {
    let bench = Bench::new();
    let (record, output) = bench.run(1, script("echo hello\n"));
    assert!(record.success());
    assert_eq!(
        (record.code, output.as_str(), record.log_bytes),
        (Some(0), "hello\n", 6)
    );
    assert!(record.started_at > 1_700_000_000_000 && record.finished_at >= record.started_at);

    let (record, output) = bench.run(2, script("exit 3\n"));
    assert_eq!(
        (record.cause, record.code, output.as_str()),
        (Cause::Exited, Some(3), "")
    );

    let (record, _) = bench.run(3, script("kill -USR1 $$\n"));
    assert_eq!(
        (record.cause, record.code, record.signal),
        (Cause::Signalled, None, Some(10))
    );

    let (record, output) = bench.run(4, script("false\necho not reached\n"));
    assert_eq!(
        (record.code, output.as_str()),
        (Some(1), ""),
        "sh -e ends at the first failure"
    );
}

#[test]
fn output_comes_in_order_and_once() {
    let bench = Bench::new();
    let (_, output) = bench.run(1, script("echo 1; echo 2 >&2; echo 3; echo 4 >&2"));
    assert_eq!(output, "1\n2\n3\n4\n");
    let (_, output) = bench.run(2, script("echo a; echo b; echo c"));
    assert_eq!(output, "a\nb\nc\n");
    let (record, _) = bench.run(3, script("printf '\\377\\000x'"));
    assert_eq!(fs::read(bench.spool().log(key(3))).unwrap(), b"\xff\0x");
    assert_eq!(record.log_bytes, 3);
    bench.run(4, script("true"));
    assert!(!bench.spool().log(key(4)).exists(), "no output, no log");
}

#[test]
fn a_first_line_names_the_interpreter() {
    let bench = Bench::new();
    let text = "#!/usr/bin/env python3\nimport sys\nprint('python', sys.version_info[0])\n";
    let path = std::env::var("PATH").unwrap();
    let order = Order {
        env: vec![("PATH".to_owned(), path)],
        ..script(text)
    };
    let (record, output) = bench.run(1, order);
    assert_eq!((record.code, output.as_str()), (Some(0), "python 3\n"));
    let (record, output) = bench.run(2, script("#!/bin/bash -u\necho ${BASH_VERSION:+bash}\n"));
    assert_eq!((record.code, output.as_str()), (Some(0), "bash\n"));
}

#[test]
fn what_cannot_be_started_failed_with_a_reason() {
    let bench = Bench::new();
    let plain = bench.path("plain");
    fs::write(&plain, "").unwrap();
    let argv = |program: &str| Order {
        argv: vec![program.to_owned()],
        ..script("")
    };
    let workdir = |dir: PathBuf| Order {
        workdir: Some(dir),
        ..script("true")
    };
    let cases = [
        (
            script("#!/no/such/sh\n"),
            "the interpreter `/no/such/sh` does not exist",
        ),
        (argv(plain.to_str().unwrap()), "is not executable"),
        (argv("/"), "is a directory"),
        (argv("sh"), "`sh` must be given with its whole path"),
        (workdir(bench.path("gone")), "gone` does not exist"),
        (workdir(plain.clone()), "plain` is not a directory"),
    ];
    for (track, (order, want)) in (1..).zip(cases) {
        let (record, _) = bench.run(track, order);
        let Cause::CouldNotStart { why } = record.cause else {
            panic!("{record:?}")
        };
        assert!(why.contains(want), "{why}");
        assert_eq!((record.code, record.signal), (None, None));
    }
}

#[test]
fn an_order_that_cannot_be_read_is_not_started() {
    let bench = Bench::new();
    bench.executor.launch(key(1));
    let Fact::NotStarted { key: of, why } = bench.fact() else {
        panic!("not started")
    };
    assert_eq!((of, why.as_str()), (key(1), "no such row"));
    // The row is there now: the same attempt can be launched.
    assert!(bench.run(1, script("true")).0.success());
}

#[test]
fn a_script_gets_the_declared_environment_and_no_other() {
    let bench = Bench::new();
    let env = vec![
        ("TY_ip".to_owned(), "a b\n'$(x)".to_owned()),
        ("LANG".to_owned(), "C".to_owned()),
    ];
    let order = Order {
        env,
        argv: vec!["/bin/cat".to_owned(), "/proc/self/environ".to_owned()],
        ..script("")
    };
    let (_, output) = bench.run(1, order);
    let mut names: Vec<&str> = output.split_terminator('\0').collect();
    names.sort_unstable();
    let path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    let outputs = bench.spool().outputs(key(1));
    let outputs = format!("TRACKYARD_OUTPUT={}", outputs.display());
    assert_eq!(
        names,
        [
            "HOME=/",
            "LANG=C",
            path,
            "TRACKYARD_ATTEMPT=1",
            outputs.as_str(),
            "TRACKYARD_PIPELINE=1",
            "TRACKYARD_TRACK=1",
            "TY_ip=a b\n'$(x)"
        ]
    );
}

#[test]
fn a_script_inherits_three_handles_and_its_limits() {
    // A handle that the server itself inherited and that is not closed on exec.
    let leak = fs::File::open("/dev/null").unwrap();
    rustix::io::fcntl_setfd(&leak, rustix::io::FdFlags::empty()).unwrap();
    let bench = Bench::with("", |settings| settings.nofile = Some(321));
    drop(leak);
    // Several run at once, so that the supervisor holds many handles.
    let (hold, held) = bench.hold();
    for track in 1..20 {
        bench.launch(track, held.clone());
    }
    let text = "ls /proc/self/fd | tr '\\n' ' '; readlink /proc/self/fd/0; ulimit -Sn; ulimit -Sc";
    let (_, output) = bench.run(50, script(text));
    // 3 is the directory that `ls` itself reads.
    assert_eq!(output, "0 1 2 3 /dev/null\n321\n0\n");
    let _open = release(&hold, 19);
    for _ in 1..20 {
        assert!(matches!(bench.fact(), Fact::Ended { record, .. } if record.success()));
    }
}

#[test]
fn work_directories_are_private_and_go_when_empty() {
    let bench = Bench::new();
    let (_, output) = bench.run(1, script("pwd; echo x >file"));
    let work = bench.spool().work(key(1).pipeline);
    assert_eq!(output.trim(), work.to_str().unwrap());
    assert_eq!(
        fs::metadata(&work).unwrap().permissions().mode() & 0o777,
        0o700
    );
    bench.executor.finish_pipeline(key(1).pipeline);
    bench.run(2, script("rm file"));
    assert!(work.exists());
    bench.executor.finish_pipeline(key(1).pipeline);
    until("the removal", || !work.exists());
    let order = Order {
        workdir: Some(bench.dir.path().to_path_buf()),
        ..script("pwd")
    };
    let (_, output) = bench.run(3, order);
    assert_eq!(output.trim(), bench.dir.path().to_str().unwrap());
}

#[test]
fn clean_leaves_only_the_log() {
    let bench = Bench::new();
    bench.run(1, script("echo hello"));
    assert_eq!(bench.spool().list().unwrap(), [key(1)]);
    for kind in ["script", "gate", "exit"] {
        let path = bench.spool().dir().join(format!("1-1-1.{kind}"));
        assert_eq!(
            fs::metadata(path).unwrap().permissions().mode() & 0o777,
            0o600,
            "{kind}"
        );
    }
    bench.executor.clean(key(1));
    until("the removal", || bench.spool().list().unwrap().is_empty());
    assert_eq!(fs::read(bench.spool().log(key(1))).unwrap(), b"hello\n");
}

#[test]
fn a_long_path_of_the_data_directory_works() {
    let below = ["long-name-of-a-directory"; 20].join("/");
    let mut bench = Bench::with(&below, |_| {});
    assert!(bench.data.as_os_str().len() > 400);
    assert!(bench.run(1, script("true")).0.success());
    bench.launch(2, script("echo $$ >pid; exec sleep 1000"));
    let pid = number_in(&bench.spool().work(key(2).pipeline).join("pid"));
    bench.restart(|_| {});
    assert_eq!(bench.probe(&[2]), [trackyard::executor::Verdict::Adopt]);
    end(pid);
    assert_eq!(bench.ended(2).0.signal, Some(9));
}

#[test]
fn a_thousand_scripts_run_at_once() {
    let bench = Bench::with("", |settings| settings.nofile = Some(256));
    let (hold, held) = bench.hold();
    for track in 0..1000 {
        bench.launch(track, held.clone());
    }
    let spool = bench.spool();
    until("the last start", || {
        (0..1000).all(|track| spool.log(key(track)).exists())
    });
    let _open = release(&hold, 1000);
    for _ in 0..1000 {
        assert!(matches!(bench.fact(), Fact::Ended { record, .. } if record.success()));
    }
}

#[test]
fn what_finds_no_room_can_be_launched_again() {
    let bench = Bench::with("", |settings| {
        // The supervisor may open few files and must not raise that.
        let program = settings.data.join("few-files");
        let text = format!(
            "#!/bin/sh\nulimit -n 24\nexec {} \"$@\"\n",
            settings.program.display()
        );
        fs::write(&program, text).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
        settings.program = program;
    });
    let (hold, held) = bench.hold();
    let quiet = Order {
        script: "read x <\"$HOLD\"".to_owned(),
        ..held
    };
    for track in 0..10 {
        bench.launch(track, quiet.clone());
    }
    let mut refused = Vec::new();
    let mut open = None;
    for _ in 0..10 {
        match bench.fact() {
            Fact::NotStarted { key, why } => {
                assert!(why.contains("Too many open files"), "{why}");
                refused.push(key);
                open.get_or_insert_with(|| release(&hold, 10));
            }
            other => assert!(matches!(other, Fact::Ended { record, .. } if record.success())),
        }
    }
    assert!(
        (1..10).contains(&refused.len()),
        "{} refused",
        refused.len()
    );
    for key in refused {
        bench.executor.launch(key);
        let fact = bench.fact();
        assert!(
            matches!(&fact, Fact::Ended { record, .. } if record.success()),
            "{fact:?}"
        );
    }
}
