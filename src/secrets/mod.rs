//! Values that are kept sealed: the key file of a data directory, and what it seals and opens; and
//! the search for such values in what scripts print.
//!
//! A leaf: it knows no table and no script. Why it is done so: docs/adr/0004-secrets.md.

mod escapes;
mod forms;
mod key;
mod readings;
mod search;
mod signature;
mod vault;

pub use key::{KeyError, NAME as KEY_FILE};
pub use search::{Search, Stretch, Within};
pub use signature::is_signed;
pub use vault::{OpenError, Place, SealError, Vault};
