//! Ctrl-C and SIGTERM as messages.

use crossbeam_channel::{Receiver, bounded};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::error::CliError;

/// A channel that gets the number of each SIGINT and SIGTERM from now on.
pub(super) fn signals() -> Result<Receiver<i32>, CliError> {
    those(&[SIGINT, SIGTERM])
}

/// The same of other signals.
pub(super) fn those(which: &[i32]) -> Result<Receiver<i32>, CliError> {
    let failed = |why: std::io::Error| CliError::Failed(format!("cannot wait for signals: {why}"));
    let mut signals = Signals::new(which).map_err(failed)?;
    let (send, receive) = bounded(4);
    let wait = move || {
        for signal in signals.forever() {
            // A program that takes no more signals is about to end.
            let _ = send.try_send(signal);
        }
    };
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(wait)
        .map_err(failed)?;
    Ok(receive)
}

/// What a program ended by this signal ends with.
pub(super) fn exit_code(signal: i32) -> u8 {
    match signal {
        SIGHUP => 129,
        SIGTERM => 143,
        _ => 130,
    }
}
