//! What a script inherits of signals: nothing.
//!
//! Whoever started the server may have told it to ignore some (`nohup`, `trap ''`, a build system)
//! or may block some, and both pass on to every process that is started. Of two ways to undo that,
//! the one without unsafe code is taken: a signal that has a handler has none after exec.

use std::fs;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use nix::sys::signal::SigSet;
use signal_hook::consts::{FORBIDDEN, SIGPIPE};

/// The C library keeps these for itself: it lets nobody handle them.
const LIBRARY: [i32; 2] = [32, 33];

/// Sees to it that what this process starts from now on ignores and blocks no signal. What was
/// ignored here still has no effect here.
pub(super) fn reset() -> io::Result<()> {
    SigSet::empty().thread_set_mask()?;
    for signal in ignored()? {
        // The standard library gives each child the default of the first. The others cannot be
        // handled; a fault of the process itself is not ignored either way.
        let ours = !FORBIDDEN.contains(&signal) && !LIBRARY.contains(&signal);
        if signal != SIGPIPE && ours {
            signal_hook::flag::register(signal, Arc::new(AtomicBool::new(false)))?;
        }
    }
    Ok(())
}

/// The signals that this process ignores.
fn ignored() -> io::Result<Vec<i32>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    let mask = mask.ok_or_else(|| io::Error::other("the system does not tell what is ignored"))?;
    Ok((1..=64)
        .filter(|signal| mask & (1 << (signal - 1)) != 0)
        .collect())
}
