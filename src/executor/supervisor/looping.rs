//! The loop: one wait for everything that can happen.
//!
//! What the server asks for is done in `obeying`, and the connection to it kept in `conversation`;
//! the attempts are kept in `keeping`; what `epoll` says is read with `token`.

mod conversation;
mod keeping;
mod obeying;
mod token;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use rustix::io::Errno;

use super::attempt::{Attempt, Tools, discard};
use super::entry::Options;
use super::group::Meter;
use super::limits::Limits;
use super::server::Server;
use super::spawning::Spawner;
use crate::engine::AttemptKey;
use crate::executor::wire::ToSupervisor;
use crate::spool::{Instance, Spool};
use token::{Token, add};

/// So many messages at most are obeyed before the scripts have their turn.
const MESSAGES: usize = 4;

/// How long the server that started this process may take to connect before it counts as gone.
const FIRST_SERVER: Duration = Duration::from_secs(10);

/// `epoll` takes no more than 24 days.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);

/// The state of the supervisor.
#[derive(Debug)]
pub(super) struct Supervisor {
    options: Options,
    tools: Tools,
    spawner: Spawner,
    epoll: OwnedFd,
    listener: UnixListener,
    server: Option<Server>,
    /// A handle to give up for the next connection.
    spare: Option<File>,
    /// Until then no connection is taken, for want of a handle.
    deaf_until: Option<Instant>,
    messages: VecDeque<ToSupervisor>,
    attempts: HashMap<u64, Attempt>,
    numbers: HashMap<AttemptKey, u64>,
    /// Output of background processes whose attempt is over: read, so that it does not end them.
    discards: HashMap<u64, File>,
    deadlines: BTreeSet<(Instant, u64)>,
    /// Attempts that want to know which processes of them there are.
    unswept: Vec<u64>,
    next: u64,
    retiring: bool,
    idle_since: Instant,
}

impl Supervisor {
    pub(super) fn new(
        options: Options,
        spool: Spool,
        own: Instance,
        limits: Limits,
        listener: UnixListener,
    ) -> io::Result<Supervisor> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        add(&epoll, &listener, Token::Listener)?;
        Ok(Supervisor {
            options,
            tools: Tools {
                spool,
                own,
                meter: Meter::new()?,
                buffer: vec![0; 64 << 10],
            },
            spawner: Spawner::new(limits)?,
            epoll,
            listener,
            server: None,
            spare: Some(File::open("/dev/null")?),
            deaf_until: None,
            messages: VecDeque::new(),
            attempts: HashMap::new(),
            numbers: HashMap::new(),
            discards: HashMap::new(),
            deadlines: BTreeSet::new(),
            unswept: Vec::new(),
            next: 1,
            retiring: false,
            idle_since: Instant::now() + FIRST_SERVER,
        })
    }

    /// Runs until there is nothing to do and nobody to do it for.
    pub(super) fn run(mut self) -> io::Result<()> {
        let mut events = Vec::with_capacity(64);
        loop {
            let now = Instant::now();
            let wait = self.wait(now);
            if wait.is_some_and(|wait| wait.is_zero()) && self.done(now) {
                return Ok(());
            }
            events.clear();
            let timeout = wait.map(|wait| Timespec::try_from(wait).expect("a deadline is near"));
            match epoll::wait(&self.epoll, spare_capacity(&mut events), timeout.as_ref()) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(e) => return Err(e.into()),
            }
            for event in &events {
                self.on_event(Token::of(event.data.u64()));
            }
            self.on_deadlines();
            self.sweep();
            // Before new scripts are started, which takes a while.
            self.flush();
            for _ in 0..MESSAGES {
                let Some(message) = self.messages.pop_front() else {
                    break;
                };
                self.on_message(message);
            }
            self.flush();
        }
    }

    /// How long nothing has to be done; `None`: until something happens.
    fn wait(&self, now: Instant) -> Option<Duration> {
        if !self.messages.is_empty() {
            return Some(Duration::ZERO);
        }
        let leave = self.leave_at();
        let next = self
            .deadlines
            .first()
            .map(|(at, _)| *at)
            .into_iter()
            .chain(leave)
            .chain(self.deaf_until)
            .min();
        next.map(|at| at.saturating_duration_since(now).min(LONGEST_WAIT))
    }

    /// When this process ends unless something happens: it runs nothing, and the server has gone
    /// or wants no more of it. What scripts left behind in the background counts as running.
    fn leave_at(&self) -> Option<Instant> {
        if !self.attempts.is_empty() || !self.discards.is_empty() {
            return None;
        }
        match (&self.server, self.retiring) {
            (_, true) => Some(self.idle_since),
            (None, false) => Some(self.idle_since + self.options.idle),
            (Some(_), false) => None,
        }
    }

    fn done(&mut self, now: Instant) -> bool {
        if !self.retiring {
            // A server may have connected at the last moment.
            self.accept();
        }
        self.messages.is_empty() && self.leave_at().is_some_and(|at| at <= now)
    }

    fn on_event(&mut self, token: Token) {
        match token {
            Token::Listener => self.accept(),
            Token::Server => {
                self.receive();
            }
            Token::Exit(n) => self.with(n, |attempt, tools| attempt.on_exit(tools)),
            Token::Output(n) => {
                self.with(n, |attempt, tools| attempt.on_output(tools));
            }
            Token::Member(n) => {
                self.with(n, |attempt, tools| attempt.on_member(tools));
            }
            Token::Discard(n) => {
                let open = self
                    .discards
                    .get(&n)
                    .map(|file| discard(file, &mut self.tools.buffer));
                if open == Some(false) {
                    self.discards.remove(&n);
                    self.idle_since = Instant::now();
                }
            }
        }
    }

    fn on_deadlines(&mut self) {
        if self.deaf_until.is_some_and(|at| at <= Instant::now()) {
            self.listen(None);
        }
        while let Some(&(at, number)) = self.deadlines.first() {
            let now = Instant::now();
            if at > now {
                return;
            }
            self.deadlines.pop_first();
            self.with(number, |attempt, tools| {
                attempt.noted = None;
                attempt.on_deadline(now, tools);
            });
        }
    }
}
