//! `kill -9` of the real program at moments that nobody chose: nothing is lost, nothing runs twice.
//!
//! Each test runs a random DAG whose scripts append one line to a file each, kills what it is about
//! again and again, and compares the lines with what the database says at the end. The moments are
//! the machine's; the graph and the plan of the kills are a seed's.
//!
//! `TRACKYARD_KILLS=1000 cargo test --test it kills -- --nocapture` for more of it, and the figures;
//! `TRACKYARD_SEED=7` for another graph and another plan.

mod run;
mod server;
mod supervisors;
mod work;
