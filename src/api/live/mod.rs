//! What lasts: news and logs that are followed for as long as the caller listens (docs/live.md).

mod followed;
pub(in crate::api) mod last_event;
mod lines;
pub(in crate::api) mod log_stream;
mod origin;
pub(in crate::api) mod socket;
pub(in crate::api) mod stream;
mod watching;

pub use watching::Watching;
