//! `/graphs/<id>/render`

use std::process::Command;

use serde_json::json;

use crate::server::Server;

const TEXT: &str = "\
name: shown
input: {who: {type: str, required: true}, n: {type: int, default: 2}}
vertices:
  hello: |
    printf '%s|' <who> \"<who>\" 'a <who>' <n>
  other: {script: \"#!/usr/bin/env python3\\nprint('TY_who')\", needs: [hello]}
  none: \"true\"
";

#[test]
fn what_is_rendered_is_what_runs() {
    let server = Server::start();
    let graph = server.define(TEXT).expect(201);
    let path = format!("/graphs/{}/render", graph["id"]);
    let who = "it's $(id) \"\n`x`";
    let all = server
        .post(&path, &json!({"input": {"who": who}}))
        .expect(200);
    let scripts = all["scripts"].as_array().expect("a list");
    assert_eq!(scripts.len(), 3);
    let text = scripts[0]["script"].as_str().expect("a text");
    let run = Command::new("/bin/sh").args(["-e", "-c", text]).output();
    let printed = String::from_utf8(run.expect("it runs").stdout).expect("text");
    assert_eq!(printed, format!("{who}|{who}|a {who}|2|"));
    assert_eq!(scripts[0]["interpreter"], json!(["/bin/sh", "-e"]));
    assert_eq!(scripts[0]["environment"], json!({}));
    assert_eq!(scripts[1]["environment"], json!({"TY_who": who}));
    assert_eq!(scripts[2]["script"], "true");
    let one = json!({"input": {"who": who, "n": 3}, "vertex": "none"});
    let one = server.post(&path, &one).expect(200);
    assert_eq!(one["scripts"][0]["vertex"], "none");
    assert_eq!(one["scripts"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_cannot_be_rendered_says_why() {
    let server = Server::start();
    let graph = server.define(TEXT).expect(201);
    let path = format!("/graphs/{}/render", graph["id"]);
    let refused = server
        .post(&path, &json!({"input": {"n": "x"}}))
        .expect(422);
    let problems = refused["problems"].as_array().expect("a list");
    let fields: Vec<_> = problems.iter().map(|p| (&p["field"], &p["code"])).collect();
    let expected = [("who", "missing-value"), ("n", "bad-value")];
    let expected = expected.map(|(field, code)| (json!(field), json!(code)));
    assert_eq!(fields, expected.each_ref().map(|(f, c)| (f, c)));
    // Also where a value is missing: that may be of another vertex.
    for input in [json!({"who": "x"}), json!({})] {
        let body = json!({"input": input, "vertex": "nobody"});
        let missing = server.post(&path, &body).expect(404);
        assert!(
            missing["detail"].to_string().contains("`nobody`"),
            "{missing}"
        );
    }
    server.post("/graphs/77/render", &json!({})).expect(404);
    let wrong = server
        .define("name: wrong\nvertices: {a: 'if true'}\n")
        .expect(201);
    assert_eq!(wrong["checked"], false);
    assert_eq!(wrong["problems"][0]["code"], "shell-syntax");
    assert_eq!(wrong["problems"][0]["line"], 2);
    let path = format!("/graphs/{}/render", wrong["id"]);
    let unchecked = server.post(&path, &json!({})).expect(409);
    assert_eq!(unchecked["code"], "unchecked");
}

#[test]
fn what_is_secret_or_not_known_yet_is_named() {
    let server = Server::start();
    let text = "\
name: hidden
secrets: [NAMED, HERE]
input: {key: {type: secret, required: true}, who: you}
vertices:
  fetch: {outputs: {count: int}, script: 'echo count=1 >>\"$TRACKYARD_OUTPUT\"; : <key>'}
  show: {needs: [fetch], env: {HERE: x}, script: 'echo <who> $(( <fetch.count> + 1 )) <key>'}
  py: {needs: [fetch], script: \"#!/usr/bin/env python3\\nTY_fetch_count, TY_who, TY_key\"}
  plain: {secrets: [HERE], script: 'true'}
";
    let graph = server.define(text).expect(201);
    assert_eq!(graph["checked"], true, "{graph}");
    let path = format!("/graphs/{}/render", graph["id"]);
    for input in [json!({}), json!({"key": "c4nary-value"})] {
        let shown = server.post(&path, &json!({"input": input})).expect(200);
        let scripts: Vec<_> = shown["scripts"]
            .as_array()
            .expect("a list")
            .iter()
            .collect();
        let environments: Vec<_> = scripts.iter().map(|s| s["environment"].clone()).collect();
        let expected = [
            json!({"TY_key": "******", "NAMED": "******", "HERE": "******"}),
            json!({"TY_key": "******", "NAMED": "******"}),
            json!({"TY_fetch_count": "an output of fetch", "TY_who": "you", "TY_key": "******", "NAMED": "******", "HERE": "******"}),
            json!({"NAMED": "******", "HERE": "******"}),
        ];
        assert_eq!(environments, expected);
        assert_eq!(
            scripts[1]["script"],
            "p_who='you'; p_fetch_count='an output of fetch'; echo \"${p_who}\" $(( (${p_fetch_count}) + 1 )) \"${TY_key}\""
        );
        assert!(!shown.to_string().contains("c4nary"), "{shown}");
    }
    let wrong = json!({"input": {"key": "abc"}});
    let refused = server.post(&path, &wrong).expect(422);
    assert_eq!(refused["problems"][0]["code"], "too-short");
}

#[test]
fn what_is_asked_for_later_is_marked_and_no_error() {
    let server = Server::start();
    let text = "\
name: later
input: {key: {type: secret, required: true}, who: {type: str, required: true}, n: {type: int, default: 2}}
vertices:
  show: {script: 'echo <who> <n> <key>'}
  py: {script: \"#!/usr/bin/env python3\\nTY_who, TY_key\"}
";
    let graph = server.define(text).expect(201);
    let path = format!("/graphs/{}/render", graph["id"]);
    server.post(&path, &json!({})).expect(422);
    let later = server
        .post(
            &path,
            &json!({"ask_later": true, "input": {"key": "c4nary-value"}}),
        )
        .expect(200);
    let scripts = &later["scripts"];
    assert!(!later.to_string().contains("c4nary"), "{later}");
    let script = scripts[0]["script"].as_str().expect("a text");
    assert!(script.contains("p_who='‹who: asked later›'; "), "{script}");
    assert!(script.contains("p_n='2'; "), "{script}");
    assert_eq!(scripts[0]["environment"], json!({"TY_key": "******"}));
    let of_program = json!({"TY_who": "‹who: asked later›", "TY_key": "******"});
    assert_eq!(scripts[1]["environment"], of_program);
    let none = server.post(&path, &json!({"ask_later": true})).expect(200);
    let key = &none["scripts"][0]["environment"]["TY_key"];
    assert_eq!(key, "‹key: asked later›");
    // A wrong value is wrong, whoever asks for the others.
    let wrong = json!({"ask_later": true, "input": {"n": "x"}});
    let wrong = server.post(&path, &wrong).expect(422);
    assert_eq!(wrong["problems"][0]["code"], "bad-value");
}
