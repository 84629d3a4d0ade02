//! The loop: one wait for everything that can happen.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixListener;
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use rustix::io::Errno;

use super::attempt::{Attempt, Tools, discard};
use super::entry::Options;
use super::group::Meter;
use super::limits::Limits;
use super::server::{Received, Server};
use super::spawning::{Refusal, Spawner};
use crate::engine::AttemptKey;
use crate::executor::wire::{Launch, PROTOCOL, ToServer, ToSupervisor};
use crate::spool::{Cause, Spool};

/// So many messages at most are obeyed before the scripts have their turn.
const MESSAGES: usize = 4;

/// `epoll` takes no more than 24 days.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);

const LISTENER: u64 = 0;
const SERVER: u64 = 1;

/// What an event is about. An attempt has a number; its events are told apart by the last digit.
#[derive(Debug, Clone, Copy)]
enum Token {
    Listener,
    Server,
    Exit(u64),
    Output(u64),
    Member(u64),
    Discard(u64),
}

/// The state of the supervisor.
#[derive(Debug)]
pub(super) struct Supervisor {
    options: Options,
    tools: Tools,
    spawner: Spawner,
    epoll: OwnedFd,
    listener: UnixListener,
    server: Option<Server>,
    messages: VecDeque<ToSupervisor>,
    attempts: HashMap<u64, Attempt>,
    numbers: HashMap<AttemptKey, u64>,
    /// Output of background processes whose attempt is over: read, so that it does not end them.
    discards: HashMap<u64, File>,
    deadlines: BTreeSet<(Instant, u64)>,
    next: u64,
    retiring: bool,
    idle_since: Instant,
}

impl Supervisor {
    pub(super) fn new(
        options: Options,
        spool: Spool,
        limits: Limits,
        listener: UnixListener,
    ) -> io::Result<Supervisor> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        add(&epoll, &listener, Token::Listener)?;
        Ok(Supervisor {
            options,
            tools: Tools {
                spool,
                meter: Meter::new()?,
                buffer: vec![0; 64 << 10],
            },
            spawner: Spawner::new(limits)?,
            epoll,
            listener,
            server: None,
            messages: VecDeque::new(),
            attempts: HashMap::new(),
            numbers: HashMap::new(),
            discards: HashMap::new(),
            deadlines: BTreeSet::new(),
            next: 1,
            retiring: false,
            idle_since: Instant::now(),
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

    fn on_message(&mut self, message: ToSupervisor) {
        match message {
            ToSupervisor::Hello { .. } => {
                let running = self
                    .attempts
                    .values()
                    .map(|attempt| attempt.key.into())
                    .collect();
                self.say(&ToServer::Hello {
                    protocol: PROTOCOL,
                    version: self.options.version.clone(),
                    pid: std::process::id(),
                    running,
                });
            }
            ToSupervisor::Launch(launch) => self.launch(&launch),
            ToSupervisor::Kill { key, grace_ms } => {
                if let Some(&number) = self.numbers.get(&key.into()) {
                    let grace = Duration::from_millis(grace_ms);
                    self.with(number, |attempt, _| {
                        attempt.stop(Cause::Stopped, grace, Instant::now());
                    });
                }
            }
            ToSupervisor::Retire => self.retiring = true,
            ToSupervisor::Unknown => {}
        }
    }

    /// The one way a script starts: through its gate.
    fn launch(&mut self, launch: &Launch) {
        let key = AttemptKey::from(launch.key);
        match self.tools.spool.take_gate(key) {
            Ok(true) => self.start(key, launch),
            Ok(false) => {
                let running = self.numbers.contains_key(&key);
                self.say(&ToServer::GateTaken {
                    key: launch.key,
                    running,
                });
            }
            Err(e) => {
                let why = format!("its gate could not be taken: {e}");
                self.say(&ToServer::NotStarted {
                    key: launch.key,
                    why,
                });
            }
        }
    }

    /// Starts the script of an attempt whose gate was just taken for it.
    fn start(&mut self, key: AttemptKey, launch: &Launch) {
        let work = self.tools.spool.work(key.pipeline);
        let workdir = launch
            .workdir
            .as_deref()
            .map_or(work.as_path(), AsRef::as_ref);
        let watch = |output: &OwnedFd| add(&self.epoll, output, Token::Output(self.next));
        match self
            .spawner
            .spawn(launch, &self.tools.spool.script(key), workdir, watch)
        {
            Ok(spawned) => self.insert(Attempt::started(launch, spawned, &self.tools.spool)),
            Err(Refusal::Lasting(why)) => {
                self.insert(Attempt::refused(key, why, &self.tools.spool))
            }
            Err(Refusal::Passing(why)) => match self.tools.spool.give_gate_back(key) {
                Ok(()) => self.say(&ToServer::NotStarted {
                    key: launch.key,
                    why,
                }),
                // With its gate taken it can never start again: its end must be told.
                Err(_) => self.insert(Attempt::refused(key, why, &self.tools.spool)),
            },
        }
    }

    fn insert(&mut self, mut attempt: Attempt) {
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
    fn with(&mut self, number: u64, act: impl FnOnce(&mut Attempt, &mut Tools)) {
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
            for member in &attempt.members {
                // One that is not watched is killed at the end of the grace.
                let _ = add(&self.epoll, member, Token::Member(number));
            }
        }
        let deadline = attempt.deadline();
        if deadline != attempt.noted {
            attempt.noted.map(|at| self.deadlines.remove(&(at, number)));
            deadline.map(|at| self.deadlines.insert((at, number)));
            attempt.noted = deadline;
        }
        if attempt.over() {
            self.forget(number);
        }
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
            record: attempt.written(),
        });
    }

    fn accept(&mut self) {
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
    fn receive(&mut self) -> bool {
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

    fn say(&mut self, message: &ToServer) {
        if let Some(server) = &mut self.server {
            server.say(message);
        }
    }

    fn flush(&mut self) {
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
            let token = epoll::EventData::new_u64(SERVER);
            let flags = epoll::EventFlags::IN | out;
            if epoll::modify(&self.epoll, &server.stream, token, flags).is_err() {
                self.hang_up();
            }
        }
    }
}

impl Token {
    fn raw(self) -> u64 {
        match self {
            Token::Listener => LISTENER,
            Token::Server => SERVER,
            Token::Exit(n) => n << 2,
            Token::Output(n) => n << 2 | 1,
            Token::Member(n) => n << 2 | 2,
            Token::Discard(n) => n << 2 | 3,
        }
    }

    fn of(raw: u64) -> Token {
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
fn add(epoll: &OwnedFd, source: impl AsFd, token: Token) -> io::Result<()> {
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
