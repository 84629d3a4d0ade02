//! Definitions: what a graph is, its text form, its checks and its parameters.
//!
//! Pure: this module knows no clock, file, process, thread, database or web page, and gives
//! the same answer for the same input every time (so no `HashMap` order reaches a result).

pub mod codes;
pub mod text;
pub mod topology;

mod accept;
mod check;
mod check_edges;
mod check_params;
mod check_scripts;
mod compile;
#[cfg(test)]
mod compile_tests;
mod duration;
mod hazards;
mod hidden;
mod identifiers;
mod inputs;
mod launch;
mod lexer;
mod lines;
mod model;
mod param;
mod patterns;
mod places;
mod problem;
mod reference;
mod rlimits;
mod rules;
mod script;
#[cfg(test)]
mod secret_tests;
mod similar;
mod values;

pub use accept::{FieldError, Given, GivenOwned};
pub use check::{check, is_secret_name};
pub use compile::{Compiled, ScriptProblem, compile};
pub use duration::LONGEST;
pub use hidden::{Hidden, MASK};
pub use inputs::{Accepted, VertexInput, accept_inputs, input_to_json, used, values_from_json};
pub use launch::{environment, launch_text, secret_variable};
pub use model::{Edge, Graph, Limits, Millis, OnFailure, OnInterrupt, Retry, Vertex};
pub use param::{Kind, Param, Value};
pub use places::{Mark, Part, Places, Spot};
pub use problem::{Problem, Severity};
pub use rlimits::{Resource, Rlimits};
pub use rules::SECRET_LEAST_BYTES;
pub use script::{Interpreter, interpreter};
