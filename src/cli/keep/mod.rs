//! The verbs that keep a server healthy: they look after its data directory, its token and the
//! definitions beside it. Most of them work with and without a running server; the others say why
//! not.

mod archive;
mod audit;
mod backup;
mod checks;
mod doctor;
mod facts;
mod fmt;
mod machine;
mod migrate;
mod restore;
mod token;
mod verbs;

pub(super) use fmt::fmt;
pub(super) use verbs::{KeepVerb, keep};
