//! The REST interface over real HTTP. Files are named as the addresses they ask.

mod access;
mod graphs;
mod inbox;
mod log_stream;
mod pipelines;
mod render;
mod stream;
mod tracks;
