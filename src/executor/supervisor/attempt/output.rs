//! Reading what scripts print, while their attempt lasts and after it.

use std::fs::File;
use std::io::{ErrorKind, Read};

use super::Attempt;

impl Attempt {
    /// Reads the output at most `times`.
    pub(super) fn read(&mut self, times: usize, buffer: &mut [u8]) {
        for _ in 0..times {
            let Some(output) = &mut self.output else {
                return;
            };
            match output.read(buffer) {
                Ok(0) => self.ended_output = self.output.take(),
                Ok(n) => self.log.write(&buffer[..n]),
                Err(e) if e.kind() == ErrorKind::WouldBlock => return,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(_) => self.ended_output = self.output.take(),
            }
        }
    }
}

/// Reads and discards the output of a background process; false: nobody can write any more.
pub(in crate::executor::supervisor) fn discard(mut output: &File, buffer: &mut [u8]) -> bool {
    match output.read(buffer) {
        Ok(0) => false,
        Ok(_) => true,
        Err(e) => matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted),
    }
}
