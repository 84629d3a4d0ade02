//! A server of this very program on a data directory of its own, ended when it is dropped.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use serde_json::Value;

use super::place::Place;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::remote::Remote;
use crate::config::Config;

const JSON: &str = "application/json";
/// How long a server may take to end, and a process that was killed, before it is left to itself.
const PATIENCE: Timespec = Timespec {
    tv_sec: 10,
    tv_nsec: 0,
};

/// A server that answers.
pub(super) struct Server<'p> {
    place: &'p Place,
    config: Config,
    remote: Remote,
    _child: Running,
}

impl<'p> Server<'p> {
    /// Starts one with built-in settings and so many slots, on a directory of that name.
    pub(super) fn start(
        place: &'p Place,
        config: &Config,
        name: &str,
        slots: usize,
    ) -> Result<Self, CliError> {
        let data = place.path(name);
        let child = Running::spawn(place, name, slots)?;
        let config = Config {
            data,
            ..config.clone()
        };
        let remote = remote(&config)?;
        Ok(Self {
            place,
            config,
            remote,
            _child: child,
        })
    }

    /// Saves a definition; gives the address under which it is started.
    pub(super) fn define(&self, definition: &str) -> Result<String, CliError> {
        let answer = self
            .remote
            .post("/graphs", "application/yaml", None, definition)?;
        Ok(format!("/graphs/{}/pipelines", number(&answer)?))
    }

    /// Starts a pipeline; gives its number.
    pub(super) fn begin(&self, start: &str, body: &str) -> Result<i64, CliError> {
        self.place.go_on()?;
        number(&self.remote.post(start, JSON, None, body)?)
    }

    /// Waits until a pipeline has ended, which must be well.
    pub(super) fn finish(&self, pipeline: i64) -> Result<(), CliError> {
        loop {
            self.place.go_on()?;
            let stands = self.remote.get(&format!("/pipelines/{pipeline}?wait=1s"))?;
            if stands["finished_at"].is_null() {
                continue;
            }
            return match stands["state"].as_str() {
                Some("FINISH") => Ok(()),
                state => Err(CliError::Failed(format!(
                    "a pipeline of the measurement is {}: can this machine run so many scripts at once?",
                    state.unwrap_or("nowhere")
                ))),
            };
        }
    }

    /// Starts pipelines until `more` says that there are enough; a client for one thread.
    pub(super) fn keep_starting(
        &self,
        start: &str,
        more: impl Fn() -> bool,
    ) -> Result<i64, CliError> {
        let own = remote(&self.config)?;
        let mut last = 0;
        while more() {
            self.place.go_on()?;
            last = number(&own.post(start, JSON, None, "{}")?)?;
        }
        Ok(last)
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        // What runs ends by itself within a second, and nothing new is started. A server that does
        // not answer is ended all the same.
        let _ = self.remote.post("/drain", JSON, None, "");
    }
}

/// The process, ended with its supervisors when it is dropped.
struct Running {
    child: Child,
    spool: PathBuf,
    /// Open, so that the server has somewhere to write.
    _told: Option<BufReader<ChildStdout>>,
}

impl Running {
    fn spawn(place: &Place, name: &str, slots: usize) -> Result<Self, CliError> {
        let failed =
            |why: std::io::Error| CliError::Failed(format!("a server cannot be started: {why}"));
        let log = place.path(&format!("{name}.log"));
        let data = place.path(name);
        let mut command = Command::new(std::env::current_exe().map_err(failed)?);
        command.args(["serve", "--json", "--port", "0", "--log", "warn", "--slots"]);
        command.arg(slots.to_string()).arg("--data").arg(&data);
        // Settings of this place and of its user are for servers that work: the nearest file counts.
        std::fs::write(place.path("Rocket.toml"), "").map_err(failed)?;
        command.current_dir(place.path(""));
        let ours = |(name, _): &(std::ffi::OsString, _)| {
            let name = name.to_string_lossy();
            name.starts_with("TRACKYARD_") || name.starts_with("ROCKET_")
        };
        for (name, _) in std::env::vars_os().filter(ours) {
            command.env_remove(name);
        }
        // Ctrl-C is for this process, which then ends the server.
        command.process_group(0).stdin(Stdio::null());
        command.stdout(Stdio::piped());
        command.stderr(File::create(&log).map_err(failed)?);
        let child = command.spawn().map_err(failed)?;
        let mut running = Self {
            child,
            spool: data.join("spool"),
            _told: None,
        };
        let mut line = String::new();
        let told = running.child.stdout.take().map(BufReader::new);
        running._told = told.map(|mut told| {
            // What could not be read is an empty line, as of a server that has ended.
            let _ = told.read_line(&mut line);
            told
        });
        if serde_json::from_str::<Value>(&line).is_ok() {
            return Ok(running);
        }
        place.go_on()?;
        let said = fs::read_to_string(&log).unwrap_or_default();
        let said = said.lines().last().unwrap_or("it says nothing").to_owned();
        Err(CliError::Failed(format!("a server did not start: {said}")))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let watched = watch(self.child.id());
        if !watched.is_some_and(|process| has_ended(&process)) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
        // They would wait for the next server for a while.
        for process in supervisors(&self.spool) {
            let _ = pidfd_send_signal(&process, Signal::KILL);
            has_ended(&process);
        }
    }
}

fn remote(config: &Config) -> Result<Remote, CliError> {
    Remote::needed(&Context {
        config: config.clone(),
        data: Some(config.data.clone()),
    })
}

fn number(answer: &Value) -> Result<i64, CliError> {
    let number = answer["id"].as_i64();
    number.ok_or_else(|| CliError::Failed(format!("the server answers without a number: {answer}")))
}

fn watch(pid: u32) -> Option<OwnedFd> {
    let pid = Pid::from_raw(i32::try_from(pid).ok()?)?;
    pidfd_open(pid, PidfdFlags::empty()).ok()
}

/// Waits for the end of a process, within bounds.
fn has_ended(process: &OwnedFd) -> bool {
    let mut ended = [PollFd::new(process, PollFlags::IN)];
    matches!(poll(&mut ended, Some(&PATIENCE)), Ok(1..))
}

/// The processes that watch scripts of a spool, each looked at once more after it was held.
fn supervisors(spool: &Path) -> Vec<OwnedFd> {
    let real = fs::canonicalize(spool).unwrap_or_else(|_| spool.to_owned());
    let is_one = |pid: u32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let words: Vec<&[u8]> = line.split(|byte| *byte == 0).collect();
        let of = words.get(2).copied().unwrap_or_default();
        words.get(1) == Some(&b"__supervise".as_slice())
            && of == real.as_os_str().as_encoded_bytes()
    };
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let held = pids
        .filter(|pid| is_one(*pid))
        .filter_map(|pid| Some((pid, watch(pid)?)));
    held.filter(|(pid, _)| is_one(*pid))
        .map(|(_, process)| process)
        .collect()
}
