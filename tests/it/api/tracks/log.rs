//! `/tracks/<id>/log`: by lines, and as a file.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::server::{Answer, Server, program};

/// A server that shows and looks through this little at once.
fn small(data: &Path) -> Server {
    let mut command = program();
    command.env("TRACKYARD_LOG_LINE_BYTES", "64");
    command.env("TRACKYARD_LOG_PAGE_BYTES", "1 KiB");
    Server::from_command(command, data, &[])
}

/// The number of the one track of a pipeline that printed this.
fn printed(server: &Server, script: &str) -> Value {
    let yaml = format!("name: g\nvertices: {{a/b: \"{script}\"}}\n");
    let ended = server.run(&yaml, &json!({}));
    ended["tracks"][0]["id"].clone()
}

/// The numbers of the lines of a page.
fn numbers(page: &Value) -> Vec<u64> {
    let lines = page["lines"].as_array().expect("lines").iter();
    lines.map(|line| line["n"].as_u64().expect("n")).collect()
}

#[test]
fn any_line_of_a_log_is_read_by_its_number() {
    let server = Server::start();
    let id = printed(&server, "seq 100000 100 109900; printf 'no end'");
    let get = |query: &str| server.get(&format!("/tracks/{id}/log{query}")).expect(200);
    let page = get("?line=41&n=2");
    let expected = json!({
        "attempt": 1, "first": 41, "more": true, "next": 43, "total": 101, "size": 706,
        "dropped": 0, "complete": true,
        "lines": [
            {"n": 41, "at": 280, "text": "104000", "cut": 0},
            {"n": 42, "at": 287, "text": "104100", "cut": 0},
        ],
    });
    assert_eq!(page, expected);
    let all = get("");
    assert_eq!(numbers(&all), (1..=101).collect::<Vec<_>>());
    assert_eq!((&all["more"], &all["next"]), (&json!(false), &Value::Null));
    assert_eq!(all["lines"][100]["text"], "no end");
    let tail = get("?tail=3");
    assert_eq!(
        (numbers(&tail), &tail["next"]),
        (vec![99, 100, 101], &Value::Null)
    );
    let after = get("?line=102");
    assert_eq!((numbers(&after), &after["first"]), (vec![], &Value::Null));
    assert_eq!(get("?attempt=1&line=2&n=1")["first"], 2);

    let found = get("?grep=9900");
    assert_eq!(numbers(&found), [100]);
    let found = get("?regex=%5E10.000%24&n=4");
    assert_eq!(
        (numbers(&found), &found["next"]),
        (vec![1, 11, 21, 31], &json!(32))
    );
    assert_eq!(numbers(&get("?regex=%5E10.000%24&line=32&n=1")), [41]);
    assert_eq!(numbers(&get("?grep=NO%20end&ignore_case=true")), [101]);
    assert!(numbers(&get("?grep=NO%20end")).is_empty());
}

fn text(server: &Server, path: &str) -> (Answer, String) {
    let headers = [("Accept", "text/plain")];
    let answer = server.ask("GET", &format!("/api/v1{path}"), &headers, b"");
    let text = String::from_utf8(answer.body.clone()).expect("text");
    assert_eq!(
        (answer.status, answer.media.as_str()),
        (200, "text/plain; charset=utf-8"),
        "{text}"
    );
    (answer, text)
}

#[test]
fn lines_are_a_text_for_those_who_want_one() {
    let data = tempfile::tempdir().expect("a directory");
    let server = small(data.path());
    let id = printed(
        &server,
        "seq 3; printf 'a\\\\rb\\\\377\\\\n'; printf '%0100d\\\\n' 7",
    );
    let (answer, body) = text(&server, &format!("/tracks/{id}/log?n=2&attempt=1"));
    assert_eq!(body, "1\n2\n");
    assert_eq!(
        answer.header("link"),
        "<?line=3&n=2&attempt=1>; rel=\"next\""
    );
    let (answer, body) = text(&server, &format!("/tracks/{id}/log?n=9&line=4&attempt=1"));
    let long = "0".repeat(64);
    assert_eq!(
        body,
        format!("a\rb\u{fffd}\n{long} [trackyard: 36 bytes more]\n")
    );
    assert_eq!(answer.header("link"), "", "there is nothing more");
    let (answer, body) = text(&server, &format!("/tracks/{id}/log?grep=%22"));
    assert_eq!((body.as_str(), answer.header("link")), ("", ""));
    // What others say they take is JSON.
    for accept in ["*/*", "application/json, text/plain;q=0.5"] {
        let path = format!("/api/v1/tracks/{id}/log");
        let page = server
            .ask("GET", &path, &[("Accept", accept)], b"")
            .expect(200);
        assert_eq!(page["lines"][4]["cut"], 36, "{accept}");
    }
}

#[test]
fn an_answer_has_so_many_bytes_and_says_where_to_go_on() {
    let data = tempfile::tempdir().expect("a directory");
    let server = small(data.path());
    let id = printed(&server, "seq -f %050.0f 1 100");
    let (mut next, mut seen) = (json!(1), Vec::new());
    while !next.is_null() {
        let page = server
            .get(&format!("/tracks/{id}/log?line={next}"))
            .expect(200);
        assert!(numbers(&page).len() <= 20, "a page has 1 KiB");
        seen.extend(numbers(&page));
        next = page["next"].clone();
    }
    assert_eq!(seen, (1..=100).collect::<Vec<_>>());
    let tail = server
        .get(&format!("/tracks/{id}/log?tail=100"))
        .expect(200);
    assert_eq!(numbers(&tail), (81..=100).collect::<Vec<_>>());
}

#[test]
fn a_log_that_grows_says_where_it_will_go_on() {
    let server = Server::start();
    let dir = tempfile::tempdir().expect("a directory");
    let go = |n: i32| dir.path().join(n.to_string());
    let wait = |n: i32| format!("until [ -e {} ]; do sleep 0.02; done", go(n).display());
    let yaml = format!(
        "name: g\nvertices:\n  a: {{script: '{}; echo one; printf tw; {}; echo o; {}'}}\n",
        wait(1),
        wait(2),
        wait(3)
    );
    let graph = server.define(&yaml).expect(201);
    let path = format!("/graphs/{}/pipelines", graph["id"]);
    let id = server.post(&path, &json!({})).expect(201)["id"].clone();
    let track = server.get(&format!("/pipelines/{id}")).json()["tracks"][0]["id"].clone();
    let get = |query: &str| {
        server
            .get(&format!("/tracks/{track}/log{query}"))
            .expect(200)
    };
    let page = get("");
    assert_eq!(
        (&page["next"], &page["complete"]),
        (&json!(1), &json!(false))
    );
    fs::write(go(1), "").expect("a file");
    server.until(|| get("")["size"] == 6);
    let page = get("");
    assert_eq!((numbers(&page), &page["more"]), (vec![1, 2], &json!(false)));
    assert_eq!(page["next"], 2, "the second line has no end yet");
    fs::write(go(2), "").expect("a file");
    server.until(|| get("")["size"] == 8);
    let page = get("?line=2");
    assert_eq!(
        (&page["lines"][0]["text"], &page["next"]),
        (&json!("two"), &json!(3))
    );
    assert_eq!(page["complete"], false);
    fs::write(go(3), "").expect("a file");
    server.settled(&id);
    let page = get("?line=3");
    assert_eq!(
        (&page["complete"], &page["next"]),
        (&json!(true), &Value::Null)
    );
}

#[test]
fn a_track_that_has_not_started_has_no_lines_and_no_file() {
    let server = Server::start();
    let yaml = "name: g\nvertices:\n  a: exit 1\n  b: {script: 'true', needs: [a]}\n";
    let ended = server.run(yaml, &json!({}));
    let id = &server.track(&ended, "b")["id"];
    let page = server.get(&format!("/tracks/{id}/log")).expect(200);
    assert_eq!(
        (&page["attempt"], &page["total"]),
        (&Value::Null, &json!(0))
    );
    let (answer, body) = text(&server, &format!("/tracks/{id}/log"));
    assert_eq!((body.as_str(), answer.status), ("", 200));
    let none = server.get(&format!("/tracks/{id}/log/raw")).expect(404);
    assert_eq!(
        none["detail"],
        format!("track `{id}` has not started: it has no log")
    );
}

#[test]
fn what_is_no_question_about_lines_is_refused() {
    let server = Server::start();
    let id = printed(&server, "echo a");
    for (query, word) in [
        ("line=0", "`line=0`: write a number from 1"),
        ("line=x", "`line=x`: write a whole number"),
        ("n=0", "from 1 to 10000"),
        ("n=10001", "from 1 to 10000"),
        ("tail=0", "from 1 to 10000"),
        ("tail=1&line=1", "`tail` stands alone"),
        ("tail=1&grep=x", "`tail` stands alone"),
        ("grep=a&regex=a", "not both"),
        ("grep=", "`grep`: write 1 to 1000 bytes"),
        ("regex=(", "`regex`: "),
        ("regex=(%5Cw%7B1000%7D)%7B1000%7D", "stands for too much"),
        ("ignore_case=yes", "write `true` or `false`"),
        ("attempt=x", "`attempt=x`: write a whole number"),
    ] {
        let refused = server.get(&format!("/tracks/{id}/log?{query}")).expect(422);
        let detail = refused["detail"].as_str().expect("a detail");
        assert_eq!(refused["code"], "invalid");
        assert!(detail.contains(word), "{query}: {detail}");
    }
    for path in [
        "log?attempt=2",
        "log?attempt=0",
        "log?attempt=4294967295",
        "log/raw?attempt=2",
    ] {
        let none = server.get(&format!("/tracks/{id}/{path}")).expect(404);
        assert_eq!(none["code"], "not-found", "{path}");
    }
    for path in ["/tracks/999/log", "/tracks/999/log/raw"] {
        assert_eq!(server.get(path).expect(404)["code"], "not-found");
    }
    let wrong = server
        .get(&format!("/tracks/{id}/log/raw?attempt=x"))
        .expect(422);
    assert_eq!(wrong["code"], "invalid");
}

#[test]
fn a_log_is_a_file_to_keep_under_a_name_that_any_system_takes() {
    let server = Server::start();
    let yaml = "name: g\nvertices: {\"b ü/\\\"x\": \"printf 'a\\\\377b'\"}\n";
    let yaml = if server.define(yaml).status == 201 {
        yaml
    } else {
        "name: g\nvertices: {a.b: \"printf 'a\\\\377b'\"}\n"
    };
    let ended = server.run(yaml, &json!({}));
    let (id, pipeline) = (&ended["tracks"][0]["id"], &ended["id"]);
    let path = format!("/api/v1/tracks/{id}/log/raw");
    let whole = server.ask("GET", &path, &[], b"");
    assert_eq!((whole.status, whole.body.as_slice()), (200, &b"a\xffb"[..]));
    assert_eq!(whole.media, "text/plain; charset=utf-8");
    assert_eq!(
        whole.header("content-disposition"),
        format!("attachment; filename=\"{pipeline}-{id}-1-b----x.log\"")
    );
    let part = server.ask(
        "GET",
        &format!("{path}?attempt=1"),
        &[("Range", "bytes=1-")],
        b"",
    );
    assert_eq!((part.status, part.body.as_slice()), (206, &b"\xffb"[..]));
    assert!(part.header("content-disposition").starts_with("attachment"));
    let late = server
        .ask("GET", &path, &[("Range", "bytes=3-")], b"")
        .expect(416);
    assert_eq!(
        (&late["code"], &late["length"]),
        (&json!("range"), &json!(3))
    );
    // The bytes of an attempt are shown, not kept.
    let shown = server.get(&format!("/tracks/{id}/attempts/1/log"));
    assert_eq!(
        (shown.status, shown.header("content-disposition")),
        (200, "")
    );
}
