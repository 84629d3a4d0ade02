//! The connection to the server. It never blocks: what the server does not take now waits here.

use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;

use crate::executor::wire::{Decoder, ToServer, ToSupervisor, frame};

/// A server that takes nothing for so long that this many bytes wait is cut off; it will connect
/// again and hear all that matters then.
const MAX_WAITING: usize = 16 << 20;

/// The connection to the server of the moment.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) stream: UnixStream,
    decoder: Decoder,
    waiting: Vec<u8>,
    /// True while `epoll` is to say when more can be written.
    pub(super) asked_to_write: bool,
}

/// What a look at the connection found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Received {
    /// Bytes; perhaps not yet a whole message.
    Some,
    /// Nothing at the moment.
    Nothing,
    /// The server is gone.
    End,
}

impl Server {
    pub(super) fn new(stream: UnixStream) -> io::Result<Server> {
        stream.set_nonblocking(true)?;
        let decoder = Decoder::default();
        Ok(Server {
            stream,
            decoder,
            waiting: Vec::new(),
            asked_to_write: false,
        })
    }

    /// Takes what has arrived into `messages`.
    pub(super) fn receive(
        &mut self,
        buffer: &mut [u8],
        messages: &mut impl Extend<ToSupervisor>,
    ) -> io::Result<Received> {
        match self.stream.read(buffer) {
            Ok(0) => return Ok(Received::End),
            Ok(n) => self.decoder.push(&buffer[..n]),
            Err(e) if e.kind() == ErrorKind::WouldBlock => return Ok(Received::Nothing),
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
        while let Some(message) = self.decoder.next()? {
            messages.extend([message]);
        }
        Ok(Received::Some)
    }

    /// Puts a message in line; [`Server::flush`] sends.
    pub(super) fn say(&mut self, message: &ToServer) {
        self.waiting.extend(frame(message));
    }

    /// Sends what the server takes now. True: some is left to send.
    pub(super) fn flush(&mut self) -> io::Result<bool> {
        let mut sent = 0;
        while sent < self.waiting.len() {
            match self.stream.write(&self.waiting[sent..]) {
                Ok(n) => sent += n,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) if e.kind() == ErrorKind::WouldBlock => break,
                Err(e) => return Err(e),
            }
        }
        self.waiting.drain(..sent);
        if self.waiting.len() > MAX_WAITING {
            return Err(io::Error::new(
                ErrorKind::TimedOut,
                "the server takes no messages",
            ));
        }
        Ok(!self.waiting.is_empty())
    }
}
