//! The attempts that the loop keeps: watched from the first moment, forgotten when they are over.

use std::time::Instant;

use rustix::event::epoll;

use super::Supervisor;
use super::token::{Token, add};
use crate::executor::supervisor::attempt::{Attempt, Tools};
use crate::executor::survivor::{self, Found};
use crate::executor::wire::ToServer;

impl Supervisor {
    pub(super) fn insert(&mut self, mut attempt: Attempt) {
        let number = self.next;
        self.next += 1;
        self.numbers.insert(attempt.key, number);
        attempt.handle = attempt
            .handle
            .filter(|h| add(&self.epoll, h, Token::Exit(number)).is_ok());
        self.attempts.insert(number, attempt);
        self.with(number, |attempt, tools| {
            attempt.on_deadline(Instant::now(), tools);
        });
    }

    /// Does something to an attempt, and what follows from it: new handles are watched, its
    /// deadline is noted, and if it is over the server is told.
    pub(super) fn with(&mut self, number: u64, act: impl FnOnce(&mut Attempt, &mut Tools)) {
        let Some(attempt) = self.attempts.get_mut(&number) else {
            return;
        };
        let watched = attempt.handle.is_some();
        act(attempt, &mut self.tools);
        if !watched && let Some(handle) = attempt.handle.take() {
            // Without room in `epoll` it is asked for again.
            let handle = Some(handle);
            attempt.handle = handle.filter(|h| add(&self.epoll, h, Token::Exit(number)).is_ok());
        }
        if let Some(output) = attempt.ended_output.take() {
            // Closing is not enough: a process that is just being started may hold it, too.
            let _ = epoll::delete(&self.epoll, &output);
        }
        if attempt.new_members {
            attempt.new_members = false;
            for member in attempt.members.iter().chain(attempt.prey.handles()) {
                // One that is not watched is killed at the end of the grace.
                let _ = add(&self.epoll, member, Token::Member(number));
            }
        }
        if attempt.unswept && !self.unswept.contains(&number) {
            self.unswept.push(number);
        }
        let deadline = attempt.deadline();
        if deadline != attempt.noted {
            attempt.noted.map(|at| self.deadlines.remove(&(at, number)));
            deadline.map(|at| self.deadlines.insert((at, number)));
            attempt.noted = deadline;
        }
        let (over, unwritten) = (attempt.over(), attempt.new_unwritten);
        if unwritten {
            attempt.new_unwritten = false;
            self.tell_unwritten(number);
        }
        if over {
            self.forget(number);
        }
    }

    /// Looks which processes there are of the attempts that want to know: once for all of them.
    pub(super) fn sweep(&mut self) {
        if self.unswept.is_empty() {
            return;
        }
        let numbers = std::mem::take(&mut self.unswept);
        let mut known = Found::new();
        let attempts = numbers.iter().filter_map(|n| self.attempts.get(n));
        attempts.for_each(|attempt| attempt.prey.tell(&mut known));
        let found = survivor::all(&self.tools.spool, &known);
        for number in numbers {
            self.with(number, |attempt, tools| {
                attempt.unswept = false;
                attempt.swept(&found, Instant::now(), tools);
            });
        }
    }

    /// Tells that the exit record of an attempt cannot be written, if that is so.
    pub(super) fn tell_unwritten(&mut self, number: u64) {
        let attempt = self.attempts.get(&number);
        let message = attempt.and_then(|attempt| {
            let why = attempt.unwritten.clone()?;
            let key = attempt.key.into();
            Some(ToServer::Unwritten { key, why })
        });
        message.iter().for_each(|message| self.say(message));
    }

    fn forget(&mut self, number: u64) {
        let Some(mut attempt) = self.attempts.remove(&number) else {
            return;
        };
        self.numbers.remove(&attempt.key);
        self.idle_since = Instant::now();
        if let Some(output) = attempt.output.take() {
            let token = epoll::EventData::new_u64(Token::Discard(number).raw());
            if epoll::modify(&self.epoll, &output, token, epoll::EventFlags::IN).is_ok() {
                self.discards.insert(number, output);
            }
        }
        let key = attempt.key.into();
        self.say(&ToServer::Ended {
            key,
            late: attempt.unwritten.is_some(),
            record: attempt.written(),
        });
    }
}
