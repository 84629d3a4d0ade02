//! The server's end of the connection to one supervisor.

use std::collections::HashSet;
use std::io::{self, ErrorKind, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::process::Child;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tracing::warn;

use super::wire::{Decoder, PROTOCOL, ToServer, ToSupervisor, frame};
use crate::engine::AttemptKey;
use crate::spool::Instance;

/// How long a supervisor may take to say Hello for the first time: it does nothing that takes long.
const HELLO: Duration = Duration::from_secs(10);

/// How long a supervisor may take nothing that is said to it. It reads all the time: one that does
/// not has been stopped, and the connection to it counts as broken.
const MUTE: Duration = Duration::from_secs(1);

/// One supervisor that lived when it was found or started.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) instance: Instance,
    pub(super) version: String,
    /// Its process, for logs.
    pub(super) pid: u32,
    /// Held for no longer than it takes to look, so that a stop can break any connection.
    connection: Mutex<Connection>,
    /// Held by the one who says something: words must not be mixed, and one may have to wait.
    speaking: Mutex<()>,
    /// What it runs of that was told in its Hello.
    running: Mutex<HashSet<AttemptKey>>,
    /// Set if this server started it: then the server has to wait for it.
    child: Option<Arc<Mutex<Child>>>,
    /// The connection that can be spoken over; 0: it is broken. Read without the lock, under which
    /// a write may have to wait.
    usable: AtomicU64,
}

/// The writing half of a connection, and its number: 1 is the first to its supervisor.
#[derive(Debug)]
struct Connection {
    number: u64,
    stream: Arc<UnixStream>,
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
        child: Option<Arc<Mutex<Child>>>,
    ) -> io::Result<(Link, Reader)> {
        let greeting = greet(&instance, version, Some(HELLO))?;
        let link = Link {
            instance,
            version: greeting.version,
            pid: greeting.pid,
            connection: Mutex::new(Connection {
                number: 1,
                stream: Arc::new(greeting.reader.stream.try_clone()?),
            }),
            speaking: Mutex::default(),
            running: Mutex::new(greeting.running),
            child,
            usable: AtomicU64::new(1),
        };
        Ok((link, greeting.reader))
    }

    /// Connects again after the connection broke; gives what the supervisor runs now. One that
    /// stands still is waited for: it hears this when it goes on, and if it dies this fails.
    pub(super) fn reconnect(&self, version: &str) -> io::Result<(Reader, HashSet<AttemptKey>)> {
        let greeting = greet(&self.instance, version, None)?;
        (*lock(&self.running)).clone_from(&greeting.running);
        let mut connection = lock(&self.connection);
        connection.stream = Arc::new(greeting.reader.stream.try_clone()?);
        connection.number += 1;
        self.usable.store(connection.number, Ordering::SeqCst);
        drop(connection);
        Ok((greeting.reader, greeting.running))
    }

    /// Says something. If it cannot be heard the connection is broken, and its reader takes care
    /// of all that was handed over.
    pub(super) fn say(&self, message: &ToSupervisor) {
        self.say_if(|_| true, message);
    }

    /// Says something over the connection that [`Link::usable`] gave, or nothing when another one
    /// was made since: then all that was handed over before is judged already, and a launch that
    /// came late could start what was given to another supervisor meanwhile.
    pub(super) fn say_over(&self, number: u64, message: &ToSupervisor) {
        self.say_if(|current| current == number, message);
    }

    fn say_if(&self, over: impl Fn(u64) -> bool, message: &ToSupervisor) {
        let _turn = lock(&self.speaking);
        let (number, stream) = {
            let connection = lock(&self.connection);
            (connection.number, Arc::clone(&connection.stream))
        };
        if !over(number) {
            return;
        }
        let Err(error) = (&*stream).write_all(&frame(message)) else {
            return;
        };
        if error.kind() == ErrorKind::WouldBlock {
            let (supervisor, pid) = (self.instance.number, self.pid);
            warn!(
                supervisor,
                pid,
                "supervisor {supervisor} takes no messages: process {pid} stands still; `kill -CONT {pid}` \
                 lets it go on, `kill -KILL {pid}` interrupts what it runs"
            );
        }
        let order = Ordering::SeqCst;
        // Unless another connection has been made meanwhile.
        let _ = self.usable.compare_exchange(number, 0, order, order);
        let _ = stream.shutdown(Shutdown::Both);
    }

    /// Breaks the connection. Whoever waits to say something waits no longer.
    pub(super) fn hang_up(&self) {
        let connection = lock(&self.connection);
        self.note_lost();
        // It may be broken already.
        let _ = connection.stream.shutdown(Shutdown::Both);
    }

    /// Notes that the connection is broken.
    pub(super) fn note_lost(&self) {
        self.usable.store(0, Ordering::SeqCst);
    }

    /// The number of the connection over which the supervisor can be spoken to, while there is one.
    pub(super) fn usable(&self) -> Option<u64> {
        Some(self.usable.load(Ordering::SeqCst)).filter(|number| *number > 0)
    }

    /// True if it said in its Hello that it runs this attempt, and has not said since that it ended.
    pub(super) fn runs(&self, key: AttemptKey) -> bool {
        lock(&self.running).contains(&key)
    }

    pub(super) fn note_ended(&self, key: AttemptKey) {
        lock(&self.running).remove(&key);
    }

    /// Removes what a dead supervisor leaves.
    pub(super) fn bury(&self) -> io::Result<()> {
        if let Some(child) = &self.child {
            lock(child).wait()?;
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

fn greet(instance: &Instance, version: &str, patience: Option<Duration>) -> io::Result<Greeting> {
    let mut stream = instance.connect()?;
    stream.set_read_timeout(patience)?;
    stream.set_write_timeout(Some(MUTE))?;
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

#[cfg(test)]
mod tests {
    use std::os::unix::net::{UnixListener, UnixStream};
    use std::thread;

    use super::Link;
    use crate::executor::wire::{Decoder, ToServer, ToSupervisor, frame};
    use crate::spool::Spool;

    /// Answers the greeting of one connection as a supervisor that runs nothing.
    fn answer(listener: &UnixListener) -> (UnixStream, Decoder) {
        let (mut stream, _) = listener.accept().unwrap();
        let mut decoder = Decoder::default();
        let hello: Option<ToSupervisor> = decoder.read(&mut stream).unwrap();
        assert!(matches!(hello, Some(ToSupervisor::Hello { .. })));
        let hello = ToServer::Hello {
            protocol: 1,
            version: String::new(),
            pid: 1,
            running: Vec::new(),
        };
        std::io::Write::write_all(&mut stream, &frame(&hello)).unwrap();
        (stream, decoder)
    }

    /// Found by the simulator: a launch that was meant for a broken connection arrived over the
    /// next one, when the attempt had been given to another supervisor; that it was refused there
    /// was taken for the end of the attempt.
    #[test]
    fn what_was_meant_for_a_broken_connection_is_not_said_over_the_next() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path()).unwrap();
        let instance = spool.new_instance().unwrap();
        let listener = UnixListener::bind(instance.dir.join("sock")).unwrap();
        let supervisor = thread::spawn(move || {
            drop(answer(&listener));
            let (mut stream, mut decoder) = answer(&listener);
            decoder.read::<ToSupervisor>(&mut stream).unwrap()
        });
        let (link, mut reader) = Link::connect(instance, "", None).unwrap();
        let first = link.usable().expect("it was just made");
        assert!(reader.next().unwrap().is_none(), "the supervisor hung up");
        link.note_lost();
        assert_eq!(link.usable(), None);
        link.reconnect("").unwrap();
        let second = link.usable().expect("it was made again");
        link.say_over(first, &ToSupervisor::Unknown);
        link.say_over(second, &ToSupervisor::Retire);
        assert_eq!(supervisor.join().unwrap(), Some(ToSupervisor::Retire));
    }
}
