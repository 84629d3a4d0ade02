//! The compiler on text that nobody would write: it ends soon, and says something.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use super::{compiled, setting};
use crate::random::Random;

/// Bytes of one long script.
const LONG: usize = 256 << 10;
/// Too short a time to be compared.
const NOTHING: Duration = Duration::from_millis(200);
/// Random scripts that are compiled.
const SCRIPTS: u64 = 20_000;

pub(super) const PIECES: &[&str] = &[
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

/// Whole commands: what is known of one may not be searched for each other one.
const COMMANDS: &[&str] = &[
    "echo <x> | while read -r v; do echo $v; done\n",
    "echo <x> | while read -r v; do echo $v; done | ",
    "find . -exec ",
    "xargs ",
    "ssh h ",
    "f() { echo <x>; }; f | cat\n",
    "f() { bash; }; f <f\n",
    "v=$(basename <x>) w=$v\n",
    "{ read -r v; echo $v; } <<< <x>\n",
    "cat <<< <x> | tr a b | sort >f\n",
];

/// The processor's time that this thread has used.
pub(super) fn used() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// What compiling `begin` and then many of `piece` takes.
fn cost(begin: &str, piece: &str, bytes: usize) -> Duration {
    let script = begin.to_owned() + &piece.repeat(bytes / piece.len());
    let began = used();
    let _ = compiled(&script);
    used() - began
}

#[test]
fn the_time_grows_with_the_length_alone() {
    // Eight times as long may not take 64 times as long; short times say nothing.
    let linear = |begin: &str, piece: &str| {
        let long = cost(begin, piece, LONG);
        long < NOTHING || long < cost(begin, piece, LONG / 8) * 14
    };
    for piece in PIECES {
        for begin in ["", "\"", "$(<<E\n", "w <x> "] {
            let fine = (0..3).any(|_| linear(begin, piece));
            assert!(fine, "{begin:?} and many {piece:?}");
        }
    }
    for piece in COMMANDS {
        let fine = (0..3).any(|_| linear("echo <x> | ", piece));
        assert!(fine, "many {piece:?}");
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
