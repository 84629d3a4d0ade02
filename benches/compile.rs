//! What a check costs: 10,000 scripts of 2 kB are compiled.
//!
//! ```sh
//! cargo bench --bench compile
//! ```
//!
//! One line for each of five rounds, then the medians: on the clock, and of a processor's time, which
//! other work on the machine changes less.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use trackyard::graph::{Kind, Param, compile};

const SCRIPTS: usize = 10_000;
const BYTES: usize = 2_000;
const ROUNDS: usize = 5;
/// Lines that scripts are made of; each number gives a script of its own.
const LINES: &[&str] = &[
    "# it's the usual way, with \"quotes\"",
    "curl -fsS \"http://<host>/status\" -o \"$TMP/<host>.json\"",
    "if [ -s \"$TMP/file\" ]; then echo '<host> answers' | tee -a log; fi",
    "for i in 1 2 3; do ping -c \"$i\" <host> >/dev/null 2>&1 || echo $((i * <count>)); done",
    "case <host> in *.example) w=$(date +%s);; *) w=\"${WAIT:-10}\";; esac",
    "cat <<EOF >report\nhost: <host>\ntime: $(date)\nEOF",
];

fn script(number: usize) -> String {
    let mut text = format!("#!/bin/sh\nset -eu\necho {number}\n");
    let mut line = number;
    while text.len() < BYTES {
        text.push_str(LINES[line % LINES.len()]);
        text.push('\n');
        line += 1 + number % 3;
    }
    text
}

/// How long this process has kept processors busy.
fn processor() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs() as u32)
}

fn median(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64()
}

fn main() {
    let scripts: Vec<String> = (0..SCRIPTS).map(script).collect();
    let host = Param::new("host", Kind::Str);
    let count = Param {
        required: true,
        ..Param::new("count", Kind::Int)
    };
    let (mut clock, mut busy): (Vec<Duration>, Vec<Duration>) = Default::default();
    for round in 1..=ROUNDS {
        let (began, before) = (Instant::now(), processor());
        for script in &scripts {
            let compiled = compile(script, &[&host, &count]);
            assert!(compiled.is_ok(), "{script}: {compiled:?}");
        }
        clock.push(began.elapsed());
        busy.push(processor().saturating_sub(before));
        let last = [&clock, &busy].map(|times| times[round - 1].as_secs_f64());
        println!(
            "round {round}: {:.3} s, processor {:.3} s",
            last[0], last[1]
        );
    }
    let bytes: usize = scripts.iter().map(String::len).sum();
    let medians = [&mut clock, &mut busy].map(|times| median(times));
    println!(
        "{SCRIPTS} scripts, {bytes} bytes: median {:.3} s, processor {:.3} s",
        medians[0], medians[1]
    );
}
