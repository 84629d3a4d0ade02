//! What a text says of failures, pools, limits on pipelines and scripts after the verdict.

use super::{Format, parse, to_json, to_yaml};
use crate::graph::{Concurrency, Edge, ExitCodes, Limits, Millis, OnLimit, Retention, When};

const OPERATIONS: &str = r#"name: g
timeout: 2h
max_parallel: 3
concurrency: {limit: 2, on_limit: cancel_oldest}
retention: {days: 90, keep_last: 5, max_bytes: 1024 MiB}
handlers:
  on_exit: rm -rf /tmp/<dir>
  on_failure:
    desc: Tells somebody
    script: echo "$TRACKYARD_FAILED"
    pool: mail
    timeout: 5s
    retry: 2
input: {dir: {}}
vertices:
  a:
    script: "true"
    pool: db
    on_error: ignore
    retry: {limit: 2, delay: 1s, jitter: 0.5, exit_codes: [75, 3]}
  b: {script: "true", needs: a, on_error: fail, retry: {limit: 1, exit_codes: 9}}
"#;

#[test]
fn scripts_after_the_verdict_come_last_and_have_no_edges() {
    let parsed = parse(OPERATIONS, Format::Yaml, &Limits::default());
    assert_eq!(parsed.problems, []);
    let graph = parsed.graph.expect("a graph");
    let names = graph.vertices.iter().map(|v| (v.name.as_str(), v.handler));
    let expected = [
        ("a", None),
        ("b", None),
        ("on_failure", Some(When::Failure)),
        ("on_exit", Some(When::Exit)),
    ];
    assert_eq!(names.collect::<Vec<_>>(), expected);
    assert_eq!(graph.edges, [Edge { head: 1, tail: 0 }]);
    assert_eq!(
        (graph.timeout, graph.max_parallel),
        (Some(Millis(7_200_000)), Some(3))
    );
    let concurrency = Concurrency {
        limit: 2,
        on_limit: OnLimit::CancelOldest,
    };
    assert_eq!(graph.concurrency, Some(concurrency));
    let retention = Retention {
        days: Some(90),
        keep_last: Some(5),
        max_bytes: Some(1 << 30),
    };
    assert_eq!(graph.retention, retention);
    assert!(to_yaml(&graph).contains("  max_bytes: 1GiB\n"));
    let of = |name| &graph.vertices[graph.vertex_index(name).expect("it")];
    assert!(of("a").ignore_failure && !of("b").ignore_failure);
    let pools = ["a", "b", "on_failure"].map(|name| of(name).pool.as_deref());
    assert_eq!(pools, [Some("db"), None, Some("mail")]);
    let codes = |name| of(name).retry.and_then(|retry| retry.exit_codes);
    assert_eq!(codes("a"), Some(ExitCodes::of([3, 75])));
    assert_eq!(codes("b"), Some(ExitCodes::of([9])));
    assert_eq!(of("a").retry.map(|retry| retry.jitter), Some(0.5));
    let queue = parse(
        "name: g\nconcurrency: 4\nvertices: {a: x}\n",
        Format::Yaml,
        &Limits::default(),
    );
    let queue = queue.graph.and_then(|graph| graph.concurrency);
    assert_eq!(
        queue.map(|c| (c.limit, c.on_limit)),
        Some((4, OnLimit::Queue))
    );
    for (text, format) in [
        (to_yaml(&graph), Format::Yaml),
        (to_json(&graph), Format::Json),
    ] {
        let again = parse(&text, format, &Limits::default());
        assert_eq!(
            (again.graph.as_ref(), again.problems),
            (Some(&graph), vec![]),
            "{text}"
        );
    }
}

#[test]
fn what_people_ask_for_has_its_rules() {
    for (text, expected) in [
        (
            "concurrency: 0\nmax_parallel: 0\nvertices: {a: x}\n",
            "2:14 bad-concurrency, 3:15 bad-concurrency",
        ),
        (
            "concurrency: {on_limit: reject}\nvertices: {a: x}\n",
            "2:14 bad-concurrency",
        ),
        (
            "concurrency: {limit: 1, on_limit: wait}\nvertices: {a: x}\n",
            "2:35 unknown-word",
        ),
        ("concurrency: some\nvertices: {a: x}\n", "2:14 wrong-type"),
        (
            "retention: {days: 0, keep_last: 0, max_bytes: 1}\nvertices: {a: x}\n",
            "2:12 bad-retention, 2:12 bad-retention, 2:12 bad-retention",
        ),
        (
            "retention: {days: 36501}\nvertices: {a: x}\n",
            "2:12 bad-retention",
        ),
        (
            "retention: {max_bytes: 1 GB}\nvertices: {a: x}\n",
            "2:24 bad-retention",
        ),
        (
            "retention: {days: 9d}\nvertices: {a: x}\n",
            "2:19 wrong-type",
        ),
        (
            "retention: {day: 9}\nvertices: {a: x}\n",
            "2:13 unknown-key",
        ),
        ("retention: 90\nvertices: {a: x}\n", "2:12 wrong-type"),
        ("retention: {days: }\nvertices: {a: x}\n", ""),
        ("timeout: 0s\nvertices: {a: x}\n", "2:10 bad-duration"),
        ("vertices: {a: {script: x, pool: a b}}\n", "2:33 bad-pool"),
        ("vertices: {a: {script: x, pool: \"\"}}\n", "2:33 bad-pool"),
        (
            "vertices: {a: {script: x, on_error: stop}}\n",
            "2:37 unknown-word",
        ),
        (
            "vertices: {a: {script: x, retry: {limit: 1, jitter: 2}}}\n",
            "2:34 bad-retry",
        ),
        (
            "vertices: {a: {script: x, retry: {limit: 1, exit_codes: 256}}}\n",
            "2:57 bad-retry",
        ),
        (
            "vertices: {a: {script: x, retry: {limit: 1, exit_codes: [0, 1]}}}\n",
            "2:34 bad-retry",
        ),
        (
            "vertices: {a: {script: x, retry: {limit: 1, exit_codes: []}}}\n",
            "2:34 bad-retry",
        ),
        ("vertices: {on_exit: x}\n", "2:12 reserved-vertex-name"),
        ("vertices: {}\nhandlers: {on_exit: x}\n", "2:11 empty-graph"),
        ("handlers: {on_exit: x}\n", "1:1 empty-graph"),
        (
            "vertices: {a: x}\nhandlers: {on_end: x}\n",
            "3:12 unknown-key",
        ),
        (
            "vertices: {a: x}\nhandlers: {on_exit: {script: x, needs: a}}\n",
            "3:33 unknown-key",
        ),
        (
            "vertices: {a: x}\nhandlers: {on_exit: {script: x, on_error: ignore}}\n",
            "3:33 unknown-key",
        ),
        (
            "vertices: {a: x}\nhandlers: {on_exit: {}}\n",
            "3:12 empty-script",
        ),
        (
            "vertices: {a: {script: x, needs: on_exit}}\nhandlers: {on_exit: x}\n",
            "2:34 dangling-edge",
        ),
        (
            "vertices: {a: {script: x, next: on_exit}}\nhandlers: {on_exit: x}\n",
            "2:33 dangling-edge",
        ),
        (
            "vertices: {a: {script: x, outputs: {n: int}}}\nhandlers: {on_exit: echo <a.n>}\n",
            "3:26 output-in-handler",
        ),
        ("vertices: {a: x}\nhandlers: x\n", "3:11 wrong-type"),
    ] {
        let found = super::tests::found(&format!("name: g\n{text}"));
        assert_eq!(found.join(", "), expected, "{text}");
    }
    let text = "name: g\nvertices: {a: x}\nhandlers: {on_exit: {script: x, timeout: 0s}}\n";
    let problems = parse(text, Format::Yaml, &Limits::default()).problems;
    assert_eq!(problems[0].place, "handlers.on_exit.timeout");
}

/// Rules of what is kept, for graphs that are made up: with each key and without it.
pub(super) fn kept(n: u32) -> Retention {
    Retention {
        days: (n > 1).then_some(n),
        keep_last: (n != 2).then_some(n + 1),
        max_bytes: (n > 0).then_some(1023 + u64::from(n)),
    }
}
