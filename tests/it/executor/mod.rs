//! The executor with real supervisors and real scripts.

pub(crate) mod bench;
mod crashes;
mod limits;
mod mute;
mod output;
mod running;
mod stopping;
