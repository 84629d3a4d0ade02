//! How figures are told: a table for people, an object for programs.

use serde_json::{Value, json};

use super::case::{Figure, Unit};
use crate::cli::output::table;

const HEADS: &[&str] = &["CASE", "FIGURE", "PER VERTEX", "PLAIN", "RATIO", "WHAT"];

/// The table. A column that no case fills is not in it.
pub(super) fn text(figures: &[Figure], usual: usize) -> String {
    let row = |figure: &Figure| {
        let told = |value: f64| shown(value, figure.unit);
        vec![
            figure.case.word().to_owned(),
            told(figure.ours),
            or_none(
                figure
                    .per_vertex_ms()
                    .map(|ms| shown(ms, Unit::Milliseconds)),
            ),
            or_none(figure.plain.map(told)),
            or_none(figure.ratio().map(|ratio| format!("{ratio:.2}"))),
            figure.case.what(usual),
        ]
    };
    table(HEADS, &figures.iter().map(row).collect::<Vec<_>>())
}

/// The same of each case for programs; null: it has none.
pub(super) fn facts(figures: &[Figure], usual: usize) -> Value {
    let fact = |figure: &Figure| {
        json!({
            "case": figure.case.word(),
            "what": figure.case.what(usual),
            "vertices": figure.vertices,
            "figure": figure.ours,
            "unit": figure.unit.word(),
            "per_vertex_ms": figure.per_vertex_ms(),
            "plain": figure.plain,
            "ratio": figure.ratio(),
        })
    };
    figures.iter().map(fact).collect()
}

fn or_none(text: Option<String>) -> String {
    text.unwrap_or_default()
}

fn shown(value: f64, unit: Unit) -> String {
    match unit {
        Unit::EachSecond => format!("{value:.0} /s"),
        Unit::Seconds => format!("{value:.2} s"),
        Unit::Milliseconds if value < 0.1 => format!("{:.1} µs", value * 1_000.0),
        Unit::Milliseconds if value < 10.0 => format!("{value:.2} ms"),
        Unit::Milliseconds => format!("{value:.0} ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::{facts, text};
    use crate::cli::bench::case::{Case, Figure, Unit};

    fn figures() -> Vec<Figure> {
        let figure = |case, unit, ours, plain, vertices| Figure {
            case,
            unit,
            ours,
            plain,
            vertices,
        };
        vec![
            figure(Case::Commits, Unit::EachSecond, 812.4, None, None),
            figure(Case::Chain, Unit::Seconds, 3.0, Some(1.5), Some(1_000)),
            figure(Case::Start, Unit::Milliseconds, 96.4, None, Some(10_000)),
        ]
    }

    #[test]
    fn the_table_has_a_line_for_each_case() {
        let told = text(&figures(), 1_000);
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(
            lines,
            [
                "CASE     FIGURE  PER VERTEX  PLAIN   RATIO  WHAT",
                "commits  812 /s                             2,000 durable commits of one insert",
                "chain    3.00 s  3.00 ms     1.50 s  2.00   1,000 scripts, one after the other",
                "start    96 ms   9.6 µs                     start of 10,000 vertices, from request to answer",
            ]
        );
    }

    #[test]
    fn programs_read_the_same_with_its_units() {
        let told = facts(&figures(), 1_000);
        assert_eq!(told[0]["unit"], "/s");
        assert!(told[0]["plain"].is_null() && told[0]["vertices"].is_null());
        assert_eq!(told[1]["ratio"], 2.0);
        assert_eq!(told[1]["per_vertex_ms"], 3.0);
        assert_eq!(told[2]["vertices"], 10_000);
    }
}
