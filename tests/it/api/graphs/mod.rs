//! `/graphs`

mod conditions;
mod definitions;
mod dry;
mod list;
mod parts;
mod render;
mod replace;
mod shelf;
mod stats;
mod versions;
