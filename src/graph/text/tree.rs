//! A text as a tree of marked values, the same for YAML and JSON.

use crate::graph::codes;
use crate::graph::places::Mark;
use crate::graph::similar::quote;

/// Lists and mappings may be nested this deeply; a graph needs six levels.
pub(super) const DEPTH: usize = 32;

/// A value and where it begins.
#[derive(Debug, Clone)]
pub(in crate::graph) struct Node {
    pub(in crate::graph) mark: Mark,
    pub(in crate::graph) data: Data,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(in crate::graph) enum Data {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A word, number or text, not yet resolved to a type.
#[derive(Debug, Clone)]
pub(in crate::graph) struct Scalar {
    pub(in crate::graph) text: String,
    /// Written without quotes, so that it may be a number, a bool or null.
    pub(super) plain: bool,
    /// Where the first character stands, if the lines of the value are lines of the source.
    pub(super) exact: Option<Mark>,
}

/// A key with its value.
#[derive(Debug, Clone)]
pub(in crate::graph) struct Entry {
    pub(in crate::graph) key: String,
    pub(super) plain_key: bool,
    pub(in crate::graph) mark: Mark,
    pub(in crate::graph) value: Node,
}

/// Why a text could not be made into a tree, and where.
#[derive(Debug)]
pub(in crate::graph) struct Refused {
    pub(super) code: &'static str,
    pub(in crate::graph) mark: Mark,
    pub(in crate::graph) message: String,
}

impl Refused {
    /// The refusal of what stands at `mark`.
    pub(super) fn new(code: &'static str, mark: Mark, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            code,
            mark,
            message,
        }
    }

    /// The refusal of a text without any value.
    pub(super) fn empty() -> Self {
        let message = "the text is empty; write at least `name`, `vertices` and a script";
        Self::new(codes::NOT_A_MAPPING, Mark::START, message)
    }
}

impl Node {
    /// Whether the value is absent: nothing, `~` or `null`.
    pub(in crate::graph) fn is_null(&self) -> bool {
        self.plain_text()
            .is_some_and(|t| matches!(t, "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The text of a scalar without quotes.
    pub(super) fn plain_text(&self) -> Option<&str> {
        self.scalar().filter(|s| s.plain).map(|s| s.text.as_str())
    }

    /// The scalar that this value is.
    pub(in crate::graph) fn scalar(&self) -> Option<&Scalar> {
        match &self.data {
            Data::Scalar(scalar) => Some(scalar),
            Data::List(_) | Data::Map(_) => None,
        }
    }

    /// The value in a sentence, e.g. `a list`.
    pub(super) fn phrase(&self) -> String {
        match &self.data {
            Data::Scalar(scalar) if self.is_null() && scalar.text.is_empty() => {
                "nothing".to_owned()
            }
            Data::Scalar(scalar) => quote(&scalar.text),
            Data::List(_) => "a list".to_owned(),
            Data::Map(_) => "a mapping".to_owned(),
        }
    }
}
