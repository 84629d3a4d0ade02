//! The engine in a simulated world, without a process, a clock or a database.
//!
//! One seed is one run: random graphs, results, crashes of the server between any two steps, deaths
//! of supervisors and of the host, lost and repeated messages, want of processes, people. What the
//! product decides is the product's own code (the engine, the verdict on an attempt whose end nobody
//! told, the meaning of an exit record); around it the world keeps what a database, a spool and
//! supervisors keep. `oracles.rs` says what must hold after every step; `faults.rs` breaks one rule
//! of the world at a time, and the oracles have to notice.
//!
//! `cargo sim` runs what `cargo test` runs; `cargo sim -- --help` says what else there is.

mod arguments;
mod asking;
mod choice;
mod database;
mod driver;
mod faults;
mod host;
mod links;
mod oracles;
mod paths;
mod people;
mod pool;
#[path = "../it/random.rs"]
mod random;
mod room;
mod search;
mod server;
mod story;
mod supervise;
mod world;

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use arguments::{Arguments, USAGE};
use faults::{FAULTS, Planted};
use oracles::may_follow;
use search::{Tally, run};
use story::Story;
use trackyard::engine::TrackState;

/// The seeds that every `cargo test` tries.
const SEEDS: u64 = 400;

/// What must have happened somewhere in these seeds, or they show nothing.
const RICH: &[&str] = &[
    "take the result",
    "adopt",
    "launch again",
    "interrupted",
    "servers ended",
    "supervisors killed",
    "hosts restarted",
    "FINISH",
    "FAILED",
    "STOPPED",
    "drains",
    "run alone",
    "retry failed",
    "release",
    "refused",
];

fn main() -> ExitCode {
    let arguments = match Arguments::read(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(why) => {
            eprintln!("{why}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    search::quiet_panics();
    let found = match &arguments {
        Arguments { help: true, .. } => {
            println!("{USAGE}");
            Ok(())
        }
        Arguments {
            seed: Some(seed), ..
        } => replay(*seed, arguments.fault),
        Arguments {
            seconds: Some(seconds),
            ..
        } => search_for(*seconds, arguments.fault),
        Arguments {
            fault: Some(planted),
            ..
        } => find(planted),
        _ => tests(&arguments),
    };
    match found {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

/// What `cargo test` runs: the seeds, and the search for each planted fault.
fn tests(arguments: &Arguments) -> Result<(), String> {
    let finds = FAULTS
        .iter()
        .map(|planted| (format!("finds::{}", planted.name), Some(planted)));
    let all = [("seeds".to_owned(), None)].into_iter().chain(finds);
    agree()?;
    let mut failed = Vec::new();
    for (name, planted) in all.filter(|(name, _)| arguments.wants(name)) {
        if arguments.list {
            println!("{name}: test");
            continue;
        }
        let result = planted.map_or_else(seeds, find);
        let word = if result.is_ok() { "ok" } else { "FAILED" };
        println!("test {name} ... {word}");
        failed.extend(result.err());
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(failed.join("\n"))
}

/// The oracles' own table of transitions is the engine's.
fn agree() -> Result<(), String> {
    let all = TrackState::ALL.iter();
    let pairs = all.flat_map(|from| TrackState::ALL.iter().map(move |to| (*from, *to)));
    let differs = |(from, to): &(TrackState, TrackState)| {
        from != to && may_follow(*from, *to) != from.next().contains(to)
    };
    match pairs.filter(differs).collect::<Vec<_>>() {
        none if none.is_empty() => Ok(()),
        some => Err(format!("the oracles and the engine differ in {some:?}")),
    }
}

fn seeds() -> Result<(), String> {
    let mut tally = Tally::default();
    for seed in 0..SEEDS {
        tally.add(seed, run(seed, None, Story::default()))?;
    }
    println!("{tally}");
    let missing: Vec<_> = RICH
        .iter()
        .filter(|word| !tally.seen.contains_key(*word))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!("{SEEDS} seeds never saw {missing:?}"))
}

/// The fault must be found within its seeds by an oracle that is meant for it. Others may find what
/// follows from it before.
fn find(planted: &Planted) -> Result<(), String> {
    let name = planted.name;
    let mut others = BTreeSet::new();
    for seed in 0..planted.within {
        let Some(broken) = run(seed, Some(planted.fault), Story::default()).broken else {
            continue;
        };
        if planted.found_by.contains(&broken.oracle) {
            println!(
                "{name}: seed {seed} breaks {:?}: {}",
                broken.oracle, broken.how
            );
            return Ok(());
        }
        others.insert(broken.oracle);
    }
    let (within, meant) = (planted.within, planted.found_by);
    Err(format!(
        "fault {name} was not found by {meant:?} in {within} seeds, only by {others:?}"
    ))
}

/// Random seeds for some time. With a fault it counts how often which oracle finds it.
fn search_for(seconds: u64, planted: Option<&'static Planted>) -> Result<(), String> {
    let mut seeds = random::Random(search::entropy());
    let mut tally = Tally::default();
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(seconds) {
        let seed = seeds.next() >> 16;
        let done = run(seed, planted.map(|planted| planted.fault), Story::default());
        match planted {
            None => tally.add(seed, done)?,
            Some(_) => tally.count(done),
        }
    }
    println!("{tally}");
    Ok(())
}

/// One seed, step by step.
fn replay(seed: u64, planted: Option<&'static Planted>) -> Result<(), String> {
    let done = run(seed, planted.map(|planted| planted.fault), Story::told());
    let (broken, name) = (done.broken, planted.map(|planted| planted.name));
    if let Some(broken) = broken {
        return Err(format!(
            "seed {seed} breaks {:?}: {}",
            broken.oracle, broken.how
        ));
    }
    println!(
        "seed {seed} ends well, with {} planted",
        name.unwrap_or("no fault")
    );
    Ok(())
}
