//! The connection to the server: one at a time, the newest.
//!
//! A handle is kept for it: a server can always connect, however many scripts have used up the rest.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use rustix::event::epoll;

use super::Supervisor;
use super::token::{Token, add};
use crate::executor::supervisor::server::{Received, Server};
use crate::executor::wire::ToServer;

/// How long nobody is listened to after a connection could not be taken. `epoll` would tell of it
/// again and again.
const DEAF: Duration = Duration::from_millis(100);

impl Supervisor {
    pub(super) fn accept(&mut self) {
        let stream = match self.take_connection() {
            Ok(stream) => stream,
            Err(e) if e.kind() == ErrorKind::WouldBlock => return,
            Err(_) => return self.listen(Some(Instant::now() + DEAF)),
        };
        // What the former server said comes before the new one's Hello, so that the answer to
        // that is true.
        while self.receive() {}
        self.hang_up();
        while let Some(message) = self.messages.pop_front() {
            self.on_message(message);
        }
        self.server = Server::new(stream)
            .ok()
            .filter(|server| add(&self.epoll, &server.stream, Token::Server).is_ok());
    }

    fn take_connection(&mut self) -> io::Result<UnixStream> {
        let taken = self.listener.accept().or_else(|e| match e.kind() {
            ErrorKind::WouldBlock => Err(e),
            // Now the handle that is kept. That of the former connection takes its place.
            _ => {
                self.spare = None;
                self.listener.accept()
            }
        });
        if taken.is_err() {
            self.keep_spare();
        }
        taken.map(|(stream, _)| stream)
    }

    fn keep_spare(&mut self) {
        if self.spare.is_none() {
            self.spare = File::open("/dev/null").ok();
        }
    }

    /// Listens for connections, or does not until `later`.
    pub(super) fn listen(&mut self, later: Option<Instant>) {
        let flags = match later {
            None => epoll::EventFlags::IN,
            Some(_) => epoll::EventFlags::empty(),
        };
        let token = epoll::EventData::new_u64(Token::Listener.raw());
        // Without success all stays as it is.
        if epoll::modify(&self.epoll, &self.listener, token, flags).is_ok() {
            self.deaf_until = later;
        }
    }

    /// Takes what the server says; false: nothing has arrived, or it is gone.
    pub(super) fn receive(&mut self) -> bool {
        let Some(server) = &mut self.server else {
            return false;
        };
        match server.receive(&mut self.tools.buffer, &mut self.messages) {
            Ok(Received::Some) => true,
            Ok(Received::Nothing) => false,
            Ok(Received::End) | Err(_) => {
                self.hang_up();
                false
            }
        }
    }

    fn hang_up(&mut self) {
        if let Some(server) = self.server.take() {
            let _ = epoll::delete(&self.epoll, &server.stream);
        }
        self.keep_spare();
        self.idle_since = Instant::now();
    }

    pub(super) fn say(&mut self, message: &ToServer) {
        if let Some(server) = &mut self.server {
            server.say(message);
        }
    }

    pub(super) fn flush(&mut self) {
        let Some(server) = &mut self.server else {
            return;
        };
        let Ok(left) = server.flush() else {
            return self.hang_up();
        };
        if left != server.asked_to_write {
            server.asked_to_write = left;
            let out = if left {
                epoll::EventFlags::OUT
            } else {
                epoll::EventFlags::empty()
            };
            let token = epoll::EventData::new_u64(Token::Server.raw());
            let flags = epoll::EventFlags::IN | out;
            if epoll::modify(&self.epoll, &server.stream, token, flags).is_err() {
                self.hang_up();
            }
        }
    }
}
