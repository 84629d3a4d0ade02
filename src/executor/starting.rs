//! Finding the supervisors that live, and starting one.

use std::fs::OpenOptions;
use std::io::{self, BufRead, BufReader, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crossbeam_channel::bounded;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::sockopt::socket_peercred;
use tracing::info;

use super::ExecutorError;
use super::link::Link;
use super::local::{Shared, lock};
use super::supervisor::{VERB, settings_words};
use super::wire::ToSupervisor;
use crate::failpoint;
use crate::spool::Instance;

/// How long a supervisor may take to start.
const START: Timespec = Timespec {
    tv_sec: 20,
    tv_nsec: 0,
};

/// How long a supervisor that does not answer may take to be dead.
const END: Duration = Duration::from_secs(10);

impl Shared {
    /// Connects to all supervisors that live and clears away the dead. Those of our own build get
    /// new work, as many as there are to be; the others end when what they run has ended.
    pub(super) fn find_supervisors(self: &Arc<Self>) -> Result<(), ExecutorError> {
        let unusable = |source| ExecutorError::Spool {
            data: self.settings.data.display().to_string(),
            source,
        };
        for instance in self.spool.instances().map_err(unusable)? {
            match self.find(instance.clone()) {
                Ok(None) => {}
                Ok(Some(link)) => {
                    let mut current = lock(&self.current);
                    let ours = link.version == self.settings.version;
                    if ours && current.len() < self.settings.supervisors.max(1) {
                        current.push_back(link);
                    } else {
                        let (number, version) = (link.instance.number, &link.version);
                        info!(
                            supervisor = number,
                            "supervisor {number}, build {version}, retires"
                        );
                        link.say(&ToSupervisor::Retire);
                    }
                }
                Err(source) => return Err(mute(&instance, source)),
            }
        }
        Ok(())
    }

    fn find(self: &Arc<Self>, instance: Instance) -> io::Result<Option<Arc<Link>>> {
        if instance.alive()? {
            match Link::connect(instance.clone(), &self.settings.version, None) {
                Ok((link, reader)) => return self.add_link(link, reader).map(Some),
                Err(_) if dies_soon(&instance)? => {}
                Err(e) => return Err(e),
            }
        }
        instance.remove()?;
        Ok(None)
    }

    /// The supervisor whose turn it is to get new work. Missing ones are started.
    pub(super) fn current(self: &Arc<Self>) -> Result<Arc<Link>, ExecutorError> {
        let mut current = lock(&self.current);
        current.retain(|link| link.usable().is_some());
        while current.len() < self.settings.supervisors.max(1) {
            let link = self
                .start_supervisor()
                .map_err(|source| ExecutorError::Start {
                    program: self.settings.program.display().to_string(),
                    source,
                })?;
            current.push_front(link);
        }
        current.rotate_left(1);
        Ok(Arc::clone(
            current.back().expect("at least one was just there"),
        ))
    }

    fn start_supervisor(self: &Arc<Self>) -> io::Result<Arc<Link>> {
        let log = self.spool.data().join("logs").join("supervisor.log");
        let log = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(log)?;
        let child = Command::new(&self.settings.program)
            .arg(VERB)
            .arg(self.spool.dir())
            .args(settings_words(&self.settings))
            .env_clear()
            .envs(failpoint::environment())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()?;
        let child = Arc::new(Mutex::new(child));
        let link = self.link_to(&child);
        if link.is_err() {
            // It is of no use: nothing has been handed to it. Nor is it left as a zombie.
            let mut child = lock(&child);
            let _ = child.kill();
            child.wait()?;
        }
        link
    }

    /// Connects to a supervisor that was just started.
    fn link_to(self: &Arc<Self>, child: &Arc<Mutex<Child>>) -> io::Result<Arc<Link>> {
        let number = ready(&mut lock(child))?;
        let instance = self.spool.instance(number);
        let child = Some(Arc::clone(child));
        let (link, reader) = Link::connect(instance, &self.settings.version, child)?;
        self.add_link(link, reader)
    }
}

/// Who lives and does not answer.
fn mute(instance: &Instance, source: io::Error) -> ExecutorError {
    // Whoever began to listen, whether it goes on or not.
    let peer = instance.connect().and_then(|s| Ok(socket_peercred(s)?));
    ExecutorError::Mute {
        dir: instance.dir.display().to_string(),
        pid: peer.map_or("?".to_owned(), |peer| peer.pid.to_string()),
        source,
    }
}

/// True once a supervisor that does not answer is dead. One that ends stops listening before its
/// lock is free: it may be busy with its end, or a script that it started a moment ago still has
/// the lock on its way through exec.
fn dies_soon(instance: &Instance) -> io::Result<bool> {
    let instance = instance.clone();
    let (say, dead) = bounded(1);
    // If it lives on, so does this thread, until the process ends for that reason.
    thread::Builder::new().spawn(move || say.send(instance.wait_until_dead()))?;
    match dead.recv_timeout(END) {
        Ok(waited) => waited.map(|()| true),
        Err(_) => Ok(false),
    }
}

/// Waits until a supervisor that was started says that it can be connected to.
fn ready(child: &mut Child) -> io::Result<u64> {
    let out = child.stdout.take().expect("its output was asked for");
    if poll(&mut [PollFd::new(&out, PollFlags::IN)], Some(&START))? == 0 {
        return Err(io::Error::new(ErrorKind::TimedOut, "it does not get ready"));
    }
    let mut line = String::new();
    BufReader::new(out).read_line(&mut line)?;
    let number = line
        .trim()
        .strip_prefix("ready ")
        .and_then(|number| number.parse().ok());
    number.ok_or_else(|| {
        io::Error::other("it ended at once; `logs/supervisor.log` in the data directory says why")
    })
}
