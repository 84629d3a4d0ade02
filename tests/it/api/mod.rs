//! The REST interface over real HTTP. Files are named as the addresses they ask.

mod access;
mod addresses;
mod aliases;
pub(crate) mod described;
mod forms;
mod graphs;
mod hooks;
mod inbox;
mod keys;
mod log_stream;
pub(crate) mod metrics;
mod pipelines;
mod stream;
mod token;
mod tracks;
mod wire;
mod ws;
