//! Where the forms of a definition have the field of a part of it.

use rocket::http::RawStr;

use super::faults::field_id;
use super::typed::InputRow;
use crate::web::parts::place::Part;

/// The form of a vertex.
pub(super) fn of_vertex(id: i64, name: &str) -> String {
    let name = RawStr::new(name).percent_encode();
    format!("/graphs/{id}/forms/vertex?name={name}")
}

/// The form that has a part; none: no form has it.
pub(super) fn form(id: i64, part: Part<'_>) -> Option<String> {
    match (part.vertex, part.key().0) {
        (Some(name), _) => Some(of_vertex(id, name)),
        (None, "input") => Some(format!("/graphs/{id}/forms/inputs")),
        (None, _) => None,
    }
}

/// The field of a part in the rows of a form.
pub(super) fn in_rows(part: Part<'_>, rows: &[InputRow]) -> Option<String> {
    let (name, rule) = part.key().1.split_once('.').unwrap_or((part.key().1, ""));
    let row = rows.iter().position(|row| row.name == name)?;
    let key = match rule {
        "default" | "choices" | "type" | "desc" | "required" => rule,
        _ => "name",
    };
    Some(format!("#{}", field_id(row, key)))
}

/// The field of a part in the form of its own vertex.
pub(super) fn in_form(part: Part<'_>, rows: &[InputRow]) -> Option<String> {
    let field = match part.key() {
        ("", _) => "name",
        ("retry", "delay") => "delay",
        ("retry", _) => "retries",
        ("input", _) => return in_rows(part, rows),
        (key @ ("name" | "script" | "needs" | "desc" | "timeout"), _) => key,
        _ => return None,
    };
    Some(format!("#{field}"))
}
