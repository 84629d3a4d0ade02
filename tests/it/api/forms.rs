//! `/graphs/<id>/form`: what the schema allows is taken, and what it refuses is not.

use regex::Regex;
use serde_json::{Value, json};

use crate::server::Server;

const GRAPH: &str = "\
name: forms
input:
  who: {type: str, pattern: '[a-z-]+', min_length: 2, max_length: 5}
  size: {type: choice, choices: [s, m], default: s}
  free: {type: str, required: true}
vertices:
  a:
    input:
      n: {type: int, min: 2, max: 9, default: 3}
      x: {type: float, max: 1.5, default: 1}
      b: {type: bool, default: no}
      day: {type: date, default: 2026-02-03}
      key: {type: secret}
    script: echo <who> <size> <free> <n> <x> <b> <day> <key>
";

/// What the schema says of an input: the words of it that the form uses, and no other.
fn fits(schema: &Value, value: &Value) -> bool {
    let members = schema.as_object().expect("a schema");
    members.iter().all(|(word, rule)| match word.as_str() {
        "type" => match rule.as_str().expect("a type") {
            "object" => value.is_object(),
            "string" => value.is_string(),
            "integer" => value.is_i64(),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            other => panic!("{other}"),
        },
        "enum" => rule.as_array().is_some_and(|all| all.contains(value)),
        "minimum" => value.as_f64() >= rule.as_f64(),
        "maximum" => value.as_f64() <= rule.as_f64(),
        "minLength" => length(value) >= rule.as_u64(),
        "maxLength" => length(value) <= rule.as_u64(),
        "pattern" => {
            let pattern = Regex::new(rule.as_str().expect("a text")).expect("a pattern");
            value.as_str().is_some_and(|text| pattern.is_match(text))
        }
        "not" => !fits(rule, value),
        "required" => {
            let mut names = rule.as_array().expect("names").iter();
            names.all(|name| value.get(name.as_str().expect("a name")).is_some())
        }
        "properties" => {
            let given = value.as_object().into_iter().flatten();
            given.into_iter().all(|(name, value)| {
                let property = rule.get(name);
                property.is_some_and(|property| fits(property, value))
            })
        }
        "$schema" | "title" | "description" | "default" | "format" | "writeOnly" => true,
        "additionalProperties" => *rule == false,
        other => panic!("the word `{other}`"),
    })
}

fn length(text: &Value) -> Option<u64> {
    text.as_str().map(|text| text.chars().count() as u64)
}

#[test]
fn what_the_form_allows_is_what_is_taken() {
    let server = Server::start();
    let id = server.define(GRAPH).expect(201)["id"].clone();
    let answer = server.get(&format!("/graphs/{id}/form"));
    assert_eq!(answer.media, "application/schema+json");
    let schema = answer.expect(200);
    assert_eq!(schema["required"], json!(["who", "free", "a.key"]));
    assert_eq!(schema["properties"]["a.key"]["writeOnly"], true);
    let right = json!({"who": "ab", "free": "f", "a.key": "hidden"});
    let with = |name: &str, value: Value| {
        let mut input = right.clone();
        input[name] = value;
        input
    };
    let without = |name: &str| {
        let mut input = right.clone();
        input.as_object_mut().expect("an object").remove(name);
        input
    };
    let (mut taken, mut refused) = (0, 0);
    for input in [
        right.clone(),
        without("who"),
        without("free"),
        with("who", json!("a")),
        with("who", json!("abcde")),
        with("who", json!("abcdef")),
        with("who", json!("AB")),
        with("who", json!("-ab")),
        with("who", json!("a-b")),
        with("who", json!(1)),
        with("free", json!("")),
        with("free", json!("-rf")),
        with("free", json!("a\u{0}b")),
        with("free", json!("a\nb")),
        with("size", json!("m")),
        with("size", json!("l")),
        with("a.n", json!(2)),
        with("a.n", json!(1)),
        with("a.n", json!(10)),
        with("a.n", json!(2.5)),
        with("a.x", json!(-7)),
        with("a.x", json!(1.6)),
        with("a.b", json!(true)),
        with("a.b", json!(1)),
        with("a.day", json!("2026-12-24")),
        with("a.day", json!("24.12.2026")),
        with("a.key", json!("abc")),
        with("n", json!(2)),
        with("b.n", json!(2)),
    ] {
        let path = format!("/graphs/{id}/pipelines");
        let status = server.post(&path, &json!({"input": input})).status;
        let expected = if fits(&schema, &input) { 201 } else { 422 };
        assert_eq!(status, expected, "{input}");
        match status {
            201 => taken += 1,
            _ => refused += 1,
        }
    }
    assert_eq!((taken, refused), (9, 20));
}

#[test]
fn a_graph_without_parameters_takes_nothing() {
    let server = Server::start();
    let id = server
        .define("name: n\nvertices: {a: 'true'}\n")
        .expect(201)["id"]
        .clone();
    let schema = server.get(&format!("/graphs/{id}/form")).expect(200);
    assert!(fits(&schema, &json!({})));
    assert!(!fits(&schema, &json!({"who": "me"})));
    assert_eq!(
        server.get("/graphs/7/form").expect(404)["code"],
        "not-found"
    );
}
