//! What an event of `epoll` is about.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use rustix::event::epoll;

const LISTENER: u64 = 0;
const SERVER: u64 = 1;

/// What an event is about. An attempt has a number; its events are told apart by the last digit.
#[derive(Debug, Clone, Copy)]
pub(super) enum Token {
    Listener,
    Server,
    Exit(u64),
    Output(u64),
    Member(u64),
    Discard(u64),
}

impl Token {
    pub(super) fn raw(self) -> u64 {
        match self {
            Token::Listener => LISTENER,
            Token::Server => SERVER,
            Token::Exit(n) => n << 2,
            Token::Output(n) => n << 2 | 1,
            Token::Member(n) => n << 2 | 2,
            Token::Discard(n) => n << 2 | 3,
        }
    }

    pub(super) fn of(raw: u64) -> Token {
        match (raw, raw & 3) {
            (LISTENER, _) => Token::Listener,
            (SERVER, _) => Token::Server,
            (_, 0) => Token::Exit(raw >> 2),
            (_, 1) => Token::Output(raw >> 2),
            (_, 2) => Token::Member(raw >> 2),
            _ => Token::Discard(raw >> 2),
        }
    }
}

/// Lets `epoll` tell what happens to `source`. The end of a process is told once: its handle stays
/// readable, and a process that is just being started may hold it after we have closed it.
pub(super) fn add(epoll: &OwnedFd, source: impl AsFd, token: Token) -> io::Result<()> {
    let once = match token {
        Token::Exit(_) | Token::Member(_) => epoll::EventFlags::ONESHOT,
        Token::Listener | Token::Server | Token::Output(_) | Token::Discard(_) => {
            epoll::EventFlags::empty()
        }
    };
    let data = epoll::EventData::new_u64(token.raw());
    Ok(epoll::add(
        epoll,
        source,
        data,
        epoll::EventFlags::IN | once,
    )?)
}
