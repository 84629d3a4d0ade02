//! A definition as forms: its vertices and edges one by one. They write the same text that the editor of the
//! text shows.

mod anchors;
pub(in crate::web) mod edge;
pub(in crate::web) mod faults;
pub(in crate::web) mod inputs;
pub(in crate::web) mod saving;
mod sent;
pub(in crate::web) mod table;
pub(in crate::web) mod typed;
pub(in crate::web) mod vertex;
