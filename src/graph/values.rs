//! Text to typed values, the same rules for definitions, forms and the command line.

use chrono::NaiveDate;

use super::param::{Kind, Value};

impl Kind {
    /// Reads `text` as this type; spaces around numbers, bools and dates do not matter. `None` when
    /// it is not of the type.
    pub fn parse(self, text: &str) -> Option<Value> {
        let trimmed = text.trim();
        match self {
            Self::Str | Self::Choice | Self::Secret => Some(Value::Str(text.to_owned())),
            Self::Int => trimmed.parse().ok().map(Value::Int),
            Self::Float => float(trimmed).map(Value::Float),
            Self::Bool => boolean(trimmed).map(Value::Bool),
            Self::Date => is_day(trimmed).then(|| Value::Str(trimmed.to_owned())),
        }
    }

    /// Whether a value has the form that this type stores.
    pub fn holds(self, value: &Value) -> bool {
        match (self, value) {
            (Self::Str | Self::Choice | Self::Secret, Value::Str(_))
            | (Self::Int, Value::Int(_))
            | (Self::Bool, Value::Bool(_)) => true,
            (Self::Float, Value::Float(x)) => x.is_finite(),
            (Self::Date, Value::Str(day)) => is_day(day),
            (_, Value::Str(_) | Value::Int(_) | Value::Float(_) | Value::Bool(_)) => false,
        }
    }
}

/// A finite decimal number; the words `inf` and `nan` are not numbers here.
fn float(text: &str) -> Option<f64> {
    let decimal = text
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'));
    text.parse().ok().filter(|x: &f64| decimal && x.is_finite())
}

/// The words that people write for true and false, in any case.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// Whether `text` is a day of the calendar, `YYYY-MM-DD`.
fn is_day(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shape = bytes.len() == 10
        && bytes.iter().enumerate().all(|(i, b)| {
            if matches!(i, 4 | 7) {
                *b == b'-'
            } else {
                b.is_ascii_digit()
            }
        });
    shape && NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

#[cfg(test)]
mod tests {
    use crate::graph::param::{Kind, Value};

    #[test]
    fn reads_text_by_type() {
        let day = |d: &str| Some(Value::Str(d.to_owned()));
        for (kind, text, value) in [
            (Kind::Int, "007", Some(Value::Int(7))),
            (Kind::Int, " -7 ", Some(Value::Int(-7))),
            (Kind::Int, "7.0", None),
            (Kind::Int, "9223372036854775808", None),
            (Kind::Float, "1e3", Some(Value::Float(1000.0))),
            (Kind::Float, "inf", None),
            (Kind::Float, "1e999", None),
            (Kind::Float, "", None),
            (Kind::Bool, "YES", Some(Value::Bool(true))),
            (Kind::Bool, "off", Some(Value::Bool(false))),
            (Kind::Bool, "maybe", None),
            (Kind::Date, "2024-02-29", day("2024-02-29")),
            (Kind::Date, "2023-02-29", None),
            (Kind::Date, "2023-2-1", None),
            (Kind::Str, " a ", day(" a ")),
        ] {
            assert_eq!(kind.parse(text), value, "{kind:?} {text:?}");
        }
    }
}
