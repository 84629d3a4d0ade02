//! The text form of a graph: YAML, and the same in JSON.
//!
//! Reading never stops at the first finding: whatever can be represented is, and every problem is
//! listed with its place. Scalars keep their raw text until a field says what it needs, so that
//! `007`, `no` and `1e3` mean what their author wrote.

mod anchors;
mod edges;
mod edit;
mod json;
mod marks;
mod params;
mod policies;
mod print;
mod print_json;
mod print_yaml;
mod read;
mod reader;
mod retention;
mod tree;
mod vertices;
mod yaml;

pub use edit::renamed;
pub(super) use print::tree as keys_and_values;
pub use print_json::to_json;
pub use print_yaml::to_yaml;
pub use read::{Format, Parsed, parse};
pub(super) use tree::{Data, Entry, Node};
pub(super) use yaml::read as read_yaml;

#[cfg(test)]
mod operations_tests;
#[cfg(test)]
mod tests;
