//! A real server is asked, and its rows once it has gone.

use serde_json::{Value, json};

use crate::server::{Server, ask, program};

#[test]
fn a_server_is_asked_over_rest_on_the_command_line_and_on_pages() {
    let own = tempfile::tempdir().expect("a directory");
    let mut server = Server::start_on(own.path(), &["--slots", "2"]);
    let go = own.path().join("go");
    let yaml = format!(
        "name: g\non_failure: continue_independent\ninput: {{who: {{required: true}}}}\nvertices:\n  a<b: {{pool: db, script: \"until [ -e '{}' ]; do sleep 0.05; done\"}}\n  c: {{script: echo <who>, needs: a<b}}\n  d: {{script: exit 4}}\n",
        go.display()
    )
    .replace("a<b", "\"a<b\"");
    let graph = server.define(&yaml).expect(201);
    let path = format!("/graphs/{}/pipelines", graph["id"]);
    let start = || server.post(&path, &json!({"ask_later": true})).expect(201)["id"].clone();
    let why = |track: &Value| server.get(&format!("/tracks/{track}/why")).expect(200);
    let track = |pipeline: &Value, vertex: &str| {
        let whole = server.get(&format!("/pipelines/{pipeline}")).expect(200);
        server.track(&whole, vertex)["id"].clone()
    };
    let first = start();
    let (a, c, d) = (track(&first, "a<b"), track(&first, "c"), track(&first, "d"));
    server.until(|| why(&d)["code"] == "failed-exit-code");
    assert_eq!(why(&d)["sentence"], "Its script ended with exit code 4.");
    assert_eq!(why(&a)["code"], "runs");
    let answer = why(&c);
    assert_eq!(
        answer["sentence"],
        "It comes after `a<b` (RUNNING), which is not done."
    );
    let refer = json!({"kind": "track", "id": a, "name": "a<b", "state": "RUNNING"});
    assert_eq!(answer["refers"][0], refer, "{answer}");
    let next = "A person has to give the missing values of it, or to skip it.";
    assert_eq!(answer["next"], next);
    let second = start();
    let other = track(&second, "a<b");
    let answer = why(&other);
    assert_eq!(answer["code"], "pool-full", "{answer}");
    assert_eq!(answer["refers"][1]["id"], a, "{answer}");
    let whole = server.get(&format!("/pipelines/{first}/why")).expect(200);
    assert_eq!(whole["sentence"], "`d` failed; `a<b` still runs.");
    for missing in ["/tracks/999/why", "/pipelines/999/why"] {
        assert_eq!(server.get(missing).expect(404)["code"], "not-found");
    }
    let cookie = server.sign_in(&server.link);
    for (page, link) in [
        (
            format!("/tracks/{other}"),
            format!("<a href=\"/tracks/{a}\">"),
        ),
        (
            format!("/pipelines/{first}"),
            format!("<a href=\"/tracks/{d}\">"),
        ),
    ] {
        let page = ask(
            "GET",
            &format!("{}{page}", server.url),
            &[("Cookie", &cookie)],
            b"",
        )
        .body;
        let page = String::from_utf8(page).expect("text");
        let line = page
            .split("id=\"reason\"")
            .nth(1)
            .expect("the line is there");
        let line = line.split("</p>").next().expect("it ends");
        assert!(line.contains(&link) && !line.contains("a<b"), "{line}");
    }
    let said = |arguments: &[&str]| {
        let mut command = program();
        command
            .arg("why")
            .args(arguments)
            .arg("--data")
            .arg(own.path());
        let said = command.output().expect("it runs");
        assert_eq!(said.status.code(), Some(0), "{said:?}");
        String::from_utf8(said.stdout).expect("text")
    };
    let other = other.to_string();
    let sentence = format!("The pool `db` has room for 1: `a<b` of pipeline #{first} runs.\n");
    assert_eq!(
        said(&[&other]),
        format!("{sentence}It goes on by itself.\n")
    );
    let drain = server.ask("POST", "/api/v1/drain", &[], b"");
    assert_eq!(drain.status, 202);
    let answer: Value = serde_json::from_str(&said(&["--json", &other])).expect("JSON");
    assert_eq!(
        (&answer["code"], &answer["moves"]),
        (&json!("server-drains"), &json!("person"))
    );
    // It runs out of what runs: that is no going on by itself.
    let whole = said(&["--pipeline", &first.to_string()]);
    assert!(
        whole.contains("the server starts nothing new, because it is being emptied.\n"),
        "{whole}"
    );
    let undone = server.ask("DELETE", "/api/v1/drain", &[], b"");
    assert_eq!(undone.status, 200);
    // What runs goes on, and nobody can be asked but the rows.
    server.stop();
    let text = said(&[&other]);
    assert!(text.starts_with(&sentence), "{text}");
    assert!(
        text.contains("Nothing moves before a server works on it"),
        "{text}"
    );
    let whole = said(&["--pipeline", &first.to_string()]);
    assert!(whole.starts_with("`d` failed"), "{whole}");
    std::fs::write(&go, "").expect("written");
}
