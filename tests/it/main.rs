//! Tests of the whole program.

mod api;
mod cli;
mod executor;
mod random;
mod scripts;
mod server;
mod sim;
mod store;
