//! `trackyard bench`: what it tells, and that nothing of it stays.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::cli::{Desk, Said};
use crate::executor::bench::until;
use crate::processes::{processes, terminate};

impl Desk {
    /// A desk with a directory in which is measured.
    fn measuring() -> Self {
        let desk = Self::new();
        std::fs::create_dir(desk.data()).expect("made");
        desk
    }

    /// No process works there any more, and no file is left.
    fn nothing_stays(&self) {
        assert_eq!(of(&self.data(), |_| true), [0; 0]);
        let left: Vec<_> = std::fs::read_dir(self.data()).expect("read").collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

/// The processes that name something below a directory, and whose words are as asked for.
fn of(dir: &Path, like: impl Fn(&[String]) -> bool) -> Vec<i32> {
    let below = dir.canonicalize().expect("it is there");
    let below = below.to_str().expect("text");
    processes(|words| words.iter().any(|word| word.contains(below)) && like(words))
}

#[test]
fn figures_of_two_cases_are_told_to_programs() {
    let desk = Desk::measuring();
    let words = [
        "bench",
        "--quick",
        "--json",
        "--vertices",
        "12",
        "--slots",
        "2",
        "chain",
        "independent",
    ];
    let told = desk.call(&words).expect(0).json();
    assert_eq!((&told["slots"], &told["quick"]), (&2.into(), &true.into()));
    assert_eq!(told["directory"], desk.data().to_str().expect("text"));
    let cases = told["cases"].as_array().expect("a list");
    let names: Vec<&Value> = cases.iter().map(|case| &case["case"]).collect();
    assert_eq!(names, ["independent", "chain"], "in the order of the table");
    for case in cases {
        assert_eq!(
            (&case["vertices"], &case["unit"]),
            (&12.into(), &"s".into())
        );
        for figure in ["figure", "per_vertex_ms", "plain", "ratio"] {
            let figure = case[figure].as_f64();
            assert!(figure.is_some_and(|figure| figure > 0.0), "{case}");
        }
        let of_one = case["per_vertex_ms"].as_f64().zip(case["figure"].as_f64());
        let (of_one, all) = of_one.expect("numbers");
        assert!((of_one * 12.0 - all * 1e3).abs() < 0.01, "{case}");
    }
    desk.nothing_stays();
}

#[test]
fn every_case_is_a_line_of_the_table() {
    let desk = Desk::measuring();
    let words = ["bench", "--quick", "--vertices", "4", "--slots", "1"];
    let said = desk.call(&words).expect(0);
    let mut lines = said.out.lines();
    let first = lines.next().expect("a line");
    assert!(first.contains("1 slot, in "), "{first}");
    assert_eq!(lines.next(), Some(""));
    let heads: Vec<&str> = lines.next().expect("heads").split("  ").collect();
    let heads: Vec<&str> = heads
        .into_iter()
        .filter(|h| !h.is_empty())
        .map(str::trim)
        .collect();
    assert_eq!(
        heads,
        ["CASE", "FIGURE", "PER VERTEX", "PLAIN", "RATIO", "WHAT"]
    );
    let rows: Vec<Vec<&str>> = lines
        .map(|line| {
            line.split("  ")
                .filter(|c| !c.is_empty())
                .map(str::trim)
                .collect()
        })
        .collect();
    let shape: Vec<(&str, usize)> = rows.iter().map(|row| (row[0], row.len())).collect();
    assert_eq!(
        shape,
        [
            ("commits", 3),
            ("independent", 6),
            ("chain", 6),
            ("pipelines", 6),
            ("sleepers", 6),
            ("start", 4),
            ("starts", 3),
        ],
        "{}",
        said.out
    );
    assert_eq!(rows[0][2], "8 durable commits of one insert");
    assert_eq!(rows[5][3], "start of 40 vertices, from request to answer");
    desk.nothing_stays();
}

#[test]
fn a_signal_ends_what_was_started() {
    let desk = Desk::measuring();
    let mut command = desk.command(&["bench", "chain", "--vertices", "20000"]);
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("it runs");
    until("a script runs", || {
        !of(&desk.data(), |words| {
            words.get(1).is_some_and(|w| w == "__supervise")
        })
        .is_empty()
    });
    terminate(child.id() as i32);
    let said = Said::of(child.wait_with_output().expect("it ends")).expect(143);
    assert_eq!(said.out, "");
    assert!(
        said.err.contains("its directory is removed"),
        "{}",
        said.err
    );
    desk.nothing_stays();
}

#[test]
fn a_place_that_is_not_there_is_named() {
    let desk = Desk::new();
    let said = desk.call(&["bench", "commits"]).expect(1);
    let data = desk.data().display().to_string();
    assert!(said.err.contains(&data), "{}", said.err);
    assert!(said.err.contains("--data DIR"), "{}", said.err);
}
