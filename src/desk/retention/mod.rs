//! Which pipelines go by the rules of their graphs and of the server, and taking them away: a page at a
//! time, so that whoever works in between has their turn (docs/retention.md).
//!
//! What a rule comes to is one number for each graph and one for all: what has a higher one stays. So
//! nothing grows with the history. What is not over is never touched.

mod collect;
mod going;
mod plan;
mod retained;
mod rules;
#[cfg(test)]
mod tests;

pub use collect::{Collected, Collecting, Line, RETENTION};
pub use retained::{Applied, Moment, Retained};
pub use rules::{Key, Rule, Rules, Says};
