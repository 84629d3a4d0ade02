//! Which values a track waits for: names, never a value.

use serde_json::{Map, Value};

use crate::graph::{Kind, Param, carrier, interpreter};
use crate::store::TrackOrder;

/// The parameters that a script uses and that nobody has given a value for.
pub(super) fn unfilled(order: &TrackOrder) -> Vec<String> {
    let given: Map<String, Value> = serde_json::from_str(&order.input).unwrap_or_default();
    let shell = interpreter(&order.script).shell;
    let identifier = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let uses = |param: &Param| {
        let variable = carrier(&param.name, param.kind == Kind::Secret, shell);
        let mut words = order.script.split(|c| !identifier(c));
        words.any(|word| word == variable)
    };
    let open = |p: &&Param| (p.required || p.default.is_none()) && !given.contains_key(&p.name);
    let open = order.params.iter().filter(open).filter(|p| uses(p));
    open.map(|p| p.name.clone()).collect()
}
