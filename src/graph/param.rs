//! Parameter declarations: what a graph and its vertices ask for, and the values that answer.
//!
//! Data and its own words only: `accept` reads values, `rules` judges them.

use std::fmt;

/// One declared parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// `[A-Za-z_][A-Za-z0-9_]*`
    pub name: String,
    /// What values it takes.
    pub kind: Kind,
    /// A person must give it; the default only fills the form.
    pub required: bool,
    /// The value when none is given. Without one somebody must give it.
    pub default: Option<Value>,
    /// The only values allowed, when not empty.
    pub choices: Vec<Value>,
    /// Smallest number (int, float) or earliest day (date) allowed.
    pub min: Option<Value>,
    /// Largest number or latest day allowed.
    pub max: Option<Value>,
    /// Fewest characters of a str or a secret.
    pub min_length: Option<u32>,
    /// Most characters of a str or a secret.
    pub max_length: Option<u32>,
    /// A regular expression that the whole of a str or a secret must match.
    pub pattern: Option<String>,
    /// A str or a secret may begin with `-`.
    pub allow_dash: bool,
    /// Shown beside the form field.
    pub desc: String,
}

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text without a NUL.
    Str,
    /// A whole number that fits 64 bits and is above the smallest of those.
    Int,
    /// A finite number.
    Float,
    /// true or false.
    Bool,
    /// One of `choices`.
    Choice,
    /// A day, `2026-11-21`.
    Date,
    /// Text that nobody is shown again and that only the script gets.
    Secret,
}

/// A value that a parameter accepted.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text; a choice or a date (`YYYY-MM-DD`) too.
    Str(String),
    /// A whole number.
    Int(i64),
    /// A finite number.
    Float(f64),
    /// true or false.
    Bool(bool),
}

impl Param {
    /// About how many bytes of memory it takes.
    pub(super) fn bytes(&self) -> usize {
        let value = |value: &Value| match value {
            Value::Str(text) => size_of::<Value>() + text.len(),
            _ => size_of::<Value>(),
        };
        let texts =
            self.name.len() + self.desc.len() + self.pattern.as_ref().map_or(0, String::len);
        let values = self.choices.iter().chain(&self.default);
        size_of::<Self>() + texts + values.map(value).sum::<usize>()
    }

    /// A parameter without any rule.
    pub fn new(name: &str, kind: Kind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            required: false,
            default: None,
            choices: Vec::new(),
            min: None,
            max: None,
            min_length: None,
            max_length: None,
            pattern: None,
            allow_dash: false,
            desc: String::new(),
        }
    }
}

impl Kind {
    /// Whether its values are free text, with the rules of texts.
    pub(super) fn is_text(self) -> bool {
        matches!(self, Self::Str | Self::Secret)
    }

    /// The word that a graph's text uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Str => "str",
            Self::Int => "int",
            Self::Float => "float",
            Self::Bool => "bool",
            Self::Choice => "choice",
            Self::Date => "date",
            Self::Secret => "secret",
        }
    }

    /// The type that `word` names; long forms are taken too.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "str" | "string" => Some(Self::Str),
            "int" | "integer" => Some(Self::Int),
            "float" => Some(Self::Float),
            "bool" | "boolean" => Some(Self::Bool),
            "choice" => Some(Self::Choice),
            "date" => Some(Self::Date),
            "secret" => Some(Self::Secret),
            _ => None,
        }
    }

    /// The type in a sentence, e.g. `a whole number`.
    pub fn phrase(self) -> &'static str {
        match self {
            Self::Str => "text",
            Self::Int => "a whole number",
            Self::Float => "a number",
            Self::Bool => "true or false",
            Self::Choice => "one of its choices",
            Self::Date => "a day like 2026-11-21",
            Self::Secret => "a secret text",
        }
    }
}

impl fmt::Display for Value {
    /// The text that a script sees.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Str(s) => f.write_str(s),
            Self::Int(n) => write!(f, "{n}"),
            Self::Float(x) => write!(f, "{x}"),
            Self::Bool(b) => write!(f, "{b}"),
        }
    }
}
