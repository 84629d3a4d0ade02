//! Parameter declarations: `host: {type: str, required: true}`, or `host: 127.0.0.1` for short.

mod values;

use super::reader::{Keys, Reader};
use super::tree::{Data, Node};
use crate::graph::codes;
use crate::graph::param::{Kind, Param, Value};
use crate::graph::places::{Part, Spot};

const PARAM_KEYS: &[&str] = &[
    "type",
    "required",
    "default",
    "choices",
    "min",
    "max",
    "min_length",
    "max_length",
    "pattern",
    "allow_dash",
    "desc",
];

/// What may be said of an output: all that may be said of a parameter, but for who gives it.
const OUTPUT_KEYS: &[&str] = &[
    "type",
    "default",
    "choices",
    "min",
    "max",
    "min_length",
    "max_length",
    "pattern",
    "allow_dash",
    "desc",
];

const TYPE_WORDS: &[&str] = &[
    "str", "string", "int", "integer", "float", "bool", "boolean", "choice", "date", "secret",
];

/// Reads the parameters of a vertex, or of the graph.
pub(super) fn read(
    reader: &mut Reader,
    node: &Node,
    owner: Option<usize>,
    place: &str,
) -> Vec<Param> {
    declarations(reader, node, owner, place, false)
}

/// Reads the outputs of a vertex: `count: int`, or `count: {type: int}`.
pub(super) fn outputs(reader: &mut Reader, node: &Node, owner: usize, place: &str) -> Vec<Param> {
    declarations(reader, node, Some(owner), place, true)
}

fn declarations(
    reader: &mut Reader,
    node: &Node,
    owner: Option<usize>,
    place: &str,
    output: bool,
) -> Vec<Param> {
    let mut out = Vec::new();
    for entry in reader.entries(node, place, &Keys::Any(codes::DUPLICATE_PARAMETER)) {
        let index = u32::try_from(out.len()).unwrap_or(u32::MAX);
        let mut declaration = Declaration {
            reader: &mut *reader,
            owner,
            index,
            output,
            place: format!("{place}.{}", entry.key),
        };
        let spot = declaration.spot(Part::Param(index));
        declaration.reader.places.marks.insert(spot, entry.mark);
        out.push(declaration.param(&entry.key, &entry.value));
    }
    out
}

struct Declaration<'r> {
    reader: &'r mut Reader,
    owner: Option<usize>,
    index: u32,
    /// It is an output of a vertex, not a parameter.
    output: bool,
    place: String,
}

impl Declaration<'_> {
    fn spot(&self, part: Part) -> Spot {
        let part = match (part, self.output) {
            (Part::Param(i), true) => Part::Output(i),
            (Part::Rule(i, key), true) => Part::OutputRule(i, key),
            (part, _) => part,
        };
        Spot::of(self.owner, part)
    }

    fn param(&mut self, name: &str, node: &Node) -> Param {
        let mut param = Param::new(name, Kind::Str);
        match &node.data {
            Data::Scalar(_) if node.is_null() => {}
            Data::Scalar(_) if self.output => param.kind = self.kind(Some(node), None, None),
            Data::Scalar(scalar) => {
                self.not_a_type(&scalar.text, node);
                param.default = Some(Value::Str(scalar.text.clone()));
            }
            Data::List(_) => {
                let what = match self.output {
                    true => "an output is a type",
                    false => "a parameter is a default value",
                };
                let message = format!("{what} or a mapping like {{type: str}}, not a list");
                self.reader
                    .error(codes::WRONG_TYPE, node.mark, &self.place, message);
            }
            Data::Map(_) => self.rules(&mut param, node),
        }
        param
    }

    /// A default that is the name of a type: a secret meant by it would be text that all can read.
    fn not_a_type(&mut self, word: &str, node: &Node) {
        if TYPE_WORDS.contains(&word) {
            let message = format!(
                "`{word}` is a type and would be the default here: for the type write `{{type: {word}}}`, for that default `{{default: {word}}}`"
            );
            let code = codes::TYPE_AS_DEFAULT;
            self.reader.error(code, node.mark, &self.place, message);
        }
    }

    fn rules(&mut self, param: &mut Param, node: &Node) {
        let place = self.place.clone();
        let keys = if self.output { OUTPUT_KEYS } else { PARAM_KEYS };
        let entries = self.reader.entries(node, &place, &Keys::Known(keys));
        let find = |key: &str| {
            entries
                .iter()
                .find(|e| e.key == key && !e.value.is_null())
                .map(|e| &e.value)
        };
        param.kind = self.kind(find("type"), find("choices"), find("default"));
        for entry in entries.iter().filter(|e| !e.value.is_null()) {
            let Some(key) = PARAM_KEYS.iter().find(|k| **k == entry.key).copied() else {
                continue;
            };
            let (value, inside) = (&entry.value, format!("{place}.{key}"));
            let spot = self.spot(Part::Rule(self.index, key));
            self.reader.places.marks.insert(spot, value.mark);
            match key {
                "required" => {
                    param.required = self.reader.boolean(value, &inside, spot).unwrap_or(false)
                }
                "allow_dash" => {
                    param.allow_dash = self.reader.boolean(value, &inside, spot).unwrap_or(false)
                }
                "default" => param.default = self.value(param.kind, value, codes::BAD_DEFAULT, key),
                "min" => param.min = self.value(param.kind, value, codes::BAD_RULE, key),
                "max" => param.max = self.value(param.kind, value, codes::BAD_RULE, key),
                "choices" => param.choices = self.choices(param.kind, value),
                "min_length" => param.min_length = self.reader.whole(value, &inside, spot),
                "max_length" => param.max_length = self.reader.whole(value, &inside, spot),
                "pattern" => param.pattern = self.reader.text(value, &inside, spot),
                "desc" => param.desc = self.reader.text(value, &inside, spot).unwrap_or_default(),
                _ => {}
            }
        }
    }

    /// The type: as said; else a choice if there are choices, else what the default looks like.
    fn kind(
        &mut self,
        said: Option<&Node>,
        choices: Option<&Node>,
        default: Option<&Node>,
    ) -> Kind {
        let Some(node) = said else {
            return match (choices, default) {
                (Some(_), _) => Kind::Choice,
                (None, Some(default)) => default.plain_text().map_or(Kind::Str, looks_like),
                (None, None) => Kind::Str,
            };
        };
        let word = node.scalar().map_or("", |s| s.text.as_str());
        let usable = |kind: &Kind| !(self.output && *kind == Kind::Secret);
        if let Some(kind) = Kind::from_word(word).filter(usable) {
            return kind;
        }
        let place = format!("{}.type", self.place);
        if self.output && word == "secret" {
            let message = "an output cannot be a secret: outputs are stored and shown; leave the secret in a file of mode 0600, and its path as a str".to_owned();
            self.reader
                .error(codes::UNKNOWN_WORD, node.mark, &place, message);
            return Kind::Str;
        }
        let words = match self.output {
            true => "str, int, float, bool, choice, date",
            false => "str, int, float, bool, choice, date, secret",
        };
        let hint = self.reader.suggester.hint(word, TYPE_WORDS.iter().copied());
        let message = format!(
            "{} is not a type.{hint} Write one of {words}",
            node.phrase()
        );
        self.reader
            .error(codes::UNKNOWN_WORD, node.mark, &place, message);
        Kind::Str
    }
}

/// The type of an unquoted default: a number only if it is written just as that number prints, so
/// that `007` and `1.10` stay text.
fn looks_like(text: &str) -> Kind {
    if matches!(text, "true" | "false") {
        return Kind::Bool;
    }
    if text.parse::<i64>().is_ok_and(|n| n.to_string() == text) {
        return Kind::Int;
    }
    match Kind::Float.parse(text) {
        Some(Value::Float(x)) if x.to_string() == text || format!("{x:?}") == text => Kind::Float,
        _ => Kind::Str,
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::text::{Format, parse};
    use crate::graph::{Limits, codes};

    #[test]
    fn a_type_where_a_default_stands_is_refused() {
        for (input, expected) in [
            ("p: secret", Some(27)),
            ("p: \"int\"", Some(27)),
            ("p: {default: secret}", None),
            ("p: {type: secret}", None),
            ("p: secrets", None),
        ] {
            let text =
                format!("name: g\nvertices: {{a: {{input: {{{input}}}, script: echo <p>}}}}\n");
            let found = parse(&text, Format::Yaml, &Limits::default()).problems;
            let told: Vec<_> = found.iter().map(|p| (p.code, p.column)).collect();
            let expected = expected.map(|column| (codes::TYPE_AS_DEFAULT, column));
            assert_eq!(told, Vec::from_iter(expected), "{input}");
        }
    }
}
