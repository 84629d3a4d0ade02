//! Reading, its problems and their places, and what is printed read back.

use proptest::prelude::{Just, Strategy, any, prop, prop_assert_eq, prop_oneof, proptest};

use super::{Format, parse, to_json, to_yaml};
use crate::graph::{
    Concurrency, Edge, ExitCodes, Graph, Kind, Limits, Millis, OnFailure, OnInterrupt, OnLimit,
    Param, Resource, Retry, Rlimits, Severity, Value, Vertex, When, codes,
};

/// Problems of a YAML text as `line:column code`.
pub(super) fn found(source: &str) -> Vec<String> {
    found_in(source, Format::Yaml)
}

fn found_in(source: &str, format: Format) -> Vec<String> {
    let parsed = parse(source, format, &Limits::default());
    parsed
        .problems
        .iter()
        .map(|p| format!("{}:{} {}", p.line, p.column, p.code))
        .collect()
}

/// A graph called g with these vertices.
fn vertices(text: &str) -> String {
    format!("name: g\nvertices:\n{text}")
}

const EXAMPLE: &str = r#"name: web-server-check
desc: Is the web server up and answering?
on_failure: stop_new
input:
  host: {type: str, required: true, default: 127.0.0.1}
vertices:
  ping:
    script: ping -c 2 -w 8 <host>
  http:
    needs: [ping]
    script: curl -fsS "http://<host>/" -o /dev/null
    timeout: 30s
    retry: {limit: 3, delay: 2s, backoff: 2, max_delay: 60s}
  report:
    needs: [http]
    script: |
      #!/usr/bin/env python3
      import os; print("checked", os.environ["TY_host"])
"#;

#[test]
fn reads_the_example() {
    let parsed = parse(EXAMPLE, Format::Yaml, &Limits::default());
    assert_eq!(parsed.problems, []);
    let graph = parsed.graph.expect("a graph");
    assert_eq!(
        graph.edges,
        [Edge { head: 1, tail: 0 }, Edge { head: 2, tail: 1 }]
    );
    assert_eq!(graph.vertices[1].timeout, Some(Millis(30_000)));
    let retry = Retry {
        limit: 3,
        delay: Millis(2000),
        backoff: 2.0,
        max_delay: Millis(60_000),
        jitter: 0.0,
        exit_codes: None,
    };
    assert_eq!(graph.vertices[1].retry, Some(retry));
    assert_eq!(
        graph.input[0].default,
        Some(Value::Str("127.0.0.1".to_owned()))
    );
    for (text, format) in [
        (to_yaml(&graph), Format::Yaml),
        (to_json(&graph), Format::Json),
    ] {
        let again = parse(&text, format, &Limits::default());
        assert_eq!(
            (again.graph.as_ref(), again.problems.len()),
            (Some(&graph), 0),
            "{text}"
        );
    }
}

#[test]
fn scalars_mean_what_their_field_needs() {
    let text = "name: 007\nenv: {A: no, B: 1e3, C: }\ninput: {h: 1.10, n: {default: 7}, f: {default: 1.5}, v: {default: 1.10}, b: {default: true}, w: {default: no}, c: {choices: [1, 2]}}\nvertices:\n  2: echo <h><n><f><v><b><w><c>\n  1: {needs: 2, script: 'true'}\n";
    let parsed = parse(text, Format::Yaml, &Limits::default());
    assert_eq!(parsed.problems, []);
    let graph = parsed.graph.expect("a graph");
    assert_eq!(graph.name, "007");
    let env: Vec<&str> = graph.env.iter().map(|(_, v)| v.as_str()).collect();
    assert_eq!(env, ["no", "1e3", ""]);
    let kinds: Vec<Kind> = graph.input.iter().map(|p| p.kind).collect();
    assert_eq!(
        kinds,
        [
            Kind::Str,
            Kind::Int,
            Kind::Float,
            Kind::Str,
            Kind::Bool,
            Kind::Str,
            Kind::Choice
        ]
    );
    assert_eq!(graph.edges, [Edge { head: 1, tail: 0 }]);
}

#[test]
fn vertices_may_be_a_list_and_name_what_comes_next() {
    let text = r#"{"name": "g", "vertices": [{"name": "a", "script": "true", "next": ["b"]}, {"name": "b", "script": "true"}]}"#;
    let parsed = parse(text, Format::Json, &Limits::default());
    assert_eq!(parsed.problems, []);
    assert_eq!(
        parsed.graph.expect("a graph").edges,
        [Edge { head: 1, tail: 0 }]
    );
}

#[test]
fn every_problem_has_its_place() {
    for (source, expected) in [
        ("a: [", vec!["2:1 syntax"]),
        ("- a", vec!["1:1 not-a-mapping"]),
        ("", vec!["1:1 not-a-mapping"]),
        (
            "name: g\nvertices: {}\n---\nname: h\n",
            vec!["3:1 unsupported-yaml"],
        ),
        ("name: a\0b", vec!["1:8 syntax"]),
        ("vertices: {a: 'true'}", vec!["1:1 empty-graph-name"]),
        ("name: g", vec!["1:1 empty-graph"]),
        (
            "name: g\nname: h\nvertices: {a: 'true'}",
            vec!["2:1 duplicate-key"],
        ),
        (
            "name: g\nvertexes: {}\nvertices: {a: 'true'}",
            vec!["2:1 unknown-key"],
        ),
        (
            "name: g\non_failure: stop\nvertices: {a: 'true'}",
            vec!["2:13 unknown-word"],
        ),
        ("name: [g]\nvertices: {a: 'true'}", vec!["1:7 wrong-type"]),
        (
            "name: g\nvertices: {a: !x 'true'}",
            vec!["2:15 unsupported-yaml"],
        ),
        (
            &vertices("  a: 'true'\n  a: 'false'\n"),
            vec!["4:3 duplicate-vertex"],
        ),
        (
            &vertices("  a: {needs: [b], script: 'true'}\n"),
            vec!["3:15 dangling-edge"],
        ),
        (
            &vertices("  a: {needs: a, script: 'true'}\n"),
            vec!["3:14 self-edge"],
        ),
        (
            &vertices("  a: {next: b, script: 'true'}\n  b: {needs: a, script: 'true'}\n"),
            vec!["4:14 duplicate-edge"],
        ),
        (
            &vertices("  a: {needs: b, script: 'true'}\n  b: {needs: a, script: 'true'}\n"),
            vec!["3:14 cycle"],
        ),
        (&vertices("  a:\n"), vec!["3:4 empty-script"]),
        (&vertices("  a: {script: [x]}\n"), vec!["3:15 wrong-type"]),
        (
            &vertices("  a: {<<: {script: x}, script: x}\n"),
            vec!["3:7 merge-key"],
        ),
    ] {
        assert_eq!(found(source), expected, "{source}");
    }
}

#[test]
fn values_and_scripts_have_their_places() {
    for (source, expected) in [
        (
            &vertices("  a: {script: x, timeout: 5}\n"),
            vec!["3:27 bad-duration"],
        ),
        (
            &vertices("  a: {script: x, timeout: 0s}\n"),
            vec!["3:27 bad-duration"],
        ),
        (
            &vertices("  a: {script: x, retry: {delay: 1s}}\n"),
            vec!["3:25 bad-retry"],
        ),
        (
            &vertices("  a: {script: x, env: {A-B: 1}}\n"),
            vec!["3:24 bad-env-name"],
        ),
        (
            &vertices("  a: {script: '#!sh'}\n"),
            vec!["3:15 bad-shebang"],
        ),
        (
            &vertices("  a: {script: echo <p>, input: {p: {type: secret}}}\n"),
            vec![],
        ),
        (
            &vertices("  a: {script: echo <p>, input: {p: {type: int, default: x}}}\n"),
            vec!["3:57 bad-default"],
        ),
        (
            &vertices("  a: {script: echo, input: {p: x}}\n"),
            vec!["3:29 unused-parameter"],
        ),
        (
            &vertices("  a: {script: echo <p> `<p>`, input: {p: x}}\n"),
            vec!["3:25 placeholder-in-backquotes"],
        ),
        (
            &vertices("  a:\n    input: {p: x}\n    script: |\n\n      é=1\n      echo é`<p>`\n"),
            vec!["8:14 placeholder-in-backquotes"],
        ),
        (
            &vertices("  a:\n    input: {p: x}\n    script: >\n      echo\n      `<p>`\n"),
            vec!["6:7 placeholder-in-backquotes"],
        ),
        (
            &vertices("  a:\n    input: {p: x}\n    script: \"echo `<p>`\"\n"),
            vec!["5:20 placeholder-in-backquotes"],
        ),
    ] {
        assert_eq!(found(source), expected, "{source}");
    }
}

#[test]
fn json_is_strict() {
    for (source, expected) in [
        ("{\"name\": \"g\", // c\n}", "1:15 syntax"),
        ("{\"name\": \"g\",}", "1:13 syntax"),
        ("{\"name\": \"\\ud800\"}", "1:11 syntax"),
        ("{\"name\": \"a\nb\"}", "1:11 syntax"),
        ("{\"name\": 007}", "1:11 syntax"),
        ("{\"a\": [1 [2]]}", "1:9 syntax"),
        ("{\"name\": \"é\", \"x\": 1}", "1:15 unknown-key"),
        ("", "1:1 not-a-mapping"),
        ("[]", "1:1 not-a-mapping"),
    ] {
        let found = found_in(source, Format::Json);
        assert!(found.iter().any(|f| f == expected), "{source}: {found:?}");
    }
    let deep = "[".repeat(100_000);
    assert_eq!(found_in(&deep, Format::Json), ["1:33 too-deep"]);
    assert_eq!(found(&deep), ["1:256 syntax"]);
    assert_eq!(found(&"- ".repeat(100_000)), ["1:65 too-deep"]);
}

#[test]
fn aliases_are_expanded_within_a_budget() {
    let parsed = parse(
        "name: &n g\ndesc: *n\nvertices:\n  a: &v {script: 'true'}\n  b: *v\n",
        Format::Yaml,
        &Limits::default(),
    );
    assert_eq!(parsed.problems, []);
    assert_eq!(parsed.graph.expect("a graph").vertices[1].script, "true");
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for i in 1..12 {
        let aliases = vec![format!("*a{}", i - 1); 10].join(", ");
        bomb.push_str(&format!("a{i}: &a{i} [{aliases}]\n"));
    }
    let found = found(&bomb);
    assert!(found[0].ends_with(codes::ALIAS_LIMIT), "{found:?}");
    assert!(self::found("a: &a [*a]\n")[0].contains("1:8"));
}

#[test]
fn names_are_suggested() {
    let parsed = parse(
        &vertices("  ping: {scirpt: x}\n  b: {needs: pnig, script: x}\n"),
        Format::Yaml,
        &Limits::default(),
    );
    let messages: Vec<&str> = parsed.problems.iter().map(|p| p.message.as_str()).collect();
    assert!(
        messages
            .iter()
            .any(|m| m.contains("Did you mean `script`?")),
        "{messages:?}"
    );
    assert!(
        messages.iter().any(|m| m.contains("Did you mean `ping`?")),
        "{messages:?}"
    );
}

#[test]
fn limits_are_enforced() {
    let limits = Limits {
        vertices: 1,
        edges: 0,
        script_bytes: 3,
        name_chars: 2,
        ..Limits::default()
    };
    let text = "name: abc\nvertices:\n  a: echo\n  b: {needs: a, script: x}\n";
    let found: Vec<&str> = parse(text, Format::Yaml, &limits)
        .problems
        .iter()
        .map(|p| p.code)
        .collect();
    assert_eq!(
        found,
        [
            "name-too-long",
            "too-many-vertices",
            "too-many-edges",
            "script-too-long"
        ]
    );
    let small = Limits {
        file_bytes: 3,
        ..Limits::default()
    };
    let parsed = parse(text, Format::Yaml, &small);
    assert!(parsed.graph.is_none() && parsed.problems[0].code == codes::FILE_TOO_LARGE);
}

/// Strings of everything that breaks printers.
fn nasty() -> impl Strategy<Value = String> {
    let parts = [
        "a",
        "b c",
        " ",
        "  ",
        "\t",
        "\n",
        "\n\n",
        "\r",
        "\r\n",
        "\u{1}",
        "\u{7f}",
        "\u{85}",
        "\u{2028}",
        "\u{2029}",
        "\u{feff}",
        "é",
        "日本",
        "\u{1f600}",
        "'",
        "\"",
        "\\",
        ":",
        ": ",
        " #",
        "#",
        "- ",
        "---",
        "...",
        "|",
        ">",
        "&a",
        "*a",
        "!",
        "%",
        "@",
        "`",
        "{",
        "}",
        "[",
        "]",
        ",",
        "?",
        "? ",
        "~",
        "null",
        "no",
        "007",
        "1e3",
        "0x1f",
        "\u{fffe}",
        "=",
        "<<",
        "\u{1b}",
        "$x",
        "\0",
    ];
    prop::collection::vec(prop::sample::select(parts.to_vec()), 0..8).prop_map(|v| v.concat())
}

fn text() -> impl Strategy<Value = String> {
    nasty().prop_map(|s| s.replace('\0', ""))
}

fn name() -> impl Strategy<Value = String> {
    nasty().prop_map(|s| s.chars().filter(|c| !c.is_control()).collect::<String>())
}

fn param(name: &'static str) -> impl Strategy<Value = Param> {
    let kinds = prop_oneof![
        (text(), any::<bool>()).prop_map(|(s, required)| (
            Kind::Str,
            Some(Value::Str(s)),
            required
        )),
        (any::<i64>(), any::<bool>()).prop_map(|(n, required)| (
            Kind::Int,
            Some(Value::Int(n)),
            required
        )),
        prop::num::f64::NORMAL.prop_map(|x| (Kind::Float, Some(Value::Float(x)), false)),
        any::<bool>().prop_map(|b| (Kind::Bool, Some(Value::Bool(b)), true)),
        Just((Kind::Date, Some(Value::Str("2024-02-29".to_owned())), false)),
        text().prop_map(|s| (Kind::Choice, Some(Value::Str(s)), false)),
        Just((Kind::Str, None, true)),
    ];
    (kinds, text()).prop_map(move |((kind, default, required), desc)| {
        let choices = if kind == Kind::Choice {
            default.clone().into_iter().collect()
        } else {
            Vec::new()
        };
        let allow_dash = kind == Kind::Str;
        Param {
            default,
            required,
            choices,
            allow_dash,
            desc,
            ..Param::new(name, kind)
        }
    })
}

fn vertex() -> impl Strategy<Value = Vertex> {
    let policies = (
        prop::option::of(1_u64..10_000_000),
        prop::option::of((0_u32..9, 0_u64..3_600_000, 1.0..9.0_f64)),
    );
    (
        name(),
        text(),
        text(),
        prop::option::of(param("own")),
        prop::option::of(param("left")),
        text(),
        prop::option::of(name()),
        policies,
    )
        .prop_map(
            |(name, desc, script, own, left, env, workdir, (timeout, retry))| Vertex {
                name,
                desc,
                script: format!(
                    "{script}\n: <shared>{}",
                    if own.is_some() { "<own>" } else { "" }
                ),
                input: own.into_iter().collect(),
                outputs: left
                    .map(|output| Param {
                        required: false,
                        ..output
                    })
                    .into_iter()
                    .collect(),
                env: vec![("A".to_owned(), env)],
                secrets: workdir.iter().map(|_| "TOKEN".to_owned()).collect(),
                workdir,
                timeout: timeout.map(Millis),
                limits: timeout.map_or_else(Rlimits::default, |n| {
                    Rlimits::default()
                        .with(Resource::FileSize, 1024 + n)
                        .with(Resource::Cpu, 1000 * (1 + n))
                }),
                on_interrupt: OnInterrupt::ALL[retry.map_or(0, |(limit, _, _)| limit as usize % 3)],
                retry: retry.map(|(limit, delay, backoff)| Retry {
                    limit,
                    delay: Millis(delay),
                    backoff,
                    max_delay: Millis(3_600_000),
                    jitter: (backoff - 1.0) / 8.0,
                    exit_codes: (limit > 2).then(|| ExitCodes::of([limit as u8, 255])),
                }),
                ignore_failure: timeout.is_some_and(|n| n % 2 == 0),
                pool: timeout.map(|n| format!("pool-{n}")),
                handler: None,
            },
        )
}

fn graph() -> impl Strategy<Value = Graph> {
    let policy = prop::sample::select(OnFailure::ALL.to_vec());
    (
        name(),
        text(),
        policy,
        param("shared"),
        text(),
        prop::collection::vec(vertex(), 1..4),
        prop::collection::btree_map(prop::sample::select(When::ALL.to_vec()), vertex(), 0..3),
    )
        .prop_map(
            |(name, desc, on_failure, shared, env, mut vertices, after)| {
                for (i, vertex) in vertices.iter_mut().enumerate() {
                    vertex.name.push_str(&i.to_string());
                }
                let edge = |head| Edge {
                    head,
                    tail: head - 1,
                };
                let edges = (1..vertices.len() as u32).map(edge).collect();
                let n = after.len() as u32;
                vertices.extend(after.into_iter().map(|(when, vertex)| Vertex {
                    name: when.word().to_owned(),
                    outputs: Vec::new(),
                    ignore_failure: false,
                    handler: Some(when),
                    ..vertex
                }));
                let env = vec![("null".to_owned(), env)];
                Graph {
                    name: format!("{name}g"),
                    desc,
                    tags: vec!["1".to_owned(), "a:b/c".to_owned()],
                    on_failure,
                    input: vec![shared],
                    limits: Rlimits::NONE.with(Resource::OpenFiles, 99),
                    env,
                    secrets: vec!["FIRST".to_owned(), "SECOND".to_owned()],
                    workdir: None,
                    timeout: vertices[0].timeout,
                    max_parallel: (n > 0).then_some(n),
                    concurrency: (n != 1).then_some(Concurrency {
                        limit: n + 1,
                        on_limit: OnLimit::ALL[n as usize % 3],
                    }),
                    retention: super::operations_tests::kept(n),
                    vertices,
                    edges,
                }
            },
        )
}

proptest! {
    #[test]
    fn what_is_printed_reads_back_as_it_was(graph in graph()) {
        for (text, format) in [(to_yaml(&graph), Format::Yaml), (to_json(&graph), Format::Json)] {
            let parsed = parse(&text, format, &Limits::default());
            prop_assert_eq!(parsed.graph.as_ref(), Some(&graph), "{}\n{:?}", text, parsed.problems);
            let shell = |code: &str| code == codes::BAD_SHEBANG || code.starts_with("placeholder") || code == codes::UNDECLARED_PLACEHOLDER;
            let other: Vec<_> = parsed.problems.iter().filter(|p| !shell(p.code)).collect();
            prop_assert_eq!(other.len(), 0, "{}\n{:?}", text, other);
        }
    }

    #[test]
    fn scripts_read_back_byte_for_byte(script in nasty()) {
        let vertex = Vertex { name: "v".to_owned(), script: format!("{script}x"), ..Vertex::default() };
        let graph = Graph { name: "g".to_owned(), vertices: vec![vertex.clone(), Vertex { name: "w".to_owned(), script: format!("x{script}"), ..vertex }], ..Graph::default() };
        let parsed = parse(&to_yaml(&graph), Format::Yaml, &Limits::default());
        prop_assert_eq!(parsed.graph, Some(graph));
    }

    #[test]
    fn no_text_makes_the_reader_panic(source in nasty(), more in nasty()) {
        for text in [format!("{source}{more}"), vertices(&format!("  a: {source}\n  {more}"))] {
            for format in [Format::Yaml, Format::Json] {
                let parsed = parse(&text, format, &Limits::default());
                assert!(parsed.graph.is_some() || parsed.problems.iter().any(|p| p.severity == Severity::Error));
            }
        }
    }
}

#[test]
fn large_graphs_are_read_in_linear_time() {
    // Ten thousand vertices here; the time is not asserted, but quadratic work would be felt.
    let count = 10_000;
    let mut text = String::from("name: g\ninput: {p: x}\nvertices:\n");
    for i in 0..count {
        let next = (i + 1) % count;
        text.push_str(&format!(
            "  v{i}:\n    script: echo <p>\n    needs: [v{next}, missing{i}]\n"
        ));
    }
    let parsed = parse(&text, Format::Yaml, &Limits::default());
    assert_eq!(parsed.problems.len(), count + 1);
    assert_eq!(
        parsed
            .problems
            .iter()
            .filter(|p| p.code == codes::CYCLE)
            .count(),
        1
    );
}
