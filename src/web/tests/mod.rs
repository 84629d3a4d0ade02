//! Pages through a whole server, and what such tests share.

pub(in crate::web) mod end_to_end;
pub(in crate::web) mod end_to_end_asks;
pub(in crate::web) mod foreign;
pub(in crate::web) mod foremost;
pub(in crate::web) mod graphs;
pub(in crate::web) mod harness;
pub(in crate::web) mod known;
pub(in crate::web) mod languages;
pub(in crate::web) mod lists;
pub(in crate::web) mod logs;
pub(in crate::web) mod look;
pub(in crate::web) mod near;
pub(in crate::web) mod over;
pub(in crate::web) mod wellformed;
