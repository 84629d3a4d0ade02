//! Shows that each check can fail: files with one planted violation, and their innocent twins.

use super::scan::Source;
use super::{CODE_LINES, FILE_LINES, NOTES, PLACES, check};

/// What the checks say about a file of this text, without the path; `//!` and a line are put above.
fn planted(path: &str, text: &str) -> Vec<String> {
    let found = check(&Source::new(path, &format!("//! Planted.\n{text}\n")));
    found
        .iter()
        .map(|line| line.replace(&format!("{path}:"), ""))
        .collect()
}

#[test]
fn an_import_that_points_upward_is_found() {
    let says = |path: &str, text: &str| planted(path, text).join("; ");
    assert_eq!(
        says("src/graph/a.rs", "use crate::engine::Id;"),
        "2: `graph` may not import `engine`"
    );
    assert_eq!(
        says("src/clock.rs", "fn f() { crate::config::x() }"),
        "2: `clock` may not import `config`"
    );
    assert_eq!(
        says(
            "src/driver/a.rs",
            "use crate::{\n    web::{a, api},\n    store, cli as c,\n};"
        ),
        "3: `driver` may not import `web`; 4: `driver` may not import `cli`"
    );
    assert_eq!(
        says("src/main.rs", "use trackyard::{cli, store};"),
        "2: `main` may not import `store`"
    );
    assert_eq!(
        says("src/other/mod.rs", ""),
        "1: module `other` is not in the import table"
    );
    assert!(
        says("src/store/a.rs", "use super::super::web::b;")
            .starts_with("2: `super::super::` hides")
    );
    assert!(says("src/clock.rs", "use super::web::b;").starts_with("2: `super::` hides"));
    let fine = "use crate::{engine::{web, A}, graph::B};\npub(crate) fn f() {} // crate::web\n";
    assert_eq!(says("src/store/a.rs", fine), "");
    assert_eq!(says("src/app.rs", "use crate::web;"), "");
    assert_eq!(says("tests/it/a.rs", "use trackyard::web::a;"), "");
}

#[test]
fn a_planted_word_is_found_and_the_same_word_in_a_string_is_not() {
    for (path, line) in [
        ("src/engine/a.rs", "use std::collections::HashMap;"),
        ("src/graph/a.rs", "let t = std::time::Instant::now();"),
        ("src/graph/a.rs", "std::fs::read(x)"),
        (
            "src/graph/a.rs",
            "use std::{collections::{BTreeMap, VecDeque}, io, env};",
        ),
        ("src/store/a.rs", "let a = b.unwrap();"),
        ("src/store/a.rs", "#[allow(dead_code)]"),
        ("src/store/a.rs", "use diesel::prelude::*;"),
        ("src/store/a.rs", "pub struct PoolManager;"),
        ("src/store/a.rs", "mod utils;"),
        ("src/store/a.rs", "async fn f() {}"),
        ("src/store/a.rs", "todo!()"),
        ("tests/it/a.rs", "std::thread::sleep(d);"),
        ("tests/it/a.rs", "#[ignore]"),
    ] {
        assert_eq!(
            planted(path, line).len(),
            1,
            "{line}: {:?}",
            planted(path, line)
        );
        let masked = format!("let s = [\"\\\"{line}\", r#\"{line}\"#]; // {line}");
        assert_eq!(planted(path, &masked), [""; 0], "{masked}");
        let late =
            format!("fn f<'a>(c: char) -> bool {{ c == '\"' || c == '\\'' }}\n/* \" */\n{line}");
        assert!(planted(path, &late)[0].starts_with("4: "), "{late}");
    }
    for note in NOTES {
        assert_eq!(
            planted("src/store/a.rs", &format!("// {note}: later")).len(),
            1
        );
        assert_eq!(
            planted("src/store/a.rs", &format!("let a = \"{note}\"; // {note}S")),
            [""; 0]
        );
    }
    for place in PLACES {
        assert_eq!(planted("docs/a.md", &format!("see {place}x")).len(), 1);
    }
    assert_eq!(
        planted("docs/a.md", &format!("see <dir>{0}x and a{0}x", PLACES[0])),
        [""; 0]
    );
}

#[test]
fn tests_are_told_from_code() {
    let tested = "#[cfg(test)]\nmod tests {\n    fn f() { a.unwrap(); HashMap::new() }\n}";
    assert_eq!(planted("src/graph/a.rs", tested), [""; 0]);
    assert_eq!(
        planted(
            "src/graph/a.rs",
            &format!("#[cfg(test)]\nmod tests;\n{}", "a.unwrap();")
        )
        .len(),
        1
    );
    assert_eq!(
        Source::new("src/a/mod.rs", "#[cfg(test)]\nmod sim;").test_files(),
        ["src/a/sim"]
    );
    assert_eq!(
        Source::new("src/a/b.rs", "#[cfg(test)]\nmod sim;").test_files(),
        ["src/a/b/sim"]
    );
}

#[test]
fn a_long_file_and_one_without_its_purpose_are_found() {
    let lines = |n: usize| "let a = 1;\n".repeat(n);
    let long = |n: usize, tail: &str| planted("src/store/a.rs", &format!("{}{tail}", lines(n)));
    assert_eq!(long(CODE_LINES - 2, ""), [""; 0]);
    assert_eq!(long(CODE_LINES, "").len(), 1);
    let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}", lines(300));
    assert_eq!(long(CODE_LINES - 1, &tests), [""; 0]);
    assert_eq!(planted("static/a.js", &lines(FILE_LINES)).len(), 1);
    assert_eq!(
        check(&Source::new("src/store/a.rs", "fn f() {}\n")),
        ["src/store/a.rs:1: does not open with `//!`"]
    );
}
