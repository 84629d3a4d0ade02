//! Pages of tracks.

pub(in crate::web) mod attempts;
pub(in crate::web) mod script;
pub(in crate::web) mod show;
