//! Hooks: definitions of them, and calls.
//!
//! Who calls shows no credential but a signature. Until that is found right, nothing that is answered
//! tells whether there is such a hook; after it, nothing tells a value.

mod call;
mod define;
mod judge;

pub use call::{HookCall, SignedCall, WouldCall};
pub use define::{HookChange, HookError, Source, Style};
