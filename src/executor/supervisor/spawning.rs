//! Starting a script's process.
//!
//! The standard library starts a process the cheap way (`posix_spawn`, no copy of this process)
//! only for an absolute program, without hooks between fork and exec. That is all that is used.
//!
//! A script gets its standard handles by inheriting ours, which are made to be its for that
//! moment: this process has one thread and prints nothing meanwhile. So a script can be started
//! under a limit of open files that is lower than the number of any other handle here.

use std::fmt::Display;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::{OFlags, fcntl_setfl};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use rustix::stdio::{dup2_stderr, dup2_stdin, dup2_stdout};

use super::fenced::{SHELL, Word};
use super::limits::Limits;
use crate::clock;
use crate::engine::Time;
use crate::executor::wire::Launch;

/// A script that has just been started.
#[derive(Debug)]
pub(super) struct Spawned {
    pub(super) pid: Pid,
    /// Just before it was started: later, on a busy machine, it may have run for a while.
    pub(super) at: Time,
    /// A handle on the process; `None`: there was no room for it, ask again with [`watch`].
    pub(super) handle: Option<OwnedFd>,
    /// Where its output arrives. Reading never blocks.
    pub(super) output: OwnedFd,
    /// The other end. While we hold it the output has no end, so that the end of a script is one
    /// event and not two.
    pub(super) input: OwnedFd,
}

/// Why nothing was started.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The machine had no room; it may have later.
    Passing(String),
    /// It will be the same next time: for the script's author.
    Lasting(String),
}

/// Starts scripts.
#[derive(Debug)]
pub(super) struct Spawner {
    limits: Limits,
    null: File,
    /// Where our own messages go.
    stderr: OwnedFd,
}

impl Spawner {
    /// Takes over the standard handles of this process. Its output stays until the first script.
    pub(super) fn new(limits: Limits) -> io::Result<Spawner> {
        let null = File::options().read(true).write(true).open("/dev/null")?;
        let stderr = io::stderr().as_fd().try_clone_to_owned()?;
        dup2_stdin(&null)?;
        Ok(Spawner {
            limits,
            null,
            stderr,
        })
    }

    /// Starts `launch` with `script` in `workdir`. `watch_output` sees the output before there is
    /// a process: if it fails nothing is started.
    pub(super) fn spawn(
        &self,
        launch: &Launch,
        script: &Path,
        workdir: &Path,
        watch_output: impl FnOnce(&OwnedFd) -> io::Result<()>,
    ) -> Result<Spawned, Refusal> {
        let Some((program, arguments)) = launch.argv.split_first() else {
            return Err(Refusal::Lasting("it has no interpreter".to_owned()));
        };
        if !program.starts_with('/') {
            let why = format!("the interpreter `{program}` must be given with its whole path");
            return Err(Refusal::Lasting(why));
        }
        let word = match launch.limits.is_empty() {
            true => None,
            // The shell that waits would say this less well.
            false => match fs::metadata(program) {
                Err(e) => return Err(Refusal::Lasting(explain(&e, program, workdir))),
                Ok(_) => Some(Word::new().map_err(passing)?),
            },
        };
        let mut command = match word {
            None => Command::new(program),
            Some(_) => {
                let [shell, before @ ..] = SHELL;
                let mut command = Command::new(shell);
                command.args(before).arg(program);
                command
            }
        };
        command.args(arguments).arg(script);
        command
            .env_clear()
            .envs(launch.env.iter().map(|(name, value)| (name, value)));
        command.current_dir(workdir).process_group(0);
        // One pipe for all it prints, so that the order of its lines is kept.
        let (output, input) = pipe_with(PipeFlags::CLOEXEC).map_err(passing)?;
        fcntl_setfl(&output, OFlags::NONBLOCK).map_err(passing)?;
        watch_output(&output).map_err(passing)?;
        self.limits.lower().map_err(passing)?;
        let listen = word
            .as_ref()
            .map_or(self.null.as_fd(), |w| w.listen.as_fd());
        let at = Time(clock::now());
        let child = self.with_standard(listen, &input, || command.spawn());
        self.limits.raise();
        let mut child = match child.map_err(passing)? {
            Ok(child) => child,
            Err(e) if is_passing(&e) => return Err(passing(e)),
            Err(e) => {
                let why = too_much(&e, &launch.env);
                let why = why.unwrap_or_else(|| explain(&e, program, workdir));
                return Err(Refusal::Lasting(why));
            }
        };
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let pid = pid.expect("a process id is a positive number");
        if let Some(word) = word
            && let Err(why) = word.let_go(pid, &launch.limits)
        {
            // The shell has heard nothing: it ends as soon as its input does.
            let _ = child.wait();
            return Err(Refusal::Lasting(why));
        }
        Ok(Spawned {
            pid,
            at,
            handle: watch(pid).ok(),
            output,
            input,
        })
    }

    /// Does `start` while `listen` is our standard input, and `input` our output and error.
    fn with_standard<T>(
        &self,
        listen: BorrowedFd<'_>,
        input: &OwnedFd,
        start: impl FnOnce() -> T,
    ) -> io::Result<T> {
        let result = dup2_stdin(listen)
            .and_then(|()| dup2_stdout(input))
            .and_then(|()| dup2_stderr(input))
            .map(|()| start());
        // These cannot fail, for both handles are open; and if they did, a started script must
        // not be forgotten for it.
        let _ = dup2_stdin(&self.null)
            .and_then(|()| dup2_stdout(&self.null))
            .and_then(|()| dup2_stderr(&self.stderr));
        Ok(result?)
    }
}

/// A handle on a process of ours that becomes readable when it ends.
pub(super) fn watch(pid: Pid) -> io::Result<OwnedFd> {
    Ok(pidfd_open(pid, PidfdFlags::empty())?)
}

fn passing(e: impl Display) -> Refusal {
    Refusal::Passing(format!("the machine could not start a process: {e}"))
}

fn is_passing(e: &io::Error) -> bool {
    let errno = e.raw_os_error().map(Errno::from_raw_os_error);
    matches!(
        errno,
        Some(Errno::AGAIN | Errno::NOMEM | Errno::MFILE | Errno::NFILE)
    )
}

/// Says which variable is the largest when the kernel takes no such environment.
fn too_much(e: &io::Error, env: &[(String, String)]) -> Option<String> {
    if e.kind() != ErrorKind::ArgumentListTooLong {
        return None;
    }
    let (name, value) = env.iter().max_by_key(|(_, value)| value.len())?;
    Some(format!(
        "its environment is too large for the kernel ({e}); the largest variable, `{name}`, has {} bytes: write long values into files and hand over the files' names",
        value.len()
    ))
}

/// Says what is wrong in words for the script's author.
fn explain(e: &io::Error, program: &str, workdir: &Path) -> String {
    let workdir_problem = match fs::metadata(workdir) {
        Ok(meta) if !meta.is_dir() => Some("is not a directory".to_owned()),
        Ok(_) => None,
        Err(e) if e.kind() == ErrorKind::NotFound => Some("does not exist".to_owned()),
        Err(e) => Some(format!("cannot be used: {e}")),
    };
    if let Some(problem) = workdir_problem {
        return format!("the working directory `{}` {problem}", workdir.display());
    }
    match fs::metadata(PathBuf::from(program)) {
        Err(e) if e.kind() == ErrorKind::NotFound => {
            format!("the interpreter `{program}` does not exist")
        }
        Ok(meta) if meta.is_dir() => format!("the interpreter `{program}` is a directory"),
        Ok(meta) if meta.permissions().mode() & 0o111 == 0 => {
            format!("the interpreter `{program}` is not executable")
        }
        Ok(_) if e.kind() == ErrorKind::NotFound => {
            format!("what the interpreter `{program}` itself needs to run does not exist")
        }
        _ => format!("the interpreter `{program}` could not be started: {e}"),
    }
}
