//! What a check costs: scripts of 2 kB are compiled.
//!
//! ```sh
//! cargo bench --bench compile
//! ```

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use trackyard::graph::{Kind, Param, compile};

const SCRIPTS: usize = 100;
const BYTES: usize = 2_000;
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

fn main() {
    let scripts: Vec<String> = (0..SCRIPTS).map(script).collect();
    let host = Param::new("host", Kind::Str);
    let count = Param {
        required: true,
        ..Param::new("count", Kind::Int)
    };
    let params = [&host, &count];
    for script in &scripts {
        let compiled = compile(script, &params);
        assert!(compiled.is_ok(), "{script}: {compiled:?}");
    }
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("compile");
    group.throughput(Throughput::Elements(SCRIPTS as u64));
    group.bench_function("100 scripts of 2 kB", |bench| {
        bench.iter(|| {
            for script in &scripts {
                drop(black_box(compile(black_box(script), &params)));
            }
        });
    });
    group.finish();
    criterion.final_summary();
}
