//! The values that a declaration itself holds: its default, its bounds and its choices.

use super::Declaration;
use crate::graph::codes;
use crate::graph::param::{Kind, Value};
use crate::graph::places::Part;
use crate::graph::text::tree::{Data, Node};

impl Declaration<'_> {
    pub(super) fn value(
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

    pub(super) fn choices(&mut self, kind: Kind, node: &Node) -> Vec<Value> {
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
