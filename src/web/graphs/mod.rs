//! Pages of graphs.

pub(in crate::web) mod list;
pub(in crate::web) mod new;
pub(in crate::web) mod show;
pub(in crate::web) mod start;
pub(in crate::web) mod unchecked;
pub(in crate::web) mod vertices;
