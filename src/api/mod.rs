//! The REST interface under `/api/v1`: JSON in and out, errors as `application/problem+json`.
//!
//! Handlers are thin: they decode, ask the desk or the store on a blocking thread, and encode.
//! They never change a pipeline by themselves.

mod aliases;
mod asks;
mod body;
mod condition;
mod describe;
mod error;
mod graphs;
mod guard;
mod hooks;
mod inbox;
mod keys;
mod live;
mod made;
mod methods;
mod pipelines;
mod query;
mod routes;
mod server;
mod strict;
mod tracks;
mod why;
pub mod wire;

pub use body::MostBytes;
pub use describe::document;
pub use hooks::HookBounds;
pub use keys::Replays;
pub use live::Watching;
pub use routes::{PROBES, catchers, probes, routes, sockets};
pub use server::{DatabaseFile, Description, HttpMeter};
