//! Running seeds, and counting what they saw.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::sync::Mutex;
use std::time::Instant;

use crate::faults::Fault;
use crate::oracles::{Broken, Oracle};
use crate::story::Story;
use crate::world::World;

/// What the last panic said, and where.
static PANIC: Mutex<String> = Mutex::new(String::new());

/// Panics are findings here: they are kept, not printed.
pub(crate) fn quiet_panics() {
    set_hook(Box::new(|panic| {
        let mut kept = PANIC.lock().unwrap_or_else(|kept| kept.into_inner());
        *kept = panic.to_string();
    }));
}

/// A number that nobody can foresee.
pub(crate) fn entropy() -> u64 {
    RandomState::new().hash_one(0)
}

/// What became of one seed.
pub(crate) struct Done {
    pub(crate) broken: Option<Broken>,
    steps: usize,
    attempts: usize,
    seen: BTreeMap<&'static str, u64>,
}

/// Runs one seed.
pub(crate) fn run(seed: u64, fault: Option<Fault>, story: Story) -> Done {
    let mut world = World::new(seed, fault, story);
    let result = catch_unwind(AssertUnwindSafe(|| world.run())).unwrap_or_else(|_| {
        let kept = PANIC.lock().unwrap_or_else(|kept| kept.into_inner());
        Err(Broken {
            oracle: Oracle::Engine,
            how: kept.clone(),
        })
    });
    let mut seen = world.seen;
    for row in world.database.rows.values() {
        *seen.entry(row.row.state.word()).or_insert(0) += 1;
    }
    Done {
        steps: *result.as_ref().unwrap_or(&0),
        attempts: world.truth.spawned.len(),
        broken: result.err(),
        seen,
    }
}

/// What many seeds saw.
pub(crate) struct Tally {
    begun: Instant,
    seeds: u64,
    steps: usize,
    attempts: usize,
    pub(crate) seen: BTreeMap<&'static str, u64>,
    /// How often which oracle found something.
    found: BTreeMap<Oracle, u64>,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            begun: Instant::now(),
            seeds: 0,
            steps: 0,
            attempts: 0,
            seen: BTreeMap::new(),
            found: BTreeMap::new(),
        }
    }
}

impl Tally {
    /// Counts a seed, whatever became of it.
    pub(crate) fn count(&mut self, done: Done) {
        self.seeds += 1;
        self.steps += done.steps;
        self.attempts += done.attempts;
        for (word, times) in done.seen {
            *self.seen.entry(word).or_insert(0) += times;
        }
        if let Some(broken) = done.broken {
            *self.found.entry(broken.oracle).or_insert(0) += 1;
        }
    }

    /// Counts a seed that has to end well.
    pub(crate) fn add(&mut self, seed: u64, done: Done) -> Result<(), String> {
        if let Some(Broken { oracle, how }) = done.broken {
            return Err(format!(
                "seed {seed} breaks {oracle:?}: {how}\nits story: cargo sim -- --seed {seed}"
            ));
        }
        self.count(done);
        Ok(())
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.begun.elapsed().as_secs_f64();
        let (seeds, steps) = (self.seeds as f64 / seconds, self.steps as f64 / seconds);
        writeln!(
            f,
            "{} seeds, {} steps, {} scripts in {seconds:.1} s: {seeds:.0} seeds/s, {steps:.0} steps/s",
            self.seeds, self.steps, self.attempts
        )?;
        let seen: Vec<_> = self
            .seen
            .iter()
            .map(|(word, n)| format!("{word} {n}"))
            .collect();
        write!(f, "seen: {}", seen.join(", "))?;
        if !self.found.is_empty() {
            write!(f, "\nfound by: {:?}", self.found)?;
        }
        Ok(())
    }
}
