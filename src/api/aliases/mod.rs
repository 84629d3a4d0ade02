//! Names that other engines have for what is here: addresses for those who come from there. Each does
//! what ours does, by its own code, and answers our types. docs/aliases.md has the table.

pub(super) mod instances;
pub(super) mod logs;
pub(super) mod stats;
pub(super) mod workflows;
