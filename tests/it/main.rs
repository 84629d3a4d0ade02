//! Tests that need the built program.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod executor;
