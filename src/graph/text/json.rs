//! Strict JSON to the same tree as YAML.

use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::marks::mark_of;
use super::tree::{DEPTH, Data, Entry, Node, Refused, Scalar};
use crate::graph::codes;
use crate::graph::places::Mark;

/// RFC 8259 and nothing more.
const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Reads one JSON value.
pub(super) fn read(source: &str) -> Result<Node, Refused> {
    depth(source)?;
    let parsed = parse_to_ast(source, &CollectOptions::default(), &STRICT).map_err(|e| {
        let mark = mark_of(source, e.range().start.min(source.len()));
        Refused::new(
            codes::SYNTAX,
            mark,
            format!("this is not JSON: {}", e.kind()),
        )
    })?;
    let Some(value) = parsed.value else {
        return Err(Refused::empty());
    };
    grammar(source)?;
    Ok(Cursor {
        source,
        at: 0,
        mark: Mark::START,
    }
    .node(value))
}

/// The AST parser recurses, so deep nesting is refused before it starts.
fn depth(source: &str) -> Result<(), Refused> {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (at, byte) in source.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => depth += 1,
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH {
            let message = format!(
                "objects and arrays are nested more than {DEPTH} deep; a graph needs six levels"
            );
            return Err(Refused::new(codes::TOO_DEEP, mark_of(source, at), message));
        }
    }
    Ok(())
}

/// The AST parser lets a few things pass that JSON forbids (control characters in strings, numbers
/// like `007`, missing commas before brackets); a second parser that builds nothing finds them.
fn grammar(source: &str) -> Result<(), Refused> {
    let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(source) else {
        return Ok(());
    };
    let line_start = source
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum::<usize>();
    let mut at = (line_start + error.column().saturating_sub(1)).min(source.len());
    while !source.is_char_boundary(at) {
        at -= 1;
    }
    let text = error.to_string();
    let reason = text
        .rsplit_once(" at line ")
        .map_or(text.as_str(), |(reason, _)| reason);
    let message = format!("this is not JSON: {reason}");
    Err(Refused::new(codes::SYNTAX, mark_of(source, at), message))
}

/// Walks the source once, in step with the tree, so that places cost no search.
struct Cursor<'s> {
    source: &'s str,
    at: usize,
    mark: Mark,
}

impl Cursor<'_> {
    fn advance(&mut self, to: usize) -> Mark {
        for c in self.source[self.at..to].chars() {
            if c == '\n' {
                self.mark = Mark {
                    line: self.mark.line + 1,
                    column: 1,
                };
            } else {
                self.mark.column += 1;
            }
        }
        self.at = to;
        self.mark
    }

    fn node(&mut self, value: Value<'_>) -> Node {
        let plain = |text: &str| {
            Data::Scalar(Scalar {
                text: text.to_owned(),
                plain: true,
                exact: None,
            })
        };
        let range = jsonc_parser::common::Ranged::range(&value);
        let mark = self.advance(range.start);
        let data = match value {
            Value::StringLit(lit) => {
                let unescaped = lit.value.len() + 2 == range.end - range.start;
                let exact = unescaped.then_some(Mark {
                    column: mark.column + 1,
                    ..mark
                });
                Data::Scalar(Scalar {
                    text: lit.value.into_owned(),
                    plain: false,
                    exact,
                })
            }
            Value::NumberLit(lit) => plain(lit.value),
            Value::BooleanLit(lit) => plain(if lit.value { "true" } else { "false" }),
            Value::NullKeyword(_) => plain("null"),
            Value::Array(array) => {
                Data::List(array.elements.into_iter().map(|v| self.node(v)).collect())
            }
            Value::Object(object) => Data::Map(
                object
                    .properties
                    .into_iter()
                    .map(|p| {
                        let mark = self.advance(p.range.start);
                        let key = match p.name {
                            ObjectPropName::String(lit) => lit.value.into_owned(),
                            ObjectPropName::Word(lit) => lit.value.to_owned(),
                        };
                        Entry {
                            key,
                            plain_key: false,
                            mark,
                            value: self.node(p.value),
                        }
                    })
                    .collect(),
            ),
        };
        Node { mark, data }
    }
}
