//! What a text says of how long pipelines are kept.

use super::reader::{Keys, Reader};
use super::tree::Node;
use crate::graph::codes;
use crate::graph::places::Spot;
use crate::graph::retention::{Retention, parse_bytes, size_advice};

/// Reads the keys of `retention:`; each may be left out.
pub(super) fn read(reader: &mut Reader, node: &Node, spot: Spot) -> Retention {
    let mut said = Retention::default();
    for entry in reader.entries(node, "retention", &Keys::Known(&Retention::KEYS)) {
        let (value, inside) = (&entry.value, format!("retention.{}", entry.key));
        match entry.key.as_str() {
            _ if value.is_null() => {}
            "days" => said.days = reader.whole(value, &inside, spot),
            "keep_last" => said.keep_last = reader.whole(value, &inside, spot),
            _ => said.max_bytes = bytes(reader, value, &inside, spot),
        }
    }
    said
}

fn bytes(reader: &mut Reader, node: &Node, place: &str, spot: Spot) -> Option<u64> {
    let read = parse_bytes(node.scalar().map_or("", |s| s.text.as_str()));
    if read.is_none() {
        let message = format!("{} is not a size; {}", node.phrase(), size_advice());
        reader.broken(codes::BAD_RETENTION, node, place, spot, message);
    }
    read
}
