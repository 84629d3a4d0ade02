//! The verb: what may be written on the command line, and its course.

use std::path::PathBuf;
use std::thread::available_parallelism;
use std::time::Duration;

use clap::{Args, ValueEnum};
use indicatif::ProgressBar;
use serde_json::json;

use super::case::{Case, Figure};
use super::cases::Bench;
use super::place::{Place, able, is_memory};
use super::told;
use crate::cli::error::{CliError, OK};
use crate::cli::output::{counted, print, print_json, say};
use crate::cli::signals::exit_code;
use crate::config::Config;

/// Vertices of the usual pipeline, and with `--quick`.
const USUAL: usize = 1_000;
const FEW: usize = 100;
/// A case is measured so often, and the median is told.
const ROUNDS: usize = 3;
/// How often the mark of progress turns.
const TURN: Duration = Duration::from_millis(100);

#[derive(Debug, Args)]
pub(in crate::cli) struct BenchArgs {
    /// What to measure [default: everything]
    #[arg(value_enum, value_name = "CASE")]
    cases: Vec<Case>,
    /// A tenth of everything, once instead of three times
    #[arg(long)]
    quick: bool,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
    /// Vertices of the usual pipeline
    #[arg(long, value_name = "N", hide = true, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    vertices: Option<u32>,
}

/// Measures in a directory of its own below `--data`, or where temporary files are.
pub(in crate::cli) fn bench(
    config: &Config,
    below: Option<PathBuf>,
    args: &BenchArgs,
) -> Result<u8, CliError> {
    let below = below.unwrap_or_else(std::env::temp_dir);
    let usual = match (args.vertices, args.quick) {
        (Some(n), _) => n as usize,
        (None, true) => FEW,
        (None, false) => USUAL,
    };
    let mut cases = match args.cases.as_slice() {
        [] => Case::value_variants().to_vec(),
        named => named.to_vec(),
    };
    cases.sort_unstable();
    cases.dedup();
    let slots = config.slots as usize;
    able(&below, &cases, usual, slots)?;
    let place = Place::make(&below)?;
    let bench = Bench {
        place: &place,
        config,
        usual,
        slots,
        rounds: if args.quick { 1 } else { ROUNDS },
    };
    let measured = measure(&bench, &cases);
    if let Some(signal) = place.leave()? {
        say("ended: what was started has ended, and its directory is removed");
        return Ok(exit_code(signal));
    }
    let figures = measured?;
    let (version, cores) = (env!("CARGO_PKG_VERSION"), available_parallelism());
    let (cores, memory) = (cores.map_or(0, usize::from), is_memory(&below));
    if args.json {
        print_json(&json!({
            "version": version,
            "cores": cores,
            "slots": slots,
            "directory": below.display().to_string(),
            "in_memory": memory,
            "quick": args.quick,
            "cases": told::facts(&figures, usual),
        }))?;
        return Ok(OK);
    }
    let kind = if memory { " (in memory)" } else { "" };
    let below = below.display();
    print(&format!(
        "Trackyard {version}, {}, {}, in {below}{kind}\n\n{}",
        counted(cores, "core"),
        counted(slots, "slot"),
        told::text(&figures, usual)
    ))?;
    if memory {
        say("commits cost nothing in memory: give the place of a data directory with `--data DIR`");
    }
    Ok(OK)
}

/// Measures each case, and shows on a terminal which one.
fn measure(bench: &Bench<'_>, cases: &[Case]) -> Result<Vec<Figure>, CliError> {
    // Nothing is drawn unless standard error is a terminal.
    let bar = ProgressBar::new_spinner();
    bar.enable_steady_tick(TURN);
    let one = |(i, case): (usize, &Case)| {
        let (n, all) = (i + 1, cases.len());
        bar.set_message(format!("{n} of {all}: {}", case.what(bench.usual)));
        bench.measure(*case)
    };
    let figures = cases.iter().enumerate().map(one).collect();
    bar.finish_and_clear();
    figures
}
