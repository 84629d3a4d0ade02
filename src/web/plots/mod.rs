//! Drawings as numbers: pure functions that say where what stands. Templates make SVG of them, so that no
//! text of a user is ever put together into markup here.

pub(in crate::web) mod bars;
pub(in crate::web) mod heat;
pub(in crate::web) mod spark;
