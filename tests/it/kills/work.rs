//! What is run while things are killed, and what must be true of it at the end.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crossbeam_channel::after;
use serde_json::json;
use tempfile::TempDir;
use trackyard::engine::{PipelineId, PipelineState, TrackState};
use trackyard::store::{JournalRow, PipelineHead, Store};

use crate::processes;
use crate::random::Random;
use crate::server::Server;

/// Scripts that run at the same time.
pub(super) const SLOTS: &str = "4";
/// Kills of a test; the variable `TRACKYARD_KILLS` asks for others.
const KILLS: usize = 100;
/// What a script takes at most, in milliseconds.
const LONGEST_SCRIPT: usize = 60;
/// So long is waited for anything; a failure shows sooner.
pub(super) const LONG: Duration = Duration::from_secs(60);

/// A random DAG whose scripts append one line to a file each.
pub(super) struct Work {
    pub(super) graph: String,
    pub(super) random: Random,
    vertices: usize,
    seed: u64,
    own: TempDir,
}

/// What was found at the end.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) pipelines: usize,
    pub(super) vertices: usize,
    pub(super) twice: usize,
    pub(super) missing: usize,
}

impl Work {
    pub(super) fn new(vertices: usize) -> Self {
        let own = tempfile::tempdir().unwrap();
        let seed = number("TRACKYARD_SEED").unwrap_or(1) as u64;
        let mut random = Random(seed);
        let lines = own.path().join("lines");
        fs::create_dir(own.path().join("data")).unwrap();
        fs::write(&lines, "").unwrap();
        let mut needs: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        for (tail, head) in random.edges(vertices) {
            needs.entry(head).or_default().push(format!("v{tail}"));
        }
        let mut script = || {
            let line = format!(
                "echo $TRACKYARD_TRACK $TRACKYARD_ATTEMPT >>{}",
                lines.display()
            );
            match random.below(LONGEST_SCRIPT) {
                short if short < LONGEST_SCRIPT / 3 => line,
                ms => format!("{line}\nsleep 0.{ms:03}"),
            }
        };
        let vertices_json: serde_json::Map<_, _> = (0..vertices as u32)
            .map(|v| {
                let needs = needs.remove(&v).unwrap_or_default();
                (format!("v{v}"), json!({"script": script(), "needs": needs}))
            })
            .collect();
        let graph = json!({"name": "g", "vertices": vertices_json}).to_string();
        Self {
            graph,
            random,
            vertices,
            seed,
            own,
        }
    }

    pub(super) fn data(&self) -> PathBuf {
        self.own.path().join("data")
    }

    /// A file beside the data directory.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.own.path().join(name)
    }

    /// A server that answers.
    pub(super) fn serve(&self) -> Server {
        Server::start_on(&self.data(), &["--slots", SLOTS])
    }

    /// The lines that scripts have written: how often each attempt of each track, by number.
    pub(super) fn lines(&self) -> BTreeMap<(i64, u32), usize> {
        let text = fs::read_to_string(self.path("lines")).unwrap();
        let mut lines = BTreeMap::new();
        for line in text.lines() {
            let (track, attempt) = line.split_once(' ').unwrap();
            let key = (track.parse().unwrap(), attempt.parse().unwrap());
            *lines.entry(key).or_default() += 1;
        }
        lines
    }

    /// How many lines there are.
    pub(super) fn count(&self) -> usize {
        self.lines().values().sum()
    }

    /// True while scripts of `pipelines` pipelines have not written their lines.
    pub(super) fn live(&self, pipelines: usize) -> bool {
        self.count() < pipelines * self.vertices
    }

    /// Lets a random part of the work pass: some more lines, or a few milliseconds, or nothing.
    pub(super) fn pass(&mut self, pipelines: usize) {
        match self.random.below(4) {
            0 | 1 => {
                let lines = self.count() + self.random.below(25);
                until("more lines", || {
                    self.count() >= lines || !self.live(pipelines)
                });
            }
            2 => pause(self.random.below(60)),
            _ => {}
        }
    }

    pub(super) fn store(&self) -> Store {
        Store::open(&self.data().join("trackyard.db"), 1).unwrap()
    }

    /// All pipelines, newest first.
    pub(super) fn pipelines(&self) -> Vec<PipelineHead> {
        self.store().pipelines(i64::MAX, i64::MAX).unwrap()
    }

    /// The journals of all pipelines.
    pub(super) fn journal(&self) -> Vec<JournalRow> {
        let store = self.store();
        let of = |p: PipelineHead| store.journal(PipelineId(p.id), 0, i64::MAX).unwrap();
        self.pipelines().into_iter().flat_map(of).collect()
    }

    /// Compares what ran with what the database says: everything has succeeded.
    pub(super) fn judge(&self) -> Found {
        let mut lines: BTreeMap<i64, usize> = BTreeMap::new();
        for ((track, _), times) in self.lines() {
            *lines.entry(track).or_default() += times;
        }
        let store = self.store();
        let (pipelines, mut vertices) = (self.pipelines(), 0);
        let mut missing = 0;
        for pipeline in &pipelines {
            assert_eq!(pipeline.state, PipelineState::Finish.code(), "{pipeline:?}");
            let tracks = store.tracks(PipelineId(pipeline.id), 0, i64::MAX).unwrap();
            vertices += tracks.len();
            for track in tracks {
                assert_eq!(track.state, TrackState::Succeed.code(), "{track:?}");
                missing += usize::from(!lines.contains_key(&track.id));
            }
        }
        Found {
            pipelines: pipelines.len(),
            vertices,
            twice: lines.values().filter(|times| **times > 1).count(),
            missing,
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!(
                "TRACKYARD_SEED={} makes this graph and these kills",
                self.seed
            );
        }
        processes::end_all(&self.data());
    }
}

/// How many kills there shall be: one in `every` of all.
pub(super) fn kills(every: usize) -> usize {
    number("TRACKYARD_KILLS").unwrap_or(KILLS).div_ceil(every)
}

fn number(variable: &str) -> Option<usize> {
    let text = std::env::var(variable).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("`{variable}` is a number, not `{text}`")),
    )
}

/// Lets some milliseconds pass: the moment of a kill is no condition.
pub(super) fn pause(ms: usize) {
    let _ = after(Duration::from_millis(ms as u64)).recv();
}

/// Waits until something is so, and leaves the processor to what makes it so.
pub(super) fn until(what: &str, mut so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !so() {
        assert!(began.elapsed() < LONG, "{what}: it does not come to be");
        pause(2);
    }
}

/// Median and maximum of some milliseconds, in words.
pub(super) fn spread(mut ms: Vec<i64>) -> String {
    ms.sort_unstable();
    match ms.last() {
        Some(most) => format!(
            "median {} ms, max {most} ms of {}",
            ms[ms.len() / 2],
            ms.len()
        ),
        None => "never".to_owned(),
    }
}
