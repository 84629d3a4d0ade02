//! What a start takes, as a JSON Schema (<https://json-schema.org/draft/2020-12/schema>), from which a
//! program can make a form and judge values before it sends them.
//!
//! What the schema refuses may still be taken (`"7"` for a whole number, null for an absent value); what
//! it allows is, but for what a schema cannot say: bytes, the bounds of days, and `x-pattern`.

use serde_json::{Map, Value as Json, json};

use super::model::Graph;
use super::param::{Kind, Param};
use super::rules::SECRET_LEAST_BYTES;
use super::stored::value_to_json;

/// What a backslash may stand before in every dialect of regular expressions, with one meaning.
const ESCAPED: &str = r"^$\.*+?()[]{}|/";
/// Kinds of characters that are at least those of other dialects.
const KINDS: &str = "dwsnrtfv";

/// The schema of the `input` of a start.
pub fn form(graph: &Graph) -> Json {
    let shared = graph.input.iter().map(|p| (p.name.clone(), p));
    let own = graph.vertices.iter().flat_map(|v| {
        let named = v.input.iter();
        named.map(|p| (format!("{}.{}", v.name, p.name), p))
    });
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for (name, param) in shared.chain(own) {
        if param.absent().is_none() {
            required.push(name.clone());
        }
        properties.insert(name, property(param));
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": graph.name,
        "description": graph.desc,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn property(param: &Param) -> Json {
    let mut out = Map::new();
    let mut add = |key: &str, value: Option<Json>| {
        out.extend(value.map(|value| (key.to_owned(), value)));
    };
    let kind = match param.kind {
        Kind::Str | Kind::Choice | Kind::Date | Kind::Secret => "string",
        Kind::Int => "integer",
        Kind::Float => "number",
        Kind::Bool => "boolean",
    };
    add("type", Some(json!(kind)));
    add("description", Some(json!(param.desc)).filter(|d| d != ""));
    let choices: Vec<Json> = param.choices.iter().map(value_to_json).collect();
    let free = choices.is_empty();
    add("enum", (!free).then_some(Json::Array(choices)));
    let (min, max) = (
        param.min.as_ref().map(value_to_json),
        param.max.as_ref().map(value_to_json),
    );
    match param.kind {
        Kind::Str | Kind::Secret => {
            let secret = param.kind == Kind::Secret;
            let least = match (secret, param.absent()) {
                (true, _) => SECRET_LEAST_BYTES as u32,
                // An empty text is no value where there must be one.
                (false, None) if param.required => 1,
                (false, _) => 0,
            };
            let least = param.min_length.unwrap_or(0).max(least);
            add("minLength", (least > 0).then(|| json!(least)));
            add("maxLength", param.max_length.map(|n| json!(n)));
            let (own, whole) = match param.pattern.as_deref() {
                Some(pattern) if is_portable(pattern) => {
                    (None, Some(json!(format!("^(?:{pattern})$"))))
                }
                other => (other.map(|p| json!(p)), None),
            };
            add("pattern", whole);
            add("x-pattern", own);
            let never = if param.allow_dash || !free {
                r"\u0000"
            } else {
                r"^-|\u0000"
            };
            add("not", Some(json!({"pattern": never})));
            add("writeOnly", secret.then_some(Json::Bool(true)));
        }
        // The smallest number of 64 bits is none.
        Kind::Int => {
            add("minimum", Some(min.unwrap_or(json!(-i64::MAX))));
            add("maximum", Some(max.unwrap_or(json!(i64::MAX))));
        }
        Kind::Float => {
            add("minimum", min);
            add("maximum", max);
        }
        Kind::Date => {
            add("format", Some(json!("date")));
            add("pattern", Some(json!("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")));
            add("formatMinimum", min);
            add("formatMaximum", max);
        }
        Kind::Bool | Kind::Choice => {}
    }
    let default = param.default.as_ref().map(value_to_json);
    add("default", default.filter(|_| param.kind != Kind::Secret));
    Json::Object(out)
}

/// Whether a pattern is one in other dialects, too, and there allows nothing that it does not here.
fn is_portable(pattern: &str) -> bool {
    let mut rest = pattern;
    // Within brackets; and those begin with `^`.
    let (mut class, mut negated) = (false, false);
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        let next = rest.chars().next();
        match c {
            '\\' => {
                let plain = next.is_some_and(|e| ESCAPED.contains(e) || (class && e == '-'));
                let kind = next.is_some_and(|e| KINDS.contains(e)) && !negated;
                if !plain && !kind {
                    return false;
                }
                rest = &rest[1..];
            }
            ']' if class => class = false,
            '[' | '&' | '-' | '~' if class && (c == '[' || next == Some(c)) => return false,
            _ if class => {}
            '[' => {
                (class, negated) = (true, next == Some('^'));
                rest = rest.strip_prefix('^').unwrap_or(rest);
                if rest.starts_with(']') {
                    return false;
                }
            }
            '(' if next == Some('?') && !rest.starts_with("?:") => return false,
            '{' => match rest.split_once('}') {
                Some((count, after)) if is_count(count) => rest = after,
                _ => return false,
            },
            ']' | '}' => return false,
            _ => {}
        }
    }
    true
}

/// `3`, `3,` or `3,5`
fn is_count(text: &str) -> bool {
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let (least, most) = text.split_once(',').unwrap_or((text, ""));
    !least.is_empty() && digits(least) && digits(most)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{form, is_portable};
    use crate::graph::Limits;
    use crate::graph::text::{Format, parse};

    #[test]
    fn each_rule_of_a_parameter_is_told() {
        let yaml = "\
name: g
desc: About it.
input:
  who: {type: str, pattern: '[a-z]+', min_length: 2, max_length: 9, desc: Whom.}
  key: {type: secret, min_length: 8}
  any: {type: str, default: '', allow_dash: true, pattern: '(?i)a*'}
  size: {type: choice, choices: [s, m], default: s, required: true}
vertices:
  a:
    input:
      n: {type: int, min: 2, default: 3}
      x: {type: float, max: 1.5, default: 1}
      b: {type: bool, default: no}
      day: {type: date, min: 2026-01-01, default: 2026-02-03}
    script: 'true'
";
        let graph = parse(yaml, Format::Yaml, &Limits::default()).graph;
        let expected = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "g",
            "description": "About it.",
            "type": "object",
            "properties": {
                "who": {
                    "type": "string", "description": "Whom.", "minLength": 2, "maxLength": 9,
                    "pattern": "^(?:[a-z]+)$", "not": {"pattern": r"^-|\u0000"},
                },
                "key": {
                    "type": "string", "minLength": 8, "not": {"pattern": r"^-|\u0000"},
                    "writeOnly": true,
                },
                "any": {
                    "type": "string", "x-pattern": "(?i)a*", "not": {"pattern": r"\u0000"},
                    "default": "",
                },
                "size": {"type": "string", "enum": ["s", "m"], "default": "s"},
                "a.n": {"type": "integer", "minimum": 2, "maximum": i64::MAX, "default": 3},
                "a.x": {"type": "number", "maximum": 1.5, "default": 1.0},
                "a.b": {"type": "boolean", "default": false},
                "a.day": {
                    "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                    "formatMinimum": "2026-01-01", "default": "2026-02-03",
                },
            },
            "required": ["who", "key", "size"],
            "additionalProperties": false,
        });
        assert_eq!(form(&graph.expect("a graph")), expected);
    }

    #[test]
    fn a_pattern_is_told_only_where_it_means_the_same() {
        for pattern in [
            "[a-z0-9_-]{2,5}",
            r"v\d+\.\d+",
            "(?:a|b)+c?",
            r"[^/\]]*",
            r"[\w.\-]+@x",
            "é+",
            "",
        ] {
            assert!(is_portable(pattern), "{pattern}");
        }
        for pattern in [
            "(?i)a",
            "(?P<n>a)",
            r"\Aa\z",
            r"\p{L}",
            r"\W",
            r"[^\d]",
            "[a[b]]",
            "[a&&b]",
            "[a--b]",
            "[]a]",
            "a]",
            "a}",
            "a{,3}",
            r"\x{41}",
            r"\#",
            r"\b",
            "[[:alpha:]]",
        ] {
            assert!(!is_portable(pattern), "{pattern}");
        }
    }
}
