//! Secrets reach the scripts that ask for them, and nothing else: two canaries go through every
//! feature, and then all that is left behind or shown is searched for them.

mod pipeline;
mod prompt;
pub(crate) mod search;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::executor::bench::processes;
use crate::server::{Answer, Server, ask, program};
use search::{Own, call, clean, clean_machine, needles, sha};

/// The value of a parameter.
pub(crate) const GIVEN: &str = "c4naryGiven-Zq8vK3xW";
/// The value of another parameter, which is given later.
const LATE: &str = "c4naryLate_Hb6tJ9sQ";
/// The value of a named secret.
pub(crate) const NAMED: &str = "c4naryNamed/+Zt5'Rm2 \"end";

const GRAPH: &str = r#"
name: canary
on_failure: continue_independent
secrets: [CANARY]
input:
  key: {type: secret, required: true, pattern: "c4nary[A-Za-z0-9-]+", min_length: 5}
vertices:
  prints: |
    echo "plain <key> and $CANARY"
    begin=${TY_key%????????}; printf %s "$begin"; printf '%s\n' "${TY_key#"$begin"}"
    printf %s <key> | base64
    printf x%s <key> | base64
    printf xx%s "$CANARY" | base64 | tr +/ -_
    printf %s <key> | tr -d '\n' | sha256sum
    printf %s "$CANARY" | sha256sum
    (set -x; : <key> "$CANARY") 2>&1
    cat <<EOF
    heredoc <key>
    EOF
  holds:
    script: |
      echo "holds <key> $CANARY"
      until [ -e "$GO" ]; do sleep 0.02; done
      printf %s <key> | sha256sum
    on_interrupt: ask
  fails:
    script: echo "fails <key> $CANARY" >&2; exit 3
    retry: 1
  late:
    input:
      late: {type: secret, required: true}
    script: |
      echo "late <late>"
      printf %s <late> | sha256sum
  argues:
    outputs: {note: {type: str, default: none}}
    script: |
      echo "note=<key>" >"$TRACKYARD_OUTPUT"
      echo ready
      sh -c 'until [ -e "$GO" ]; do sleep 0.02; done; : argued' sh <key>
      : >"$TRACKYARD_OUTPUT"
"#;

/// Scripts that write secrets into their files of outputs.
const LEAKS: &str = r#"
name: leaks
on_failure: continue_independent
secrets: [CANARY]
input: {key: {type: secret, required: true}, late: {type: secret, required: true}}
vertices:
  plain: {outputs: {a: int, note: str}, script: 'printf "a=1\nnote=is %s here" <key> >"$TRACKYARD_OUTPUT"'}
  coded: {outputs: {note: str}, script: 'echo "note=$(printf xx%s "$CANARY" | base64 -w0)" >"$TRACKYARD_OUTPUT"'}
  block: {outputs: {note: str}, script: 'printf "note<<E\n%s\nE\n" "$CANARY" >"$TRACKYARD_OUTPUT"'}
  wrong: {outputs: {n: int}, script: 'echo "n=<key>" >"$TRACKYARD_OUTPUT"'}
  broken: {outputs: {n: int}, script: 'echo <key> >"$TRACKYARD_OUTPUT"'}
  name: {outputs: {n: {type: int, default: 1}}, script: 'echo <late>=1 >"$TRACKYARD_OUTPUT"'}
  none: {script: 'echo <late>=1 >"$TRACKYARD_OUTPUT"; : <key>'}
  fine: {outputs: {note: str}, script: 'echo note=c4n >"$TRACKYARD_OUTPUT"; : <key>'}
  after: {needs: [fine], script: 'echo <fine.note> <key>'}
"#;

/// The definition with a file that lets the one vertex go on.
fn graph(go: &Path) -> String {
    let go = go.display();
    GRAPH.replacen("input:", &format!("env: {{GO: {go}}}\ninput:"), 1)
}

/// A request whose answer has no canary in it.
fn asked(server: &Server, method: &str, path: &str, body: &Value, key: &str) -> Answer {
    let path = format!("/api/v1{path}");
    let headers = [
        ("Content-Type", "application/json"),
        ("Idempotency-Key", key),
    ];
    let headers = if key.is_empty() {
        &headers[..1]
    } else {
        &headers[..]
    };
    let answer = server.ask(method, &path, headers, body.to_string().as_bytes());
    clean(&format!("{method} {path}"), &answer.body, &needles());
    answer
}

/// A page as a browser that is signed in gets it.
fn page(server: &Server, cookie: &str, path: &str) -> String {
    let answer = ask(
        "GET",
        &format!("{}{path}", server.url),
        &[("Cookie", cookie)],
        b"",
    );
    assert_eq!(answer.status, 200, "{path}");
    clean(path, &answer.body, &needles());
    String::from_utf8(answer.body).expect("UTF-8")
}

/// The value of a hidden field of a page.
fn hidden(page: &str, name: &str) -> String {
    let field = format!("name=\"{name}\" value=\"");
    let at = page.find(&field).expect("the field is there") + field.len();
    page[at..].split('"').next().expect("it ends").to_owned()
}

fn state(server: &Server, id: &Value, vertex: &str) -> Value {
    let pipeline = server.get(&format!("/pipelines/{id}")).json();
    let tracks = pipeline["tracks"].as_array().expect("tracks").clone();
    let track = tracks.into_iter().find(|t| t["vertex"] == vertex);
    track.expect("it is there")
}

#[test]
fn a_canary_is_found_nowhere_but_in_the_scripts_that_ask_for_it() {
    let own = tempfile::tempdir().expect("a directory");
    let (data, outside) = (own.path().join("data"), tempfile::tempdir().expect("one"));
    fs::create_dir(&data).expect("a directory");
    let (go, stderr) = (outside.path().join("go"), outside.path().join("stderr"));
    let needles = needles();
    let serve = || {
        let mut shell = Command::new("sh");
        shell.args(["-c", "exec \"$@\" 2>>\"$0\""]).arg(&stderr);
        shell.arg(program().get_program());
        Server::from_command(shell, &data, &["--log", "debug,trackyard=trace"])
    };
    let mut server = serve();
    let yaml = graph(&go);

    // Without the named secret it is saved with a notice, and cannot be started.
    let saved = server.define(&yaml).expect(201);
    assert_eq!(saved["checked"], true, "{saved}");
    let told = |n: usize| (&saved["problems"][n]["code"], &saved["problems"][n]["line"]);
    let at = yaml.lines().position(|line| line.contains("sh <key>"));
    let at = json!(1 + at.expect("it is there"));
    assert_eq!(told(0), (&json!("secret-in-argument"), &at), "{saved}");
    assert_eq!(told(1), (&json!("unknown-secret"), &json!(4)), "{saved}");
    let start = format!("/graphs/{}/pipelines", saved["id"]);
    let body = json!({"input": {"key": GIVEN}, "ask_later": true});
    let refused = asked(&server, "POST", &start, &body, "").expect(422);
    assert_eq!(refused["code"], "unknown-secret");
    let words = ["secret", "set", "CANARY", "--data"];
    let set = call(program().args(words).arg(&data), &format!("{NAMED}\n"));
    assert!(set.status.success(), "{set:?}");
    let again = asked(
        &server,
        "PUT",
        "/secrets/CANARY",
        &json!({"value": NAMED}),
        "",
    );
    assert_eq!(again.status, 200, "it was there");
    for (name, value, code) in [
        ("CANARY", json!("c4n"), "too-short"),
        ("CANARY", json!("c4n  \n"), "too-short"),
        ("CAN-ARY", json!(GIVEN), "bad-secret-name"),
        ("BASH_ENV", json!(GIVEN), "bad-secret-name"),
        ("CANARY", json!([GIVEN]), "invalid"),
        ("CANARY", json!("c4nary\0"), "nul-byte"),
    ] {
        let path = format!("/secrets/{name}");
        let refused = asked(&server, "PUT", &path, &json!({"value": value}), "").expect(422);
        assert_eq!(refused["code"], code, "{name} {value}");
    }
    let listed = asked(&server, "GET", "/secrets", &Value::Null, "").json();
    assert_eq!(listed["secrets"][0]["name"], "CANARY");

    // Refused values are not repeated.
    for (value, code) in [
        (json!(format!("{GIVEN} !")), "pattern-mismatch"),
        (json!([GIVEN]), "bad-value"),
        (json!("c4n"), "too-short"),
    ] {
        let body = json!({"input": {"key": value}, "ask_later": true});
        let refused = asked(&server, "POST", &start, &body, "").expect(422);
        assert_eq!(refused["problems"][0]["code"], code, "{refused}");
    }

    // A repeated start is compared by the secret, too.
    let started = asked(&server, "POST", &start, &body, "one").expect(201);
    let id = started["id"].clone();
    assert_eq!(asked(&server, "POST", &start, &body, "one").status, 200);
    let other = json!({"input": {"key": "c4nary-other"}, "ask_later": true});
    let reused = asked(&server, "POST", &start, &other, "one").expect(422);
    assert_eq!(reused["code"], "idempotency-key-reused");

    // While a script runs: its own environment is the only place.
    let held = state(&server, &id, "holds")["id"].clone();
    let log = format!("/tracks/{held}/attempts/1/log");
    let masked = b"holds ****** ******\n";
    server.until(|| server.get(&log).body == masked);
    // What a script does with them is found: the arguments of what it calls, its file of outputs.
    let argues = state(&server, &id, "argues")["id"].clone();
    let ready = format!("/tracks/{argues}/attempts/1/log");
    server.until(|| server.get(&ready).body == b"ready\n");
    let both = BTreeSet::from([Own::Argument, Own::Output]);
    server.until(|| clean_machine(&data, &needles).own == both);
    let running = processes(|words| words.iter().any(|w| w.contains("spool/1-")));
    let environ = running
        .iter()
        .filter_map(|pid| fs::read(format!("/proc/{pid}/environ")).ok());
    let has = |text: &[u8], part: &str| text.windows(part.len()).any(|w| w == part.as_bytes());
    let found = environ.filter(|e| has(e, &format!("TY_key={GIVEN}\0")) && has(e, NAMED));
    assert!(found.count() > 0, "the search itself finds what is there");
    // The process that serves and the supervisors have been given nothing of it at their start.
    for pid in server
        .supervisors()
        .into_iter()
        .chain([server.pid() as i32])
    {
        let environ = fs::read(format!("/proc/{pid}/environ")).expect("it lives");
        clean("an environment", &environ, &needles);
    }

    // A value given later is kept beside the one that was given at the start.
    let late = state(&server, &id, "late")["id"].clone();
    assert_eq!(state(&server, &id, "late")["pending_on"], "input");
    let path = format!("/tracks/{late}/input");
    let refused = asked(
        &server,
        "PUT",
        &path,
        &json!({"values": {"late": [LATE]}}),
        "",
    );
    assert_eq!(refused.status, 422);
    let given = asked(
        &server,
        "PUT",
        &path,
        &json!({"values": {"late": LATE}}),
        "",
    )
    .expect(200);
    assert_eq!(given["input"], json!({"late": null}), "{given}");

    // The supervisor dies, then the server: what runs again gets the value that is kept.
    server.kill_supervisors();
    server.until(|| state(&server, &id, "holds")["state"] == "INTERRUPTED");
    clean_machine(&data, &needles);
    server.kill();
    clean_machine(&data, &needles);
    server = serve();
    fs::write(&go, "").expect("written");
    let resolve = format!("/tracks/{held}/resolve");
    let verdict = json!({"verdict": "run_again", "why": "a test"});
    asked(&server, "POST", &resolve, &verdict, "").expect(200);
    server.until(|| state(&server, &id, "holds")["state"] == "SUCCEED");
    // Those of the first server may have been interrupted with its supervisors.
    for vertex in ["prints", "fails", "late", "argues"] {
        let track = state(&server, &id, vertex);
        if track["state"] == "INTERRUPTED" {
            let resolve = format!("/tracks/{}/resolve", track["id"]);
            asked(&server, "POST", &resolve, &verdict, "").expect(200);
        }
    }
    let ended = server.settled(&id);
    let text = |vertex| String::from_utf8(server.log(&server.track(&ended, vertex))).expect("text");
    assert!(
        text("holds").ends_with(&format!("{}  -\n", sha(GIVEN))),
        "{}",
        text("holds")
    );
    assert!(text("late").contains(&sha(LATE)), "{}", text("late"));
    assert!(text("late").starts_with("late ******\n"));
    let prints = text("prints");
    let lines: Vec<&str> = prints.lines().collect();
    assert_eq!(
        lines[..2],
        ["plain ****** and ******", "******"],
        "{prints}"
    );
    assert!(
        prints.contains(&sha(GIVEN)) && prints.contains(&sha(NAMED)),
        "{prints}"
    );
    assert!(prints.contains("heredoc ******"), "{prints}");
    let fails = server.track(&ended, "fails");
    assert_eq!(
        (&fails["state"], &fails["attempt"]),
        (&json!("FAILED"), &json!(2))
    );
    assert_eq!(fails["output"], "fails ****** ******\n");
    assert_eq!(fails["input"], json!({"key": null}));

    // The same by the form of the page, refused first.
    let cookie = server.sign_in(&server.link);
    let form = page(&server, &cookie, &format!("/graphs/{}/start", saved["id"]));
    assert!(form.contains("type=\"password\""));
    let post = |to: &str, body: &str| {
        let fields = ["csrf", "key", "revision"].map(|f| format!("{f}={}", hidden(&form, f)));
        let origin = server.url.clone();
        let headers = [
            ("Cookie", cookie.as_str()),
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Origin", &origin),
        ];
        let url = format!("{}/graphs/{}/{to}", server.url, saved["id"]);
        let answer = ask(
            "POST",
            &url,
            &headers,
            format!("{}&{body}", fields.join("&")).as_bytes(),
        );
        clean("a form's answer", &answer.body, &needles);
        (
            answer.status,
            String::from_utf8_lossy(&answer.body).into_owned(),
        )
    };
    let both = format!("p.key={GIVEN}&p.late.late={LATE}");
    let wrong = format!("p.key={GIVEN}%20!&p.late.late={LATE}");
    assert_eq!(post("pipelines", &wrong).0, 422);
    assert_eq!(post("pipelines", &both).0, 303);
    let second = server.settled(&json!(2));
    assert_eq!(second["input"], json!({"key": null, "late.late": null}));

    // What would run is shown without them, and needs none.
    for body in ["", &both] {
        let (status, preview) = post("preview", body);
        assert_eq!(status, 200, "{preview}");
        assert!(preview.contains("<bdi>key = ******</bdi>"), "{preview}");
    }
    let path = format!("/graphs/{}/render", saved["id"]);
    for input in [json!({}), json!({"key": GIVEN, "late.late": LATE})] {
        let body = json!({"input": input});
        let rendered = asked(&server, "POST", &path, &body, "").expect(200);
        assert_eq!(
            rendered["scripts"][3]["environment"],
            json!({"CANARY": "******", "TY_late": "******"})
        );
    }

    // Nor are they in the outputs of scripts.
    let leaks = server.define(LEAKS).expect(201);
    let body = json!({"input": {"key": GIVEN, "late": LATE}});
    let path = format!("/graphs/{}/pipelines", leaks["id"]);
    let leaked = asked(&server, "POST", &path, &body, "").expect(201);
    let leaked = server.settled(&leaked["id"]);
    for (vertex, why) in [
        ("plain", "the output `note` holds the secret `key`"),
        ("coded", "the output `note` holds the secret `CANARY`"),
        ("block", "the output `note` holds the secret `CANARY`"),
        ("wrong", "the output `n` holds the secret `key`"),
        ("broken", "its outputs hold the secret `key`"),
        ("name", "its outputs hold the secret `late`"),
    ] {
        let track = server.track(&leaked, vertex);
        assert_eq!(
            (&track["state"], &track["reason"], &track["detail"]),
            (&json!("FAILED"), &json!("bad_output"), &json!(why)),
            "{track}"
        );
    }
    for vertex in ["none", "fine", "after"] {
        let track = server.track(&leaked, vertex);
        assert_eq!(track["state"], "SUCCEED", "{track}");
    }
    let after = server.track(&leaked, "after");
    let after = page(&server, &cookie, &format!("/tracks/{}", after["id"]));
    assert!(after.contains("<bdi>fine.note = c4n</bdi>"), "{after}");
    assert!(after.contains("<bdi>key = ******</bdi>"), "{after}");
    let graph = page(&server, &cookie, &format!("/graphs/{}", leaks["id"]));
    assert!(graph.contains("<bdi>key: secret</bdi>"), "{graph}");
    let label = "<bdi>fine.note: an output of fine</bdi>";
    assert!(graph.contains(label), "{graph}");

    // All that can be read, of all that there is.
    for path in [
        "/pipelines",
        "/inbox",
        "/graphs",
        "/secrets",
        "/graphs/1",
        "/graphs/1/edit",
    ] {
        page(&server, &cookie, path);
    }
    for pipeline in [&ended, &second, &leaked] {
        let id = &pipeline["id"];
        assert!(page(&server, &cookie, &format!("/pipelines/{id}")).contains("******"));
        for path in ["", "/journal"] {
            asked(
                &server,
                "GET",
                &format!("/pipelines/{id}{path}"),
                &Value::Null,
                "",
            )
            .expect(200);
        }
        for track in pipeline["tracks"].as_array().expect("tracks") {
            page(&server, &cookie, &format!("/tracks/{}", track["id"]));
            let path = format!("/tracks/{}", track["id"]);
            asked(&server, "GET", &path, &Value::Null, "").expect(200);
            for attempt in 1..=track["attempt"].as_i64().expect("a number") {
                let path = format!("{path}/attempts/{attempt}/log");
                asked(&server, "GET", &path, &Value::Null, "");
            }
        }
    }
    for words in [
        &["ls"][..],
        &["show", "1"],
        &["secret", "ls"],
        &["secret", "rm", "CANARY"],
    ] {
        let said = call(program().args(words).arg("--data").arg(&data), "");
        assert!(said.status.success(), "{said:?}");
        clean("the command line", &said.stdout, &needles);
        clean("the command line", &said.stderr, &needles);
    }
    let log = fs::read(&stderr).expect("the server's log");
    assert!(!log.is_empty(), "it was kept");
    clean("the server's log", &log, &needles);
    let searched = clean_machine(&data, &needles);
    assert!(searched.files > 5);
    assert!(
        !searched.own.contains(&Own::Output),
        "it ends with its attempt"
    );
    server.kill();
    clean_machine(&data, &needles);
}

#[test]
fn a_run_in_the_terminal_takes_secrets_from_standard_input() {
    let own = tempfile::tempdir().expect("a directory");
    let (data, file, go) = (
        own.path().join("data"),
        own.path().join("g.yaml"),
        own.path().join("go"),
    );
    let yaml = graph(&go)
        .replace("retry: 1", "")
        .replace("exit 3", "exit 0");
    fs::write(&file, yaml).expect("written");
    fs::write(&go, "").expect("written");
    let late = own.path().join("late");
    fs::write(&late, LATE).expect("written");
    let needles = needles();
    let trackyard = |words: &[&str], input: &str| {
        let said = call(program().args(words).arg("--data").arg(&data), input);
        clean("standard output", &said.stdout, &needles);
        clean("standard error", &said.stderr, &needles);
        said
    };
    let (file, late) = (
        file.display().to_string(),
        format!("late.late={}", late.display()),
    );
    let given = ["render", &file, "--param-file", "key=-"];
    for words in [&given[..2], &given[..]] {
        let said = trackyard(words, GIVEN);
        assert!(said.status.success(), "{said:?}");
        let text = String::from_utf8(said.stdout).expect("text");
        let heading = "==> late: /bin/sh -e TY_late=****** CANARY=****** <==";
        assert!(text.contains(heading), "{text}");
    }
    let set = trackyard(&["secret", "set", "CANARY"], NAMED);
    assert!(set.status.success(), "{set:?}");
    let run = ["run", &file, "--param-file", "key=-", "--param-file", &late];
    let refused = trackyard(&run, &format!("{GIVEN} !\n"));
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    let said = trackyard(&run, &format!("{GIVEN}\n"));
    assert_eq!(said.status.code(), Some(0), "{said:?}");
    clean_machine(&data, &needles);
}

#[test]
fn a_secret_that_is_removed_fails_what_still_needs_it() {
    let server = Server::start();
    let put = |value: &str| {
        let body = json!({"value": value});
        asked(&server, "PUT", "/secrets/CANARY", &body, "").status
    };
    assert_eq!(put(NAMED), 201);
    let yaml = "name: g\ninput: {x: {required: true}}\nvertices:\n  a: {script: echo <x> \"$CANARY\", secrets: [CANARY]}\n";
    let graph = server.define(yaml).expect(201);
    let start = format!("/graphs/{}/pipelines", graph["id"]);
    let mut ids = Vec::new();
    for _ in 0..2 {
        let started = server.post(&start, &json!({"ask_later": true})).expect(201);
        ids.push(started["id"].clone());
    }
    let give = |id: &Value| {
        let path = format!("/tracks/{}/input", state(&server, id, "a")["id"]);
        asked(&server, "PUT", &path, &json!({"values": {"x": "now"}}), "").expect(200);
        server.settled(id)
    };
    // The value of the moment at which a script starts.
    assert_eq!(put("another one"), 200);
    let ended = give(&ids[0]);
    assert_eq!(server.log(&server.track(&ended, "a")), b"now ******\n");

    let removed = asked(&server, "DELETE", "/secrets/CANARY", &Value::Null, "").expect(200);
    assert_eq!(removed["unfinished_pipelines"], 1);
    let gone = asked(&server, "DELETE", "/secrets/CANARY", &Value::Null, "").expect(404);
    assert_eq!(gone["code"], "unknown-secret");
    let failed = server.track(&give(&ids[1]), "a");
    assert_eq!(
        (&failed["state"], &failed["reason"], &failed["detail"]),
        (
            &json!("FAILED"),
            &json!("could_not_start"),
            &json!("the secret `CANARY` does not exist")
        ),
        "{failed}"
    );
    let refused = server.post(&start, &json!({"input": {"x": "y"}}));
    assert_eq!(refused.expect(422)["code"], "unknown-secret");
}

#[test]
fn without_its_key_a_database_with_secrets_is_not_served() {
    let own = tempfile::tempdir().expect("a directory");
    let data = own.path();
    let set = |value: &str| {
        let words = ["secret", "set", "CANARY", "--data"];
        call(program().args(words).arg(data), value)
    };
    assert!(set(NAMED).status.success());
    let key = fs::read(data.join("secret.key")).expect("it is made with the first secret");
    assert_eq!(key.len(), 32);
    fs::remove_file(data.join("secret.key")).expect("removed");
    let missing = set(NAMED);
    assert_eq!(missing.status.code(), Some(1));
    let said = String::from_utf8(missing.stderr).expect("text");
    assert!(
        said.contains("their key file") && said.contains("is not there"),
        "{said}"
    );
    assert!(
        !data.join("secret.key").exists(),
        "none is made in its place"
    );

    let elsewhere = tempfile::tempdir().expect("a directory");
    let words = ["secret", "set", "CANARY", "--data"];
    assert!(
        call(program().args(words).arg(elsewhere.path()), NAMED)
            .status
            .success()
    );
    fs::copy(elsewhere.path().join("secret.key"), data.join("secret.key")).expect("copied");
    let serve = call(
        program().args(["serve", "--port", "0", "--data"]).arg(data),
        "",
    );
    assert_eq!(serve.status.code(), Some(1), "{serve:?}");
    let said = String::from_utf8(serve.stderr).expect("text");
    assert!(said.contains("another key has sealed"), "{said}");

    fs::write(data.join("secret.key"), key).expect("written");
    assert!(set(NAMED).status.success());
}
