//! Finding processes by what their command line says, and ending them.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// The processes whose command line is as `like` says. One that has ended has none.
pub(crate) fn processes(like: impl Fn(&[String]) -> bool) -> Vec<i32> {
    let pids = fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let pid: i32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
        let line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        let words = line
            .split(|&b| b == 0)
            .map(|w| String::from_utf8_lossy(w).into_owned());
        like(&words.collect::<Vec<_>>()).then_some(pid)
    });
    pids.collect()
}

/// The supervisors of a data directory.
pub(crate) fn supervisors(data: &Path) -> Vec<i32> {
    let spool = spool(data);
    let mut pids = processes(|words| {
        words.get(1).is_some_and(|w| w == "__supervise") && Path::new(&words[2]) == spool
    });
    // A script that is just being started still has the command line of its supervisor.
    let all = pids.clone();
    pids.retain(|pid| parent(*pid).is_some_and(|parent| !all.contains(&parent)));
    pids
}

/// The main processes of the scripts of a data directory. Each leads a group.
pub(crate) fn scripts(data: &Path) -> Vec<i32> {
    let spool = spool(data);
    let of_spool = |word: &String| Path::new(word).parent() == Some(&spool);
    processes(|words| words.iter().any(of_spool) && words.iter().any(|w| w.ends_with(".script")))
}

/// Ends all that servers of a data directory have left running.
pub(crate) fn end_all(data: &Path) {
    loop {
        // The supervisors first: then nobody starts another script.
        let supervisors = supervisors(data);
        let scripts = scripts(data);
        if supervisors.is_empty() && scripts.is_empty() {
            return;
        }
        for pid in supervisors {
            // It may have ended in the meantime.
            let _ = kill_process(of(pid), Signal::KILL);
        }
        for pid in scripts {
            let _ = kill_process_group(of(pid), Signal::KILL);
        }
        std::thread::yield_now();
    }
}

/// Ends a process that a test started.
pub(crate) fn end(pid: i32) {
    kill_process(of(pid), Signal::KILL).unwrap();
}

/// Asks a process to end.
pub(crate) fn terminate(pid: i32) {
    kill_process(of(pid), Signal::TERM).unwrap();
}

/// Holds a process where it is: see [`stands_still`].
pub(crate) fn stop(pid: i32) {
    kill_process(of(pid), Signal::STOP).unwrap();
}

/// Lets a process go on that was stopped.
pub(crate) fn go_on(pid: i32) {
    kill_process(of(pid), Signal::CONT).unwrap();
}

/// True if a process and all its threads stand still.
pub(crate) fn stands_still(pid: i32) -> bool {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    threads
        .flatten()
        .all(|thread| state(&thread.path()) == Some('T'))
}

/// True unless the process has ended. One that nobody has waited for yet counts as ended.
pub(crate) fn lives(pid: i32) -> bool {
    state(&PathBuf::from(format!("/proc/{pid}"))).is_some_and(|state| state != 'Z')
}

/// True if a process of the group is there that has not ended.
pub(crate) fn group_lives(group: i32) -> bool {
    let of_group = |pid: i32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let (_, rest) = stat.rsplit_once(')')?;
        let mut words = rest.split_ascii_whitespace();
        let (state, found) = (words.next()?, words.nth(1)?);
        (state != "Z" && found.parse() == Ok(group)).then_some(())
    };
    let all = fs::read_dir("/proc").unwrap();
    all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .any(|pid| of_group(pid).is_some())
}

/// The parent of a process.
pub(crate) fn parent(pid: i32) -> Option<i32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_ascii_whitespace().nth(1)?.parse().ok()
}

fn state(process: &Path) -> Option<char> {
    let stat = fs::read_to_string(process.join("stat")).ok()?;
    stat.rsplit_once(')')?.1.trim_start().chars().next()
}

/// The directory of the attempts' files as command lines name it.
fn spool(data: &Path) -> PathBuf {
    let data = fs::canonicalize(data).unwrap_or_else(|_| data.to_owned());
    data.join("spool")
}

fn of(pid: i32) -> Pid {
    Pid::from_raw(pid).unwrap()
}
