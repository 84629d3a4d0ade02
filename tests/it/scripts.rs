//! Scripts do what their author means. Each case is one that a naive executor gets wrong.

use serde_json::{Value, json};

use crate::server::Server;

/// What is expected of one script.
struct Case {
    name: &'static str,
    script: &'static str,
    state: &'static str,
    reason: Option<&'static str>,
    exit_code: Option<i64>,
    output: &'static [u8],
}

const fn ok(name: &'static str, script: &'static str, output: &'static [u8]) -> Case {
    Case {
        name,
        script,
        state: "SUCCEED",
        reason: None,
        exit_code: Some(0),
        output,
    }
}

const fn failed(
    name: &'static str,
    script: &'static str,
    code: i64,
    output: &'static [u8],
) -> Case {
    let reason = Some("exit_code");
    Case {
        name,
        script,
        state: "FAILED",
        reason,
        exit_code: Some(code),
        output,
    }
}

const CASES: &[Case] = &[
    failed(
        "first line fails, last is well",
        "false\necho well\n",
        1,
        b"",
    ),
    failed("its exit code is kept", "exit 3", 3, b""),
    ok(
        "three lines are three lines",
        "echo 1\necho 2\necho 3\n",
        b"1\n2\n3\n",
    ),
    ok("one shell runs all lines", "cd /; pwd", b"/\n"),
    ok("also on lines of their own", "cd /\npwd\n", b"/\n"),
    ok("a variable lives on", "X=1; echo \"X=$X\"", b"X=1\n"),
    ok(
        "compound commands over several lines",
        "say() {\n  echo \"$1\"\n}\nif true; then\n  for i in 1 2; do\n    say $i\n  done\nfi\n",
        b"1\n2\n",
    ),
    ok(
        "both outputs, in order",
        "echo a; echo b >&2; echo c; echo d >&2",
        b"a\nb\nc\nd\n",
    ),
    ok(
        "bytes that are no text",
        r"printf '\377\376\000x\n'",
        b"\xff\xfe\x00x\n",
    ),
    ok(
        "shell text is left alone",
        r"echo ${TRACKYARD_VERTEX:+set} | awk '{print $1}'; echo a.{txt,bak}",
        b"set\na.{txt,bak}\n",
    ),
    ok(
        "redirections are no placeholders",
        "echo x >f\ncat <f\nsort < f >g\ncat g\n",
        b"x\nx\n",
    ),
    ok("standard input is empty", "cat; echo end", b"end\n"),
    ok(
        "python by its first line",
        "#!/usr/bin/env python3\nprint('py', 6 * 7)\n",
        b"py 42\n",
    ),
    ok(
        "bash by its first line",
        "#!/bin/bash\na=(x y)\necho ${a[1]}\n",
        b"y\n",
    ),
    ok("a last line without an end", "printf abc", b"abc"),
    Case {
        name: "a signal is told",
        script: "kill -9 $$",
        state: "FAILED",
        reason: Some("signal"),
        exit_code: None,
        output: b"",
    },
    Case {
        name: "an interpreter that is not there",
        script: "#!/no/such/interpreter\necho x\n",
        state: "FAILED",
        reason: Some("could_not_start"),
        exit_code: None,
        output: b"",
    },
];

fn graph(cases: &[Case]) -> Value {
    let vertices: serde_json::Map<_, _> = cases
        .iter()
        .map(|case| (case.name.to_owned(), json!({"script": case.script})))
        .collect();
    json!({"name": "cases", "on_failure": "continue_independent", "vertices": vertices})
}

#[test]
fn scripts_do_what_their_author_means() {
    let server = Server::start();
    let pipeline = server.run(&graph(CASES).to_string(), &json!({}));
    assert_eq!(pipeline["state"], "FAILED");
    for case in CASES {
        let track = server.track(&pipeline, case.name);
        let name = case.name;
        assert_eq!(track["state"], case.state, "{name}: {track}");
        assert_eq!(track["reason"].as_str(), case.reason, "{name}: {track}");
        assert_eq!(
            track["exit_code"].as_i64(),
            case.exit_code,
            "{name}: {track}"
        );
        let log = server.log(&track);
        let shown = String::from_utf8_lossy(&log);
        assert_eq!(log, case.output, "{name}: {shown}");
        assert_eq!(
            track["output"],
            String::from_utf8_lossy(case.output).as_ref(),
            "{name}"
        );
    }
}

#[test]
fn a_background_process_does_not_hold_its_track() {
    let server = Server::start();
    let script =
        "(trap '' TERM; while [ ! -e done ]; do sleep 0.05; done; echo late >late) &\necho started";
    let yaml = json!({"name": "g", "vertices": {
        "a": {"script": script},
        "b": {"needs": ["a"], "script": "touch done\nuntil [ -e late ]; do sleep 0.05; done\ncat late"},
    }});
    let pipeline = server.run(&yaml.to_string(), &json!({}));
    assert_eq!(pipeline["state"], "FINISH", "{pipeline}");
    assert_eq!(server.log(&server.track(&pipeline, "a")), b"started\n");
    assert_eq!(server.log(&server.track(&pipeline, "b")), b"late\n");
}

#[test]
fn a_script_that_ignores_term_is_killed_when_its_time_is_over() {
    let own = tempfile::tempdir().expect("a directory");
    std::fs::write(
        own.path().join("Rocket.toml"),
        "[default.trackyard]\ngrace = \"200ms\"\n",
    )
    .expect("written");
    let server = Server::start_on(own.path(), &[]);
    let script = "trap '' TERM\necho begun\nwhile :; do sleep 0.05; done";
    let yaml = json!({"name": "g", "vertices": {"a": {"script": script, "timeout": "300ms"}}});
    let pipeline = server.run(&yaml.to_string(), &json!({}));
    let track = server.track(&pipeline, "a");
    assert_eq!(
        (&track["state"], &track["reason"]),
        (&json!("FAILED"), &json!("timeout")),
        "{track}"
    );
    assert_eq!(server.log(&track), b"begun\n");
}

#[test]
fn a_track_that_ends_is_recorded_while_others_run() {
    let server = Server::start();
    let yaml = json!({"name": "g", "vertices": {
        "quick": {"script": "echo quick"},
        "slow": {"script": "until [ -e go ]; do sleep 0.05; done"},
        "after": {"needs": ["quick"], "script": "touch go"},
    }});
    // `slow` ends only after `after` has run, and that only once `quick` is recorded.
    let pipeline = server.run(&yaml.to_string(), &json!({}));
    assert_eq!(pipeline["state"], "FINISH", "{pipeline}");
}

#[test]
fn a_hundred_megabytes_of_output_leave_the_memory_flat() {
    let server = Server::start();
    let script = "head -c 100000000 /dev/zero | tr '\\0' x";
    let before = resident(server.pid());
    let pipeline = server.run(
        &json!({"name": "g", "vertices": {"a": script}}).to_string(),
        &json!({}),
    );
    let track = server.track(&pipeline, "a");
    assert_eq!(pipeline["state"], "FINISH", "{pipeline}");
    let attempt = &track["attempts"][0];
    let (kept, dropped) = (
        attempt["log_bytes"].as_u64(),
        attempt["dropped_bytes"].as_u64(),
    );
    let (kept, dropped) = (kept.expect("a number"), dropped.expect("a number"));
    assert!(
        dropped > 0 && kept + dropped >= 100_000_000,
        "{kept} kept, {dropped} dropped"
    );
    assert_eq!(track["output"].as_str().map(str::len), Some(64 << 10));
    let grown = resident(server.pid()).saturating_sub(before);
    assert!(grown < 32 << 10, "the server grew by {grown} KiB");
}

/// KiB of memory that a process has.
fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("the process lives");
    let line = status
        .lines()
        .find_map(|l| l.strip_prefix("VmRSS:"))
        .expect("a size");
    line.trim()
        .trim_end_matches(" kB")
        .parse()
        .expect("a number")
}

#[test]
fn a_missing_value_never_becomes_an_empty_string() {
    let server = Server::start();
    for spec in [
        json!({"type": "str", "required": true}),
        json!({"type": "str"}),
        json!({"type": "int"}),
    ] {
        asks_for_a_missing_value(&server, &spec);
    }
}

fn asks_for_a_missing_value(server: &Server, spec: &Value) {
    let yaml = json!({
        "name": "g",
        "input": {"dir": spec},
        "vertices": {"a": {"script": "echo rm -rf <dir>/*"}},
    });
    let graph = server.define(&yaml.to_string()).expect(201);
    let refused = server.post(&format!("/graphs/{}/pipelines", graph["id"]), &json!({}));
    let refused = refused.expect(422);
    assert_eq!(refused["problems"][0]["field"], "dir", "{refused}");

    let later = server.post(
        &format!("/graphs/{}/pipelines", graph["id"]),
        &json!({"ask_later": true}),
    );
    let id = later.expect(201)["id"].clone();
    let pipeline = server.get(&format!("/pipelines/{id}")).expect(200);
    assert_eq!(pipeline["tracks"][0]["state"], "PENDING", "{pipeline}");
    assert_eq!(pipeline["tracks"][0]["pending_on"], "input", "{pipeline}");
}

#[test]
fn values_are_data_whatever_they_hold() {
    let server = Server::start();
    let yaml = json!({
        "name": "g",
        "input": {"x": {"type": "str", "allow_dash": true}},
        "vertices": {
            "bare": {"script": "printf '[%s]' <x> a<x>b"},
            "double": {"script": "printf '[%s]' \"<x>\" \"a <x> b\""},
            "single": {"script": "printf '[%s]' '<x>' 'a <x> b'"},
            "python": {"script": "#!/usr/bin/env python3\nimport os\nprint(os.environ['TY_x'], end='')"},
        },
    });
    let values = [
        "plain",
        "",
        " two  words ",
        "$(touch hacked)",
        "`touch hacked`",
        "'; touch hacked; '",
        "\"; touch hacked; \"",
        "a\nb\n",
        "*",
        "~",
        "\\",
        "$HOME ${HOME}",
        "-n",
        "ünï ☃",
        "\t\r",
        "EOF\ntouch hacked",
    ];
    for x in values {
        let pipeline = server.run(&yaml.to_string(), &json!({"input": {"x": x}}));
        assert_eq!(pipeline["state"], "FINISH", "{x:?}: {pipeline}");
        let log =
            |vertex| String::from_utf8(server.log(&server.track(&pipeline, vertex))).expect("text");
        assert_eq!(log("bare"), format!("[{x}][a{x}b]"), "{x:?}");
        assert_eq!(log("double"), format!("[{x}][a {x} b]"), "{x:?}");
        assert_eq!(log("single"), format!("[{x}][a {x} b]"), "{x:?}");
        assert_eq!(log("python"), x, "{x:?}");
    }
    let hacked = server.data().join("work");
    assert!(
        walk(&hacked).iter().all(|path| !path.ends_with("hacked")),
        "{:?}",
        walk(&hacked)
    );
}

fn walk(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(dir)
        .map(|entries| entries.flatten().collect())
        .unwrap_or_else(|_| Vec::new());
    let paths = entries.into_iter().map(|entry| entry.path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                walk(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}
