//! The verbs for saved graphs and what became of them: put away, under another name, their versions, how
//! their pipelines went.

mod shelve;
mod stats;
mod verbs;
mod versions;

pub(super) use verbs::{GraphVerb, graphs};
