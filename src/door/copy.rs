//! One connection from its first byte to its last: bytes go both ways as they came.

use std::future::pending;
use std::io::ErrorKind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rocket::tokio::net::TcpStream;
use rocket::tokio::time::{Instant as Moment, timeout, timeout_at};
use rocket::tokio::{pin, select};
use rustix::net::sockopt::set_socket_linger;
use rustix::net::{Shutdown, shutdown};

use super::down::{LAST_WORDS, down, last_words, read};
use super::head::EmptyLine;
use super::line::{Line, MOMENT, Phase};
use super::lines::Speaking;
use super::refusal::Refusal;
use crate::config;

/// Why a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The client left, or does not take its answer.
    Gone,
    /// Rocket closed it.
    Closed,
    /// It must go.
    Refused(Refusal),
}

/// What comes from the client, and what of it waits here.
pub(super) struct Client<'a> {
    stream: &'a TcpStream,
    line: &'a Line,
    limits: &'a config::Door,
    held: Vec<u8>,
    empty: EmptyLine,
    /// No request has gone on.
    fresh: bool,
    /// A request has gone on, and no byte of an answer has come.
    owed: &'a AtomicBool,
}

impl<'a> Client<'a> {
    pub(super) fn new(
        stream: &'a TcpStream,
        line: &'a Line,
        limits: &'a config::Door,
        owed: &'a AtomicBool,
    ) -> Self {
        Self {
            stream,
            line,
            limits,
            held: Vec::new(),
            empty: EmptyLine::default(),
            fresh: true,
            owed,
        }
    }

    /// Waits until what has come can be a whole head; not when it is not the client's turn.
    pub(super) async fn head(&mut self) -> Result<bool, End> {
        let mut begun = None;
        loop {
            let (phase, since, refused) = self.line.stands();
            if let Some(why) = refused {
                return Err(End::Refused(why));
            }
            if phase != Phase::Waiting {
                return Ok(false);
            }
            let last = self.line.is_last();
            let late = match begun {
                _ if last => since + MOMENT,
                _ if self.fresh => since + self.limits.head_time,
                Some(begun) => begun + self.limits.head_time,
                None => since + self.limits.idle_time,
            };
            if last && late <= Instant::now() {
                return Err(End::Refused(Refusal::Ending));
            }
            if !self.readable(Some(late)).await? {
                continue;
            }
            let Some(bytes) = read(self.stream).map_err(|_| End::Gone)? else {
                continue;
            };
            begun.get_or_insert_with(Instant::now);
            let before = self.held.len();
            let end = self.empty.take(&bytes);
            let length = before + end.unwrap_or(bytes.len());
            if before == 0 && end.is_some() {
                self.held = bytes;
            } else {
                self.held.extend_from_slice(&bytes);
            }
            if length > self.limits.max_head_bytes {
                return Err(End::Refused(Refusal::TooLarge));
            }
            if end.is_some() {
                return Ok(true);
            }
        }
    }

    /// Copies both ways until one of the two ends. The first head is here.
    pub(super) async fn copy(mut self, server: &TcpStream, speaking: Speaking<'_>) {
        let (client, line, owed) = (self.stream, self.line, self.owed);
        let down = down((server, client), line, owed, self.limits.stall_time);
        pin!(down);
        let (end, more) = {
            let up = self.up(server);
            select! { biased; end = &mut down => (end, false), end = up => (end, true) }
        };
        if end == End::Closed {
            drop(speaking);
            last_words(client, None).await;
        } else if more {
            // Rocket says what it has begun to say, and no more.
            let _ = shutdown(server, Shutdown::Write);
            let within = match end {
                // All of an answer may be on its way still; the server ends when it is over.
                End::Refused(Refusal::Ending) => self.limits.stall_time,
                _ => LAST_WORDS,
            };
            let closed = timeout(within, down).await == Ok(End::Closed);
            match end {
                End::Refused(why) if closed => self.dismiss(why).await,
                // What it does not read is not kept for it either.
                _ if !closed => drop(set_socket_linger(client, Some(Duration::ZERO))),
                _ => {}
            }
        }
        // Both sides are told at once, and no port waits for a minute to be used again.
        let _ = set_socket_linger(server, Some(Duration::ZERO));
    }

    /// Hands what waits here and all that comes on to Rocket, each head in its turn.
    async fn up(&mut self, server: &TcpStream) -> End {
        let mut whole = true;
        loop {
            if whole {
                self.line.hand_over(Instant::now());
                self.owed.store(true, Ordering::Relaxed);
                self.fresh = false;
            }
            let held = std::mem::take(&mut self.held);
            self.empty.pass(&held);
            if let Err(end) = self.push(server, &held).await {
                return end;
            }
            drop(held);
            if let Err(end) = self.pass(server).await {
                return end;
            }
            match self.head().await {
                Ok(next) => whole = next,
                Err(end) => return end,
            }
        }
    }

    /// Passes on what comes while Rocket has a request, or may have one.
    async fn pass(&mut self, server: &TcpStream) -> Result<(), End> {
        loop {
            let (phase, since, refused) = self.line.stands();
            if let Some(why) = refused {
                return Err(End::Refused(why));
            }
            let late = match phase {
                Phase::Waiting => return Ok(()),
                Phase::Handed => Some(since + self.limits.head_time),
                Phase::Working { .. } => None,
            };
            if !self.readable(late).await? {
                continue;
            }
            let Some(bytes) = read(self.stream).map_err(|_| End::Gone)? else {
                continue;
            };
            self.empty.pass(&bytes);
            self.push(server, &bytes).await?;
        }
    }

    /// Brings bytes to Rocket, as fast as it takes them.
    async fn push(&self, server: &TcpStream, mut bytes: &[u8]) -> Result<(), End> {
        while !bytes.is_empty() {
            match server.try_write(bytes) {
                Ok(sent) => bytes = &bytes[sent..],
                Err(e) if e.kind() == ErrorKind::WouldBlock => {
                    select! {
                        () = self.line.changed.notified() => {
                            if let (_, _, Some(why)) = self.line.stands() {
                                return Err(End::Refused(why));
                            }
                        }
                        _ = server.writable() => {}
                    }
                }
                // Its last answer is on its way down, and then the end.
                Err(_) => return pending().await,
            }
        }
        Ok(())
    }

    /// Whether there is something to read; not when the turn changed, or the time may have.
    async fn readable(&self, late: Option<Instant>) -> Result<bool, End> {
        if late.is_some_and(|late| late <= Instant::now()) {
            return Err(End::Refused(Refusal::Late));
        }
        let readable = async {
            let readable = self.stream.readable();
            match late {
                Some(late) => timeout_at(Moment::from_std(late), readable).await.ok(),
                None => Some(readable.await),
            }
        };
        select! {
            biased;
            () = self.line.changed.notified() => Ok(false),
            ready = readable => match ready {
                None => Ok(false),
                Some(Ok(())) => Ok(true),
                Some(Err(_)) => Err(End::Gone),
            },
        }
    }

    /// The client hears why it must go, unless it waits for nothing, or its request may be done.
    pub(super) async fn dismiss(&self, why: Refusal) {
        let evicted = matches!(why, Refusal::Full | Refusal::AddressFull);
        let waits = match self.line.stands().0 {
            Phase::Waiting => !self.held.is_empty() || (self.fresh && evicted),
            Phase::Handed => self.owed.load(Ordering::Relaxed),
            Phase::Working { .. } => false,
        };
        if waits {
            last_words(self.stream, Some(why)).await;
        }
    }
}
