//! How long it takes to reach lines of a log of 100 MB: `cargo bench --bench lines`.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::time::Duration;

use criterion::{BatchSize, Criterion};
use trackyard::spool::{LineLimits, LogLines, Pattern, Place};

const LINES: u64 = 1_300_000;
const LIMITS: LineLimits = LineLimits {
    index: 8 << 20,
    search: 64 << 20,
    line: 16 << 10,
    page: 1 << 20,
};

fn main() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("log");
    let mut file = BufWriter::new(File::create(&path).expect("a file"));
    for n in 1..=LINES {
        let rest = "and so on until the line is long enough for 100 MB";
        writeln!(file, "2026-11-21 12:00:00 line {n:>8} {rest}").expect("written");
    }
    file.into_inner().expect("written");
    let bytes = fs::metadata(&path).expect("a file").len();
    println!("{LINES} lines, {:.1} MB", bytes as f64 / 1e6);

    let mut criterion = Criterion::default()
        .sample_size(10)
        .measurement_time(Duration::from_secs(3))
        .warm_up_time(Duration::from_secs(1))
        .configure_from_args();
    let mut group = criterion.benchmark_group("lines");
    let tail = |lines: &LogLines| {
        let page = lines.page(&path, Place::Last, 100).expect("it is read");
        assert_eq!((page.lines.len(), page.total), (100, LINES));
    };
    group.bench_function("the last 100, of a log that nobody has read", |bench| {
        let new = || LogLines::new(LIMITS);
        bench.iter_batched_ref(new, |lines| tail(lines), BatchSize::PerIteration);
    });
    let lines = LogLines::new(LIMITS);
    group.bench_function("the last 100", |bench| bench.iter(|| tail(&lines)));
    for at in [1, LINES / 2, LINES - 1_000] {
        group.bench_function(format!("1,000 from {at}"), |bench| {
            bench.iter(|| {
                let page = lines.page(&path, Place::From(at), 1_000);
                let page = page.expect("it is read");
                assert_eq!((page.lines.len(), page.lines[0].number), (1_000, at));
            });
        });
    }
    for (what, pattern) in [
        ("a text", Pattern::text("line  1299999 ", false)),
        ("a text in any case", Pattern::text("LINE  1299999 ", true)),
        (
            "an expression",
            Pattern::regex("line +12[0-9]{3}99 ", false),
        ),
    ] {
        let pattern = pattern.expect("it can be looked for");
        group.bench_function(format!("{what} in all lines"), |bench| {
            bench.iter(|| {
                let (mut next, mut found) = (1, 0);
                while next <= LINES {
                    let page = lines.search(&path, next, 1_000, &pattern);
                    let page = page.expect("it is read");
                    (next, found) = (page.next, found + page.lines.len());
                }
                assert!(found > 0, "{what} is found");
            });
        });
    }
    group.finish();
    criterion.final_summary();
}
