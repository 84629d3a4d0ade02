//! Definitions: what a graph is, its text form, its checks and its parameters.
//!
//! Pure: this module knows no clock, file, process, thread, database or web page, and gives
//! the same answer for the same input every time (so no `HashMap` order reaches a result).

mod model;
mod problem;

pub use model::{Edge, Graph, Kind, Limits, Millis, OnFailure, Param, Retry, Value, Vertex};
pub use problem::{Problem, Severity};
