//! The executor with real supervisors and real scripts.

mod bench;
mod crashes;
mod output;
mod running;
mod stopping;
