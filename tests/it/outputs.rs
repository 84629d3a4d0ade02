//! What scripts leave for those after them, in real scripts: any value arrives as it is, what is
//! missing or wrong fails by name, and no death of the server loses or invents any of it.

use serde_json::{Value, json};

use crate::executor::bench::until;
use crate::server::Server;

/// Writes `<x>` as the output `v`, in three languages.
const WRITERS: [(&str, &str); 3] = [
    (
        "dash",
        "{ echo 'v<<E_N_D'; printf '%s\\n' <x>; echo E_N_D; } >>\"$TRACKYARD_OUTPUT\"",
    ),
    (
        "bash",
        "#!/bin/bash -e\nprintf 'v<<%s\\n%s\\n%s\\n' E_N_D <x> E_N_D >>\"$TRACKYARD_OUTPUT\"",
    ),
    (
        "python",
        "#!/usr/bin/env python3\nimport os\nwith open(os.environ['TRACKYARD_OUTPUT'], 'a', newline='') as f:\n    f.write('v<<E_N_D\\n' + os.environ['TY_x'] + '\\nE_N_D\\n')",
    ),
];

#[test]
fn outputs_are_data_whatever_they_hold() {
    let server = Server::start();
    let mut vertices = serde_json::Map::new();
    for (writer, script) in WRITERS {
        let outputs = json!({"v": {"type": "str", "allow_dash": true}});
        let vertex = json!({"outputs": outputs, "script": script});
        vertices.insert(writer.to_owned(), vertex);
        let between = json!({"needs": [writer], "script": "true"});
        vertices.insert(format!("{writer}-between"), between);
        for (reader, script) in [
            (
                "dash",
                "printf '[%s]' <W.v> a<W.v>b \"<W.v>\" 'a <W.v> b' \"$(printf %s <W.v>.)\"\ncat <<E\n<W.v>\nE",
            ),
            (
                "bash",
                "#!/bin/bash -e\nprintf '[%s]' <W.v> a<W.v>b \"<W.v>\" 'a <W.v> b' \"$(printf %s <W.v>.)\"\ncat <<E\n<W.v>\nE",
            ),
            (
                "python",
                "#!/usr/bin/env python3\nimport os, sys\nx = os.environ['TY_W_v']\nsys.stdout.write(f'[{x}][a{x}b][{x}][a {x} b][{x}.]{x}\\n')",
            ),
        ] {
            let script = script.replace('W', writer);
            // By way of another vertex: all that come before may be referred to.
            let vertex = json!({"needs": [format!("{writer}-between")], "script": script});
            vertices.insert(format!("{writer}-{reader}"), vertex);
        }
    }
    let input = json!({"x": {"type": "str", "allow_dash": true}});
    let graph = json!({"name": "g", "input": input, "vertices": vertices}).to_string();
    for x in [
        "plain",
        "",
        " two  words ",
        "a=b",
        "v<<E",
        "$(touch hacked)",
        "`touch hacked`",
        "'; touch hacked; '",
        "\"; touch hacked; \"",
        "<plain.v> <x>",
        "a\n\nb\n",
        "*",
        "~",
        "\\",
        "$HOME ${HOME}",
        "-n",
        "ünï ☃ \u{202e}",
        "\t\r",
        "\r\n",
        "EOF\nE\ntouch hacked",
    ] {
        let pipeline = server.run(&graph, &json!({"input": {"x": x}}));
        assert_eq!(pipeline["state"], "FINISH", "{x:?}: {pipeline}");
        for (writer, _) in WRITERS {
            let track = server.track(&pipeline, writer);
            assert_eq!(track["outputs"], json!({"v": x}), "{writer}: {track}");
            for reader in ["dash", "bash", "python"] {
                let track = server.track(&pipeline, &format!("{writer}-{reader}"));
                let log = String::from_utf8(server.log(&track)).expect("text");
                let expected = format!("[{x}][a{x}b][{x}][a {x} b][{x}.]{x}\n");
                assert_eq!(log, expected, "{writer} to {reader}: {x:?}");
            }
        }
    }
    assert_eq!(server.spool().list().expect("a spool"), []);
}

#[test]
fn numbers_are_counted_with() {
    let server = Server::start();
    let graph = json!({"name": "g", "vertices": {
        "fetch": {
            "outputs": {"count": "int", "day": {"type": "date"}, "ratio": "float", "ok": "bool", "size": {"type": "choice", "choices": ["s", "l"]}, "rest": {"type": "int", "default": 5}},
            "script": "echo ratio=1.50 >>$TRACKYARD_OUTPUT\nprintf 'count=1\\r\\ncount=-07\\r\\nday=2026-11-21\\r\\nok=yes\\r\\nsize=l' >>$TRACKYARD_OUTPUT",
        },
        "sum": {
            "needs": ["fetch"],
            "outputs": {"sum": {"type": "int", "min": -6}},
            "script": "echo sum=$(( <fetch.count> + 1 )) >>\"$TRACKYARD_OUTPUT\"; stat -c %a $TRACKYARD_OUTPUT",
        },
        "show": {
            "needs": ["sum"],
            "script": "echo $(( <sum.sum> * -<fetch.count> )) <fetch.day> <fetch.ratio> <fetch.ok> <fetch.size> <fetch.rest>",
        },
    }});
    let pipeline = server.run(&graph.to_string(), &json!({}));
    assert_eq!(pipeline["state"], "FINISH", "{pipeline}");
    let outputs = &server.track(&pipeline, "fetch")["outputs"];
    let expected =
        json!({"count": -7, "day": "2026-11-21", "ratio": 1.5, "ok": true, "size": "l", "rest": 5});
    assert_eq!(outputs, &expected);
    let vertices = server.get("/graphs/1").expect(200)["vertices"].clone();
    assert_eq!(vertices[0]["outputs"][0]["name"], "count", "{vertices}");
    assert_eq!(server.log(&server.track(&pipeline, "sum")), b"600\n");
    let show = server.track(&pipeline, "show");
    assert_eq!(show["referred"]["fetch.count"], -7, "{show}");
    let shown = server.log(&show);
    assert_eq!(
        String::from_utf8_lossy(&shown),
        "-42 2026-11-21 1.5 true l 5\n"
    );
}

#[test]
fn what_is_missing_or_wrong_fails_by_name() {
    let own = tempfile::tempdir().expect("a directory");
    std::fs::write(
        own.path().join("Rocket.toml"),
        "[default.trackyard]\nmax_output_bytes = 3000\nmax_outputs = 3\nmax_value_bytes = 1000\n",
    )
    .expect("written");
    let server = Server::start_on(own.path(), &[]);
    let out = "\"$TRACKYARD_OUTPUT\"";
    let wrong = [
        ("nothing", "true".to_owned(), "output `n` is missing"),
        (
            "word",
            format!("echo n=ten >>{out}"),
            "`n` must be a whole number, not `ten`",
        ),
        (
            "high",
            format!("echo n=10 >>{out}"),
            "above the largest value of `n`, 9",
        ),
        (
            "line",
            format!("echo n=1 >>{out}; echo oops >>{out}"),
            "line 2 of its outputs",
        ),
        (
            "block",
            format!("echo 'n<<END' >>{out}"),
            "no line `END` ends it",
        ),
        (
            "latin",
            format!("printf 'n=1\\nx=\\351' >>{out}"),
            "not UTF-8",
        ),
        (
            "many",
            format!("printf 'n=1\\na=\\nb=\\nc=\\n' >>{out}"),
            "more than 3 outputs",
        ),
        (
            "long",
            format!("head -c 3001 /dev/zero >>{out}"),
            "more than 3000 bytes",
        ),
        (
            "gone",
            format!("echo n=1 >>{out}; rm {out}"),
            "output `n` is missing",
        ),
        (
            "dir",
            format!("rm {out}; mkdir {out}; touch {out}/x"),
            "it is no file",
        ),
        ("pipe", format!("rm {out}; mkfifo {out}"), "it is no file"),
        (
            "link",
            format!("rm {out}; ln -s /dev/zero {out}"),
            "cannot be read",
        ),
    ];
    let mut vertices = serde_json::Map::new();
    for (name, script, _) in &wrong {
        let outputs = json!({"n": {"type": "int", "max": 9}});
        vertices.insert(
            (*name).to_owned(),
            json!({"outputs": outputs, "script": script}),
        );
        let after = json!({"needs": [name], "script": format!("echo <{name}.n>")});
        vertices.insert(format!("after-{name}"), after);
    }
    let graph = json!({"name": "g", "on_failure": "continue_independent", "vertices": vertices});
    let pipeline = server.run(&graph.to_string(), &json!({}));
    assert_eq!(pipeline["state"], "FAILED", "{pipeline}");
    for (name, _, said) in &wrong {
        let track = server.track(&pipeline, name);
        let (state, reason) = (&track["state"], &track["reason"]);
        assert_eq!(
            (state, reason),
            (&json!("FAILED"), &json!("bad_output")),
            "{track}"
        );
        assert_eq!(
            (&track["exit_code"], &track["outputs"]),
            (&json!(0), &json!({})),
            "{track}"
        );
        let detail = track["detail"].as_str().expect("a detail");
        assert!(detail.contains(said), "{name}: {detail}");
        assert_eq!(
            server.track(&pipeline, &format!("after-{name}"))["state"],
            "WAITING"
        );
    }
    until("all files are removed", || {
        server.spool().list().expect("a spool").is_empty()
    });
}

#[test]
fn what_nobody_declared_fails_nothing_and_is_told() {
    let server = Server::start();
    let graph = json!({"name": "g", "on_failure": "continue_independent", "vertices": {
        "declares": {
            "outputs": {"a": "str"},
            "script": "printf 'a=1\\nother=2\\n' >>\"$TRACKYARD_OUTPUT\"",
        },
        "declares-none": {"script": "echo other=2 >>\"$TRACKYARD_OUTPUT\""},
        "fails": {"outputs": {"a": "str"}, "script": "echo a=1 >>\"$TRACKYARD_OUTPUT\"; exit 3"},
        "again": {
            "outputs": {"a": "int"},
            "script": "echo a=$((TRACKYARD_ATTEMPT - 1)) >>\"$TRACKYARD_OUTPUT\"; [ $TRACKYARD_ATTEMPT -gt 1 ] || echo a=x >>\"$TRACKYARD_OUTPUT\"",
            "retry": {"limit": 1, "delay": "1ms"},
        },
    }});
    let pipeline = server.run(&graph.to_string(), &json!({}));
    let track = |name| server.track(&pipeline, name);
    for (name, outputs) in [
        ("declares", json!({"a": "1"})),
        ("declares-none", json!({})),
    ] {
        let track = track(name);
        assert_eq!(track["state"], "SUCCEED", "{track}");
        assert_eq!(track["outputs"], outputs, "{track}");
        let detail = track["detail"].as_str().expect("a detail");
        assert!(detail.contains("not used: `other`"), "{track}");
    }
    let failed = track("fails");
    assert_eq!(
        (&failed["reason"], &failed["outputs"]),
        (&json!("exit_code"), &json!({}))
    );
    let again = track("again");
    assert_eq!(again["outputs"], json!({"a": 1}), "{again}");
    assert_eq!(again["attempts"][0]["reason"], "bad_output", "{again}");
}

#[test]
fn a_success_that_a_person_claims_has_the_outputs_that_the_person_gives() {
    let server = Server::start();
    let graph = json!({"name": "g", "on_failure": "continue_independent", "vertices": {
        "fetch": {
            "outputs": {"count": "int", "path": {"type": "str", "default": "here"}},
            "script": "echo count=1 >>\"$TRACKYARD_OUTPUT\"\nmkfifo waits\ntouch runs\nread -r _ <waits",
        },
        "path": {"needs": ["fetch"], "script": "echo <fetch.path>"},
        "count": {"needs": ["fetch"], "script": "echo <fetch.count>"},
    }});
    let graph = server.define(&graph.to_string()).expect(201);
    let claimed = |answer: &dyn Fn(&str)| {
        let started = server.post(&format!("/graphs/{}/pipelines", graph["id"]), &json!({}));
        let id = started.expect(201)["id"].clone();
        let pipeline = || server.get(&format!("/pipelines/{id}")).expect(200);
        let runs = server.data().join(format!("work/{id}/runs"));
        until("it runs", || runs.exists());
        server.kill_supervisors();
        until("it is interrupted", || {
            server.track(&pipeline(), "fetch")["state"] == "INTERRUPTED"
        });
        answer(&server.track(&pipeline(), "fetch")["id"].to_string());
        until("it has ended", || pipeline()["finished_at"].is_string());
        pipeline()
    };
    let says = |track: &str, body: &Value| server.post(&format!("/tracks/{track}/resolve"), body);

    let ended = claimed(&|track| {
        let refused = says(track, &json!({"verdict": "succeeded"})).expect(422);
        let problem = &refused["problems"][0];
        let said = (&problem["field"], &problem["code"]);
        assert_eq!(
            said,
            (&json!("count"), &json!("missing-value")),
            "{refused}"
        );
        let outputs = json!({"count": 40});
        says(track, &json!({"verdict": "succeeded", "outputs": outputs})).expect(200);
    });
    assert_eq!(server.log(&server.track(&ended, "path")), b"here\n");
    assert_eq!(server.log(&server.track(&ended, "count")), b"40\n");

    let ended = claimed(&|track| {
        for (outputs, field) in [
            (json!({"count": "x"}), "count"),
            (json!({"count": 1, "cuont": 1}), "cuont"),
        ] {
            let refused = says(track, &json!({"verdict": "succeeded", "outputs": outputs}));
            assert_eq!(refused.expect(422)["problems"][0]["field"], field);
        }
        let outputs = json!({"count": 41, "path": "there"});
        let taken = says(track, &json!({"verdict": "succeeded", "outputs": outputs})).expect(200);
        assert_eq!(taken["outputs"], outputs, "{taken}");
    });
    assert_eq!(ended["state"], "FINISH", "{ended}");
    assert_eq!(server.log(&server.track(&ended, "path")), b"there\n");
    assert_eq!(server.log(&server.track(&ended, "count")), b"41\n");
}

#[cfg(feature = "failpoints")]
mod deaths {
    use trackyard::failpoint::Point;

    use super::{Server, Value, json, until};
    use crate::server::program;

    /// At each of these the script of `fetch` has ended. Passes are counted for all processes
    /// together; the first is that of `fetch`, which runs alone.
    const POINTS: [Point; 6] = [
        Point::SupervisorRecorded,
        Point::ServerTaking,
        Point::ServerCommitting,
        Point::ServerCommitted,
        Point::ServerOrdered,
        Point::ServerCleaning,
    ];

    #[test]
    fn outputs_are_there_with_the_success_or_not_at_all() {
        for point in POINTS {
            let own = tempfile::tempdir().expect("a directory");
            let passes = own.path().join("passes");
            let pass = match point {
                // The first commit is the start, and the first order that of `fetch`.
                Point::ServerOrdered | Point::ServerCommitting => 2,
                _ => 1,
            };
            let mut command = program();
            let value = format!("{point:?}:{pass}:{}", passes.display());
            command.env("TRACKYARD_FAILPOINT", value);
            let mut server = Server::from_command(command, own.path(), &[]);
            let graph = json!({"name": "g", "vertices": {
                "fetch": {
                    "outputs": {"count": "int"},
                    // A second run would leave something else.
                    "script": "echo >>ran\necho count=$((41 + $(wc -l <ran))) >>\"$TRACKYARD_OUTPUT\"",
                },
                "show": {"needs": ["fetch"], "script": "echo <fetch.count>"},
            }});
            let graph = server.define(&graph.to_string()).expect(201);
            let path = format!("/graphs/{}/pipelines", graph["id"]);
            let _ = server.try_ask(
                "POST",
                &format!("/api/v1{path}"),
                &[
                    ("Content-Type", "application/json"),
                    ("Idempotency-Key", "k"),
                ],
                b"{}",
            );
            if point == Point::SupervisorRecorded {
                until("a supervisor has died", || passes.exists());
                server.kill();
            } else {
                assert_eq!(server.signal(), Some(9), "{point:?}");
            }
            let server = Server::start_on(own.path(), &[]);
            let pipeline = || -> Value { server.get("/pipelines/1").expect(200) };
            until("it has ended", || pipeline()["finished_at"].is_string());
            let ended = pipeline();
            assert_eq!(ended["state"], "FINISH", "{point:?}: {ended}");
            let fetch = server.track(&ended, "fetch");
            assert_eq!(fetch["outputs"], json!({"count": 42}), "{point:?}: {fetch}");
            let shown = server.log(&server.track(&ended, "show"));
            assert_eq!(shown, b"42\n", "{point:?}");
        }
    }
}
