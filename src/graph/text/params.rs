//! Parameter declarations: `host: {type: str, required: true}`, or `host: 127.0.0.1` for short.

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
    let mut out = Vec::new();
    for entry in reader.entries(node, place, &Keys::Any(codes::DUPLICATE_PARAMETER)) {
        let index = u32::try_from(out.len()).unwrap_or(u32::MAX);
        let mut declaration = Declaration {
            reader: &mut *reader,
            owner,
            index,
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
    place: String,
}

impl Declaration<'_> {
    fn spot(&self, part: Part) -> Spot {
        Spot::of(self.owner, part)
    }

    fn param(&mut self, name: &str, node: &Node) -> Param {
        let mut param = Param::new(name, Kind::Str);
        match &node.data {
            Data::Scalar(_) if node.is_null() => {}
            Data::Scalar(scalar) => param.default = Some(Value::Str(scalar.text.clone())),
            Data::List(_) => {
                let message =
                    "a parameter is a default value or a mapping like {type: str}, not a list"
                        .to_owned();
                self.reader
                    .error(codes::WRONG_TYPE, node.mark, &self.place, message);
            }
            Data::Map(_) => self.rules(&mut param, node),
        }
        param
    }

    fn rules(&mut self, param: &mut Param, node: &Node) {
        let place = self.place.clone();
        let entries = self.reader.entries(node, &place, &Keys::Known(PARAM_KEYS));
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
        if let Some(kind) = Kind::from_word(word) {
            return kind;
        }
        let place = format!("{}.type", self.place);
        let hint = self.reader.suggester.hint(word, TYPE_WORDS.iter().copied());
        let message = format!(
            "{} is not a type.{hint} Write one of str, int, float, bool, choice, date, secret",
            node.phrase()
        );
        self.reader
            .error(codes::UNKNOWN_WORD, node.mark, &place, message);
        Kind::Str
    }

    fn value(
        &mut self,
        kind: Kind,
        node: &Node,
        code: &'static str,
        key: &'static str,
    ) -> Option<Value> {
        let value = node.scalar().and_then(|s| kind.parse(&s.text));
        if value.is_none() {
            let spot = self.spot(Part::Rule(self.index, key));
            let (name, phrase) = (kind.word(), kind.phrase());
            let message = format!(
                "`{key}` of a parameter of type {name} must be {phrase}, not {}",
                node.phrase()
            );
            let place = format!("{}.{key}", self.place);
            self.reader.broken(code, node, &place, spot, message);
        }
        value
    }

    fn choices(&mut self, kind: Kind, node: &Node) -> Vec<Value> {
        let spot = self.spot(Part::Rule(self.index, "choices"));
        let place = format!("{}.choices", self.place);
        let Data::List(items) = &node.data else {
            let message = format!(
                "`choices` takes a list such as [small, large], not {}",
                node.phrase()
            );
            self.reader
                .broken(codes::BAD_CHOICES, node, &place, spot, message);
            return Vec::new();
        };
        let mut out = Vec::new();
        for item in items {
            match item.scalar().and_then(|s| kind.parse(&s.text)) {
                Some(value) => out.push(value),
                None => {
                    let message = format!("the choice {} is not {}", item.phrase(), kind.phrase());
                    self.reader
                        .broken(codes::BAD_CHOICES, item, &place, spot, message);
                }
            }
        }
        out
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
