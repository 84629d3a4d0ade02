//! Many scripts in one process of a real shell, each in a directory of its own.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;

/// What a value would make if any shell ever ran it.
pub(super) const CANARY: &str = "CANARY";

/// How long one process of a shell may take for all that it is given.
const LIMIT: Duration = Duration::from_secs(120);

/// The shells that scripts are given to, as program and arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shell {
    Dash,
    Bash,
    PosixBash,
}

impl Shell {
    fn argv(self) -> &'static [&'static str] {
        match self {
            Shell::Dash => &["dash"],
            Shell::Bash => &["bash"],
            Shell::PosixBash => &["bash", "--posix"],
        }
    }

    /// The program's name.
    pub(super) fn program(self) -> &'static str {
        self.argv()[0]
    }

    /// The shell with the file that it shall run, in `dir`, with nothing inherited.
    pub(super) fn command(self, dir: &Path, file: &str) -> Command {
        let argv = self.argv();
        let mut command = Command::new(argv[0]);
        command.args(&argv[1..]).arg(file).current_dir(dir);
        command.env_clear().stdin(Stdio::null());
        command
            .env("PATH", "/usr/bin:/bin")
            .env("LC_ALL", "C.UTF-8");
        command
    }
}

/// The output of `command`, if it ends in time. Else everything that it started is ended.
pub(super) fn output(command: &mut Command) -> Option<Output> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.process_group(0).spawn().expect("it starts");
    let group = Pid::from_child(&child);
    let (sender, ended) = mpsc::channel();
    let waiting = thread::spawn(move || {
        let output = child.wait_with_output().expect("it ends");
        // Nobody listens any more when it was too slow.
        let _ = sender.send(output);
    });
    let in_time = ended.recv_timeout(LIMIT).ok();
    if in_time.is_none() {
        // Fails when the last of the group has ended just now.
        let _ = kill_process_group(group, Signal::KILL);
    }
    waiting.join().expect("it ended");
    in_time
}

/// What a script did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Deed {
    pub(super) status: String,
    pub(super) output: Vec<u8>,
    /// The files that it made, with what it wrote into them.
    pub(super) files: BTreeMap<Vec<u8>, Vec<u8>>,
}

/// `w` shows its arguments and `r` its input, both without any doubt where they end.
pub(super) const SHOWING: &str = r#"w() { printf '%s\0' "$#" "$@"; }
r() { printf 'in\0'; cat; printf '\0'; }
"#;

/// Runs each of `scripts` in a subshell of one process of `shell`, in an empty directory each.
pub(super) fn run(shell: Shell, scripts: &[String]) -> Vec<Deed> {
    let lab = TempDir::new().expect("a directory");
    let at = |kind: &str, i: usize| lab.path().join(format!("{kind}{i}"));
    // Substitutions warn about NULs, with a line number that depends on the value.
    let showing = SHOWING.replace("\\0", "\\036");
    let mut driver = format!("{showing}ulimit -c 0 -f 4096\n");
    for (i, script) in scripts.iter().enumerate() {
        // The same name for all, because a shell's warning, which a script may print, tells it.
        fs::create_dir_all(at("t", i).join("d")).expect("a directory");
        fs::write(at("t", i).join("s"), script).expect("a script");
        driver.push_str(&format!(
            "(ulimit -t 5; cd t{i}/d; . ../s) >o{i} 2>/dev/null </dev/null\necho $? >c{i}\n"
        ));
    }
    fs::write(lab.path().join("driver"), driver).expect("the driver");
    let mut command = shell.command(lab.path(), "driver");
    let Some(output) = output(&mut command) else {
        let hangs = (0..scripts.len()).find(|i| !at("c", *i).exists());
        let script = hangs.map_or("", |i| &scripts[i]);
        panic!("{shell:?} does not come to the end of this script:\n{script}");
    };
    assert!(
        output.status.success(),
        "{shell:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let deed = |i: usize| {
        let read = |kind| fs::read(at(kind, i)).unwrap_or_default();
        Deed {
            status: String::from_utf8_lossy(&read("c")).trim().to_owned(),
            output: read("o"),
            files: files(&at("t", i).join("d")),
        }
    };
    (0..scripts.len()).map(deed).collect()
}

/// Everything below `dir`: names, and contents of files.
fn files(dir: &Path) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let entries = fs::read_dir(dir).expect("the directory is still there");
    entries
        .flatten()
        .map(|entry| {
            let content = fs::read(entry.path()).unwrap_or_default();
            (entry.file_name().into_vec(), content)
        })
        .collect()
}

/// Whether anything in `dir` has the canary's name.
pub(super) fn sang(dir: &Path) -> bool {
    files(dir).contains_key(CANARY.as_bytes())
}
