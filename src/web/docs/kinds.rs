//! Types and texts as a page shows them.

use serde_json::Value;

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) enum Piece {
    /// Words.
    Text(String),
    /// What is written like that.
    Code(String),
    /// The name of a type that the page explains.
    Type(String),
}

impl Piece {
    pub(in crate::web) fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// A text in which backticks mark what is code.
pub(in crate::web) fn prose(text: &str) -> Vec<Piece> {
    let parts = text.split('`').enumerate();
    let parts = parts.filter(|(_, part)| !part.is_empty());
    let piece = |(at, part): (usize, &str)| match at % 2 {
        0 => Piece::text(part),
        _ => Piece::Code(part.to_owned()),
    };
    parts.map(piece).collect()
}

/// The name that a reference ends with.
pub(in crate::web) fn referred(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

fn list<'a>(schema: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    schema[key].as_array().into_iter().flatten()
}

/// What a value may be.
pub(in crate::web) fn kind(schema: &Value) -> Vec<Piece> {
    if let Some(name) = referred(schema) {
        return vec![Piece::Type(name.to_owned())];
    }
    for several in ["oneOf", "anyOf"] {
        if schema[several].is_array() {
            return joined(list(schema, several).map(kind), " or ");
        }
    }
    if schema["allOf"].is_array() {
        let named = list(schema, "allOf").filter(|part| referred(part).is_some());
        return joined(named.map(kind), " with ");
    }
    if schema["enum"].is_array() {
        let words = list(schema, "enum").filter_map(Value::as_str);
        return joined(words.map(|word| vec![Piece::Code(word.to_owned())]), ", ");
    }
    let names: Vec<&str> = match &schema["type"] {
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        Value::String(name) => vec![name],
        _ => vec!["anything"],
    };
    let one = |name: &str| {
        let mut pieces = vec![Piece::text(match name {
            "array" => "list of ",
            "object" if schema["additionalProperties"].is_object() => "object of ",
            "string" if schema["format"] == "date-time" => "moment",
            "string" => "text",
            "boolean" => "true or false",
            other => other,
        })];
        match name {
            "array" => pieces.extend(kind(&schema["items"])),
            "object" if schema["additionalProperties"].is_object() => {
                pieces.extend(kind(&schema["additionalProperties"]));
            }
            _ => {}
        }
        pieces
    };
    let mut pieces = joined(names.into_iter().map(one), " or ");
    pieces.extend(bounds(schema).map(Piece::Text));
    pieces
}

/// What limits a value.
fn bounds(schema: &Value) -> impl Iterator<Item = String> {
    let said = [
        ("minimum", "at least"),
        ("maximum", "at most"),
        ("maxLength", "characters at most:"),
        ("default", "else"),
    ];
    let said = said.into_iter().filter(|(key, _)| !schema[*key].is_null());
    said.map(|(key, words)| format!(", {words} {}", schema[key]))
}

fn joined(parts: impl Iterator<Item = Vec<Piece>>, between: &str) -> Vec<Piece> {
    let mut all = Vec::new();
    for part in parts {
        if !all.is_empty() {
            all.push(Piece::text(between));
        }
        all.extend(part);
    }
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Piece, kind, prose};

    fn plain(pieces: &[Piece]) -> String {
        let text = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Code(text) => format!("`{text}`"),
            Piece::Type(name) => format!("<{name}>"),
        };
        pieces.iter().map(text).collect()
    }

    #[test]
    fn types_are_said_in_words() {
        let refer = json!({"$ref": "#/components/schemas/Track"});
        for (schema, words) in [
            (refer.clone(), "<Track>"),
            (json!({"type": "array", "items": refer}), "list of <Track>"),
            (
                json!({"oneOf": [{"type": "null"}, refer]}),
                "null or <Track>",
            ),
            (json!({"type": ["string", "null"]}), "text or null"),
            (json!({"type": "string", "enum": ["a", "b"]}), "`a`, `b`"),
            (json!({}), "anything"),
            (
                json!({"type": "object", "additionalProperties": {"type": "string"}}),
                "object of text",
            ),
            (
                json!({"type": "integer", "minimum": 1, "maximum": 5, "default": 2}),
                "integer, at least 1, at most 5, else 2",
            ),
        ] {
            assert_eq!(plain(&kind(&schema)), words);
        }
        assert_eq!(plain(&prose("`a` is `b`.")), "`a` is `b`.");
    }
}
