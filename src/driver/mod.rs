//! The one thread that moves pipelines: it drains events, steps the engine, commits once, answers
//! and then performs the effects.
//!
//! It alone writes the database. Definitions go through it too: SQLite has one writer, and a start
//! can then never race with an edit of its graph.

mod acts;
mod command;
mod draining;
mod drive;
mod fact;
mod flush;
mod handle;
mod measures;
mod news;
mod noted;
mod removals;
mod ring;
mod spawn;
mod starts;
mod trouble;
mod viewer;

pub use command::{CommandError, NewStart, Started};
pub use fact::event;
pub use handle::Handle;
pub use measures::Measures;
pub use spawn::{Driver, Settings};

// What `Driver::spawn` takes.
pub use crate::executor::{Backend, Fact, Verdict};
pub use news::{News, What};
pub use ring::Told;
pub use viewer::{Seen, Viewer};
