//! The REST interface under `/api/v1`: JSON in and out, errors as `application/problem+json`.
//!
//! Handlers are thin: they decode, ask the desk or the store on a blocking thread, and encode.
//! They never change a pipeline by themselves.

mod asks;
mod body;
mod describe;
mod drain;
mod error;
mod followed;
mod form;
mod graph_files;
mod graphs;
mod guard;
mod health;
mod inbox;
mod last_event;
mod lines;
mod log_stream;
mod logs;
mod metrics;
mod openapi;
mod pipelines;
mod query;
mod render;
mod routes;
mod secrets;
mod sign_in;
mod starts;
mod stream;
mod strict;
mod tracks;
mod versions;
mod watching;
mod why;
pub mod wire;

pub use body::MostBytes;
pub use describe::document;
pub use metrics::{DatabaseFile, HttpMeter};
pub use openapi::Description;
pub use routes::{catchers, routes};
pub use watching::Watching;
