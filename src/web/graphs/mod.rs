//! Pages of graphs.

pub(in crate::web) mod bars;
pub(in crate::web) mod calls;
pub(in crate::web) mod changes;
pub(in crate::web) mod deeds;
pub(in crate::web) mod edit;
pub(in crate::web) mod files;
pub(in crate::web) mod forms;
pub(in crate::web) mod import;
pub(in crate::web) mod list;
pub(in crate::web) mod new;
pub(in crate::web) mod preview;
pub(in crate::web) mod show;
pub(in crate::web) mod start;
pub(in crate::web) mod tabs;
pub(in crate::web) mod unchecked;
pub(in crate::web) mod vertices;
