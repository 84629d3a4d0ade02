//! The description of this interface (OpenAPI 3.1), made from its handlers and from the types of the
//! wire. What is so for every route is said here once; a handler says only what is its own.

mod codes;
mod document;
mod parameters;
mod refusals;
mod rules;

pub use document::document;
pub(super) use refusals::{
    again, ask_of_many, ask_of_pipeline, ask_of_track, list, log, log_stream, make_graph, of_graph,
    of_pipeline, of_track, readiness, remove_pipeline, remove_secret, render, restore, set_secret,
    start, stream, stream_of_pipeline, versions, why, write,
};
