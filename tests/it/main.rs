<<<<<<< HEAD
//! Tests of the whole program.

mod random;
mod sim;
mod store;
=======
fn main() {}
>>>>>>> graph
