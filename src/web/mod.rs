//! The pages: server-rendered HTML that is complete without JavaScript.
//!
//! Every page but the sign-in is behind the [`Browser`] guard, and every form behind `Posted`.
//! Nothing here decides anything: reads go through the store, writes through the desk. User text
//! reaches a page only through the escaping of the templates.

mod asks;
mod docs;
mod edge;
mod graphs;
mod help;
mod home;
mod inbox;
mod journal;
mod mount;
mod parts;
mod pipelines;
mod plots;
mod secrets;
mod system;
mod tracks;

#[cfg(test)]
mod tests;

pub use docs::Documented;
pub use edge::guard::{Browser, Clock};
pub use mount::{catchers, routes};
pub use system::Installed;
