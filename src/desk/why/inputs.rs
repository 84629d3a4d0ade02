//! Which values a track waits for: names, never a value.

use serde_json::{Map, Value};

use crate::graph::Param;
use crate::store::TrackOrder;

/// The parameters that a script uses and that nobody has given a value for.
pub(super) fn unfilled(order: &TrackOrder) -> Vec<String> {
    let given: Map<String, Value> = serde_json::from_str(&order.input).unwrap_or_default();
    let open = |p: &Param| (p.required || p.default.is_none()) && !given.contains_key(&p.name);
    let taken = order.taken().into_iter().filter(open);
    taken.map(|p| p.name).collect()
}
