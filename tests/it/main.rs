<<<<<<< HEAD
fn main() {}
=======
//! Tests of the whole program.
>>>>>>> infra
