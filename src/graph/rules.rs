//! The rules of one parameter against one value: range, length, choices, pattern.
//!
//! Used on the values that people give and on the declaration's own default and choices alike.

use super::accept::Refusal;
use super::codes;
use super::model::Limits;
use super::param::{Kind, Param, Value};
use super::patterns::Patterns;
use super::similar::quote;

/// The smallest int of any parameter: dash computes with this for the one below it, too.
const LEAST: Value = Value::Int(-i64::MAX);

impl Param {
    /// Whether every rule allows `value`; the first that does not, otherwise.
    pub(super) fn judge(
        &self,
        value: &Value,
        limits: &Limits,
        patterns: &mut Patterns,
    ) -> Result<(), Refusal> {
        let name = &self.name;
        let shown = self.shown(&value.to_string());
        if !self.kind.holds(value) {
            return Err((
                codes::BAD_VALUE,
                format!("`{name}` must be {}, not {shown}", self.kind.phrase()),
            ));
        }
        if let Value::Str(text) = value {
            self.text_rules(text, limits, patterns)?;
        }
        if !self.choices.is_empty() && !self.choices.contains(value) {
            let known: Vec<String> = self
                .choices
                .iter()
                .take(20)
                .map(|c| quote(&c.to_string()))
                .collect();
            let more = if self.choices.len() > 20 { ", …" } else { "" };
            let message = format!(
                "{shown} is not a choice of `{name}`; choose one of {}{more}",
                known.join(", ")
            );
            return Err((codes::NOT_A_CHOICE, message));
        }
        let least = [Some(&LEAST), self.min.as_ref()];
        if let Some(min) = least.into_iter().flatten().find(|min| less(value, min)) {
            return Err((
                codes::TOO_SMALL,
                format!("{shown} is below the smallest value of `{name}`, {min}"),
            ));
        }
        if let Some(max) = &self.max
            && less(max, value)
        {
            return Err((
                codes::TOO_LARGE,
                format!("{shown} is above the largest value of `{name}`, {max}"),
            ));
        }
        Ok(())
    }

    fn text_rules(
        &self,
        text: &str,
        limits: &Limits,
        patterns: &mut Patterns,
    ) -> Result<(), Refusal> {
        let (name, shown) = (&self.name, self.shown(text));
        if text.contains('\0') {
            return Err((
                codes::NUL_BYTE,
                format!("{shown} contains a NUL byte, which `{name}` cannot hold"),
            ));
        }
        if text.len() > limits.value_bytes {
            let message = format!(
                "`{name}` has {} bytes and the limit is {}",
                text.len(),
                limits.value_bytes
            );
            return Err((codes::VALUE_TOO_LARGE, message));
        }
        if !self.kind.is_text() {
            return Ok(());
        }
        if self.kind == Kind::Secret {
            limits.secret(name, text)?;
        }
        if text.starts_with('-') && !self.allow_dash && self.choices.is_empty() {
            let message = format!(
                "{shown} begins with `-`, so that a program would read it as an option; if `{name}` may do that, declare it with `allow_dash: true`"
            );
            return Err((codes::LEADING_DASH, message));
        }
        let chars = text.chars().count();
        if let Some(least) = self.min_length.filter(|n| chars < *n as usize) {
            return Err((
                codes::TOO_SHORT,
                format!("{shown} has {chars} characters and `{name}` needs {least} at least"),
            ));
        }
        if let Some(most) = self.max_length.filter(|n| chars > *n as usize) {
            return Err((
                codes::TOO_LONG,
                format!("{shown} has {chars} characters and `{name}` may have {most} at most"),
            ));
        }
        let Some(pattern) = &self.pattern else {
            return Ok(());
        };
        match patterns.get(pattern) {
            Err(reason) => Err((
                codes::BAD_PATTERN,
                format!("the pattern of `{name}` cannot be used: {reason}"),
            )),
            Ok(regex) if regex.is_match(text) => Ok(()),
            Ok(_) => Err((
                codes::PATTERN_MISMATCH,
                format!(
                    "{shown} does not match the pattern of `{name}`, {}",
                    quote(pattern)
                ),
            )),
        }
    }
}

/// The fewest bytes of a secret: a shorter one could not be masked in what a script prints without
/// making that unreadable, so it is not taken.
pub const SECRET_LEAST_BYTES: usize = 4;

impl Limits {
    /// Whether `text` can be kept as the secret `name`; the code and the message, otherwise.
    pub fn secret(&self, name: &str, text: &str) -> Result<(), (&'static str, String)> {
        let bytes = text.len();
        if text.contains('\0') {
            let message = format!("the value of `{name}` contains a NUL byte; remove it");
            return Err((codes::NUL_BYTE, message));
        }
        // Scripts print it without what a file or a `read` leaves at its ends.
        let core = text.trim().len();
        if core < SECRET_LEAST_BYTES {
            let message = format!(
                "the value of `{name}` has {core} bytes without the blanks at its ends; a secret needs {SECRET_LEAST_BYTES} at least, because a shorter one cannot be masked in the output"
            );
            return Err((codes::TOO_SHORT, message));
        }
        if bytes > self.secret_bytes {
            let message = format!(
                "the value of `{name}` has {bytes} bytes and the limit for secrets is {}",
                self.secret_bytes
            );
            return Err((codes::VALUE_TOO_LARGE, message));
        }
        Ok(())
    }
}

/// Whether `a` is below `b`, both of one type; texts are days, which sort as they are written.
pub(super) fn less(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Int(x), Value::Int(y)) => x < y,
        (Value::Float(x), Value::Float(y)) => x < y,
        (Value::Str(x), Value::Str(y)) => x < y,
        (Value::Str(_) | Value::Int(_) | Value::Float(_) | Value::Bool(_), _) => false,
    }
}
