//! The server's end of the connection to one supervisor.

use std::collections::HashSet;
use std::io::{self, ErrorKind, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::wire::{Decoder, PROTOCOL, ToServer, ToSupervisor, frame};
use crate::engine::AttemptKey;
use crate::spool::Instance;

/// How long a supervisor may take to say Hello: it never does anything that takes long.
const HELLO: Duration = Duration::from_secs(10);

/// One supervisor that lived when it was found or started.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) instance: Instance,
    pub(super) version: String,
    /// Its process, for logs.
    pub(super) pid: u32,
    stream: Mutex<UnixStream>,
    /// What it runs of that was told in its Hello.
    running: Mutex<HashSet<AttemptKey>>,
    /// Set if this server started it: then the server has to wait for it.
    child: Mutex<Option<Child>>,
    lost: AtomicBool,
}

/// The reading half of a connection.
#[derive(Debug)]
pub(super) struct Reader {
    stream: UnixStream,
    decoder: Decoder,
}

/// What a supervisor answers to Hello.
struct Greeting {
    reader: Reader,
    version: String,
    pid: u32,
    running: HashSet<AttemptKey>,
}

impl Link {
    /// Connects to a living supervisor.
    pub(super) fn connect(
        instance: Instance,
        version: &str,
        child: Option<Child>,
    ) -> io::Result<(Link, Reader)> {
        let greeting = greet(&instance, version)?;
        let link = Link {
            instance,
            version: greeting.version,
            pid: greeting.pid,
            stream: Mutex::new(greeting.reader.stream.try_clone()?),
            running: Mutex::new(greeting.running),
            child: Mutex::new(child),
            lost: AtomicBool::new(false),
        };
        Ok((link, greeting.reader))
    }

    /// Connects again after the connection broke; gives what the supervisor runs now.
    pub(super) fn reconnect(&self, version: &str) -> io::Result<(Reader, HashSet<AttemptKey>)> {
        let greeting = greet(&self.instance, version)?;
        *lock(&self.stream) = greeting.reader.stream.try_clone()?;
        (*lock(&self.running)).clone_from(&greeting.running);
        self.lost.store(false, Ordering::SeqCst);
        Ok((greeting.reader, greeting.running))
    }

    /// Says something. If it cannot be heard the connection is broken, and its reader takes care
    /// of all that was handed over.
    pub(super) fn say(&self, message: &ToSupervisor) {
        if lock(&self.stream).write_all(&frame(message)).is_err() {
            self.hang_up();
        }
    }

    /// Breaks the connection.
    pub(super) fn hang_up(&self) {
        self.lost.store(true, Ordering::SeqCst);
        // It may be broken already.
        let _ = lock(&self.stream).shutdown(Shutdown::Both);
    }

    /// Notes that the connection is broken.
    pub(super) fn note_lost(&self) {
        self.lost.store(true, Ordering::SeqCst);
    }

    /// True while the supervisor can be spoken to.
    pub(super) fn usable(&self) -> bool {
        !self.lost.load(Ordering::SeqCst)
    }

    /// True if it said in its Hello that it runs this attempt, and has not said since that it ended.
    pub(super) fn runs(&self, key: AttemptKey) -> bool {
        lock(&self.running).contains(&key)
    }

    pub(super) fn note_ended(&self, key: AttemptKey) {
        lock(&self.running).remove(&key);
    }

    /// Waits until the supervisor is dead, and removes what it leaves.
    pub(super) fn bury(&self) -> io::Result<()> {
        self.instance.wait_until_dead()?;
        if let Some(mut child) = lock(&self.child).take() {
            child.wait()?;
        }
        self.instance.remove()
    }
}

impl Reader {
    /// The next message; `None`: the connection is broken.
    pub(super) fn next(&mut self) -> io::Result<Option<ToServer>> {
        self.decoder.read(&mut self.stream)
    }
}

fn greet(instance: &Instance, version: &str) -> io::Result<Greeting> {
    let mut stream = instance.connect()?;
    stream.set_read_timeout(Some(HELLO))?;
    let hello = ToSupervisor::Hello {
        protocol: PROTOCOL,
        version: version.to_owned(),
    };
    stream.write_all(&frame(&hello))?;
    let mut decoder = Decoder::default();
    loop {
        match decoder.read(&mut stream)? {
            Some(ToServer::Hello {
                version,
                pid,
                running,
                protocol: _,
            }) => {
                stream.set_read_timeout(None)?;
                let running = running.into_iter().map(AttemptKey::from).collect();
                return Ok(Greeting {
                    reader: Reader { stream, decoder },
                    version,
                    pid,
                    running,
                });
            }
            Some(_) => {}
            None => return Err(ErrorKind::UnexpectedEof.into()),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What these guard is replaced whole: a panic cannot leave it half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
