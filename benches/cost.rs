//! What supervision costs: scripts through the executor against plain `sh FILE` children.
//!
//! ```sh
//! cargo bench --bench cost -- [--scripts N] [--slots N] [--rounds N] [--dir DIR]
//! ```
//!
//! Both run the same `true` scripts, as many at a time as there are slots, in turns in every round, so
//! that a busy machine slows both alike. Ours writes each script, passes it through its gate, has its
//! result written to a file and is told; the plain children only run. One line a case: name, ours,
//! theirs, ratio of the medians. Then the memory that each running script costs the supervisors.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, unbounded};
use trackyard::engine::{AttemptKey, PipelineId, TrackId};
use trackyard::executor::{Backend, Executor, Fact, Order, Settings};

/// As many supervisors as a server has.
const SUPERVISORS: usize = 2;
/// Running scripts whose memory is measured.
const SLEEPERS: usize = 1_000;

struct Options {
    scripts: usize,
    slots: usize,
    rounds: usize,
    dir: PathBuf,
}

impl Options {
    fn read() -> Options {
        let mut given = BTreeMap::new();
        let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
        while let Some(flag) = words.next() {
            let value = words
                .next()
                .unwrap_or_else(|| panic!("{flag} needs a value"));
            given.insert(flag, value);
        }
        let mut number = |flag: &str, usual: usize| {
            given.remove(flag).map_or(usual, |text| {
                let number = text
                    .parse()
                    .unwrap_or_else(|_| panic!("{flag}: {text} is no number"));
                assert!(number > 0, "{flag} is at least 1");
                number
            })
        };
        let (scripts, slots) = (number("--scripts", 1_000), number("--slots", 2));
        let rounds = number("--rounds", 7);
        let dir = given
            .remove("--dir")
            .map_or_else(std::env::temp_dir, PathBuf::from);
        assert!(given.is_empty(), "unknown: {given:?}");
        Options {
            scripts,
            slots,
            rounds,
            dir,
        }
    }
}

fn key(number: i64) -> AttemptKey {
    AttemptKey {
        pipeline: PipelineId(1),
        track: TrackId(number),
        attempt: 1,
    }
}

/// An executor with a directory of its own.
struct Ours {
    executor: Executor,
    facts: Receiver<Fact>,
    dir: tempfile::TempDir,
    next: i64,
}

impl Ours {
    fn start(below: &Path, script: String) -> Ours {
        let dir = tempfile::tempdir_in(below).expect("a directory");
        let program = PathBuf::from(env!("CARGO_BIN_EXE_trackyard"));
        let settings = Settings {
            supervisors: SUPERVISORS,
            threads: 4,
            idle_ms: 100,
            ..Settings::new(dir.path().join("data"), program)
        };
        let (send, facts) = unbounded();
        let order = move |_| {
            Ok(Order {
                script: script.clone(),
                ..Order::default()
            })
        };
        let executor = Executor::start(settings, Arc::new(order), send).expect("an executor");
        Ours {
            executor,
            facts,
            dir,
            next: 1,
        }
    }

    fn launch(&mut self) {
        self.executor.launch(key(self.next));
        self.next += 1;
    }

    /// Waits until each script that was launched has printed something.
    fn until_up(&self) {
        for number in 1..self.next {
            while !self.executor.spool().log(key(number)).exists() {
                std::thread::yield_now();
            }
        }
    }

    /// Runs as many scripts, so many at a time, and cleans up after each.
    fn run(&mut self, scripts: usize, slots: usize) -> Duration {
        let began = Instant::now();
        (0..slots.min(scripts)).for_each(|_| self.launch());
        let mut launched = slots.min(scripts);
        for _ in 0..scripts {
            let fact = self.facts.recv().expect("a fact");
            assert!(
                matches!(&fact, Fact::Ended { record, .. } if record.success()),
                "{fact:?}"
            );
            if launched < scripts {
                launched += 1;
                self.launch();
            }
            self.executor.clean(fact.key());
        }
        began.elapsed()
    }

    /// Bytes of memory of all supervisors, shared ones by their share.
    fn memory(&self) -> u64 {
        let spool = self
            .executor
            .spool()
            .dir()
            .as_os_str()
            .as_encoded_bytes()
            .to_owned();
        let entries = fs::read_dir("/proc").expect("/proc").flatten();
        let of = |entry: fs::DirEntry| {
            let line = fs::read(entry.path().join("cmdline")).ok()?;
            let words: Vec<&[u8]> = line.split(|byte| *byte == 0).collect();
            if words.get(1) != Some(&b"__supervise".as_slice()) || !words.contains(&&spool[..]) {
                return None;
            }
            let rollup = fs::read_to_string(entry.path().join("smaps_rollup")).ok()?;
            let line = rollup.lines().find(|line| line.starts_with("Pss:"))?;
            line.split_whitespace().nth(1)?.parse::<u64>().ok()
        };
        entries.filter_map(of).sum::<u64>() << 10
    }
}

/// The same scripts as plain children of as many threads.
fn plain(files: &[PathBuf], slots: usize) -> Duration {
    let next = AtomicUsize::new(0);
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..slots {
            scope.spawn(|| {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let mut command = Command::new("/bin/sh");
                    let command = command.arg(file).stdin(Stdio::null()).stdout(Stdio::null());
                    assert!(command.status().expect("sh runs").success());
                }
            });
        }
    });
    began.elapsed()
}

fn median(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64()
}

fn time(options: &Options) {
    let mut ours = Ours::start(&options.dir, "true\n".to_owned());
    let files: Vec<PathBuf> = (0..options.scripts)
        .map(|i| ours.dir.path().join(format!("{i}.sh")))
        .collect();
    for file in &files {
        fs::write(file, "true\n").expect("written");
    }
    // The first scripts start the supervisors.
    ours.run(options.slots * 2, options.slots);
    let (mut own, mut their) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        own.push(ours.run(options.scripts, options.slots));
        their.push(plain(&files, options.slots));
    }
    let (own, their) = (median(&mut own), median(&mut their));
    println!(
        "{} `true` on {} slots in {}: supervised {own:.3} s, `sh FILE` {their:.3} s, ratio {:.2}",
        options.scripts,
        options.slots,
        options.dir.display(),
        own / their
    );
}

fn memory(options: &Options) {
    let own = tempfile::tempdir_in(&options.dir).expect("a directory");
    let hold = own.path().join("hold");
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    let pipe = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, &hold, pipe, mode, 0).expect("a pipe");
    let script = format!("echo up; read x <'{}'; true\n", hold.display());
    let mut ours = Ours::start(&options.dir, script);
    // Two run already, one in each supervisor.
    (0..SUPERVISORS).for_each(|_| ours.launch());
    ours.until_up();
    let before = ours.memory();
    (0..SLEEPERS).for_each(|_| ours.launch());
    ours.until_up();
    let after = ours.memory();
    let all = SLEEPERS + SUPERVISORS;
    // Whoever reads finds the pipe open until all have ended.
    let mut writer = File::options()
        .read(true)
        .write(true)
        .open(&hold)
        .expect("opened");
    writer.write_all(&vec![b'\n'; all]).expect("written");
    for _ in 0..all {
        ours.facts.recv().expect("a fact");
    }
    let each = after.saturating_sub(before) as f64 / 1024.0 / SLEEPERS as f64;
    println!(
        "memory of {SUPERVISORS} supervisors: {} kB, with {SLEEPERS} running scripts {} kB: {each:.1} kB a script",
        before >> 10,
        after >> 10,
    );
}

fn main() {
    let options = Options::read();
    time(&options);
    memory(&options);
}
