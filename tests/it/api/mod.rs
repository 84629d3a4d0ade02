//! The REST interface over real HTTP. Files are named as the addresses they ask.

mod access;
pub(crate) mod described;
mod graphs;
mod inbox;
pub(crate) mod metrics;
mod pipelines;
mod render;
mod tracks;
