//! How long it takes to reach lines of a log of 100 MB, plain and compressed: `cargo bench --bench lines`.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::{Duration, Instant};

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
    reach(&path);

    let (done, took) = timed(|| spool.compress(key, &|| true, &|_| ()));
    assert_eq!(done.expect("it is compressed"), Compression::Done);
    let zst = fs::metadata(path.with_extension("log.zst")).expect("a file");
    println!("compressed to {:.1} MB: {took:?}", zst.len() as f64 / 1e6);
    reach(&path);
}

fn reach(path: &Path) {
    let lines = LogLines::new(LIMITS);
    let tail = |what: &str| {
        let (page, took) = timed(|| lines.page(path, Place::Last, 100));
        let page = page.expect("it is read");
        assert_eq!((page.lines.len(), page.total), (100, LINES));
        println!("{what}: {took:?}");
    };
    tail("the last 100 lines, of a log that nobody has read");
    tail("the last 100 lines");
    for at in [1, LINES / 2, LINES - 1_000] {
        let (page, took) = timed(|| lines.page(path, Place::From(at), 1_000));
        let page = page.expect("it is read");
        assert_eq!((page.lines.len(), page.lines[0].number), (1_000, at));
        println!("1,000 lines from {at}: {took:?}");
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
        let (mut next, mut answers, mut found) = (1, 0, 0);
        let ((), took) = timed(|| {
            while next <= LINES {
                let page = lines.search(path, next, 1_000, &pattern);
                let page = page.expect("it is read");
                (next, answers, found) = (page.next, answers + 1, found + page.lines.len());
            }
        });
        println!("{what} in all lines, {found} found, {answers} answers: {took:?}");
    }
}

fn timed<T>(run: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let result = run();
    (result, begun.elapsed())
}
