//! Secrets from their declaration to the script that gets them.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::json;

use super::accept::GivenOwned;
use super::check::check;
use super::compile::compile;
use super::inputs::{Later, accept_inputs};
use super::launch::{environment, launch_text, secret_variable};
use super::model::{Graph, Limits, Vertex};
use super::param::{Kind, Param, Value};
use super::text::{Format, parse};

const CANARY: &str = "-canary $(touch CANARY) `x` 'q' \"d\" \\ *\nsecond line";

fn secret(change: impl FnOnce(&mut Param)) -> Param {
    let mut param = Param::new("key", Kind::Secret);
    change(&mut param);
    param
}

fn graph(param: Param, script: &str) -> Graph {
    Graph {
        name: "g".to_owned(),
        vertices: vec![Vertex {
            name: "v".to_owned(),
            script: script.to_owned(),
            input: vec![param],
            ..Vertex::default()
        }],
        ..Graph::default()
    }
}

fn codes(graph: &Graph) -> Vec<&'static str> {
    let found = check(graph, &Limits::default());
    found.iter().map(|p| p.code).collect()
}

#[test]
fn a_script_reads_its_secret_from_the_environment_and_from_nowhere_else() {
    let param = secret(|p| p.allow_dash = true);
    for (script, expected) in [
        ("printf %s <key>", CANARY.to_owned()),
        ("printf %s \"a<key>b\"", format!("a{CANARY}b")),
        ("printf %s 'a<key>b'", format!("a{CANARY}b")),
        ("printf %s \"$(printf %s x<key>)\"", format!("x{CANARY}")),
        ("cat <<EOF\n<key>\nEOF", format!("{CANARY}\n")),
        ("printf %s \"$TY_key\"", CANARY.to_owned()),
    ] {
        let compiled = compile(script, &[&param]).expect("it compiles");
        assert_eq!(compiled.uses, ["key"], "{script}");
        // Were it a value like others it would stand here.
        let given = [("key".to_owned(), Value::Str(CANARY.to_owned()))];
        let text = launch_text(&compiled.body, &[]);
        assert!(!text.contains("p_key") && text.contains("TY_key"), "{text}");
        assert_eq!(environment(&compiled.body, &given), []);
        for shell in ["dash", "bash"] {
            let ran = Command::new(shell)
                .args(["-c", &text])
                .env(secret_variable("key"), CANARY)
                .output()
                .expect("it is installed");
            assert_eq!(String::from_utf8_lossy(&ran.stdout), expected, "{script}");
        }
    }
    for (script, code) in [
        ("eval <key>", "placeholder-runs-again"),
        ("<key> a", "placeholder-as-command"),
        ("echo $((<key>))", "placeholder-in-arithmetic"),
    ] {
        assert_eq!(codes(&graph(param.clone(), script)), [code], "{script}");
    }
    let unused = graph(param.clone(), "echo $p_key");
    assert_eq!(codes(&unused), ["unused-parameter"]);
    let python = graph(param, "#!/usr/bin/python3\nimport os; os.environ['TY_key']");
    assert_eq!(codes(&python), [""; 0]);
}

#[test]
fn the_rules_of_a_secret() {
    let text = |s: &str| Some(Value::Str(s.to_owned()));
    for (param, code) in [
        (secret(|_| ()), ""),
        (secret(|p| p.min_length = Some(8)), ""),
        (secret(|p| p.pattern = Some("[a-z]+".to_owned())), ""),
        (secret(|p| p.default = text("canary")), "secret-default"),
        (secret(|p| p.min = text("a")), "bad-rule"),
        (secret(|p| p.choices = vec![Value::Int(1)]), "bad-rule"),
        (secret(|p| p.pattern = Some("(".to_owned())), "bad-pattern"),
    ] {
        let graph = graph(param, ": <key>");
        let found = check(&graph, &Limits::default());
        let codes: Vec<&str> = found.iter().map(|p| p.code).collect();
        assert_eq!(codes.join(" "), code);
        assert!(!format!("{found:?}").contains("canary"), "{found:?}");
    }
}

#[test]
fn a_refused_secret_is_not_repeated() {
    let limits = Limits {
        secret_bytes: 30,
        ..Limits::default()
    };
    let ruled = secret(|p| {
        p.pattern = Some("canary [a-z]+".to_owned());
        (p.min_length, p.max_length) = (Some(6), Some(20));
    });
    for (given, code) in [
        (json!("canary 7351"), "pattern-mismatch"),
        (json!("7351"), "too-short"),
        (json!("735"), "too-short"),
        (json!("canary 7351 and then more"), "too-long"),
        (json!("canary 7351 and then much more"), "too-long"),
        (
            json!("canary 7351 and then very much more"),
            "value-too-large",
        ),
        (json!("-7351 canary"), "leading-dash"),
        (json!("7351\0canary"), "nul-byte"),
        (json!(7351), "bad-value"),
        (json!(""), "missing-value"),
        (json!(["7351"]), "bad-value"),
    ] {
        let given = BTreeMap::from([("v.key".to_owned(), GivenOwned::Json(given))]);
        let graph = graph(ruled.clone(), ": <key>");
        let errors = accept_inputs(&graph, &given, Later::Nothing, &limits).expect_err("refused");
        assert_eq!(errors[0].code, code, "{given:?}");
        assert!(!errors[0].message.contains("7351"), "{}", errors[0].message);
    }
}

#[test]
fn named_secrets_are_variables_that_nothing_else_sets() {
    let found = |rest: &str| -> Vec<String> {
        let source = format!("name: g\nvertices:\n  v:\n    script: \"true\"\n{rest}");
        let parsed = parse(&source, Format::Yaml, &Limits::default());
        let one = |p: &super::problem::Problem| format!("{}:{} {}", p.line, p.column, p.code);
        parsed.problems.iter().map(one).collect()
    };
    for (rest, expected) in [
        ("    secrets: [DB_PASSWORD, B]\nsecrets: [C]\n", ""),
        ("    secrets: DB_PASSWORD\n", ""),
        // What the vertex says replaces what the graph says.
        ("    env: {C: x}\nsecrets: [C]\n", ""),
        ("    secrets: [A, A]\n", "5:14 duplicate-env"),
        ("    secrets: [A]\n    env: {A: x}\n", "5:14 duplicate-env"),
        ("secrets: [A-B]\n", "5:10 bad-secret-name"),
        ("secrets: [TY_key]\n", "5:10 bad-secret-name"),
        ("secrets: [\"\"]\n", "5:10 bad-secret-name"),
        ("secrets: {A: x}\n", "5:10 wrong-type"),
    ] {
        assert_eq!(found(rest).join(" "), expected, "{rest}");
    }
}
