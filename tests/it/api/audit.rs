//! `/audit`: who changed what people define and keep

use serde_json::{Value, json};

use super::hooks::{delete, put};
use crate::cli::Said;
use crate::server::{Server, ask, program};

const YAML: &str = "name: g\nvertices: {a: 'true'}\n";

/// `who did what with which, called so: more`, the newest first.
fn told(page: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let one = |deed: &Value| {
        let words = ["who", "verb", "object", "name", "detail"].map(|key| text(&deed[key]));
        words.join(" ").trim_end().to_owned()
    };
    page["deeds"]
        .as_array()
        .expect("a list")
        .iter()
        .map(one)
        .collect()
}

fn audit(server: &Server, query: &str) -> Value {
    server.get(&format!("/audit{query}")).expect(200)
}

#[test]
fn all_that_people_change_is_told_and_no_value() {
    let server = Server::start();
    let media = [("Content-Type", "application/json")];
    let do_it = |method: &str, path: &str, body: &str| {
        server.ask(method, &format!("/api/v1{path}"), &media, body.as_bytes())
    };
    assert_eq!(audit(&server, "")["deeds"], json!([]));
    server.define(YAML).expect(201);
    // Nothing changes, so nothing is told; nor of what is only worked out, or refused.
    server.define(YAML).expect(200);
    do_it("POST", "/graphs/1/archive?dry_run=true", "").expect(200);
    do_it("POST", "/graphs/1/unarchive", "").expect(200);
    do_it("DELETE", "/secrets/NAME", "").expect(404);
    let expected = ["token create graph g version 1"];
    assert_eq!(told(&audit(&server, "")), expected);
    server.define(&YAML.replace("true", "date")).expect(200);
    do_it("POST", "/graphs/1/clone", r#"{"name": "copy"}"#).expect(201);
    do_it("POST", "/graphs/2/archive", "").expect(200);
    do_it("POST", "/graphs/2/unarchive", "").expect(200);
    do_it("DELETE", "/graphs/2", "").expect(200);
    let secret = r#"{"value": "the value of a secret"}"#;
    do_it("PUT", "/secrets/NAME", secret).expect(201);
    do_it("PUT", "/secrets/NAME", secret).expect(200);
    do_it("DELETE", "/secrets/NAME", "").expect(200);
    let hook = json!({"secret": "a secret of a hook", "style": "github"});
    let hook = server.post("/graphs/1/hooks", &hook).expect(201)["id"].clone();
    let one = format!("/graphs/1/hooks/{hook}");
    let other = json!({"secret": "another secret of it", "enabled": false});
    let off = put(&server, &one, &other).expect(200);
    // What changes nothing is not told, and is no time of a change.
    let same = json!({"style": "github", "enabled": false, "input": {}});
    for nothing in [json!({}), same] {
        assert_eq!(put(&server, &one, &nothing).expect(200), off);
    }
    delete(&server, &one).expect(200);
    do_it("POST", "/sign-in-links", "").expect(200);
    do_it("DELETE", "/drain", "").expect(200);
    // A version that was used stays, and is the newest again.
    let start = "/graphs/1/pipelines?wait=60s";
    do_it("POST", start, "{}").expect(201);
    server.define(YAML).expect(201);
    do_it("POST", "/graphs/1/restore", "").expect(201);
    let page = audit(&server, "");
    let all = [
        "token restore graph g version 3",
        "token change graph g version 2",
        "token undrain server",
        "token create sign-in-link",
        "token delete hook g",
        "token change hook g github, off, another secret",
        "token create hook g github, on",
        "token remove secret NAME",
        "token change secret NAME",
        "token set secret NAME",
        "token delete graph copy versions: 1",
        "token unarchive graph copy versions: 1",
        "token archive graph copy versions: 1",
        "token copy graph copy version 1",
        "token change graph g version 1",
        "token create graph g version 1",
    ];
    assert_eq!(told(&page), all);
    let text = page.to_string();
    for value in ["value of", "secret of"] {
        assert!(!text.contains(value), "{text}");
    }
    assert_eq!(page["deeds"][6]["number"], hook);
}

#[test]
fn deeds_are_found_by_what_they_are_about_and_have_pages() {
    let server = Server::start();
    for name in ["a", "b", "c"] {
        server
            .define(&YAML.replace("name: g", &format!("name: {name}")))
            .expect(201);
    }
    let path = "/api/v1/graphs/2/archive";
    server.ask("POST", path, &[], b"").expect(200);
    let names = |query: &str| told(&audit(&server, query));
    assert_eq!(
        names("?object=graph&name=b"),
        [
            "token archive graph b versions: 1",
            "token create graph b version 1"
        ]
    );
    assert_eq!(names("?who=token").len(), 4);
    assert_eq!(names("?who=browser"), [""; 0]);
    assert_eq!(names("?object=secret"), [""; 0]);
    assert_eq!(names("?since=2999-01-01T00:00:00Z"), [""; 0]);
    let mut pages = Vec::new();
    let mut next = String::new();
    loop {
        let page = audit(&server, &format!("?limit=3{next}"));
        pages.push(told(&page));
        let Some(cursor) = page["next"].as_str() else {
            break;
        };
        next = format!("&cursor={cursor}");
    }
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [3, 1]);
    assert_eq!(pages.concat(), names(""));
    for query in ["object=all", "since=now", "cursor=hooks.7", "limit=0"] {
        let refused = server.get(&format!("/audit?{query}")).expect(422);
        assert_eq!(refused["code"], "invalid", "{query}");
    }
}

#[test]
fn only_so_many_are_kept_and_another_token_is_told() {
    let own = tempfile::tempdir().expect("a directory");
    let mut command = program();
    command.env("TRACKYARD_DEEDS_KEPT", "2");
    let mut server = Server::from_command(command, own.path(), &[]);
    for name in ["a", "b", "c"] {
        server
            .define(&YAML.replace("name: g", &format!("name: {name}")))
            .expect(201);
    }
    let kept = [
        "token create graph c version 1",
        "token create graph b version 1",
    ];
    assert_eq!(told(&audit(&server, "")), kept);
    server
        .ask("POST", "/api/v1/token/rotate", &[], b"")
        .expect(200);
    let token = std::fs::read_to_string(own.path().join("local.token")).expect("a token");
    let token = format!("Bearer {}", token.trim());
    let url = format!("{}/api/v1/audit?limit=1", server.url);
    let page = ask("GET", &url, &[("Authorization", &token)], b"").expect(200);
    assert_eq!(told(&page), ["token rotate token"]);
    server.kill();
    // Without a server the database is told, too.
    let call = |words: &[&str]| {
        let mut command = program();
        command.args(words).arg("--data").arg(own.path());
        Said::of(command.output().expect("it runs")).expect(0)
    };
    call(&["token", "rotate"]);
    let page = call(&["audit", "--object", "token", "--json"]).json();
    assert_eq!(told(&page), ["cli rotate token", "token rotate token"]);
    let text = call(&["audit", "-n", "1"]).out;
    assert!(text.contains("cli") && text.contains("rotate"), "{text}");
}
