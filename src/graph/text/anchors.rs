//! Values that YAML anchors name and aliases repeat, within a budget.

use std::collections::BTreeMap;

use super::tree::{DEPTH, Data, Node, Refused};
use crate::graph::codes;
use crate::graph::places::Mark;

/// How many values aliases may add to a document, and how many bytes of text.
const ALIAS_NODES: usize = 500_000;
const ALIAS_BYTES: usize = 16 << 20;

/// How much a value holds, and how deep it is.
#[derive(Clone, Copy, Default)]
struct Size {
    nodes: usize,
    bytes: usize,
    height: usize,
}

/// The values that have names, and what repeating them has cost so far.
#[derive(Default)]
pub(super) struct Anchors {
    known: BTreeMap<usize, (Node, Size)>,
    spent: Size,
}

impl Anchors {
    /// Keeps a value for the aliases to come. Counted before it is copied.
    pub(super) fn keep(&mut self, anchor: usize, node: &Node) -> Result<(), Refused> {
        let size = measure(node);
        self.spent.add(size, node.mark)?;
        self.known.insert(anchor, (node.clone(), size));
        Ok(())
    }

    /// The value of an anchor again, for a place inside `depth` lists and mappings. Counted before
    /// it is copied.
    pub(super) fn repeat(
        &mut self,
        anchor: usize,
        depth: usize,
        at: Mark,
    ) -> Result<Node, Refused> {
        let Some((node, size)) = self.known.get(&anchor) else {
            let message = "this alias refers to a value that contains it; write the value out";
            return Err(Refused::new(codes::UNSUPPORTED_YAML, at, message));
        };
        if depth + size.height > DEPTH {
            return Err(too_deep(at));
        }
        self.spent.add(*size, at)?;
        Ok(node.clone())
    }
}

impl Size {
    /// Counts a value against what aliases may add.
    fn add(&mut self, size: Self, at: Mark) -> Result<(), Refused> {
        self.nodes += size.nodes;
        self.bytes += size.bytes;
        if self.nodes > ALIAS_NODES || self.bytes > ALIAS_BYTES {
            let message = format!(
                "anchors and aliases expand to more than {ALIAS_NODES} values or {ALIAS_BYTES} bytes; write the values out or repeat less"
            );
            return Err(Refused::new(codes::ALIAS_LIMIT, at, message));
        }
        Ok(())
    }
}

/// The refusal of what is nested deeper than anything is read.
pub(super) fn too_deep(mark: Mark) -> Refused {
    let message =
        format!("lists and mappings are nested more than {DEPTH} deep; a graph needs six levels");
    Refused::new(codes::TOO_DEEP, mark, message)
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
