//! Every type with every rule that it has, given as the text of a form or as a JSON value.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::accept::GivenOwned;
use super::codes;
use super::inputs::{Later, accept_inputs};
use super::model::Limits;
use super::stored::input_to_json;
use super::text::{Format, parse};

/// What comes of a value: the JSON that the track keeps, or a code and what its message names.
type Outcome = Result<Json, (&'static str, &'static [&'static str])>;

/// A declaration as its author writes it, and values for it. A JSON string is also given as the text
/// of a form: both are read by the type.
type Row = (&'static str, Vec<(Json, Outcome)>);

const fn no(code: &'static str, names: &'static [&'static str]) -> Outcome {
    Err((code, names))
}

fn numbers() -> Vec<Row> {
    let bad = codes::BAD_VALUE;
    let missing = no(codes::MISSING_VALUE, &["`p`", "a whole number"]);
    vec![
        (
            "{type: int}",
            vec![
                (json!("007"), Ok(json!(7))),
                (json!(" -7 "), Ok(json!(-7))),
                (json!("+7"), Ok(json!(7))),
                (json!(7), Ok(json!(7))),
                (json!("abc"), no(bad, &["`p`", "`abc`", "a whole number"])),
                (json!("7.0"), no(bad, &["`7.0`"])),
                (json!("0x7"), no(bad, &["`0x7`"])),
                (json!("٧"), no(bad, &["`٧`"])),
                (json!(7.5), no(bad, &["`7.5`"])),
                (json!("9223372036854775807"), Ok(json!(i64::MAX))),
                (
                    json!("9223372036854775808"),
                    no(bad, &["`9223372036854775808`"]),
                ),
                (json!(u64::MAX), no(bad, &["`18446744073709551615`"])),
                (json!(true), no(bad, &["`true`"])),
                (json!([7]), no(bad, &["`p`"])),
                (json!({"a": 7}), no(bad, &["`p`"])),
                (json!(""), missing.clone()),
                (json!(null), missing.clone()),
            ],
        ),
        (
            "{type: int, default: 0}",
            vec![(json!(""), Ok(json!(0))), (json!(null), Ok(json!(0)))],
        ),
        (
            "{type: int, required: true, default: 3}",
            vec![(json!(""), missing), (json!("0"), Ok(json!(0)))],
        ),
        (
            "{type: int, min: 2, max: 4}",
            vec![
                (json!("2"), Ok(json!(2))),
                (json!(4), Ok(json!(4))),
                (json!("1"), no(codes::TOO_SMALL, &["`1`", "`p`", "2"])),
                (json!(5), no(codes::TOO_LARGE, &["`5`", "`p`", "4"])),
            ],
        ),
        (
            "{type: int, choices: [1, 10]}",
            vec![
                (json!("010"), Ok(json!(10))),
                (json!(2), no(codes::NOT_A_CHOICE, &["`2`", "`1`, `10`"])),
            ],
        ),
        (
            "{type: float, min: 0.5, max: 2}",
            vec![
                (json!("1e0"), Ok(json!(1.0))),
                (json!(2), Ok(json!(2.0))),
                (json!(".5"), Ok(json!(0.5))),
                (json!("0.4"), no(codes::TOO_SMALL, &["`0.4`", "0.5"])),
                (json!(2.1), no(codes::TOO_LARGE, &["`2.1`", "2"])),
                (json!("nan"), no(bad, &["`nan`", "a number"])),
                (json!("inf"), no(bad, &["`inf`"])),
                (json!("1,5"), no(bad, &["`1,5`"])),
                (json!(""), no(codes::MISSING_VALUE, &["`p`"])),
            ],
        ),
        (
            "{type: float, choices: [1, 2.5]}",
            vec![
                (json!("2.50"), Ok(json!(2.5))),
                (json!(2), no(codes::NOT_A_CHOICE, &["`2`", "`2.5`"])),
            ],
        ),
    ]
}

fn words() -> Vec<Row> {
    let bad = codes::BAD_VALUE;
    vec![
        (
            "{type: bool}",
            vec![
                (json!("Yes"), Ok(json!(true))),
                (json!("0"), Ok(json!(false))),
                (json!(false), Ok(json!(false))),
                (json!("2"), no(bad, &["`2`", "true or false"])),
                (json!(1), no(bad, &["`1`"])),
                (json!(""), no(codes::MISSING_VALUE, &["`p`"])),
            ],
        ),
        (
            "{type: bool, default: false}",
            vec![(json!(""), Ok(json!(false)))],
        ),
        (
            "{type: choice, choices: [small, 'on', '7', -x]}",
            vec![
                (json!("small"), Ok(json!("small"))),
                (json!("on"), Ok(json!("on"))),
                (json!("7"), Ok(json!("7"))),
                (json!("-x"), Ok(json!("-x"))),
                (
                    json!(" small"),
                    no(
                        codes::NOT_A_CHOICE,
                        &["` small`", "`small`, `on`, `7`, `-x`"],
                    ),
                ),
                (json!(7), no(bad, &["`7`"])),
                (json!(""), no(codes::MISSING_VALUE, &["`p`"])),
            ],
        ),
        (
            "{type: date, min: 2024-02-01, max: 2024-02-29}",
            vec![
                (json!("2024-02-29"), Ok(json!("2024-02-29"))),
                (
                    json!("2024-02-30"),
                    no(bad, &["`2024-02-30`", "a day like"]),
                ),
                (json!("29.02.2024"), no(bad, &["`29.02.2024`"])),
                (
                    json!("2024-01-31"),
                    no(codes::TOO_SMALL, &["`2024-01-31`", "2024-02-01"]),
                ),
                (
                    json!("2024-03-01"),
                    no(codes::TOO_LARGE, &["`2024-03-01`", "2024-02-29"]),
                ),
                (json!(20240229), no(bad, &["`20240229`"])),
                (json!(""), no(codes::MISSING_VALUE, &["`p`"])),
            ],
        ),
        (
            "{type: date, choices: [2024-01-01]}",
            vec![(
                json!("2024-01-02"),
                no(codes::NOT_A_CHOICE, &["`2024-01-02`", "`2024-01-01`"]),
            )],
        ),
    ]
}

fn texts() -> Vec<Row> {
    let missing = no(codes::MISSING_VALUE, &["`p`"]);
    vec![
        (
            "{type: str}",
            vec![
                (json!("007"), Ok(json!("007"))),
                (json!(" a\n"), Ok(json!(" a\n"))),
                (json!(""), Ok(json!(""))),
                (json!(null), missing.clone()),
                (json!(7), no(codes::BAD_VALUE, &["`7`", "text"])),
                (json!(true), no(codes::BAD_VALUE, &["`true`"])),
                (
                    json!("-rf"),
                    no(codes::LEADING_DASH, &["`-rf`", "allow_dash"]),
                ),
                (json!("a\0b"), no(codes::NUL_BYTE, &["`p`"])),
            ],
        ),
        (
            "{type: str, default: d}",
            vec![(json!(""), Ok(json!(""))), (json!(null), Ok(json!("d")))],
        ),
        (
            "{type: str, required: true, default: d}",
            vec![(json!(""), missing.clone()), (json!(null), missing)],
        ),
        (
            "{type: str, allow_dash: true}",
            vec![(json!("-rf"), Ok(json!("-rf")))],
        ),
        (
            "{type: str, min_length: 2, max_length: 3}",
            vec![
                (json!("éé"), Ok(json!("éé"))),
                (
                    json!("é"),
                    no(codes::TOO_SHORT, &["`é`", "1 characters", "2"]),
                ),
                (
                    json!("éééé"),
                    no(codes::TOO_LONG, &["`éééé`", "4 characters", "3"]),
                ),
                (json!(""), no(codes::TOO_SHORT, &["0 characters"])),
            ],
        ),
        (
            "{type: str, pattern: '[a-z]+'}",
            vec![
                (json!("abc"), Ok(json!("abc"))),
                (
                    json!("abc\n"),
                    no(codes::PATTERN_MISMATCH, &["`abc\\n`", "`[a-z]+`"]),
                ),
                (json!("1abc"), no(codes::PATTERN_MISMATCH, &["`1abc`"])),
            ],
        ),
        (
            "{type: str, choices: [a, -b]}",
            vec![
                (json!("-b"), Ok(json!("-b"))),
                (json!("c"), no(codes::NOT_A_CHOICE, &["`c`", "`a`, `-b`"])),
            ],
        ),
    ]
}

/// What comes of `value` for a parameter that is declared so.
fn accept(declared: &str, value: GivenOwned) -> Result<Json, (&'static str, String)> {
    let text = format!("name: g\ninput:\n  p: {declared}\nvertices: {{a: echo <p>}}\n");
    let parsed = parse(&text, Format::Yaml, &Limits::default());
    assert_eq!(parsed.problems, [], "{declared}");
    let graph = parsed.graph.expect("a graph");
    let given = BTreeMap::from([("p".to_owned(), value)]);
    match accept_inputs(&graph, &given, Later::Nothing, &Limits::default()) {
        Ok(accepted) => Ok(input_to_json(&accepted.vertices[0])["p"].clone()),
        Err(errors) => {
            assert_eq!((errors.len(), errors[0].field.as_str()), (1, "p"));
            Err((errors[0].code, errors[0].message.clone()))
        }
    }
}

#[test]
fn every_type_with_every_rule_by_form_and_by_json() {
    let rows = [numbers(), words(), texts()].concat();
    let mut seen = 0;
    for (declared, values) in rows {
        for (value, expected) in values {
            let mut ways = vec![GivenOwned::Json(value.clone())];
            if let Json::String(text) = &value {
                ways.push(GivenOwned::Text(text.clone()));
            }
            for given in ways {
                seen += 1;
                let what = format!("{declared} {given:?}");
                match (accept(declared, given), &expected) {
                    (Ok(kept), Ok(wanted)) => assert_eq!(kept, *wanted, "{what}"),
                    (Err((code, message)), Err((wanted, names))) => {
                        assert_eq!(code, *wanted, "{what}: {message}");
                        let named = names.iter().all(|name| message.contains(name));
                        assert!(named, "{what}: {message} names {names:?}");
                    }
                    (got, _) => panic!("{what} gives {got:?}, not {expected:?}"),
                }
            }
        }
    }
    assert!(seen > 120, "{seen}");
}
