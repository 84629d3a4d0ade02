//! Pages of pipelines.

mod asks;
pub(in crate::web) mod csv;
pub(in crate::web) mod drawn;
mod filter;
mod forecast;
mod foremost;
pub(in crate::web) mod gantt;
mod journal;
pub(in crate::web) mod list;
pub(in crate::web) mod many;
mod printed;
pub(in crate::web) mod rows;
pub(in crate::web) mod show;
