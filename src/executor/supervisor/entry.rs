//! How the process becomes a supervisor.

use std::env;
use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write};
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use rustix::process::setsid;
use rustix::stdio::dup2_stdout;

use super::limits::{Limits, close_inherited};
use super::looping::Supervisor;
use super::signals;
use crate::executor::Settings;
use crate::failpoint::{Point, reach};
use crate::spool::Spool;

/// The hidden first argument that makes this program a supervisor.
pub(in crate::executor) const VERB: &str = "__supervise";

/// What a supervisor is told on its command line, after its spool directory.
#[derive(Debug, Clone)]
pub(super) struct Options {
    pub(super) spool: PathBuf,
    pub(super) version: String,
    pub(super) nofile: Option<u64>,
    pub(super) idle: Duration,
}

/// The arguments after the spool directory that carry `settings` to the supervisor.
pub(in crate::executor) fn settings_words(settings: &Settings) -> Vec<String> {
    let mut words = vec![format!("version={}", settings.version)];
    words.extend(settings.nofile.map(|n| format!("nofile={n}")));
    words.push(format!("idle_ms={}", settings.idle_ms));
    words
}

/// Runs the supervisor if this process was started as one. To be called before anything else.
pub fn main_if_asked() -> Option<ExitCode> {
    let mut words = env::args_os().skip(1);
    if words.next()? != VERB {
        return None;
    }
    Some(match supervise(words.collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("trackyard supervisor: {e}");
            ExitCode::FAILURE
        }
    })
}

fn supervise(words: Vec<OsString>) -> io::Result<()> {
    close_inherited()?;
    signals::reset()?;
    let options = Options::parse(words)?;
    // It fails only for the leader of a process group, which a server's child is not.
    let _ = setsid();
    let limits = Limits::establish(options.nofile)?;
    let spool = Spool::at(&options.spool)?;
    let instance = spool.new_instance()?;
    // The socket first: whoever finds the lock held can connect. The address of a socket is
    // short, so it is named from inside its directory.
    env::set_current_dir(&instance.dir)?;
    let listener = UnixListener::bind("sock")?;
    listener.set_nonblocking(true)?;
    reach(Point::SupervisorSpawned, &"");
    let lock = instance.lock()?;
    env::set_current_dir("/")?;
    let supervisor = Supervisor::new(options, spool, instance.clone(), limits, listener)?;
    announce(instance.number)?;
    let result = supervisor.run();
    instance.remove()?;
    drop(lock);
    result
}

/// Tells the server that started this process that it can connect, and lets go of it.
fn announce(number: u64) -> io::Result<()> {
    let mut out = io::stdout();
    // A server that died meanwhile is no error: the next one finds the directory.
    let _ = writeln!(out, "ready {number}").and_then(|()| out.flush());
    Ok(dup2_stdout(
        OpenOptions::new().write(true).open("/dev/null")?,
    )?)
}

impl Options {
    fn parse(words: Vec<OsString>) -> io::Result<Options> {
        let bad = |word: &str| {
            let why = format!("`{word}` is not an argument of {VERB}");
            io::Error::new(ErrorKind::InvalidInput, why)
        };
        let mut words = words.into_iter();
        let mut options = Options {
            spool: words.next().ok_or_else(|| bad(""))?.into(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            nofile: None,
            idle: Duration::from_secs(10),
        };
        for word in words {
            let word = word.to_string_lossy();
            match word.split_once('=') {
                Some(("version", value)) => options.version = value.to_owned(),
                Some(("nofile", value)) => {
                    options.nofile = Some(value.parse().map_err(|_| bad(&word))?);
                }
                Some(("idle_ms", value)) => {
                    options.idle = Duration::from_millis(value.parse().map_err(|_| bad(&word))?);
                }
                _ => return Err(bad(&word)),
            }
        }
        Ok(options)
    }
}
