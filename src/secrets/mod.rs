//! Values that are kept sealed: the key file of a data directory, and what it seals and opens.
//!
//! A leaf: it knows no table and no script. Why it is done so: docs/adr/0004-secrets.md.

mod key;
mod vault;

pub use key::KeyError;
pub use vault::{OpenError, Place, SealError, Vault};
