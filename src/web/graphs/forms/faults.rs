//! What a form of a definition cannot take, each at its field: what it would otherwise drop without a word.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::typed::{InputRow, Typed};
use crate::l10n::Words;
use crate::web::parts::words;

/// A field that cannot be taken as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Fault {
    /// The id of its element.
    pub(in crate::web) field: String,
    /// The name of its row; empty: it has none, or is in no row.
    pub(in crate::web) of: String,
    pub(in crate::web) label: String,
    /// What is wrong.
    pub(in crate::web) said: String,
}

impl Fault {
    /// Of a field in no row.
    pub(in crate::web) fn new(field: &str, label: String, said: String) -> Self {
        Self {
            field: field.to_owned(),
            of: String::new(),
            label,
            said,
        }
    }
}

/// The id of a field in a row.
pub(super) fn field_id(row: usize, key: &str) -> String {
    format!("in{row}-{key}")
}

/// The faults of rows of inputs, in the order of the form.
pub(super) fn of_rows(rows: &[InputRow], t: &Words) -> Vec<Fault> {
    let mut seen = BTreeSet::new();
    let mut faults = Vec::new();
    for (i, row) in rows.iter().enumerate() {
        let mut add = |key: &str, label: String, said: String| {
            faults.push(Fault {
                of: row.name.clone(),
                ..Fault::new(&field_id(i, key), label, said)
            });
        };
        if row.name.is_empty() {
            add("name", t.editor_name(), t.editor_row_unnamed());
        } else if !seen.insert(&row.name) {
            add("name", t.editor_name(), t.editor_row_twice(&row.name));
        }
        let Some(kind) = row.kind() else {
            continue;
        };
        let fits = |text: &&str| text.is_empty() || kind.parse(text).is_some();
        if !fits(&row.default.as_str()) {
            let said = t.editor_default_wrong(words::kind(kind, *t));
            add("default", t.graph_input_default(), said);
        }
        if let Some(wrong) = row.choices.lines().find(|line| !fits(line)) {
            let said = t.editor_choice_wrong(wrong, words::kind(kind, *t));
            add("choices", t.editor_choices(), said);
        }
    }
    faults
}

/// The faults of the form of a vertex that had these keys.
pub(super) fn of_vertex(typed: &Typed, former: &Json, t: &Words) -> Vec<Fault> {
    let mut faults = Vec::new();
    let had = former.get("retry").and_then(|retry| retry.get("delay"));
    let had = had.and_then(Json::as_str).unwrap_or_default();
    // Who takes the number away wants no wait either; who writes a wait wants one.
    let never = matches!(typed.retries.as_str(), "" | "0");
    if never && !typed.delay.is_empty() && typed.delay != had {
        let said = t.editor_delay_alone();
        faults.push(Fault::new("retries", t.editor_retries(), said));
    }
    faults.extend(of_rows(&typed.inputs, t));
    faults
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Typed, of_vertex};
    use crate::l10n::{L10n, Words};
    use crate::web::edge::posted::Posted;

    #[test]
    fn each_field_that_would_be_dropped_has_a_fault() {
        let t = Words::of(L10n::En);
        let former = json!({"retry": {"limit": 1, "delay": "7s"}});
        for (body, expected) in [
            (
                "in0.name=&in0.type=str&in0.default=&in0.choices=%0A&in0.desc=",
                vec![],
            ),
            ("in0.type=int", vec!["in0-name"]),
            ("in0.type=str&in0.default=x", vec!["in0-name"]),
            ("in0.type=str&in0.choices=x", vec!["in0-name"]),
            ("in0.type=str&in0.desc=x", vec!["in0-name"]),
            ("in0.type=str&in0.required=yes", vec!["in0-name"]),
            (
                "in0.name=a&in0.type=str&in7.name=a&in7.type=int",
                vec!["in1-name"],
            ),
            (
                "in0.name=a&in0.type=int&in0.default=abc",
                vec!["in0-default"],
            ),
            (
                "in0.name=a&in0.type=date&in0.default=tomorrow",
                vec!["in0-default"],
            ),
            ("in0.name=a&in0.type=bool&in0.default=yes", vec![]),
            ("in0.name=a&in0.type=int&in0.choices=1%0A%0A2", vec![]),
            (
                "in0.name=a&in0.type=int&in0.choices=1%0Atwo",
                vec!["in0-choices"],
            ),
            (
                "in0.type=int&in0.default=x",
                vec!["in0-name", "in0-default"],
            ),
            ("delay=5s", vec!["retries"]),
            ("delay=5s&retries=0", vec!["retries"]),
            ("delay=7s", vec![]),
            ("delay=5s&retries=1", vec![]),
        ] {
            let typed = Typed::of_form(&Posted::parse(body).expect("UTF-8"));
            let faults = of_vertex(&typed, &former, &t);
            let fields: Vec<&str> = faults.iter().map(|f| f.field.as_str()).collect();
            assert_eq!(fields, expected, "{body}");
        }
    }
}
