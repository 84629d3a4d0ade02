//! The rows of inputs that a form sent, however many these are.

use std::collections::BTreeMap;

use super::typed::InputRow;
use crate::web::edge::posted::Posted;

/// The rows that a form sent, but for those in which nothing stands.
pub(super) fn sent(form: &Posted) -> Vec<InputRow> {
    let mut rows: BTreeMap<usize, InputRow> = BTreeMap::new();
    for (field, value) in form.fields() {
        let parts = field.strip_prefix("in").and_then(|f| f.split_once('.'));
        let Some((Ok(number), key)) = parts.map(|(number, key)| (number.parse(), key)) else {
            continue;
        };
        let row = rows.entry(number).or_default();
        match key {
            "name" => row.name = value.trim().to_owned(),
            "type" => row.kind = value.to_owned(),
            "required" => row.required = value == "yes",
            "default" => row.default = value.to_owned(),
            "choices" => row.choices = value.to_owned(),
            "desc" => row.desc = value.to_owned(),
            _ => {}
        }
    }
    rows.into_values().filter(|row| !row.is_blank()).collect()
}
