//! Text that is parsed a second time: `eval`, `sh -c`, `trap`, here-documents and pipes into a
//! shell, arithmetic in conditions, names of variables. A value there could become code even from
//! a variable, so a placeholder there is refused unless its type cannot hold code.

mod commands;
mod direct;
mod facts;
mod filters;
mod flows;
mod input;
mod interpreters;
mod kinds;
mod names;
mod place;
mod programs;
mod runs;
#[cfg(test)]
mod tests;

#[cfg(test)]
pub(super) use commands::assignment;
pub(super) use facts::Facts;
pub(super) use flows::Flow;
pub(super) use place::{Hazard, harmless};
