//! One shell that looks at one script: fed from memory, waited for within bounds.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{MemfdFlags, memfd_create};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

/// The script, as the shell opens it: its messages begin with this name.
pub(super) const SCRIPT: &str = "/dev/stdin";
/// Bytes of a shell's messages that are kept; the first line is all that is shown.
const MESSAGES: usize = 4 << 10;

/// What a shell made of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It came to the end: whether the script is well, and what it said.
    Said {
        /// Its exit code was 0.
        well: bool,
        /// Its messages, as far as they are kept.
        text: String,
    },
    /// It died of this signal.
    Died(i32),
    /// It was not done in time, and was ended.
    TooLong,
}

/// Has `shell` look at a script until `end`.
pub(super) fn look(
    shell: &Path,
    flags: &[&str],
    script: &str,
    end: Instant,
) -> io::Result<Outcome> {
    let mut file = File::from(memfd_create("script", MemfdFlags::CLOEXEC)?);
    file.write_all(script.as_bytes())?;
    file.rewind()?;
    let mut child = Command::new(shell)
        .args(flags)
        .arg(SCRIPT)
        .env_clear()
        .env("LC_ALL", "C")
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::from(file))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let said = child.stderr.take().map_or(Ok(None), |pipe| read(pipe, end));
    let ended = said.and_then(|text| match text {
        Some(text) => Ok(gone(&child, end)?.then_some(text)),
        None => Ok(None),
    });
    if !matches!(ended, Ok(Some(_))) {
        child.kill()?;
    }
    let status = child.wait()?;
    let Some(text) = ended? else {
        return Ok(Outcome::TooLong);
    };
    Ok(match status.signal() {
        Some(signal) => Outcome::Died(signal),
        None => Outcome::Said {
            well: status.success(),
            text: String::from_utf8_lossy(&text).into_owned(),
        },
    })
}

/// What the shell writes until it closes its messages; none when it has not done so in time.
fn read(mut pipe: ChildStderr, end: Instant) -> io::Result<Option<Vec<u8>>> {
    let (mut text, mut piece) = (Vec::new(), [0; MESSAGES]);
    loop {
        if !ready(PollFd::new(&pipe, PollFlags::IN), end)? {
            return Ok(None);
        }
        let count = pipe.read(&mut piece)?;
        if count == 0 {
            return Ok(Some(text));
        }
        let room = MESSAGES - text.len();
        text.extend_from_slice(&piece[..count.min(room)]);
    }
}

/// Waits for the end of the process; whether it came in time.
fn gone(child: &Child, end: Instant) -> io::Result<bool> {
    let pid = Pid::from_child(child);
    let handle = pidfd_open(pid, PidfdFlags::empty())?;
    ready(PollFd::new(&handle, PollFlags::IN), end)
}

fn ready(fd: PollFd<'_>, end: Instant) -> io::Result<bool> {
    let mut fds = [fd];
    loop {
        let left = end.saturating_duration_since(Instant::now());
        let left = Timespec::try_from(left).map_err(io::Error::other)?;
        match poll(&mut fds, Some(&left)) {
            Err(rustix::io::Errno::INTR) => {}
            Err(why) => return Err(why.into()),
            Ok(count) => return Ok(count > 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::{Duration, Instant};

    use super::{MESSAGES, Outcome, look};

    fn run(program: &str, flags: &[&str], within: Duration) -> Outcome {
        look(Path::new(program), flags, "", Instant::now() + within).expect("it is run")
    }

    #[test]
    fn one_that_does_not_end_is_ended() {
        let short = Duration::from_millis(50);
        for endless in ["while :; do :; done", "exec 2>&-; while :; do :; done"] {
            let began = Instant::now();
            assert_eq!(run("/bin/sh", &["-c", endless], short), Outcome::TooLong);
            assert!(began.elapsed() >= short);
        }
    }

    #[test]
    fn messages_without_end_are_cut_and_a_death_is_told() {
        let long = Duration::from_secs(60);
        let chatty = "i=0; while [ $i -lt 9000 ]; do echo 123456789 >&2; i=$((i + 1)); done";
        let Outcome::Said { well, text } = run("/bin/sh", &["-c", chatty], long) else {
            panic!("it ends");
        };
        assert_eq!((well, text.len()), (true, MESSAGES));
        let dies = run("/bin/sh", &["-c", "kill -SEGV $$"], long);
        assert_eq!(dies, Outcome::Died(11));
    }
}
