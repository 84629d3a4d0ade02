//! `/graphs`

mod definitions;
mod list;
mod parts;
mod render;
mod replace;
mod shelf;
mod stats;
mod versions;
