//! The command line: our own few options, and the usual ones of a Rust test.

use crate::faults::{FAULTS, Planted};

/// How it is used.
pub(crate) const USAGE: &str = "\
cargo sim -- [OPTIONS] [FILTER]...
  --seconds N    try random seeds for N seconds
  --seed S       replay one seed and print its story, step by step
  --fault NAME   plant a fault: alone, it must be found; with --seed, its story;
                 with --seconds, how often which oracle finds it
  --list         the names of tests and faults
  FILTER         run only the tests whose name has FILTER in it
Without options: the seeds from 0 on, and the search for each fault.
Other options of Rust tests are taken and change nothing.";

/// Options of Rust tests that come with a value.
const WITH_VALUE: &[&str] = &[
    "--test-threads",
    "--format",
    "--color",
    "--logfile",
    "-Z",
    "--shuffle-seed",
];

/// What was asked for.
#[derive(Default)]
pub(crate) struct Arguments {
    pub(crate) help: bool,
    pub(crate) list: bool,
    pub(crate) exact: bool,
    pub(crate) seconds: Option<u64>,
    pub(crate) seed: Option<u64>,
    pub(crate) fault: Option<&'static Planted>,
    filters: Vec<String>,
    skips: Vec<String>,
    /// Only ignored tests are wanted, and there are none.
    ignored: bool,
}

impl Arguments {
    /// Reads the words after the name of the program.
    pub(crate) fn read(words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut arguments = Self::default();
        let mut words = words.flat_map(|word| match word.split_once('=') {
            Some((name, value)) if name.starts_with("--") => {
                vec![name.to_owned(), value.to_owned()]
            }
            _ => vec![word],
        });
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} needs a value"));
            match word.as_str() {
                "--help" | "-h" => arguments.help = true,
                "--list" => arguments.list = true,
                "--exact" => arguments.exact = true,
                "--ignored" => arguments.ignored = true,
                "--skip" => arguments.skips.push(value()?),
                "--seconds" => arguments.seconds = Some(number(&word, &value()?)?),
                "--seed" => arguments.seed = Some(number(&word, &value()?)?),
                "--fault" => arguments.fault = Some(fault(&value()?)?),
                other if WITH_VALUE.contains(&other) => drop(value()?),
                other if other.starts_with('-') => {}
                _ => arguments.filters.push(word),
            }
        }
        Ok(arguments)
    }

    /// Whether the test of this name is asked for.
    pub(crate) fn wants(&self, name: &str) -> bool {
        let is = |part: &String| {
            if self.exact {
                name == part
            } else {
                name.contains(part)
            }
        };
        let chosen = self.filters.is_empty() || self.filters.iter().any(is);
        chosen && !self.skips.iter().any(is) && !self.ignored
    }
}

fn number(option: &str, text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| format!("{option} takes a whole number, not `{text}`"))
}

fn fault(name: &str) -> Result<&'static Planted, String> {
    let names = || {
        FAULTS
            .iter()
            .map(|planted| planted.name)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let planted = FAULTS.iter().find(|planted| planted.name == name);
    planted.ok_or_else(|| format!("there is no fault `{name}`; there are: {}", names()))
}
