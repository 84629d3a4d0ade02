//! Compressed logs are what they were before, whatever dies and whatever is damaged.

use std::cell::RefCell;
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use proptest::prelude::{ProptestConfig, any, prop, prop_assert_eq, proptest};

use super::compressed::compressed;
use super::compressing::{Compression, Step, beside, fits};
use super::frames::FRAME;
use super::piece::stream;
use crate::engine::{AttemptKey, PipelineId, TrackId};
use crate::spool::{Following, LineLimits, LogLines, LogView, LogWriter, Pattern, Place, Spool};

const KEY: AttemptKey = AttemptKey {
    pipeline: PipelineId(7),
    track: TrackId(1),
    attempt: 1,
};

const LIMITS: LineLimits = LineLimits {
    index: 1 << 20,
    search: 1 << 30,
    line: 1_000,
    page: 100_000,
};

fn nothing(_: Step) {}

fn pack(spool: &Spool) -> Compression {
    spool.compress(KEY, &|| true, &nothing).unwrap()
}

/// A spool whose log says this, marked.
fn spool_of(dir: &Path, text: &[u8]) -> Spool {
    let spool = Spool::open(dir).unwrap();
    fs::create_dir_all(spool.logs(KEY.pipeline)).unwrap();
    fs::write(spool.log(KEY), text).unwrap();
    assert!(spool.mark_log(KEY, 1).unwrap());
    spool
}

/// Lines of many lengths, so many bytes.
fn text(len: usize) -> Vec<u8> {
    let line = |n: usize| format!("{n} {}\n", "word ".repeat(n * n % 37)).into_bytes();
    (0..).flat_map(line).take(len).collect()
}

fn all(spool: &Spool) -> Vec<u8> {
    let view = LogView::open(&spool.log(KEY)).unwrap();
    view.last(u64::MAX).unwrap()
}

fn logs(spool: &Spool) -> Vec<String> {
    let entries = fs::read_dir(spool.logs(KEY.pipeline)).unwrap();
    let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
    let mut names: Vec<_> = entries.map(|entry| name(entry.unwrap())).collect();
    names.sort();
    names
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to),
            false => drop(fs::copy(entry.path(), to).unwrap()),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_part_of_a_compressed_log_is_what_it_was(
        seed in prop::collection::vec(any::<u8>(), 1..3_000),
        times in 1_usize..400,
        wanted in prop::collection::vec((any::<prop::sample::Index>(), 0_u64..600_000), 1..20),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let text = seed.repeat(times);
        let spool = spool_of(dir.path(), &text);
        assert_eq!(pack(&spool), Compression::Done);
        prop_assert_eq!(logs(&spool), ["1-1.log.zst"]);
        for (first, count) in wanted {
            let first = first.index(text.len() + 1);
            let end = text.len().min(first + count as usize);
            let view = LogView::open(&spool.log(KEY)).unwrap();
            prop_assert_eq!(view.len(), text.len() as u64);
            let mut got = Vec::new();
            view.read(first as u64, count, &mut got).unwrap();
            assert!(got == text[first..end]);
            let part = view.part(first as u64, count).unwrap();
            got.clear();
            stream(part).read_to_end(&mut got).unwrap();
            assert!(got == text[first..end]);
        }
    }
}

#[test]
fn lines_tail_and_search_find_the_same_in_both() {
    for len in [
        1,
        FRAME as usize - 1,
        FRAME as usize,
        3 * FRAME as usize + 70_001,
    ] {
        let dir = tempfile::tempdir().unwrap();
        let spool = spool_of(dir.path(), &text(len));
        let log = spool.log(KEY);
        let read = || {
            let lines = LogLines::new(LIMITS);
            let pattern = Pattern::text("99 word", false).unwrap();
            let mut found = vec![lines.page(&log, Place::Last, 50).unwrap()];
            let total = found[0].total;
            let some = (1..=total).step_by(total as usize / 20 + 1);
            found.extend(some.map(|first| lines.page(&log, Place::From(first), 7).unwrap()));
            found.push(lines.search(&log, 1, 1_000, &pattern).unwrap());
            let (mut last, first) = lines.last(&log, 3).unwrap();
            let mut bytes = Vec::new();
            last.more().unwrap().bytes.read_to_end(&mut bytes).unwrap();
            (
                found,
                first,
                bytes,
                lines.before(&log, len as u64, 90).unwrap(),
            )
        };
        let plain = read();
        assert_eq!(pack(&spool), Compression::Done);
        assert!(read() == plain, "{len}");
    }
}

/// Who has read the plain text goes on in the compressed one, and who has it open reads to its end.
#[test]
fn readers_go_on_while_a_log_is_compressed() {
    let dir = tempfile::tempdir().unwrap();
    let text = text(700_000);
    let spool = spool_of(dir.path(), &text[..300_000]);
    let (mut following, mut got) = (Following::new(spool.log(KEY)), Vec::new());
    let mut read = |got: &mut Vec<u8>| {
        let mut more = following.more().unwrap().bytes;
        more.read_to_end(got).unwrap();
    };
    read(&mut got);
    fs::write(spool.log(KEY), &text).unwrap();
    let open = LogView::open(&spool.log(KEY)).unwrap();
    assert_eq!(pack(&spool), Compression::Done);
    read(&mut got);
    assert!(got == text);
    assert!(open.last(u64::MAX).unwrap() == text);
}

#[test]
fn a_log_without_its_middle_says_so_in_both_forms() {
    let dir = tempfile::tempdir().unwrap();
    let spool = Spool::open(dir.path()).unwrap();
    let mut log = LogWriter::new(spool.log(KEY), 300_000);
    log.write(&text(900_000));
    log.finish();
    let mut seen = Vec::new();
    for _ in 0..2 {
        let view = LogView::after(&spool.log(KEY), Some(150_000)).unwrap();
        seen.push((
            view.kept(),
            view.dropped(),
            view.head(),
            view.note(),
            all(&spool),
        ));
        assert!(spool.mark_log(KEY, 1).unwrap() || seen.len() == 2);
        pack(&spool);
    }
    assert_eq!(seen[0].1, 600_000);
    assert!(seen[0] == seen[1]);
}

#[test]
fn whenever_a_process_dies_the_text_is_there_and_the_next_one_ends_what_it_began() {
    let dir = tempfile::tempdir().unwrap();
    let text = text(600_000);
    let spool = spool_of(&dir.path().join("now"), &text);
    let copies: RefCell<Vec<(Step, PathBuf)>> = RefCell::default();
    let reached = |step| {
        let to = dir.path().join(copies.borrow().len().to_string());
        copy(spool.data(), &to);
        copies.borrow_mut().push((step, to));
    };
    spool.compress(KEY, &|| true, &reached).unwrap();
    let copies = copies.into_inner();
    let steps: Vec<_> = copies.iter().map(|(step, _)| *step).collect();
    let begun = [Step::Begun; 3];
    assert_eq!(
        steps,
        [&begun[..], &[Step::Written, Step::Named, Step::Removed]].concat()
    );
    for (step, data) in copies {
        let spool = Spool::open(&data).unwrap();
        assert!(all(&spool) == text, "{step:?}");
        assert_eq!(
            spool.marked_pipelines().unwrap(),
            [KEY.pipeline],
            "{step:?}"
        );
        assert_eq!(spool.marked(KEY.pipeline).unwrap(), [KEY], "{step:?}");
        assert_eq!(pack(&spool), Compression::Done, "{step:?}");
        assert!(all(&spool) == text, "{step:?}");
        assert_eq!(logs(&spool), ["1-1.log.zst"], "{step:?}");
        assert_eq!(spool.marked_pipelines().unwrap(), [], "{step:?}");
    }
}

#[test]
fn who_does_not_want_to_go_on_leaves_it_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let spool = spool_of(dir.path(), &text(600_000));
    for most in 0..6 {
        let asked = RefCell::new(0);
        let goes_on = || {
            *asked.borrow_mut() += 1;
            *asked.borrow() <= most
        };
        let left = spool.compress(KEY, &goes_on, &nothing).unwrap();
        assert_eq!(left, Compression::Left, "{most}");
        assert_eq!(logs(&spool), ["1-1.log"]);
        assert_eq!(spool.marked(KEY.pipeline).unwrap(), [KEY]);
    }
}

#[test]
fn small_logs_and_those_that_are_not_there_are_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let spool = spool_of(dir.path(), b"1234567\n");
    assert!(!spool.mark_log(KEY, 9).unwrap());
    let other = AttemptKey { attempt: 2, ..KEY };
    assert!(!spool.mark_log(other, 1).unwrap() && !spool.has_log(other));
    assert!(spool.mark_log(KEY, 8).unwrap() && spool.has_log(KEY));
    fs::remove_file(spool.log(KEY)).unwrap();
    assert_eq!(pack(&spool), Compression::Done);
    assert_eq!(spool.marked_pipelines().unwrap(), []);
}

#[test]
fn an_attempt_that_still_has_files_is_not_over() {
    let dir = tempfile::tempdir().unwrap();
    let spool = spool_of(dir.path(), b"text");
    spool.write_script(KEY, "true").unwrap();
    assert_eq!(pack(&spool), Compression::NotYet);
    spool.clean(KEY).unwrap();
    assert_eq!(pack(&spool), Compression::Done);
    assert!(spool.has_log(KEY));
    spool.remove_pipeline(KEY.pipeline).unwrap();
    assert!(!spool.has_log(KEY));
}

#[test]
fn a_removed_pipeline_leaves_no_marks() {
    let dir = tempfile::tempdir().unwrap();
    let spool = spool_of(dir.path(), b"text");
    spool.remove_pipeline(KEY.pipeline).unwrap();
    assert_eq!(spool.marked_pipelines().unwrap(), []);
}

#[test]
fn a_disk_keeps_its_last_room_for_results() {
    const MIB: u64 = 1 << 20;
    assert!(fits(130 * MIB, 64 * MIB) && !fits(128 * MIB, 64 * MIB));
    assert!(fits(65 * MIB, 64 << 10) && !fits(64 * MIB, 64 << 10));
    assert!(!fits(0, 1) && !fits(u64::MAX, u64::MAX));
}

#[test]
fn a_file_that_cannot_be_written_leaves_the_plain_text() {
    let dir = tempfile::tempdir().unwrap();
    let spool = spool_of(dir.path(), b"text");
    fs::create_dir(beside(&spool.log(KEY))).unwrap();
    assert!(spool.compress(KEY, &|| true, &nothing).is_err());
    assert_eq!(all(&spool), b"text");
    assert_eq!(spool.marked(KEY.pipeline).unwrap(), [KEY]);
}

/// Whatever byte is wrong, a reader gets what was written, or an error that says so.
#[test]
fn a_damaged_file_is_never_taken_for_a_text() {
    let dir = tempfile::tempdir().unwrap();
    let text = text(2 * FRAME as usize + 1_000);
    let spool = spool_of(dir.path(), &text);
    pack(&spool);
    let path = compressed(&spool.log(KEY));
    let sound = fs::read(&path).unwrap();
    let index = sound.len() - 140;
    let places = (0..index)
        .step_by(sound.len() / 60)
        .chain(index..sound.len());
    let mut damaged: Vec<Vec<u8>> = Vec::new();
    for at in places {
        for bit in [0x01, 0x80] {
            let mut bytes = sound.clone();
            bytes[at] ^= bit;
            damaged.push(bytes);
        }
    }
    let cuts = [0, 1, 8, 9, 100, index, sound.len() - 1];
    damaged.extend(cuts.map(|len| sound[..len].to_vec()));
    damaged.push([&sound[..], b"more"].concat());
    // It says that it has more frames than any file.
    let mut bytes = sound.clone();
    let at = bytes.len() - 9;
    bytes[at..at + 4].fill(0xff);
    damaged.push(bytes);
    let mut refused = 0;
    for bytes in damaged {
        fs::write(&path, &bytes).unwrap();
        match LogView::open(&spool.log(KEY)).and_then(|view| view.last(u64::MAX)) {
            Ok(read) => assert!(read == text),
            Err(why) => {
                refused += 1;
                assert_eq!(why.kind(), ErrorKind::InvalidData, "{why}");
                assert!(
                    why.to_string()
                        .starts_with("the compressed log is damaged: ")
                );
            }
        }
        let lines = LogLines::new(LIMITS);
        if let Ok(page) = lines.page(&spool.log(KEY), Place::From(9_000), 3) {
            assert_eq!(page.size, text.len() as u64);
        }
    }
    assert!(refused > 200, "{refused}");
}

/// A frame that would unpack to more than its place says is refused before it takes the memory.
#[test]
fn a_frame_that_is_larger_than_it_says_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let spool = spool_of(dir.path(), b"x");
    pack(&spool);
    let path = compressed(&spool.log(KEY));
    let sound = fs::read(&path).unwrap();
    let bomb = zstd::bulk::compress(&vec![0; 64 << 20], 3).unwrap();
    let old = zstd::bulk::compress(b"x", 3).unwrap().len() + 4;
    let mut bytes = [&bomb[..], &sound[old..]].concat();
    let table = bytes.len() - 17;
    bytes[table..table + 4].copy_from_slice(&(bomb.len() as u32).to_le_bytes());
    let mut crc = flate2::Crc::new();
    let ends = bomb.len() + 8 + 8 + 4;
    crc.update(&bytes[ends..ends + 4]);
    crc.update(&bytes[table..table + 8]);
    let sum = crc.sum().to_le_bytes();
    bytes[ends - 4..ends].copy_from_slice(&sum);
    fs::write(&path, bytes).unwrap();
    let view = LogView::open(&spool.log(KEY)).expect("its index is sound");
    assert_eq!(view.len(), 1);
    let why = view.last(1).unwrap_err();
    assert_eq!(why.kind(), ErrorKind::InvalidData);
    assert!(
        why.to_string().contains("frame 0 cannot be unpacked"),
        "{why}"
    );
}

/// What others have is enough to read it.
#[test]
fn a_decoder_that_knows_nothing_of_the_index_reads_the_text() {
    let dir = tempfile::tempdir().unwrap();
    let text = text(600_000);
    let spool = spool_of(dir.path(), &text);
    pack(&spool);
    let bytes = fs::read(compressed(&spool.log(KEY))).unwrap();
    assert!(bytes.len() < text.len() / 10);
    assert!(zstd::stream::decode_all(&bytes[..]).unwrap() == text);
}
