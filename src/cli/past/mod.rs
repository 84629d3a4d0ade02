//! The verbs for what is over: a pipeline as one file, and removing pipelines for good.

mod bundle;
mod gc;
mod rm;
mod rules;
mod verbs;

pub(super) use verbs::{PastVerb, past};
