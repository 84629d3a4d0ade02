//! The composition root: builds everything from one configuration, stops it in reverse.
//!
//! No rule of the product is decided here.

mod error;
mod handles;
mod hold;
mod opened;
mod orders;
mod restored;
mod retention;
mod routes;
mod serve;
mod steady;

pub use crate::secrets::KEY_FILE;
pub use error::AppError;
pub use hold::{Hold, Holder};
pub use opened::{App, DATABASE, capacity, limits, probe};
pub use restored::{Restored, restored, right_key};
pub use routes::routes;
pub use serve::{Served, can_listen, line_limits, serve};
