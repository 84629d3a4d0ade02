//! Tests of the whole program.

mod executor;
mod random;
mod sim;
mod store;
