//! The verbs that keep a server healthy, as a person types them.

mod backup;
mod doctor;
mod fmt;
mod migrate;
mod restore;
mod token;

use std::path::Path;

use crate::cli::{Desk, Said};
use crate::server::{Server, program};

/// A call for the data directory of a server.
fn call(server: &Server, words: &[&str]) -> Said {
    on(server.data(), words)
}

/// A call for a data directory.
fn on(data: &Path, words: &[&str]) -> Said {
    let mut command = program();
    command.current_dir("/").args(words).arg("--data").arg(data);
    Said::of(command.output().expect("it runs"))
}

/// A data directory in which something was run.
fn used() -> Desk {
    let desk = Desk::new();
    desk.write("g.yaml", "name: g\nvertices: {a: echo hello}\n");
    desk.call(&["run", "-q", "g.yaml"]).expect(0);
    desk
}
