//! YAML events to a tree. Anchors and aliases are expanded within a budget; tags other than the
//! core ones and streams of several documents are refused.

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};

use super::anchors::{Anchors, too_deep};
use super::marks::{exact, mark, mark_of};
use super::tree::{DEPTH, Data, Entry, Node, Refused, Scalar};
use crate::graph::codes;
use crate::graph::places::Mark;
use crate::graph::similar::quote;

/// Reads one YAML document. Problems that do not stop the reading are added to `found`.
pub(in crate::graph) fn read(source: &str, found: &mut Vec<Refused>) -> Result<Node, Refused> {
    if let Some(at) = source.find('\0') {
        let message = "the text contains a NUL byte; remove it";
        return Err(Refused::new(codes::SYNTAX, mark_of(source, at), message));
    }
    let mut builder = Builder {
        found,
        stack: Vec::new(),
        anchors: Anchors::default(),
        root: None,
        documents: 0,
    };
    for event in Parser::new_from_str(source) {
        let (event, span) = event.map_err(|e| {
            let message = format!("this is not YAML: {}", e.info());
            Refused::new(codes::SYNTAX, mark(e.marker()), message)
        })?;
        builder.take(event, span)?;
    }
    builder.root.ok_or_else(Refused::empty)
}

/// A list or mapping whose end has not come yet.
enum Open {
    List {
        mark: Mark,
        items: Vec<Node>,
    },
    Map {
        mark: Mark,
        entries: Vec<Entry>,
        key: Option<Key>,
    },
}

/// A key that waits for its value; an unusable one swallows it.
enum Key {
    Text {
        text: String,
        plain: bool,
        mark: Mark,
    },
    Unusable,
}

struct Builder<'f> {
    /// Open collections with their anchors (0: none).
    stack: Vec<(Open, usize)>,
    anchors: Anchors,
    root: Option<Node>,
    documents: usize,
    found: &'f mut Vec<Refused>,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Refused> {
        let at = mark(&span.start);
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) => self.document(at),
            Event::Scalar(text, style, anchor, tag) => {
                let quoted_by_tag = self.tag(tag.as_deref(), at);
                let plain = style == ScalarStyle::Plain && !quoted_by_tag;
                let exact = exact(&text, style, span);
                let scalar = Scalar {
                    text: text.into_owned(),
                    plain,
                    exact,
                };
                self.add(
                    Node {
                        mark: at,
                        data: Data::Scalar(scalar),
                    },
                    anchor,
                )
            }
            Event::SequenceStart(anchor, tag) => {
                self.tag(tag.as_deref(), at);
                self.open(
                    Open::List {
                        mark: at,
                        items: Vec::new(),
                    },
                    anchor,
                    at,
                )
            }
            Event::MappingStart(anchor, tag) => {
                self.tag(tag.as_deref(), at);
                self.open(
                    Open::Map {
                        mark: at,
                        entries: Vec::new(),
                        key: None,
                    },
                    anchor,
                    at,
                )
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some((open, anchor)) = self.stack.pop() else {
                    return Ok(());
                };
                let node = match open {
                    Open::List { mark, items } => Node {
                        mark,
                        data: Data::List(items),
                    },
                    Open::Map { mark, entries, .. } => Node {
                        mark,
                        data: Data::Map(entries),
                    },
                };
                self.add(node, anchor)
            }
            Event::Alias(anchor) => {
                let node = self.anchors.repeat(anchor, self.stack.len(), at)?;
                self.add(node, 0)
            }
        }
    }

    /// Only one document may begin.
    fn document(&mut self, at: Mark) -> Result<(), Refused> {
        self.documents += 1;
        if self.documents > 1 {
            let message =
                "this is a second document; one file holds one graph, so split the file at `---`";
            return Err(Refused::new(codes::UNSUPPORTED_YAML, at, message));
        }
        Ok(())
    }

    fn open(&mut self, open: Open, anchor: usize, at: Mark) -> Result<(), Refused> {
        if self.stack.len() >= DEPTH {
            return Err(too_deep(at));
        }
        self.stack.push((open, anchor));
        Ok(())
    }

    /// Whether a scalar's tag makes it text; reports tags that definitions do not use.
    fn tag(&mut self, tag: Option<&Tag>, at: Mark) -> bool {
        let Some(tag) = tag else { return false };
        let known = matches!(
            tag.suffix.as_str(),
            "str" | "int" | "float" | "bool" | "null" | "seq" | "map"
        );
        if tag.is_yaml_core_schema() && known {
            return tag.suffix == "str";
        }
        let message = format!(
            "the tag {} is not used in definitions; remove it",
            quote(&tag.to_string())
        );
        self.found
            .push(Refused::new(codes::UNSUPPORTED_YAML, at, message));
        true
    }

    fn add(&mut self, node: Node, anchor: usize) -> Result<(), Refused> {
        if anchor > 0 {
            self.anchors.keep(anchor, &node)?;
        }
        match self.stack.last_mut() {
            None => self.root = Some(node),
            Some((Open::List { items, .. }, _)) => items.push(node),
            Some((Open::Map { entries, key, .. }, _)) => match key.take() {
                None => *key = Some(as_key(node, self.found)),
                Some(Key::Unusable) => {}
                Some(Key::Text { text, plain, mark }) => {
                    entries.push(Entry {
                        key: text,
                        plain_key: plain,
                        mark,
                        value: node,
                    });
                }
            },
        }
        Ok(())
    }
}

fn as_key(node: Node, found: &mut Vec<Refused>) -> Key {
    let mark = node.mark;
    match node.data {
        Data::Scalar(scalar) => Key::Text {
            text: scalar.text,
            plain: scalar.plain,
            mark,
        },
        Data::List(_) | Data::Map(_) => {
            let message = "a key must be a word, not a list or a mapping";
            found.push(Refused::new(codes::WRONG_TYPE, mark, message));
            Key::Unusable
        }
    }
}
