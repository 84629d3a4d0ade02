//! What is asked of the server as a whole.

pub(in crate::api) mod audit;
pub(in crate::api) mod drain;
pub(in crate::api) mod gc;
pub(in crate::api) mod health;
pub(in crate::api) mod metrics;
pub(in crate::api) mod openapi;
pub(in crate::api) mod secrets;
pub(in crate::api) mod sign_in;
pub(in crate::api) mod token;

pub use metrics::{DatabaseFile, HttpMeter};
pub use openapi::Description;
