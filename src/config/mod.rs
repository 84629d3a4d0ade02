//! Settings: one typed struct, read once from flags, environment and `Rocket.toml`, and validated
//! whole, so that every mistake is named with its place in one message.
//!
//! A leaf: it imports nothing of the crate, opens nothing but `Rocket.toml`, creates nothing, and
//! is never global; whoever needs a setting gets it as an argument.

mod bounds;
mod door;
mod durability;
mod error;
mod flags;
mod incoming;
mod logs;
mod reader;
mod retention;
mod settings;
#[cfg(test)]
mod settings_tests;
mod slots;
mod sources;
mod special;
mod units;

pub use bounds::Bounds;
pub use door::Door;
pub use durability::Durability;
pub use error::{ConfigError, Fault};
pub use flags::Flags;
pub use incoming::Incoming;
pub use logs::Logs;
pub use retention::Retention;
pub use settings::Config;
pub use sources::{Setting, environment};
