//! `/graphs`

mod definitions;
mod list;
mod render;
mod versions;
