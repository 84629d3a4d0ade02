//! How long it takes to reach lines of a log of 100 MB, plain and compressed: `cargo bench --bench lines`.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use criterion::{BatchSize, Criterion};
use trackyard::engine::{AttemptKey, PipelineId, TrackId};
use trackyard::spool::{Compression, LineLimits, LogLines, Pattern, Place, Spool};

const LINES: u64 = 1_300_000;
const LIMITS: LineLimits = LineLimits {
    index: 8 << 20,
    search: 64 << 20,
    line: 16 << 10,
    page: 1 << 20,
};

fn main() {
    let dir = tempfile::tempdir().expect("a directory");
    let spool = Spool::open(dir.path()).expect("a spool");
    let key = AttemptKey {
        pipeline: PipelineId(1),
        track: TrackId(1),
        attempt: 1,
    };
    fs::create_dir_all(spool.logs(key.pipeline)).expect("a directory");
    let path = spool.log(key);
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
    reach(&mut criterion, "lines", &path);

    let begun = Instant::now();
    let done = spool.compress(key, &|| true, &|_| ());
    assert_eq!(done.expect("it is compressed"), Compression::Done);
    let (took, zst) = (begun.elapsed(), path.with_extension("log.zst"));
    let bytes = fs::metadata(zst).expect("a file").len();
    println!("compressed to {:.1} MB: {took:?}", bytes as f64 / 1e6);
    reach(&mut criterion, "lines of a compressed log", &path);
    criterion.final_summary();
}

fn reach(criterion: &mut Criterion, name: &str, path: &Path) {
    let mut group = criterion.benchmark_group(name);
    let tail = |lines: &LogLines| {
        let page = lines.page(path, Place::Last, 100).expect("it is read");
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
                let page = lines.page(path, Place::From(at), 1_000);
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
                    let page = lines.search(path, next, 1_000, &pattern);
                    let page = page.expect("it is read");
                    (next, found) = (page.next, found + page.lines.len());
                }
                assert!(found > 0, "{what} is found");
            });
        });
    }
    group.finish();
}
