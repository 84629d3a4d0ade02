//! The files of attempts: who may run, what it said, how it ended.
//!
//! ```text
//! <data>/spool/<pipeline>-<track>-<attempt>.script   the text that runs
//! <data>/spool/<pipeline>-<track>-<attempt>.gate     exists: the attempt is decided (runs, or was cancelled)
//! <data>/spool/<pipeline>-<track>-<attempt>.exit     how it ended, complete from the moment it exists
//! <data>/spool/supervisor-<k>/{lock,sock}            one supervisor; `lock` is held as long as it lives
//! <data>/logs/<pipeline>/<track>-<attempt>.log       what the script printed; kept for ever
//! <data>/logs/<pipeline>/<track>-<attempt>.log.tail/ while it runs, the end of what is too long for that
//! <data>/logs/<pipeline>/<track>-<attempt>.log.zst  in its place, the same text compressed (`frames.rs`)
//! <data>/spool/compress/<pipeline>/...               which logs are to be compressed (`marked.rs`)
//! <data>/work/<pipeline>/                            the directory the scripts run in
//! ```
//!
//! Names are integers only: no text of a person becomes a path. Files are 0600 in directories 0700.
//! Only a compressed log is flushed to the disk, before the plain one goes; nothing else here is: within
//! one boot a file cannot be lost because a process died. When the host dies, an exit record that reached the disk whole is still taken; an attempt
//! without one is interrupted, whatever its gate says.
//!
//! It must never start, signal or wait for a process, and never delete what it does not know.

mod changes;
mod compressed;
mod compressing;
#[cfg(test)]
mod compressing_tests;
mod following;
mod frames;
mod gate;
mod instance;
mod layout;
mod lines;
mod log;
mod marked;
mod marks;
mod note;
mod pattern;
mod piece;
mod record;
mod search;
mod tail;
mod view;
mod window;

pub use changes::Changes;
pub use compressed::Excerpt;
pub use compressing::{Compression, Step};
pub use following::{Following, More};
pub use gate::Gate;
pub use instance::Instance;
pub use layout::Spool;
pub use lines::{Line, LineLimits, LinePage, LogLines, Place};
pub use log::{LogWriter, Logged};
pub use pattern::Pattern;
pub use piece::Piece;
pub use record::{Cause, ExitRecord, FORMAT};
pub use view::LogView;
