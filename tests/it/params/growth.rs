//! The compiler on text that nobody would write: it ends soon, and says something.

use std::time::{Duration, Instant};

use super::{compiled, setting};
use crate::random::Random;

/// Bytes of one long script.
const LONG: usize = 32 << 10;
/// A pass that looks at the rest of the script for each byte would take hours, not this.
const ENOUGH: Duration = Duration::from_secs(10);
/// Random scripts that are compiled.
const SCRIPTS: u64 = 20_000;

const PIECES: &[&str] = &[
    "<x>",
    "<n>",
    "<y>",
    "<",
    "<<E\n",
    "<<-'E'\n",
    "E\n",
    "<<<",
    ">",
    "'",
    "\"",
    "`",
    "\\",
    "\\\n",
    "\n",
    " ",
    "\t",
    "$",
    "$(",
    "${",
    "$((",
    "$'",
    "$[",
    ")",
    "))",
    "(",
    "((",
    "}",
    "{ ",
    "[[ ",
    " ]]",
    "[",
    "]",
    "#",
    "# '",
    ";",
    ";;",
    ";&",
    "&",
    "&&",
    "|",
    "||",
    "|&",
    "&>",
    "<(",
    ">(",
    "a",
    "a=",
    "a=(",
    "a+=",
    "a[",
    "a()",
    "case a in ",
    "a) ",
    "esac",
    "if ",
    "then ",
    "fi",
    "for ",
    "for i in ",
    "do ",
    "done",
    "while ",
    "function f ",
    "eval ",
    "sh -c ",
    "declare -i ",
    "p_x",
    "export ",
    "é",
    "\0",
    "-v ",
    "!",
    "=~ ",
    "@(",
    "x<x>",
    "\"<x>\" ",
    "'<x>' ",
    "`<x>` ",
    "| sh ",
];

#[test]
fn the_time_grows_with_the_length_alone() {
    for piece in PIECES {
        for begin in ["", "\"", "$(", "<<E\n", "w <x> ", "[[ "] {
            let script = begin.to_owned() + &piece.repeat(LONG / piece.len());
            let began = Instant::now();
            let _ = compiled(&script);
            let took = began.elapsed();
            assert!(took < ENOUGH, "{begin:?} and many {piece:?}: {took:?}");
        }
    }
}

#[test]
fn no_text_makes_the_compiler_panic() {
    let seed = setting("TRACKYARD_SEED", 1);
    for seed in seed..seed + setting("TRACKYARD_FUZZ", SCRIPTS) {
        let mut random = Random(seed);
        let pieces = random.below(40);
        let script: String = (0..pieces)
            .map(|_| match random.below(10) {
                0 => char::from(random.below(256) as u8).to_string(),
                _ => PIECES[random.below(PIECES.len())].to_owned(),
            })
            .collect();
        // Every problem is in the script, and what is accepted keeps all but its placeholders.
        match compiled(&script) {
            Ok(compiled) => {
                let kept = script.replace("<x>", "").replace("<n>", "").len();
                assert!(compiled.body.len() >= kept, "seed {seed}: {script:?}");
            }
            Err(problems) => {
                let lines = script.matches('\n').count() + 1;
                let inside = |line: u32| (1..=lines).contains(&(line as usize));
                assert!(
                    problems.iter().all(|p| inside(p.line)),
                    "seed {seed}: {script:?}"
                );
            }
        }
    }
}
