//! The supervisor: the process that runs the scripts and outlives the server.
//!
//! One thread, one `epoll`: the server's socket, and for each script a handle on its process and
//! the pipe with its output. No timer ticks: it sleeps until something happens or the next
//! deadline. The life of an attempt is in `attempt`, everything that starts a process in
//! `spawning`, and the loop that joins them in `looping`.
//!
//! It must never start a script without having created its gate, never wait for anything but
//! `epoll` (and, for as long as they take, for `posix_spawn` and for files), and hold no state that
//! the files and a `Hello` could not tell again.

mod attempt;
mod entry;
mod fenced;
mod group;
mod limits;
mod looping;
mod mask;
mod server;
mod signals;
mod spawning;

pub use entry::main_if_asked;
pub(super) use entry::{VERB, settings_words};
