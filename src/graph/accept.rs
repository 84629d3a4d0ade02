//! One value as it comes in, read by the type of its parameter.

use super::codes;
use super::model::Limits;
use super::param::{Kind, Param, Value};
use super::patterns::Patterns;
use super::similar::quote;

/// A value as it comes in, before it is accepted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Given<'v> {
    /// From a form or a command line: read by the parameter's type.
    Text(&'v str),
    /// From a request: must have the JSON type that fits.
    Json(&'v serde_json::Value),
}

/// A [`Given`] that owns its value.
#[derive(Debug, Clone, PartialEq)]
pub enum GivenOwned {
    /// See [`Given::Text`].
    Text(String),
    /// See [`Given::Json`].
    Json(serde_json::Value),
}

/// Why a value was not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The parameter, `name` or `vertex.name`.
    pub field: String,
    /// A stable name for programs; listed in docs/checks.md.
    pub code: &'static str,
    /// What is wrong and what to do.
    pub message: String,
}

/// A code and a message; the caller knows the field.
pub(super) type Refusal = (&'static str, String);

impl GivenOwned {
    /// The same value, borrowed.
    pub fn as_given(&self) -> Given<'_> {
        match self {
            Self::Text(text) => Given::Text(text),
            Self::Json(json) => Given::Json(json),
        }
    }
}

impl Param {
    /// The value that `given` stands for, if every rule allows it.
    ///
    /// An absent value (JSON null, or empty text for anything but a str) gives the default, or the
    /// empty text when there is none.
    ///
    /// # Errors
    /// The first rule that refuses it; `missing-value` when it is absent and required.
    pub fn accept(&self, given: &Given<'_>, limits: &Limits) -> Result<Value, FieldError> {
        let outcome = match self.read(given, limits, &mut Patterns::default()) {
            Ok(Some(value)) => Ok(value),
            Ok(None) => self.absent().ok_or_else(|| self.missing()),
            Err(refusal) => Err(refusal),
        };
        outcome.map_err(|(code, message)| FieldError {
            field: self.name.clone(),
            code,
            message,
        })
    }

    /// The value of a parameter that nobody gave; none when somebody must: it is required, or has
    /// no default. A missing value never becomes an empty text.
    pub(super) fn absent(&self) -> Option<Value> {
        self.default.clone().filter(|_| !self.required)
    }

    /// A value as messages show it; a secret is never shown.
    pub(super) fn shown(&self, value: &str) -> String {
        match self.kind {
            Kind::Secret => "this value".to_owned(),
            _ => quote(value),
        }
    }

    /// The refusal of an absent value that somebody must give.
    pub(super) fn missing(&self) -> Refusal {
        let why = match (self.required, &self.default) {
            (true, Some(_)) => "is required (its default only fills in forms)",
            (true, None) => "is required",
            (false, _) => "has no default",
        };
        (
            codes::MISSING_VALUE,
            format!("`{}` {why}; give {}", self.name, self.kind.phrase()),
        )
    }

    /// Reads and judges a value; `None` when it is absent.
    pub(super) fn read(
        &self,
        given: &Given<'_>,
        limits: &Limits,
        patterns: &mut Patterns,
    ) -> Result<Option<Value>, Refusal> {
        let Some(value) = self.typed(given, limits)? else {
            return Ok(None);
        };
        self.judge(&value, limits, patterns)?;
        Ok(Some(value))
    }

    fn typed(&self, given: &Given<'_>, limits: &Limits) -> Result<Option<Value>, Refusal> {
        use serde_json::Value as Json;
        let wrong = |shown: &str| {
            let message = format!(
                "`{}` must be {}, not {}",
                self.name,
                self.kind.phrase(),
                self.shown(shown)
            );
            Err((codes::BAD_VALUE, message))
        };
        let text = match given {
            Given::Text(text) => *text,
            Given::Json(Json::Null) => return Ok(None),
            Given::Json(Json::String(text)) => text.as_str(),
            Given::Json(Json::Bool(b)) if self.kind == Kind::Bool => {
                return Ok(Some(Value::Bool(*b)));
            }
            Given::Json(Json::Number(n)) => {
                let value = match self.kind {
                    Kind::Int => n.as_i64().map(Value::Int),
                    Kind::Float => n.as_f64().filter(|x| x.is_finite()).map(Value::Float),
                    Kind::Str | Kind::Bool | Kind::Choice | Kind::Date | Kind::Secret => None,
                };
                return value.map_or_else(|| wrong(&n.to_string()), |v| Ok(Some(v)));
            }
            Given::Json(Json::Bool(b)) => return wrong(if *b { "true" } else { "false" }),
            Given::Json(Json::Array(_)) => return wrong("[...]"),
            Given::Json(Json::Object(_)) => return wrong("{...}"),
        };
        if text.len() > limits.value_bytes {
            let message = format!(
                "`{}` has {} bytes and the limit is {}",
                self.name,
                text.len(),
                limits.value_bytes
            );
            return Err((codes::VALUE_TOO_LARGE, message));
        }
        if text.is_empty() && (self.kind != Kind::Str || self.required) {
            return Ok(None);
        }
        self.kind
            .parse(text)
            .map_or_else(|| wrong(text), |v| Ok(Some(v)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Given;
    use crate::graph::codes;
    use crate::graph::model::Limits;
    use crate::graph::param::{Kind, Param, Value};

    fn outcome(param: &Param, given: &Given<'_>) -> Result<String, &'static str> {
        let limits = Limits {
            value_bytes: 40,
            ..Limits::default()
        };
        param
            .accept(given, &limits)
            .map(|v| v.to_string())
            .map_err(|e| e.code)
    }

    fn param(kind: Kind, change: impl FnOnce(&mut Param)) -> Param {
        let mut param = Param::new("p", kind);
        change(&mut param);
        param
    }

    #[test]
    fn text_is_read_by_type_and_judged_by_the_rules() {
        let text = |s: &str| Value::Str(s.to_owned());
        let required = |p: &mut Param| p.required = true;
        let range = |p: &mut Param| (p.min, p.max) = (Some(Value::Int(2)), Some(Value::Int(3)));
        let days =
            |p: &mut Param| (p.min, p.max) = (Some(text("2024-01-01")), Some(text("2024-12-31")));
        for (param, given, expected) in [
            (param(Kind::Int, |_| ()), "007", Ok("7")),
            (param(Kind::Int, |_| ()), "x", Err(codes::BAD_VALUE)),
            (
                param(Kind::Int, |_| ()),
                "-9223372036854775808",
                Err(codes::TOO_SMALL),
            ),
            (param(Kind::Int, |_| ()), "", Err(codes::MISSING_VALUE)),
            (
                param(Kind::Int, |p| p.default = Some(Value::Int(0))),
                "",
                Ok("0"),
            ),
            (param(Kind::Int, required), "", Err(codes::MISSING_VALUE)),
            (param(Kind::Str, required), "", Err(codes::MISSING_VALUE)),
            (
                param(Kind::Str, |p| p.default = Some(text("d"))),
                "",
                Ok(""),
            ),
            (param(Kind::Int, range), "1", Err(codes::TOO_SMALL)),
            (param(Kind::Int, range), "4", Err(codes::TOO_LARGE)),
            (param(Kind::Date, days), "2023-12-31", Err(codes::TOO_SMALL)),
            (param(Kind::Date, days), "2024-02-30", Err(codes::BAD_VALUE)),
            (param(Kind::Date, days), "2024-02-29", Ok("2024-02-29")),
            (param(Kind::Bool, |_| ()), "off", Ok("false")),
        ] {
            let expected = expected.map(str::to_owned);
            assert_eq!(
                outcome(&param, &Given::Text(given)),
                expected,
                "{given:?} {param:?}"
            );
        }
    }

    #[test]
    fn the_rules_of_texts() {
        let text = |s: &str| Value::Str(s.to_owned());
        let lengths = |p: &mut Param| (p.min_length, p.max_length) = (Some(2), Some(3));
        let words = |p: &mut Param| p.choices = vec![text("a"), text("-b")];
        let pattern = |p: &mut Param| p.pattern = Some("a|ab".to_owned());
        for (param, given, expected) in [
            (param(Kind::Str, lengths), "é", Err(codes::TOO_SHORT)),
            (param(Kind::Str, lengths), "éééé", Err(codes::TOO_LONG)),
            (param(Kind::Str, lengths), "ééé", Ok("ééé")),
            (param(Kind::Str, pattern), "ab", Ok("ab")),
            (
                param(Kind::Str, pattern),
                "abc",
                Err(codes::PATTERN_MISMATCH),
            ),
            (
                param(Kind::Str, pattern),
                "a\n",
                Err(codes::PATTERN_MISMATCH),
            ),
            (
                param(Kind::Str, |p| p.pattern = Some("(?x) a # c".to_owned())),
                "a",
                Ok("a"),
            ),
            (
                param(Kind::Str, |p| p.pattern = Some("a)(?:b".to_owned())),
                "ab",
                Err(codes::BAD_PATTERN),
            ),
            (
                param(Kind::Str, |p| p.pattern = Some("\\w{999}{99}".to_owned())),
                "ab",
                Err(codes::BAD_PATTERN),
            ),
            (param(Kind::Str, |_| ()), "-rf", Err(codes::LEADING_DASH)),
            (param(Kind::Str, |p| p.allow_dash = true), "-rf", Ok("-rf")),
            (param(Kind::Int, |_| ()), "-5", Ok("-5")),
            (param(Kind::Choice, words), "-b", Ok("-b")),
            (param(Kind::Choice, words), "c", Err(codes::NOT_A_CHOICE)),
            (param(Kind::Str, |_| ()), "a\0b", Err(codes::NUL_BYTE)),
            (
                param(Kind::Str, |_| ()),
                "12345678901234567890123456789012345678901",
                Err(codes::VALUE_TOO_LARGE),
            ),
        ] {
            assert_eq!(
                outcome(&param, &Given::Text(given)),
                expected.map(str::to_owned),
                "{given:?} {param:?}"
            );
        }
    }

    #[test]
    fn json_must_have_the_type() {
        for (kind, given, expected) in [
            (Kind::Str, json!("a"), Ok("a")),
            (Kind::Str, json!(1), Err(codes::BAD_VALUE)),
            (Kind::Int, json!(7), Ok("7")),
            (Kind::Int, json!("7"), Ok("7")),
            (Kind::Int, json!(7.5), Err(codes::BAD_VALUE)),
            (Kind::Int, json!(u64::MAX), Err(codes::BAD_VALUE)),
            (Kind::Int, json!([7]), Err(codes::BAD_VALUE)),
            (Kind::Int, json!(null), Err(codes::MISSING_VALUE)),
            (Kind::Float, json!(7), Ok("7")),
            (Kind::Bool, json!(true), Ok("true")),
            (Kind::Bool, json!("no"), Ok("false")),
            (Kind::Bool, json!(1), Err(codes::BAD_VALUE)),
            (Kind::Date, json!({}), Err(codes::BAD_VALUE)),
        ] {
            let param = Param::new("p", kind);
            assert_eq!(
                outcome(&param, &Given::Json(&given)),
                expected.map(str::to_owned),
                "{kind:?} {given}"
            );
        }
    }

    #[test]
    fn messages_name_the_value_and_the_rule() {
        let param = param(Kind::Int, |p| p.max = Some(Value::Int(3)));
        let error = param
            .accept(&Given::Text("4"), &Limits::default())
            .expect_err("too large");
        assert_eq!(error.message, "`4` is above the largest value of `p`, 3");
        assert_eq!(error.field, "p");
    }
}
