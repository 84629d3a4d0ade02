//! The executor with real supervisors and real scripts.

mod bench;
mod crashes;
mod limits;
mod output;
mod running;
mod stopping;
