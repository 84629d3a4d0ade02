//! Tests that need the built program.

mod executor;
