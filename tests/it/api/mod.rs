//! The REST interface over real HTTP. Files are named as the addresses they ask.

mod access;
pub(crate) mod described;
mod forms;
mod graphs;
mod inbox;
mod keys;
mod log_stream;
pub(crate) mod metrics;
mod pipelines;
mod render;
mod stream;
mod token;
mod tracks;
mod versions;
mod wire;
