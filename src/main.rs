//! The `trackyard` program.
fn main() {}
