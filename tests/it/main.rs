//! Tests of the whole program.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod actions;
mod api;
mod cli;
mod cli_asks;
mod cli_first;
mod control;
#[cfg(feature = "failpoints")]
mod crash_points;
mod door;
mod drain;
mod executor;
mod foreign;
mod keep;
mod kills;
mod outputs;
mod packaging;
mod params;
mod processes;
mod random;
mod scripts;
mod secrets;
mod server;
mod snapshots;
mod sse;
mod store;
mod trouble;
mod why;
