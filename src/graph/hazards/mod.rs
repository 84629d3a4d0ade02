//! Text that is parsed a second time: `eval`, `sh -c`, `trap`, here-documents and pipes into a
//! shell, arithmetic in conditions, names of variables. A value there could become code even from
//! a variable, so a placeholder there is refused unless its type cannot hold code.

mod commands;
mod facts;
mod place;
mod programs;

#[cfg(test)]
pub(super) use commands::assignment;
pub(super) use facts::Facts;
pub(super) use place::Hazard;
