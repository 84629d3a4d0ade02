//! Pages of tracks.

pub(in crate::web) mod attempts;
pub(in crate::web) mod log;
mod printed;
pub(in crate::web) mod rows;
pub(in crate::web) mod script;
pub(in crate::web) mod show;
mod sought;
mod whole;
