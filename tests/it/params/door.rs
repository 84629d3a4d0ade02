//! What is no text, or too much of it, is refused wherever values come in, and nothing starts.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use serde_json::json;

use crate::processes;
use crate::server::{Server, ask, program};

/// The usual limit of a value.
const MOST: usize = 128 << 10;
const GRAPH: &str = "name: g\ninput: {x: {type: str, required: true}, n: {type: int, default: 1}}\n\
                     vertices: {a: \"printf '%s' <x> | wc -c; echo <n>\"}\n";

fn nothing_has_started(server: &Server) {
    let pipelines = server.get("/pipelines").expect(200);
    assert_eq!(pipelines["pipelines"], json!([]));
}

#[test]
fn rest_refuses_bytes_that_are_no_text_and_values_that_no_script_can_hold() {
    let server = Server::start();
    let graph = server.define(GRAPH).expect(201);
    let path = format!("/graphs/{}/pipelines", graph["id"]);
    let media = [("Content-Type", "application/json")];
    for body in [
        &b"{\"input\": {\"x\": \"a\xff\"}}"[..],
        b"{\"input\": {\"x\": \"\xc0\x80\"}}",
        b"{\"input\": {\"x\": \"\xed\xa0\x80\"}}",
        b"{\"input\": {\"x\": \"\\ud800\"}}",
    ] {
        let answer = server.ask("POST", &format!("/api/v1{path}"), &media, body);
        assert_eq!(answer.expect(400)["code"], "malformed", "{body:?}");
    }
    for (x, n, field, code) in [
        (json!("a\0b"), json!(1), "x", "nul-byte"),
        (
            json!("a".repeat(MOST + 1)),
            json!(1),
            "x",
            "value-too-large",
        ),
        (
            json!("é".repeat(MOST / 2 + 1)),
            json!(1),
            "x",
            "value-too-large",
        ),
        (json!("a"), json!("1\0"), "n", "bad-value"),
        (
            json!("a"),
            json!("1".repeat(MOST + 1)),
            "n",
            "value-too-large",
        ),
        (json!("a"), json!(i64::MIN), "n", "too-small"),
        (json!("a"), json!("9223372036854775808"), "n", "bad-value"),
        (json!(["a"]), json!(1), "x", "bad-value"),
        (json!("-a"), json!(1), "x", "leading-dash"),
    ] {
        let refused = server.post(&path, &json!({"input": {"x": x, "n": n}}));
        let refused = refused.expect(422);
        assert_eq!(refused["code"], "invalid-input");
        assert_eq!(refused["problems"][0]["field"], field, "{refused}");
        assert_eq!(refused["problems"][0]["code"], code, "{refused}");
    }
    nothing_has_started(&server);
    // The longest that is taken arrives whole.
    let pipeline = server.run(
        GRAPH,
        &json!({"input": {"x": "a".repeat(MOST), "n": "-9223372036854775807"}}),
    );
    let log = server.log(&server.track(&pipeline, "a"));
    let shown = String::from_utf8_lossy(&log);
    let shown: Vec<&str> = shown.split_whitespace().collect();
    assert_eq!(shown, ["131072", "-9223372036854775807"]);
}

#[test]
fn a_value_that_no_environment_holds_is_refused_or_fails_its_script_with_advice() {
    let server = Server::start();
    let yaml = "name: g\ninput: {x: {type: str}}\nvertices:\n  a: |\n    #!/usr/bin/python3\n    import os\n    \
                print(len(os.environ['TY_x']))\n";
    // The name and two more bytes count, too.
    let fits = server.run(
        yaml,
        &json!({"input": {"x": "a".repeat(MOST - "TY_x=".len() - 1)}}),
    );
    assert_eq!(server.log(&server.track(&fits, "a")), b"131066\n");
    let graph = server.define(yaml).expect(200);
    let path = format!("/graphs/{}/pipelines", graph["id"]);
    let refused = server.post(&path, &json!({"input": {"x": "a".repeat(MOST - 5)}}));
    let refused = refused.expect(422);
    let problem = &refused["problems"][0];
    assert_eq!(problem["field"], "x", "{refused}");
    assert_eq!(problem["code"], "value-too-large", "{refused}");
    // What a script gives is known only when the next one is to start.
    let outputs = "name: o\nvertices:\n  gives:\n    outputs: {big: str}\n    script: |\n      \
                   { printf big=; head -c 131072 /dev/zero | tr '\\0' a; echo; } >>\"$TRACKYARD_OUTPUT\"\n  \
                   takes: {needs: [gives], script: \"#!/usr/bin/python3\\nTY_gives_big\"}\n";
    let long = server.run(outputs, &json!({}));
    let track = server.track(&long, "takes");
    assert_eq!(track["reason"], "could_not_start", "{track}");
    let detail = track["detail"].as_str().expect("a text");
    let advice =
        "the largest variable, `TY_gives_big`, has 131072 bytes: write long values into files";
    assert!(detail.contains(advice), "{detail}");
}

#[test]
fn a_form_refuses_them_and_is_shown_again() {
    let server = Server::start();
    let graph = server.define(GRAPH).expect(201);
    let cookie = server.sign_in(&server.link);
    let cookie = [("Cookie", cookie.as_str())];
    let address = format!("{}/graphs/{}", server.url, graph["id"]);
    let page = ask("GET", &format!("{address}/start"), &cookie, b"");
    let page = String::from_utf8(page.body).expect("text");
    let hidden = |name: &str| {
        let from = page.find(&format!("name=\"{name}\" value=\"")).expect(name);
        let mut quoted = page[from..].split('"');
        quoted.nth(3).expect("a value").to_owned()
    };
    let (csrf, revision) = (hidden("csrf"), hidden("revision"));
    let long = "a".repeat(MOST + 1);
    for (x, n, status, said) in [
        ("a%FF", "1", 400, ""),
        ("%ED%A0%80", "1", 400, ""),
        ("a%00b", "1", 422, "contains a NUL byte"),
        (
            long.as_str(),
            "1",
            422,
            "has 131073 bytes and the limit is 131072",
        ),
        (
            "a",
            "1%00",
            422,
            "is not what <code>n</code> takes: whole number",
        ),
        (
            "a",
            "-9223372036854775808",
            422,
            "is below the smallest value",
        ),
    ] {
        let body = format!("csrf={csrf}&revision={revision}&p.x={x}&p.n={n}");
        let media = ("Content-Type", "application/x-www-form-urlencoded");
        let headers = [cookie[0], media];
        let answer = ask(
            "POST",
            &format!("{address}/pipelines"),
            &headers,
            body.as_bytes(),
        );
        let shown = String::from_utf8_lossy(&answer.body);
        assert_eq!(answer.status, status, "{said}: {shown}");
        assert!(shown.contains(said), "{said}: {shown}");
    }
    nothing_has_started(&server);
}

#[test]
fn the_command_line_refuses_them() {
    let own = tempfile::tempdir().expect("a directory");
    std::fs::write(own.path().join("g.yaml"), GRAPH).expect("written");
    let run = |value: &[u8]| {
        let mut command = program();
        command
            .current_dir(own.path())
            .env("TRACKYARD_MAX_VALUE_BYTES", "1000");
        command.args(["run", "g.yaml", "--data", "data", "-p"]);
        command.arg(OsString::from_vec([b"x=", value].concat()));
        let output = command.output().expect("it runs");
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    for (value, said) in [
        (&b"a\xff"[..], "invalid UTF-8"),
        (&[b'a'; 1001], "`x` has 1001 bytes and the limit is 1000"),
        (b"-a", "allow_dash: true"),
    ] {
        let (code, shown) = run(value);
        assert_eq!(code, Some(2), "{shown}");
        assert!(shown.contains(said), "{shown}");
    }
    // It would have run.
    assert_eq!(run(&[b'a'; 1000]).0, Some(0));
    let logs = own.path().join("data/logs");
    assert!(logs.join("1").is_dir() && !logs.join("2").exists());
    processes::end_all(&own.path().join("data"));
}
