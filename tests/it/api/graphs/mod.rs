//! `/graphs`

mod definitions;
mod list;
mod render;
mod replace;
mod shelf;
mod stats;
mod versions;
