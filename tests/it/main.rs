//! Tests of the whole program.

mod executor;
mod random;
mod scripts;
mod server;
mod sim;
mod store;
