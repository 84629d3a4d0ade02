//! The YAML form of a graph.

use serde_json::Value as Json;

use super::print::tree;
use crate::graph::model::Graph;
use crate::graph::param::Kind;
use crate::graph::values::boolean;

/// YAML allows no more than 1024 characters before the colon of a plain `key: value`.
const LONG_KEY: usize = 900;

/// A graph as YAML that [`super::parse`] reads back as the same graph. Scripts are `|` blocks
/// wherever that gives every byte back.
pub fn to_yaml(graph: &Graph) -> String {
    let mut out = String::new();
    entries(&mut out, &tree(graph), 0);
    out
}

/// The entries of a mapping, each on lines of its own.
fn entries(out: &mut String, map: &Json, indent: usize) {
    for (key, value) in map.as_object().into_iter().flatten() {
        let key = flow(key);
        spaces(out, indent);
        if key.len() > LONG_KEY {
            out.push_str("? ");
            out.push_str(&key);
            out.push('\n');
            spaces(out, indent);
        } else {
            out.push_str(&key);
        }
        out.push(':');
        self::value(out, value, indent);
    }
}

/// What follows a colon: on the same line, or below and deeper.
fn value(out: &mut String, value: &Json, indent: usize) {
    match value {
        Json::Object(map) if !map.is_empty() => {
            out.push('\n');
            entries(out, value, indent + 2);
        }
        Json::Array(items) if !items.is_empty() => {
            out.push('\n');
            for item in items {
                spaces(out, indent + 2);
                out.push_str("- ");
                out.push_str(&item.as_str().map_or_else(|| item.to_string(), flow));
                out.push('\n');
            }
        }
        Json::String(text) if text.contains('\n') && is_literal(text) => {
            literal(out, text, indent + 2)
        }
        Json::String(text) => {
            out.push(' ');
            out.push_str(&if is_plain(text) {
                text.clone()
            } else {
                quoted(text)
            });
            out.push('\n');
        }
        Json::Object(_) | Json::Array(_) | Json::Null | Json::Bool(_) | Json::Number(_) => {
            out.push(' ');
            out.push_str(&value.to_string());
            out.push('\n');
        }
    }
}

/// A key or an item of a list: a simple word or quoted.
fn flow(text: &str) -> String {
    let word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let simple =
        text.bytes().all(word) && text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    if simple && !resolves(text) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// Whether text on one line needs no quotes behind a colon.
fn is_plain(text: &str) -> bool {
    let first = text.starts_with(|c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '$' | '(' | '<')
    });
    let printable = text.bytes().all(|b| (0x20..0x7f).contains(&b));
    let clear = !text.contains(": ")
        && !text.ends_with([':', ' '])
        && !text.contains(" #")
        && !text.starts_with("<<");
    first && printable && clear && text.len() < 200 && !resolves(text)
}

/// Whether another reader of YAML could take the word for something that is not text.
fn resolves(text: &str) -> bool {
    let word = matches!(
        text.to_ascii_lowercase().as_str(),
        "" | "null" | "y" | "n" | "~"
    );
    let number = text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|b| {
            b.is_ascii_hexdigit() || matches!(b, b'_' | b'.' | b'x' | b'o' | b'+' | b'-' | b':')
        });
    word || number || boolean(text).is_some() || Kind::Float.parse(text).is_some()
}

/// Whether a `|` block gives the text back byte for byte.
fn is_literal(text: &str) -> bool {
    let fits = |c: char| matches!(c, '\n' | '\t') || !(c.is_control() || special(c));
    let blank = |line: &str| !line.is_empty() && line.chars().all(|c| matches!(c, ' ' | '\t'));
    text.chars().all(fits) && !text.split('\n').any(blank) && !text.trim_matches('\n').is_empty()
}

fn literal(out: &mut String, text: &str, indent: usize) {
    out.push_str(" |");
    // A first line that begins with a space would be taken for deeper indentation.
    if text.trim_start_matches('\n').starts_with(' ') {
        out.push('2');
    }
    let content = text.trim_end_matches('\n');
    out.push_str(match text.len() - content.len() {
        0 => "-",
        1 => "",
        _ => "+",
    });
    out.push('\n');
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        if !line.is_empty() {
            spaces(out, indent);
            out.push_str(line);
        }
        out.push('\n');
    }
}

/// Characters that YAML readers treat as line breaks, or drop.
fn special(c: char) -> bool {
    matches!(
        c,
        '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
    )
}

/// Text in double quotes, on one line.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => out.push_str(&format!("\\x{:02X}", u32::from(c))),
            c if special(c) => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn spaces(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n(' ', count));
}
