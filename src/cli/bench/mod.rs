//! `trackyard bench`: what this machine does with the built-in cases, by a server of its own.
//!
//! A case starts this very program on a temporary data directory and asks it over REST, as anybody
//! would. What is started is ended, and the directory is removed, also after Ctrl-C.

mod case;
mod cases;
mod place;
mod plain;
mod server;
mod told;
mod verb;

pub(super) use verb::{BenchArgs, bench};
