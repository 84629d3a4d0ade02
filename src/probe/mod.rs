//! What only the machine can say about a definition: whether the shells understand the scripts,
//! and whether the programs that run them are here.
//!
//! Nothing of a definition is ever run: a shell gets a script on a file of memory with `-n`, with an
//! empty environment, and only a shell from a directory that the settings name, so that the first
//! line of a hostile script cannot make a check run a program. Processes, time and output are
//! bounded, for all checks of this process together.

mod findings;
mod inspect;
mod process;
mod programs;
mod shells;

pub use inspect::{Bounds, Probe};
