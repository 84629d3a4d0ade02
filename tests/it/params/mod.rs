//! A value of a parameter is data, whatever it is and wherever it stands: real shells show it.
//!
//! `TRACKYARD_PAIRS` says how many pairs of a template and a value are run, `TRACKYARD_SEED` with
//! which random ones it begins:
//!
//! ```sh
//! TRACKYARD_PAIRS=400000 cargo test --test it params -- --nocapture
//! ```

mod corpus;
mod door;
mod everywhere;
mod grammar;
mod growth;
mod numbers;
mod plain_word;
mod real;
mod shells;
mod values;

use trackyard::graph::{Compiled, Kind, Param, ScriptProblem, Value, compile, launch_text};

/// A number from the environment, or the usual one.
fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| {
        text.parse()
            .unwrap_or_else(|_| panic!("{name}: {text} is no number"))
    })
}

/// `x` is any text, `n` an int.
fn params() -> [Param; 2] {
    let x = Param {
        allow_dash: true,
        ..Param::new("x", Kind::Str)
    };
    let n = Param {
        required: true,
        ..Param::new("n", Kind::Int)
    };
    [x, n]
}

fn compiled(template: &str) -> Result<Compiled, Vec<ScriptProblem>> {
    let [x, n] = params();
    compile(template, &[&x, &n])
}

/// What is run for a value of `x`, and one of `n`.
fn launched(compiled: &Compiled, x: &str, n: i64) -> String {
    let all = [
        ("x".to_owned(), Value::Str(x.to_owned())),
        ("n".to_owned(), Value::Int(n)),
    ];
    let used: Vec<_> = all
        .into_iter()
        .filter(|(name, _)| compiled.uses.contains(name))
        .collect();
    launch_text(&compiled.body, &used)
}
