//! Pages of pipelines.

pub(in crate::web) mod list;
pub(in crate::web) mod show;
