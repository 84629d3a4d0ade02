//! The same scripts by a plain loop that starts `sh FILE` and keeps nothing.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use super::place::Place;
use crate::cli::error::CliError;

/// Of a thread that only waits for a child.
const STACK: usize = 128 << 10;

/// Script files to run.
pub(super) struct Plain<'p> {
    place: &'p Place,
    files: Vec<PathBuf>,
    at_once: usize,
}

impl<'p> Plain<'p> {
    /// Writes so many files, of which so many are to run at once.
    pub(super) fn write(
        place: &'p Place,
        count: usize,
        at_once: usize,
        script: &str,
    ) -> Result<Self, CliError> {
        let dir = place.path("plain");
        let file = |n: usize| {
            let path = dir.join(format!("{n}.sh"));
            std::fs::write(&path, script).map(|()| path)
        };
        let files = std::fs::create_dir_all(&dir).and_then(|()| (0..count).map(file).collect());
        let files = files.map_err(|why: std::io::Error| {
            CliError::Failed(format!("`{}` cannot be written: {why}", dir.display()))
        })?;
        Ok(Self {
            place,
            files,
            at_once,
        })
    }

    /// Runs them all; gives how many seconds that took.
    pub(super) fn run(&self) -> Result<f64, CliError> {
        let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
        let work = || {
            while let Some(file) = self.files.get(next.fetch_add(1, Ordering::Relaxed)) {
                if failed.load(Ordering::Relaxed) || !self.place.goes_on() || !succeeds(file) {
                    failed.store(true, Ordering::Relaxed);
                }
            }
        };
        let began = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..self.at_once.min(self.files.len()) {
                let thread = std::thread::Builder::new().stack_size(STACK);
                if thread.spawn_scoped(scope, work).is_err() {
                    failed.store(true, Ordering::Relaxed);
                }
            }
        });
        let took = began.elapsed().as_secs_f64();
        self.place.go_on()?;
        match failed.into_inner() {
            false => Ok(took),
            true => Err(CliError::Failed(format!(
                "a plain loop could not run {} scripts, {} at once: is there a limit of processes?",
                self.files.len(),
                self.at_once
            ))),
        }
    }
}

fn succeeds(file: &PathBuf) -> bool {
    let mut command = Command::new("/bin/sh");
    let command = command.arg(file).stdin(Stdio::null());
    let command = command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
