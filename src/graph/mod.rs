//! Definitions: what a graph is, its text form, its checks and its parameters.
//!
//! Pure: this module knows no clock, file, process, thread, database or web page, and gives
//! the same answer for the same input every time (so no `HashMap` order reaches a result).

pub mod codes;
pub mod drawing;
pub mod foreign;
pub mod text;
pub mod topology;

mod accept;
#[cfg(test)]
mod accept_tests;
mod carried;
mod check;
mod check_edges;
mod check_outputs;
mod check_params;
mod check_policies;
mod check_scripts;
mod check_settings;
mod compile;
#[cfg(test)]
mod compile_tests;
mod diff;
mod duration;
mod edit;
mod form;
mod hazards;
mod hidden;
mod identifiers;
mod inputs;
mod launch;
mod lexer;
mod lines;
mod model;
mod outputs;
mod param;
mod patterns;
mod places;
mod policy;
mod problem;
mod reference;
mod rename;
mod render;
mod retention;
mod rlimits;
mod rules;
mod script;
mod secret_names;
#[cfg(test)]
mod secret_tests;
mod similar;
mod stored;
mod users;
mod values;
mod written;

pub use accept::{FieldError, Given, GivenOwned};
pub use check::check;
pub use compile::{Compiled, compile};
pub use diff::{Diff, FieldChange, VertexChange, diff};
pub use duration::LONGEST;
pub use edit::{Edit, EditFault, definitions};
pub use form::form;
pub use hidden::{Hidden, MASK};
pub use inputs::{Accepted, Later, VertexInput, accept_inputs, used};
pub use launch::{carrier, environment, launch_text, secret_parameter, secret_variable};
pub use model::{Edge, Graph, Limits, Millis, Vertex};
pub use outputs::{Outputs, Reference, Runnable, Scope, unknown_output};
pub use param::{Kind, Param, Value};
pub use places::{Mark, Part, Places, Spot};
pub use policy::{Concurrency, ExitCodes, OnFailure, OnInterrupt, OnLimit, Retry, When};
pub use problem::{Problem, ScriptProblem, Severity};
pub use render::{Form, Name, Piece, Rendered, Shown, asked_later, pieces, render};
pub use retention::{LOG_BYTES, MOST_DAYS, MOST_KEPT, Retention};
pub use rlimits::{Resource, Rlimits, exact_size};
pub use rules::SECRET_LEAST_BYTES;
pub use script::{Interpreter, interpreter};
pub use secret_names::{SECRET_NAMES, is_secret_name};
pub use similar::{one_line, quote};
pub use stored::{input_to_json, value_from_json, value_to_json, values_from_json, values_to_json};
pub use users::users;
pub use written::{Held, Written, accept_outputs};
