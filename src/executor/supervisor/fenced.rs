//! Starting a script under limits of its own.
//!
//! `posix_spawn` can set no limits, and this process cannot lower its own hard limits for a moment:
//! they would stay low. So a shell is started in the script's place and waits for a word. Its limits
//! are set from here (`prlimit`) and read back; only then it hears the word and becomes the script's
//! interpreter. If this process dies before that the shell hears nothing and ends.

use std::io;
use std::os::fd::OwnedFd;

use rustix::io::write;
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Pid, Resource as Kernel, Rlimit, getrlimit, prlimit};

use crate::executor::wire::Limit;
use crate::graph::Resource;

/// What stands before the interpreter: wait for the word, then become it.
pub(super) const SHELL: [&str; 4] = [
    "/bin/sh",
    "-c",
    "read -r word && exec \"$@\" </dev/null",
    "trackyard",
];

/// After its time a script hears XCPU; KILL follows a second later, for those who do not listen.
const CPU_GRACE_SECONDS: u64 = 1;

/// The word that the shell waits for.
#[derive(Debug)]
pub(super) struct Word {
    /// The shell's standard input.
    pub(super) listen: OwnedFd,
    say: OwnedFd,
}

impl Word {
    pub(super) fn new() -> io::Result<Word> {
        let (listen, say) = pipe_with(PipeFlags::CLOEXEC)?;
        Ok(Word { listen, say })
    }

    /// Sets the limits of the waiting shell, reads them back and lets it go on. The error is for
    /// the script's author; the shell has heard nothing then and ends by itself.
    pub(super) fn let_go(self, pid: Pid, limits: &[Limit]) -> Result<(), String> {
        for limit in limits {
            set(pid, limit)?;
        }
        write(&self.say, b"go\n")
            .map(|_| ())
            .map_err(|e| format!("it could not be told to start: {e}"))
    }
}

fn set(pid: Pid, Limit(word, value): &Limit) -> Result<(), String> {
    let resource = Resource::from_word(word)
        .ok_or_else(|| format!("this build knows no limit called `{word}`"))?;
    let (kernel, limit) = as_the_kernel_has_it(resource, *value);
    let shown = resource.show(*value);
    if let Some(most) = getrlimit(kernel).maximum
        && limit.maximum > Some(most)
        && prlimit(Some(pid), kernel, limit).is_err()
    {
        let most = resource.show(match resource {
            Resource::Cpu => most.saturating_mul(1_000),
            _ => most,
        });
        return Err(format!(
            "its limit `{word}: {shown}` is more than this machine allows ({most}): write less, or \
             raise the limit of the service that runs Trackyard"
        ));
    }
    prlimit(Some(pid), kernel, limit)
        .map_err(|e| format!("its limit `{word}: {shown}` could not be set: {e}"))?;
    // The call gives what was there before: the second one reads back what the first one set.
    let there = prlimit(Some(pid), kernel, limit);
    match there {
        Ok(there) if there == limit => Ok(()),
        Ok(there) => Err(format!(
            "its limit `{word}: {shown}` was set, but the system has {there:?}"
        )),
        Err(e) => Err(format!("its limit `{word}` could not be read back: {e}")),
    }
}

fn as_the_kernel_has_it(resource: Resource, value: u64) -> (Kernel, Rlimit) {
    let both = |value| Rlimit {
        current: Some(value),
        maximum: Some(value),
    };
    match resource {
        Resource::Memory => (Kernel::As, both(value)),
        Resource::OpenFiles => (Kernel::Nofile, both(value)),
        Resource::Processes => (Kernel::Nproc, both(value)),
        Resource::FileSize => (Kernel::Fsize, both(value)),
        Resource::Cpu => {
            let seconds = value / 1_000;
            let limit = Rlimit {
                current: Some(seconds),
                maximum: Some(seconds + CPU_GRACE_SECONDS),
            };
            (Kernel::Cpu, limit)
        }
    }
}
