//! What a script inherits and what it does not: limits and open files.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::os::fd::RawFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Set once this process has started itself again without the handles it inherited.
const CLOSED: &str = "TRACKYARD_HANDLES_CLOSED";

/// The limits of open files: ours and the scripts'.
#[derive(Debug)]
pub(super) struct Limits {
    own: Rlimit,
    scripts: Rlimit,
}

impl Limits {
    /// Raises our own limit of open files as far as we may, and turns core dumps off for us and
    /// all we start. Both are read back.
    pub(super) fn establish(nofile: Option<u64>) -> io::Result<Limits> {
        let inherited = getrlimit(Resource::Nofile);
        let own = Rlimit {
            current: inherited.maximum,
            ..inherited
        };
        // The kernel refuses a soft limit above its own ceiling: then we stay where we are.
        let own = if set(Resource::Nofile, own).is_ok() {
            own
        } else {
            inherited
        };
        let wanted = nofile.or(inherited.current);
        let below = |limit: u64| own.current.is_none_or(|own| limit <= own);
        let current = wanted.filter(|&limit| below(limit)).or(own.current);
        let core = getrlimit(Resource::Core);
        set(
            Resource::Core,
            Rlimit {
                current: Some(0),
                ..core
            },
        )?;
        Ok(Limits {
            own,
            scripts: Rlimit { current, ..own },
        })
    }

    /// Takes the limits of a script upon us, to start one. This process has one thread: nobody
    /// else can meet the lower limit before [`Limits::raise`].
    pub(super) fn lower(&self) -> io::Result<()> {
        if self.own == self.scripts {
            Ok(())
        } else {
            set(Resource::Nofile, self.scripts)
        }
    }

    /// Takes our own limits again.
    pub(super) fn raise(&self) {
        if self.own != self.scripts
            && let Err(e) = set(Resource::Nofile, self.own)
        {
            // The script runs: it must not be forgotten for this. Later ones may find no room.
            // Nor for a log without room.
            let _ = writeln!(
                io::stderr(),
                "trackyard supervisor: its limit of open files stays low: {e}"
            );
        }
    }
}

fn set(resource: Resource, limit: Rlimit) -> io::Result<()> {
    setrlimit(resource, limit)?;
    let now = getrlimit(resource);
    if now == limit {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "the limit {resource:?} is {now:?} after it was set to {limit:?}"
    )))
}

/// Gets rid of the handles that leaked into this process from whatever started the server (a
/// terminal, a service manager), so that no script inherits them. The handles of the server
/// itself never get here: they are closed on exec.
///
/// A process cannot close a handle it does not own without unsafe code, so a shell does it and
/// starts this program again; that is only needed when there is such a handle.
pub(super) fn close_inherited() -> io::Result<()> {
    let leaked = leaked()?;
    if leaked.is_empty() || env::var_os(CLOSED).is_some() {
        return Ok(());
    }
    let bash = Path::new("/bin/bash").exists();
    // Only bash takes numbers of more than one digit.
    let closing: String = leaked
        .iter()
        .filter(|&&handle| bash || handle < 10)
        .map(|handle| format!(" {handle}>&-"))
        .collect();
    let shell = if bash { "/bin/bash" } else { "/bin/sh" };
    let mut words = env::args_os();
    let program = words.next().unwrap_or_default();
    let error = Command::new(shell)
        .arg("-c")
        .arg(format!("exec{closing}; exec \"$0\" \"$@\""))
        .arg(program)
        .args(words)
        .env(CLOSED, "1")
        .exec();
    Err(error)
}

/// The handles beside the standard ones that would survive an exec.
fn leaked() -> io::Result<Vec<RawFd>> {
    let mut leaked = Vec::new();
    for entry in fs::read_dir("/proc/self/fdinfo")? {
        let entry = entry?;
        let Some(handle) = entry
            .file_name()
            .to_str()
            .and_then(|n| n.parse::<RawFd>().ok())
        else {
            continue;
        };
        let Ok(info) = fs::read_to_string(entry.path()) else {
            continue;
        };
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
        let flags = flags.and_then(|text| u32::from_str_radix(text.trim(), 8).ok());
        let close_on_exec = 0o2_000_000;
        if handle > 2 && flags.is_some_and(|flags| flags & close_on_exec == 0) {
            leaked.push(handle);
        }
    }
    Ok(leaked)
}
