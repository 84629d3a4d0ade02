//! The REST interface over real HTTP. Files are named as the addresses they ask.

mod access;
mod addresses;
mod aliases;
mod audit;
pub(crate) mod described;
mod forms;
mod gc;
mod graphs;
mod hook_values;
mod hooks;
mod inbox;
mod keyed;
mod keys;
mod log_stream;
pub(crate) mod metrics;
mod pipelines;
mod probes;
mod secrets;
mod stream;
mod token;
mod tracks;
mod wire;
mod ws;
