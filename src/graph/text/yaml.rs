//! YAML events to a tree. Anchors and aliases are expanded within a budget; tags other than the
//! core ones and streams of several documents are refused.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, Tag};

use super::tree::{DEPTH, Data, Entry, Node, Refused, Scalar};
use crate::graph::codes;
use crate::graph::places::Mark;

/// How many values aliases may add to a document, and how many bytes of text.
const ALIAS_NODES: usize = 500_000;
const ALIAS_BYTES: usize = 16 << 20;

/// Reads one YAML document. Problems that do not stop the reading are added to `found`.
pub(super) fn read(source: &str, found: &mut Vec<Refused>) -> Result<Node, Refused> {
    if let Some(at) = source.find('\0') {
        return Err(refused(
            codes::SYNTAX,
            mark_of(source, at),
            "the text contains a NUL byte; remove it",
        ));
    }
    let mut builder = Builder {
        found,
        stack: Vec::new(),
        anchors: BTreeMap::new(),
        spent: Size::default(),
        root: None,
        documents: 0,
    };
    for event in Parser::new_from_str(source) {
        let (event, span) = event.map_err(|e| Refused {
            code: codes::SYNTAX,
            mark: mark(e.marker()),
            message: format!("this is not YAML: {}", e.info()),
        })?;
        builder.take(event, span)?;
    }
    let start = Mark { line: 1, column: 1 };
    builder.root.ok_or_else(|| {
        refused(
            codes::NOT_A_MAPPING,
            start,
            "the text is empty; write at least `name`, `vertices` and a script",
        )
    })
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

/// How much a value holds, and how deep it is.
#[derive(Clone, Copy, Default)]
struct Size {
    nodes: usize,
    bytes: usize,
    height: usize,
}

struct Builder<'f> {
    /// Open collections with their anchors (0: none).
    stack: Vec<(Open, usize)>,
    anchors: BTreeMap<usize, (Node, Size)>,
    spent: Size,
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
            Event::Alias(anchor) => self.alias(anchor, at),
        }
    }

    /// Repeats the value of an anchor. Counted before it is copied.
    fn alias(&mut self, anchor: usize, at: Mark) -> Result<(), Refused> {
        let Some(size) = self.anchors.get(&anchor).map(|(_, size)| *size) else {
            let message = "this alias refers to a value that contains it; write the value out";
            return Err(refused(codes::UNSUPPORTED_YAML, at, message));
        };
        if self.stack.len() + size.height > DEPTH {
            return Err(too_deep(at));
        }
        self.spend(size, at)?;
        let node = self.anchors.get(&anchor).map(|(node, _)| node.clone());
        node.map_or(Ok(()), |node| self.add(node, 0))
    }

    /// Only one document may begin.
    fn document(&mut self, at: Mark) -> Result<(), Refused> {
        self.documents += 1;
        if self.documents > 1 {
            let message =
                "this is a second document; one file holds one graph, so split the file at `---`";
            return Err(refused(codes::UNSUPPORTED_YAML, at, message));
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
            crate::graph::similar::quote(&tag.to_string())
        );
        self.found.push(Refused {
            code: codes::UNSUPPORTED_YAML,
            mark: at,
            message,
        });
        true
    }

    fn add(&mut self, node: Node, anchor: usize) -> Result<(), Refused> {
        if anchor > 0 {
            let size = measure(&node);
            self.spend(size, node.mark)?;
            self.anchors.insert(anchor, (node.clone(), size));
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

    /// Counts a value against what aliases may add.
    fn spend(&mut self, size: Size, at: Mark) -> Result<(), Refused> {
        self.spent.nodes += size.nodes;
        self.spent.bytes += size.bytes;
        if self.spent.nodes > ALIAS_NODES || self.spent.bytes > ALIAS_BYTES {
            let message = format!(
                "anchors and aliases expand to more than {ALIAS_NODES} values or {ALIAS_BYTES} bytes; write the values out or repeat less"
            );
            return Err(Refused {
                code: codes::ALIAS_LIMIT,
                mark: at,
                message,
            });
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
            found.push(refused(
                codes::WRONG_TYPE,
                mark,
                "a key must be a word, not a list or a mapping",
            ));
            Key::Unusable
        }
    }
}

fn measure(node: &Node) -> Size {
    let mut size = Size {
        nodes: 1,
        bytes: 0,
        height: 1,
    };
    let mut add = |inner: &Node| {
        let part = measure(inner);
        size.nodes += part.nodes;
        size.bytes += part.bytes;
        size.height = size.height.max(part.height + 1);
    };
    match &node.data {
        Data::Scalar(scalar) => size.bytes = scalar.text.len(),
        Data::List(items) => items.iter().for_each(add),
        Data::Map(entries) => {
            entries.iter().for_each(|e| add(&e.value));
            size.bytes += entries.iter().map(|e| e.key.len()).sum::<usize>();
        }
    }
    size
}

/// Where a scalar's text begins, if each of its lines is a line of the source.
fn exact(text: &str, style: ScalarStyle, span: Span) -> Option<Mark> {
    let start = mark(&span.start);
    if text.is_empty() {
        return None;
    }
    match style {
        ScalarStyle::Literal => {
            // The span begins at the first line that is not empty.
            let empty = text.bytes().take_while(|b| *b == b'\n').count();
            let line = start.line.checked_sub(u32::try_from(empty).ok()?)?;
            (empty < text.len()).then_some(Mark { line, ..start })
        }
        ScalarStyle::Folded => None,
        ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
            let quotes = u32::from(style != ScalarStyle::Plain);
            let one_line = span.start.line() == span.end.line();
            let same = span.len() == text.chars().count() + 2 * quotes as usize;
            (one_line && same).then_some(Mark {
                column: start.column + quotes,
                ..start
            })
        }
    }
}

fn mark(marker: &Marker) -> Mark {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Mark {
        line: number(marker.line()),
        column: number(marker.col() + 1),
    }
}

/// The place of a byte of `source`.
pub(super) fn mark_of(source: &str, at: usize) -> Mark {
    let before = &source[..at];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Mark {
        line: number(line),
        column: number(column),
    }
}

fn refused(code: &'static str, mark: Mark, message: &str) -> Refused {
    Refused {
        code,
        mark,
        message: message.to_owned(),
    }
}

fn too_deep(mark: Mark) -> Refused {
    refused(
        codes::TOO_DEEP,
        mark,
        &format!("lists and mappings are nested more than {DEPTH} deep; a graph needs six levels"),
    )
}
