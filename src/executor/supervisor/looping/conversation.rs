//! The connection to the server: one at a time, the newest.

use std::time::Instant;

use rustix::event::epoll;

use super::Supervisor;
use super::token::{Token, add};
use crate::executor::supervisor::server::{Received, Server};
use crate::executor::wire::ToServer;

impl Supervisor {
    pub(super) fn accept(&mut self) {
        let Ok((stream, _)) = self.listener.accept() else {
            return;
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
