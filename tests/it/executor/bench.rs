//! An executor in a directory of its own, and ways to wait for what it does.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, unbounded};
use tempfile::TempDir;
use trackyard::engine::{AttemptKey, PipelineId, TrackId};
use trackyard::executor::{
    Backend, Executor, Fact, NoOrder, Order, Orders, Settings, Verdict, boot_id,
};
use trackyard::spool::{ExitRecord, Spool};

use crate::processes;
pub(crate) use crate::processes::{end, lives, processes};

/// No test waits longer for anything; a failure shows sooner.
pub(crate) const LONG: Duration = Duration::from_secs(60);

pub(super) type Scripts = Arc<Mutex<HashMap<AttemptKey, Order>>>;

pub(super) struct Bench {
    pub(super) executor: Executor,
    pub(super) facts: Receiver<Fact>,
    pub(super) data: PathBuf,
    pub(super) scripts: Scripts,
    settings: Settings,
    // The last to go.
    pub(super) dir: TempDir,
}

impl Drop for Bench {
    /// No test leaves anything running: a supervisor that has nothing to do goes.
    fn drop(&mut self) {
        self.executor.stop();
        if std::thread::panicking() {
            // What a failed test does not end would go on long after its directory has gone.
            processes::end_all(&self.data);
        } else {
            until("the end of the supervisors", || {
                self.supervisors().is_empty()
            });
        }
    }
}

pub(super) fn key(track: i64) -> AttemptKey {
    AttemptKey {
        pipeline: PipelineId(1),
        track: TrackId(track),
        attempt: 1,
    }
}

pub(super) fn script(text: &str) -> Order {
    Order {
        script: text.to_owned(),
        ..Order::default()
    }
}

impl Bench {
    pub(super) fn new() -> Bench {
        Bench::with("", |_| {})
    }

    /// A bench whose data directory is `below` its temporary one.
    pub(super) fn with(below: &str, change: impl FnOnce(&mut Settings)) -> Bench {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join(below);
        let program = PathBuf::from(env!("CARGO_BIN_EXE_trackyard"));
        let mut settings = Settings::new(data.clone(), program);
        settings.idle_ms = 100;
        change(&mut settings);
        let scripts = Scripts::default();
        let (executor, facts) = start(&settings, &scripts);
        Bench {
            dir,
            data,
            scripts,
            executor,
            facts,
            settings,
        }
    }

    /// The server goes away without a word and another one comes.
    pub(super) fn restart(&mut self, change: impl FnOnce(&mut Settings)) {
        self.executor.stop();
        change(&mut self.settings);
        (self.executor, self.facts) = start(&self.settings, &self.scripts);
    }

    pub(super) fn launch(&self, track: i64, order: Order) -> AttemptKey {
        self.scripts.lock().unwrap().insert(key(track), order);
        self.executor.launch(key(track));
        key(track)
    }

    pub(super) fn fact(&self) -> Fact {
        self.facts.recv_timeout(LONG).expect("a fact")
    }

    /// The end of `track` with its output, which has to be the next fact.
    pub(super) fn ended(&self, track: i64) -> (ExitRecord, String) {
        match self.fact() {
            Fact::Ended {
                key: of,
                record,
                tail,
            } => {
                assert_eq!(of, key(track));
                (record, String::from_utf8_lossy(&tail).into_owned())
            }
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn run(&self, track: i64, order: Order) -> (ExitRecord, String) {
        self.launch(track, order);
        self.ended(track)
    }

    pub(super) fn probe(&self, tracks: &[i64]) -> Vec<Verdict> {
        let boot = boot_id().unwrap();
        let asked: Vec<_> = tracks
            .iter()
            .map(|&track| (key(track), boot.clone()))
            .collect();
        let judged = self.executor.probe(&asked);
        assert!(judged.iter().map(|j| j.0).eq(asked.iter().map(|a| a.0)));
        judged.into_iter().map(|(_, verdict)| verdict).collect()
    }

    /// A path that scripts can write to.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A script that says `up` and waits for [`release`].
    pub(super) fn hold(&self) -> (PathBuf, Order) {
        let path = self.path("hold");
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        let env = vec![("HOLD".to_owned(), path.display().to_string())];
        let order = Order {
            env,
            ..script("echo up; read x <\"$HOLD\"; echo on")
        };
        (path, order)
    }

    /// Waits until scripts of [`Bench::hold`] run.
    pub(super) fn until_up(&self, tracks: impl IntoIterator<Item = i64>) {
        let spool = self.spool();
        for track in tracks {
            until("a start", || spool.log(key(track)).exists());
        }
    }

    pub(super) fn spool(&self) -> Spool {
        self.executor.spool().clone()
    }

    /// The supervisors of this bench.
    pub(super) fn supervisors(&self) -> Vec<i32> {
        processes::supervisors(self.executor.spool().data())
    }
}

fn start(settings: &Settings, scripts: &Scripts) -> (Executor, Receiver<Fact>) {
    let (sender, facts) = unbounded();
    let scripts = Arc::clone(scripts);
    let orders: Orders = Arc::new(move |key| {
        scripts
            .lock()
            .unwrap()
            .get(&key)
            .cloned()
            .ok_or_else(|| NoOrder::Yet("no such row".to_owned()))
    });
    (
        Executor::start(settings.clone(), orders, sender).unwrap(),
        facts,
    )
}

/// Waits until `done`; for what has no channel to wait on.
pub(crate) fn until(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < LONG, "{what} does not happen");
        std::thread::yield_now();
    }
}

/// Lets `n` scripts of [`Bench::hold`] go on; keep the file until they have.
pub(super) fn release(hold: &Path, n: usize) -> File {
    let mut file = File::options().read(true).write(true).open(hold).unwrap();
    // One byte each: scripts that read at once share the bytes out among them.
    file.write_all(&vec![b'\n'; n]).unwrap();
    file
}

/// Waits for a file that a script writes, and reads the number in it.
pub(super) fn number_in(path: &Path) -> i32 {
    let read = || {
        fs::read_to_string(path)
            .ok()
            .and_then(|text| text.trim().parse::<i32>().ok())
    };
    until("a number", || read().is_some());
    read().unwrap()
}
