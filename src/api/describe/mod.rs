//! The description of this interface (OpenAPI 3.1), made from its handlers and from the types of the
//! wire. What is so for every route is said here once; a handler says only what is its own.

mod codes;
mod document;
mod headers;
mod links;
mod parameters;
mod refusals;
mod rules;

pub use document::document;
pub(super) use parameters::meaning;
pub(super) use refusals::{
    again, ask_of_many, ask_of_pipeline, ask_of_task, ask_of_track, call, change_graph, clone,
    edit_graph, hook, instance_logs, list, log, log_lines, log_stream, make_graph, of_graph,
    of_pipeline, of_track, readiness, remove_graph, remove_pipeline, remove_secret, render,
    replace, restore, set_secret, socket, start, stream, stream_of_pipeline, versions, why,
    why_pipeline, write,
};
