//! What the tests of trouble do to a server from outside, and what they see of it there.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::server::{Answer, Server, ask};

/// A server that is told to stop ends within this time, whatever goes on.
pub(super) const PROMPT: Duration = Duration::from_secs(2);

/// A script that says `up`, waits for the file `go` in its working directory, and says `on`.
pub(super) const WAITS: &str = "echo up; until [ -e go ]; do sleep 0.05; done; echo on";

/// Starts what is defined here; gives the pipeline's number.
pub(super) fn start(server: &Server, yaml: &str) -> Value {
    let graph = server.define(yaml).json();
    assert_eq!(graph["checked"], true, "{graph}");
    try_start(server, &graph["id"]).expect(201)["id"].clone()
}

/// Asks for a pipeline of a graph.
pub(super) fn try_start(server: &Server, graph: &Value) -> Answer {
    server.post(&format!("/graphs/{graph}/pipelines"), &json!({}))
}

/// A pipeline as it stands now.
pub(super) fn pipeline(server: &Server, id: &Value) -> Value {
    server.get(&format!("/pipelines/{id}")).expect(200)
}

/// The state of a vertex of a pipeline as it stands now.
pub(super) fn state(server: &Server, id: &Value, vertex: &str) -> Value {
    server.track(&pipeline(server, id), vertex)["state"].clone()
}

/// A page as a signed-in browser gets it.
pub(super) fn page(server: &Server, cookie: &str, path: &str) -> String {
    let url = format!("{}{path}", server.url);
    let answer = ask("GET", &url, &[("Cookie", cookie)], b"");
    assert_eq!(answer.status, 200, "{path}");
    String::from_utf8(answer.body).expect("text")
}

/// Tells a server to stop as a service manager does; gives how long that took.
pub(super) fn terminate(server: &Server) -> Duration {
    let began = Instant::now();
    let pid = i32::try_from(server.pid()).expect("a process id");
    signal(pid, Signal::TERM);
    server.until(|| !lives(pid));
    began.elapsed()
}

pub(super) fn signal(pid: i32, signal: Signal) {
    let pid = Pid::from_raw(pid).expect("a process id");
    kill_process(pid, signal).expect("it is there");
}

/// True unless the process has ended. One that nobody has waited for yet counts as ended.
pub(super) fn lives(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')')
        .is_some_and(|(_, rest)| !rest.starts_with(" Z"))
}

/// The supervisors of a data directory.
pub(super) fn supervisors(data: &Path) -> Vec<i32> {
    let spool = data.join("spool").display().to_string();
    let of_it = |pid: &i32| {
        let line = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let mut words = line.split('\0').skip(1);
        words.next() == Some("__supervise") && words.next() == Some(&spool)
    };
    let entries = std::fs::read_dir("/proc").expect("/proc").flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(of_it).collect()
}

/// The most memory that a process has had at once, in bytes.
pub(super) fn highest(pid: i32) -> u64 {
    memory(pid, "VmHWM:")
}

/// The memory of a process that is its own now, without the pages of its program, in bytes.
pub(super) fn own(pid: i32) -> u64 {
    memory(pid, "RssAnon:")
}

fn memory(pid: i32, which: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let line = status.lines().find(|line| line.starts_with(which));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kib.expect("a number") << 10
}

/// Waits for a number that a script writes into a file.
pub(super) fn number_in(server: &Server, path: &Path) -> i32 {
    let read = || std::fs::read_to_string(path).ok()?.trim().parse().ok();
    server.until(|| read().is_some());
    read().expect("it was there")
}

/// Another process that keeps the write lock of a database for a time, or until it is told.
pub(super) struct Lock(Child);

impl Lock {
    pub(super) fn take(data: &Path, time: Option<Duration>) -> Self {
        let script = "import sqlite3, sys, time
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute('BEGIN IMMEDIATE')
print('locked', flush=True)
time.sleep(int(sys.argv[2])) if len(sys.argv) > 2 else sys.stdin.readline()
c.execute('ROLLBACK')";
        let mut command = Command::new("python3");
        command.args(["-c", script]).arg(data.join("trackyard.db"));
        command.args(time.map(|time| time.as_secs().to_string()));
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 runs");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe"))
            .read_line(&mut line)
            .expect("it says so");
        assert_eq!(line, "locked\n");
        Self(child)
    }

    pub(super) fn is_held(&mut self) -> bool {
        self.0.try_wait().expect("it is ours").is_none()
    }

    pub(super) fn release(mut self) {
        drop(self.0.stdin.take());
        assert!(self.0.wait().expect("it ends").success());
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
